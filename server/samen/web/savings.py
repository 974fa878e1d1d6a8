"""The savings page: what was saved on a meter, how sure that is, and by which intervention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Meter
from samen.domain.evaluation import Evaluation
from samen.domain.evaluation_json import as_json
from samen.domain.rules import Refusal
from samen.services import dossier
from samen.services.dossier import Signed
from samen.services.savings import Judged, Worth, judge, judged_meters
from samen.services.savings_evidence import Asked
from samen.web import current, i18n
from samen.web.carrier_words import carrier_word
from samen.web.doubt_words import OF_PRESENCE, doubt_sentence
from samen.web.intervention_cards import saving_line
from samen.web.policy import Access, allow
from samen.web.savings_charts import cumulative_chart, model_chart, weeks_chart
from samen.web.savings_query import FIELDS, Wanted, chosen, shown, wanted
from samen.web.savings_tables import TABLES
from samen.web.savings_words import (
    band,
    kwh,
    model_sentence,
    period_words,
    presence_sentences,
    quality_sentences,
    raw_sentence,
    reason_words,
    verdict_sentence,
    verdict_word,
)
from samen.web.shell import building
from samen.web.table_file import csv_answer
from samen.web.wording import refusal_text

blueprint = Blueprint("savings", __name__)


@blueprint.get("/energy/savings")
@allow(Access.OVERSIGHT)
def overview() -> str:
    """`meter`: a slug, the first main meter's by default; the fields of `savings_query`."""
    asked = wanted(request.args)
    with current.database().read() as session:
        meters = judged_meters(session, building(session))
        meter = chosen(meters, request.args.get("meter"))
        return render_template("pages/savings.html", **_page(session, meters, meter, asked))


@blueprint.get("/energy/savings/<table>.csv")
@allow(Access.OVERSIGHT)
def table_csv(table: str) -> Response:
    """The figures of a chart, as plain numbers; of the meter and periods that the address names."""
    rows_of = TABLES.get(table)
    with current.database().read() as session:
        meter = chosen(judged_meters(session, building(session)), request.args.get("meter"))
        told = _judged(session, meter, wanted(request.args)) if meter is not None else None
        if rows_of is None or not isinstance(told, Judged):
            raise NotFound
        heads, *rows = rows_of(told)
        return csv_answer(f"{told.evidence.meter.slug}-{table}", [str(head) for head in heads], rows)


def _judged(session: Session, meter: Meter, asked: Wanted) -> Judged | Refusal:
    return judge(session, meter, current.now(), Asked() if asked.errors else asked.asked)


def _page(session: Session, meters: Sequence[Meter], meter: Meter | None, asked: Wanted) -> dict[str, Any]:
    if meter is None:
        return {"meter": None, "errors": {}}
    told = _judged(session, meter, asked)
    page = {
        "meter": {"slug": meter.slug, "name": meter.name},
        "meters": [{"slug": one.slug, "name": one.name} for one in meters],
        "carriers": _carriers(session, meters, meter, told),
        "errors": asked.errors,
        "form": {name: request.args.get(name, "") for name in FIELDS},
        "dossiers": [_signed(one) for one in dossier.of_meter(session, meter)],
    }
    if isinstance(told, Refusal):
        return {**page, "refusal": refusal_text(told, current.settings().timezone), "told": None}
    periods = {"baseline": told.evidence.baseline, "reporting": told.evidence.reporting}
    fields = {key: value for name, period in periods.items() for key, value in shown(period, name).items()}
    address = {"meter": meter.slug, **fields}
    return {**page, "form": fields, "refusal": None, "address": address, "told": _told(told)}


def _carriers(
    session: Session, meters: Sequence[Meter], shown_meter: Meter, told: Judged | Refusal
) -> list[dict[str, Any]]:
    """Every main meter's verdict, side by side; the one shown as it was asked for, the others as usual."""
    found = []
    for meter in (one for one in meters if one.main_id is None):
        answer = told if meter.id == shown_meter.id else judge(session, meter, current.now())
        found.append(_carrier(meter, answer, is_shown=meter.id == shown_meter.id))
    return found


