"""Signed dossiers: a saving's report with everything that somebody needs to compute it again."""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Dossier, Member, Meter, Site
from samen.domain.access import Viewer
from samen.domain.evaluation import Evaluation, Period
from samen.domain.evaluation_json import as_json
from samen.domain.residuals import autocorrelation, by_chance
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.interventions import Pin
from samen.services.interventions import of_meter as touching
from samen.services.savings import Judged, judge
from samen.services.savings_evidence import Asked, Evidence

# Of the report's shape: raised when a reader of old ones would not understand a new one.
VERSION = 1
ENERGY, TEMPERATURE, HOURS, REPORT = "energy.csv", "temperature.csv", "occupied-hours.csv", "dossier.json"


@dataclass(frozen=True)
class Signed:
    """A dossier as it is listed; `superseded`: a later one of the same meter stands in its place."""

    id: int
    signed_by: str
    signed_at: datetime
    sha256: str
    superseded: bool


def of_meter(session: Session, meter: Meter) -> list[Signed]:
    """The dossiers of a meter, newest first."""
    found = session.scalars(
        select(Dossier)
        .where(Dossier.meter_id == meter.id)
        .order_by(Dossier.id.desc())
        .options(joinedload(Dossier.signed_by))
    ).all()
    replaced = {one.supersedes_id for one in found}
    return [
        Signed(one.id, one.signed_by.name, one.signed_at, one.sha256, one.id in replaced) for one in found
    ]


def sign(session: Session, meter: Meter, viewer: Viewer, now: datetime, asked: Asked) -> Dossier | Refusal:
    """Judge the saving once more and keep all of it, in somebody's name; or say why nothing can be said."""
    told = judge(session, meter, now, asked)
    if isinstance(told, Refusal):
        return told
    # Of two who sign at once, the second supersedes the first.
    session.execute(select(Meter.id).where(Meter.id == meter.id).with_for_update())
    newest = session.scalar(
        select(Dossier).where(Dossier.meter_id == meter.id).order_by(Dossier.id.desc()).limit(1)
    )
    files = _files(told.evidence)
    signer = session.get_one(Member, viewer.member_id)
    report = json.dumps(
        {
            **_report(session, told, files),
            "signed": {"by": signer.name, "at": now.isoformat()},
            "supersedes_sha256": newest.sha256 if newest else None,
        },
        ensure_ascii=False,
        indent=1,
    )
    signed = Dossier(
        site_id=meter.site_id,
        meter=meter,
        signed_by=signer,
        signed_at=now,
        report=report,
        files=files,
        sha256=_sha256(report),
        supersedes_id=newest.id if newest else None,
    )
    session.add(signed)
    session.flush()
    facts = {"meter": meter.slug, "sha256": signed.sha256}
    audit.note(session, viewer.actor, "dossier.signed", f"dossier:{signed.id}", facts, now)
    return signed


