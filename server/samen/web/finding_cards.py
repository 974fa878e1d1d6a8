"""Findings as cards, each with a small chart; and the figures of every meter that was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.adapters.db.models import Finding, Member
from samen.domain.access import Viewer
from samen.domain.effect import Track
from samen.domain.rules import Refusal
from samen.domain.waste import STEPS, Kind, State
from samen.services import findings
from samen.web import finding_words, i18n
from samen.web.charts import Bar, bar_chart
from samen.web.wording import refusal_text

WIDE, TALL = 480, 150
# A label each: six hours, three months, a week.
EVERY = {"hour": 6, "month": 3, "day": 7}
TONES = {State.OPEN: "tag-warn", State.TAKEN: "tag-iris", State.DONE: "tag-good"}


@dataclass(frozen=True)
class Desk:
    """Who looks at the cards, when, and what was learned of each kind of advice."""

    viewer: Viewer
    zone: ZoneInfo
    tracks: Mapping[Kind, Track]


def card(one: Finding, desk: Desk) -> dict[str, Any]:
    """A finding as the page shows it."""
    return {
        "id": one.id,
        "verb": finding_words.verb(one.kind, findings.verb_facts(one), desk.zone),
        "kind": finding_words.kind_word(one.kind),
        "place": findings.place_of(one.meter),
        "meter": one.meter.name,
        "state": one.state.value,
        "state_word": finding_words.state_word(one.state),
        "tone": TONES.get(one.state, ""),
        "eur": None if one.cents_year is None else i18n.whole_euros(one.cents_year / 100),
        "kwh": None if one.kwh_year is None else i18n.number(one.kwh_year, 0),
        "estimate": one.price_is_estimate and one.cents_year is not None,
        "evidence": finding_words.evidence(one, desk.zone),
        "basis": finding_words.basis(one.evidence),
        "occasions": _occasions(one.evidence, desk.zone),
        "ran": _ran(findings.evidence_for(one, desk.viewer)),
        "chart": chart(one),
        "owner": one.owner.name if one.owner else None,
        "owner_id": one.owner_id,
        "seen": _seen(one, desk.zone),
        "reason": one.reason,
        "quiet_until": i18n.day_long(one.quiet_until) if one.quiet_until else None,
        "result": finding_words.result(one, desk.zone),
        "track": finding_words.track(desk.tracks.get(one.kind)),
        "steps": sorted(step.value for step in _steps(one, desk.viewer)),
    }


def brief(one: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """A finding in one line, for a page that leads to it."""
    return {
        "id": one.id,
        "verb": finding_words.verb(one.kind, findings.verb_facts(one), zone),
        "eur": None if one.cents_year is None else i18n.whole_euros(one.cents_year / 100),
        "kwh": None if one.kwh_year is None else i18n.number(one.kwh_year, 0),
    }


def _steps(one: Finding, viewer: Viewer) -> frozenset[State]:
    """What the reader may make of it."""
    if not findings.may_act(viewer, one) or findings.is_settled(one):
        return frozenset()
    return STEPS[one.state]


def _seen(one: Finding, zone: ZoneInfo) -> str:
    first, last = (i18n.day_short(at.astimezone(zone).date()) for at in (one.first_seen_at, one.last_seen_at))
    if first == last:
        return str(_("seen on %(day)s", day=first))
    return str(_("seen from %(first)s to %(last)s", first=first, last=last))


def _occasions(facts: Mapping[str, Any], zone: ZoneInfo) -> list[list[str]]:
    """[from, until, "0,5"] of each, the newest first."""
    rows = []
    for start, end, kwh in reversed(facts.get("occasions", [])):
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        rows.append([i18n.moment(first, zone), i18n.moment(last, zone), i18n.number(kwh)])
    return rows


def _ran(facts: Mapping[str, Any]) -> list[str]:
    """What ran in a peak, and who had booked."""
    parts = [f"{name} ({i18n.number(kw)} kW)" for name, kw in facts.get("parts", [])]
    return parts + [f"{space} ({tenant})" for space, tenant in facts.get("booked", [])]


def chart(one: Finding) -> dict[str, Any] | None:
    """The evidence's chart, and the figures behind it; None where there is nothing to draw."""
    drawn = one.evidence.get("chart")
    if not drawn or not any(value for _label, value in drawn["values"]):
        return None
    by, values = drawn["by"], drawn["values"]
    unit = "kWh" if by == "day" else "kW"
    digits = 2 if max(value or 0.0 for _label, value in values) < 10 else 1
    rows = [[_name(by, key), "–" if value is None else i18n.number(value, digits)] for key, value in values]
    bars = [
        Bar(value, f"{name}: {said} {unit}", _label(by, key) if place % EVERY[by] == 0 else "")
        for place, ((key, value), (name, said)) in enumerate(zip(values, rows, strict=True))
    ]
    drawing = bar_chart(bars, WIDE, TALL, lambda value: i18n.number(value, digits))
    return {**drawing, "caption": _caption(one.kind, by), "heads": [_head(by), unit], "rows": rows}