def _carrier(meter: Meter, answer: Judged | Refusal, *, is_shown: bool) -> dict[str, Any]:
    card = {
        "name": meter.name,
        "carrier": carrier_word(meter.kind),
        "address": url_for("savings.overview", meter=meter.slug),
        "shown": is_shown,
        "verdict": None,
    }
    if isinstance(answer, Refusal):
        return card
    saving = answer.found.saving
    low, high = band(saving.low_fraction, saving.high_fraction)
    return {
        **card,
        "verdict": answer.found.verdict.value,
        "verdict_word": verdict_word(answer.found.verdict),
        "share": i18n.signed_percent(-saving.fraction),
        "low": low,
        "high": high,
    }


def _told(told: Judged) -> dict[str, Any]:
    found = told.found
    ends = found.saving.low_fraction, found.saving.high_fraction
    return {
        "verdict": found.verdict.value,
        "sentence": verdict_sentence(told.evidence.meter.kind, found.verdict, found.saving.fraction, ends),
        "raw": raw_sentence(found.raw_fraction, _weather(found)),
        "raw_share": i18n.signed_percent(found.raw_fraction),
        "kwh": kwh(found.saving.kwh),
        "half_kwh": kwh(found.saving.half_kwh),
        **_worth(told.worth),
        "baseline": period_words(told.evidence.baseline),
        "reporting": period_words(told.evidence.reporting),
        "by_bills": bool(told.evidence.bills),
        **_quality(told),
        "interventions": [
            {
                "name": one.effect.name,
                "on": i18n.day_long(one.effect.on),
                **saving_line(told.evidence.meter, one),
            }
            for one in told.yearly
        ],
        "year_is_whole": told.year_is_whole,
        **_charts(told),
    }


def _worth(worth: Worth) -> dict[str, Any]:
    return {
        "eur": i18n.whole_euros(worth.eur) if worth.eur is not None else None,
        "half_eur": i18n.whole_euros(worth.half_eur) if worth.half_eur is not None else None,
        "price_is_estimate": worth.price_is_estimate,
        "co2": _mass(worth.co2_kg) if worth.co2_kg is not None else None,
    }


def _quality(told: Judged) -> dict[str, Any]:
    """How far to trust it: doubts, the model's figures, presence, and what was left out."""
    found = told.found
    doubts, plain = (*found.baseline_warnings, *found.warnings), as_json(found)
    return {
        "doubts": [doubt_sentence(one) for one in doubts if not one.code.startswith(OF_PRESENCE)],
        "presence": presence_sentences(plain["occupancy"]) if "occupancy" in plain else [],
        "presence_doubts": [doubt_sentence(one) for one in doubts if one.code.startswith(OF_PRESENCE)],
        "sufficient": found.sufficient,
        "quality": quality_sentences(plain["baseline"]),
        "model": model_sentence(plain["baseline"]),
        "excluded": [
            [period_words(one.period), str(len(one.period.days())), reason_words(one)]
            for one in told.evidence.excluded
        ],
    }


def _charts(told: Judged) -> dict[str, Any]:
    pins, zone = dossier.pins_of(told.evidence), ZoneInfo(told.evidence.meter.site.timezone)
    return {
        "weeks": weeks_chart(told.since, pins, zone),
        "cumulative": cumulative_chart(told.since, pins, zone),
        "scatter": model_chart(told.found),
    }


def _weather(found: Evaluation) -> float:
    """How much more than in the baseline the later weather would have asked of a mean day, as a fraction."""
    before, after = found.baseline, found.reporting
    asked = found.adjusted_kwh.sum() / after.days.sum()
    return float(asked / (before.energy_kwh.sum() / before.days.sum())) - 1


def _mass(kg: float) -> str:
    """Of CO2: tonnes from one on."""
    return f"{i18n.number(kg / 1000, 1)} t" if abs(kg) >= 1000 else f"{i18n.number(kg, 0)} kg"


def _signed(one: Signed) -> dict[str, Any]:
    return {
        "number": one.id,
        "by": one.signed_by,
        "at": i18n.day_long(one.signed_at.astimezone(current.settings().timezone).date()),
        "sha256": one.sha256,
        "superseded": one.superseded,
    }