def archive(one: Dossier) -> bytes:
    """The report with the days exactly as evaluated, as a ZIP file; the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {REPORT: one.report, **one.files}.items():
            packed.writestr(zipfile.ZipInfo(name, one.signed_at.timetuple()[:6]), text)
    return out.getvalue()


def pins_of(evidence: Evidence) -> list[Pin]:
    """What a chart of this evidence marks."""
    found = [Pin(on, name) for name, on in evidence.interventions]
    return sorted(
        (pin for pin in found if evidence.baseline.end <= pin.on < evidence.reporting.end),
        key=lambda pin: (pin.on, pin.name),
    )


def _report(session: Session, told: Judged, files: Mapping[str, str]) -> dict[str, Any]:
    evidence, found = told.evidence, told.found
    meter, saving = evidence.meter, told.found.saving
    report = {
        "version": VERSION,
        "software": f"samen {version('samen')}",
        "site": _site(meter.site),
        "meter": {"slug": meter.slug, "name": meter.name, "kind": meter.kind.value},
        "files": {
            name: {"sha256": _sha256(text), "rows": text.count("\n") - 1} for name, text in files.items()
        },
        "commands": [_command(evidence, period) for period in _reportings(told)],
        "periods": {"baseline": _period(evidence.baseline), "reporting": _period(evidence.reporting)},
        "excluded": [
            {**_period(one.period), "reason": one.reason.value, "name": one.name} for one in evidence.excluded
        ],
        "interventions": _interventions(session, meter),
        "evaluation": as_json(found),
        "bands": {
            "g14_half_kwh": saving.half_kwh_g14,
            "bootstrap_half_kwh": saving.half_kwh_bootstrap,
            "half_kwh": saving.half_kwh,
        },
        "worth": {"eur": told.worth.eur, "half_eur": told.worth.half_eur, "co2_kg": told.worth.co2_kg},
        "residuals": _residuals(found),
    }
    if told.since is not found:
        report["since_baseline"] = as_json(told.since)
    return report


def _reportings(told: Judged) -> list[Period]:
    whole = Period(told.evidence.baseline.end, told.evidence.reporting.end)
    return [told.evidence.reporting] if told.since is told.found else [told.evidence.reporting, whole]


def _command(evidence: Evidence, reporting: Period) -> str:
    """What gives the same numbers again, where the files lie."""
    words = ["samen", "savings", "evaluate", "--energy", ENERGY, "--temperature", TEMPERATURE]
    words += ["--baseline", _span(evidence.baseline), "--reporting", _span(reporting)]
    words += ["--tz", evidence.meter.site.timezone]
    words += ["--occupied-hours", HOURS] if evidence.occupied_hours and not evidence.bills else []
    for name, on in evidence.interventions:
        words += ["--intervention", f"{name}={on.isoformat()}"]
    return shlex.join([*words, "--json"])


def _site(site: Site) -> dict[str, Any]:
    """`simulated_until`: what a demonstration measured before is invented, and its dossier says so."""
    until = site.simulated_until
    told = {"slug": site.slug, "name": site.name, "timezone": site.timezone}
    return told | ({"simulated_until": until.isoformat()} if until else {})


def _interventions(session: Session, meter: Meter) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "kind": one.kind.value,
            "starts_on": one.starts_on.isoformat(),
            "done_on": one.done_on.isoformat() if one.done_on else None,
            "cost_cents": one.cost_cents,
            "subsidy_cents": one.subsidy_cents,
            "note": one.note,
        }
        for one in touching(session, meter)
    ]


def _residuals(found: Evaluation) -> dict[str, Any]:
    """Of the baseline: each day's, and how they hang together from day to day."""
    misses = found.fit.residuals
    return {
        "daily": [
            {
                "date": on.isoformat(),
                "deg_c": float(deg_c),
                "energy_kwh": float(used),
                "residual_kwh": float(miss),
            }
            for on, deg_c, used, miss in zip(
                found.baseline.on, found.baseline.deg_c, found.baseline.energy_kwh, misses, strict=True
            )
        ],
        "autocorrelation": autocorrelation(misses),
        "by_chance": by_chance(len(misses)),
        "lag_one": found.fit.rho,
    }


def _files(evidence: Evidence) -> dict[str, str]:
    """The CSV texts that the command reads."""
    meter = evidence.meter
    energy = _bills_csv(evidence) if evidence.bills else _csv(evidence.energy_kwh, meter)
    files = {ENERGY: energy, TEMPERATURE: _csv(evidence.deg_c, meter)}
    if evidence.occupied_hours and not evidence.bills:
        files[HOURS] = _csv(evidence.occupied_hours, meter)
    return files


def _bills_csv(evidence: Evidence) -> str:
    """A row where each bill begins, and one without a value where no other begins as it ends."""
    begins: dict[date, float | None] = {bill.end: None for bill, _ in evidence.bills}
    begins |= {bill.first: used for bill, used in evidence.bills}
    return _csv(begins, evidence.meter)


def _csv(days: Mapping[date, float | None] | Mapping[date, float], meter: Meter) -> str:
    """Rows that start at local midnights, with every digit: they are read back as exactly these days."""
    zone = ZoneInfo(meter.site.timezone)
    rows = [f"{datetime.combine(on, time(0), zone).isoformat()},{_digits(days[on])}" for on in sorted(days)]
    return "\n".join(["time,value", *rows, ""])


def _digits(value: float | None) -> str:
    return "" if value is None else repr(value)


def _period(one: Period) -> dict[str, str]:
    return {"first": one.first.isoformat(), "end": one.end.isoformat()}


def _span(one: Period) -> str:
    return f"{one.first.isoformat()}/{one.end.isoformat()}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