def _name(by: str, key: Any) -> str:  # noqa: ANN401 (an hour, a month or a day, as it was stored)
    if by == "hour":
        return f"{key} h"
    return i18n.month_title(_first(key)) if by == "month" else i18n.day_title(date.fromisoformat(key))


def _label(by: str, key: Any) -> str:  # noqa: ANN401
    if by == "hour":
        return f"{key} h"
    return i18n.month_name(_first(key)) if by == "month" else i18n.day_short(date.fromisoformat(key))


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _head(by: str) -> str:
    words: dict[str, str] = {"hour": _("Hour"), "month": _("Month"), "day": _("Day")}
    return words[by]


def _caption(kind: Kind, by: str) -> str:
    if by == "month":
        return str(_("The usual night’s minimum, month by month, in kW"))
    if by == "day":
        return str(_("Left on, day by day, in kWh"))
    words: dict[Kind, str] = {
        Kind.OUT_OF_HOURS: _("Mean power while the building is closed, by hour, in kW"),
        Kind.WHILE_EMPTY: _("Mean power while nobody is there, by hour, in kW"),
    }
    return words.get(kind, str(_("Mean power by hour of the day, in kW")))


def choices(members: Sequence[Member]) -> list[tuple[int, str]]:
    """Who may be given a finding: id, and name with the association."""
    return [
        (member.id, f"{member.name} ({', '.join(one.tenant.name for one in member.memberships)})")
        for member in members
    ]


def meter_rows(figures: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """What each meter uses when nobody should, and what could not be told of it."""
    return [_meter(one, zone) for one in figures.get("meters", [])]


def _meter(one: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "name": one["name"],
        "base": i18n.number(one["base_kw"], 2) if "base_kw" in one else "–",
        "base_share": _percent(one.get("base_share")),
        "trend": finding_words.course(one.get("trend")),
        "closed": _percent(one.get("out_of_hours")),
        "basis": _measured_days(one) if "days" in one else "–",
        "untold": [_untold(kind, code, facts, zone) for kind, code, facts in one["untold"]],
    }


def _measured_days(one: Mapping[str, Any]) -> str:
    days = str(ngettext("%(num)d day", "%(num)d days", one["days"]))
    return days if one["known"] >= 0.995 else f"{days} ({_percent(one['known'])})"


def _percent(share: float | None) -> str:
    return "–" if share is None else i18n.percent(min(share, 1.0))


def _untold(kind: str | None, code: str, facts: Mapping[str, Any], zone: ZoneInfo) -> str:
    said = refusal_text(Refusal(code, facts), zone)
    return said if kind is None else f"{finding_words.kind_word(Kind(kind))} – {said}"


def peak_rows(figures: Mapping[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The month's highest quarter-hours of each main meter."""
    return [
        {
            "meter": meter["name"],
            "at": i18n.moment(datetime.fromisoformat(one["at"]), zone),
            "kw": i18n.number(one["kw"]),
            "ran": _ran({"parts": one["parts"]}) + _rest(one["rest_kw"]),
            "booked": [f"{space} ({tenant})" for space, tenant in one["booked"]],
        }
        for meter in figures.get("meters", [])
        for one in meter.get("peaks", [])
    ]


def _rest(kw: float | None) -> list[str]:
    nowhere = _("On no sub-meter")
    return [] if kw is None else [f"{nowhere} ({i18n.number(kw)} kW)"]
