"""What was saved on a meter, what that is worth, and what each intervention brings a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Meter, MeterKind, Site
from samen.domain.evaluation import Effect, Evaluation, Period, TooLittle, evaluate, evaluate_bills
from samen.domain.prices import PriceBook
from samen.domain.rules import Refusal
from samen.domain.sufficiency import MOST_MISSING_DAYS
from samen.services.prices import cost_of, price_book
from samen.services.savings_evidence import YEAR, Asked, Evidence, gather

DAYS_A_YEAR = 365.25
# Evaluations, of some 50 kB each.
KEPT = 64
# What is saved of water is not told by the weather.
JUDGED = (MeterKind.GAS, MeterKind.HEAT, MeterKind.ELECTRICITY)


@dataclass(frozen=True)
class Worth:
    """What was avoided over the reporting period, at each day's price and factor; None: not known."""

    eur: float | None
    half_eur: float | None
    co2_kg: float | None
    price_is_estimate: bool


@dataclass(frozen=True)
class Yearly:
    """What an intervention avoids in a year of the latest weather, with half its 90 % band."""

    effect: Effect
    kwh: float
    half_kwh: float
    eur: float | None
    half_eur: float | None
    price_is_estimate: bool


@dataclass(frozen=True)
class Judged:
    """A saving over the reporting period, and since the baseline's end with what each intervention brought.

    `since` is `found` itself where the reporting period begins as the baseline ends. `year_is_whole`: whether
    the yearly figures stand on a year of days.
    """

    evidence: Evidence
    found: Evaluation
    since: Evaluation
    worth: Worth
    yearly: tuple[Yearly, ...]
    year_is_whole: bool


def judged_meters(session: Session, site: Site) -> list[Meter]:
    """The meters whose saving can be told: main meters first, of gas, heat and electricity."""
    of_site = select(Meter).where(Meter.site_id == site.id, Meter.kind.in_(JUDGED))
    found = session.scalars(of_site.options(joinedload(Meter.registers))).unique()
    order = {kind: place for place, kind in enumerate(JUDGED)}
    counting = (meter for meter in found if meter.registers or meter.main_id is None)
    return sorted(counting, key=lambda one: (one.main_id is not None, order[one.kind], one.position, one.id))


def judge(session: Session, meter: Meter, now: datetime, asked: Asked | None = None) -> Judged | Refusal:
    """What was saved on a meter; or why nothing can be said."""
    evidence = gather(session, meter, now, asked or Asked())
    if isinstance(evidence, Refusal):
        return evidence
    found = evaluated(evidence, evidence.reporting)
    if isinstance(found, Refusal):
        return found
    whole = Period(evidence.baseline.end, evidence.reporting.end)
    since = found if whole == evidence.reporting else evaluated(evidence, whole)
    if isinstance(since, Refusal):
        return since
    book = price_book(session, meter.site)
    year_kwh, is_whole = _year(since, evidence.reporting.end)
    yearly = tuple(_yearly(one, year_kwh, meter, book, evidence.reporting) for one in since.effects)
    return Judged(evidence, found, since, _worth(found, meter, book), yearly, is_whole)


def evaluated(evidence: Evidence, reporting: Period) -> Evaluation | Refusal:
    """The evidence judged over a period; or what there is too little of."""
    try:
        found = _evaluated(evidence, reporting)
    except TooLittle:
        code = "too_few_bills_to_judge" if evidence.bills else "too_few_days_to_judge"
        return Refusal(code, _known(evidence, reporting))
    return found if found.saving.adjusted_kwh > 0 else Refusal("nothing_used_before")


def _evaluated(evidence: Evidence, reporting: Period) -> Evaluation:
    one = evidence
    days = (tuple(found.items()) for found in (one.energy_kwh, one.deg_c, one.occupied_hours))
    return _once((*days,), one.bills, (one.baseline, reporting), one.interventions)


@lru_cache(maxsize=KEPT)
def _once(
    days: tuple[tuple[tuple[date, float], ...], ...],
    bills: tuple[tuple[Period, float], ...],
    periods: tuple[Period, Period],
    interventions: tuple[tuple[str, date], ...],
) -> Evaluation:
    """The same figures give the same answer: who opens the page again need not wait for another fit.

    `days`: energy, temperatures and occupied hours of each.
    """
    energy_kwh, deg_c, hours = (dict(found) for found in days)
    if bills:
        return evaluate_bills(bills, deg_c, *periods, interventions)
    return evaluate(energy_kwh, deg_c, *periods, interventions, occupied_hours=hours or None)


def _known(evidence: Evidence, reporting: Period) -> dict[str, int]:
    """How many days, or bills, of both periods could be used."""
    periods = {"baseline": evidence.baseline, "reporting": reporting}
    known = evidence.energy_kwh.keys() & evidence.deg_c.keys()
    if evidence.bills:
        return {
            name: sum(one.first <= bill.first and bill.end <= one.end for bill, _ in evidence.bills)
            for name, one in periods.items()
        }
    return {name: sum(on in known for on in one.days()) for name, one in periods.items()}


def _worth(found: Evaluation, meter: Meter, book: PriceBook) -> Worth:
    saved = (float(one) for one in found.adjusted_kwh - found.reporting.energy_kwh)
    cost = cost_of(meter, dict(zip(found.reporting.on, saved, strict=True)), book)
    half = book.eur(meter.kind.value, found.saving.half_kwh, found.reporting.on[-1])
    return Worth(cost.eur, half if cost.eur is not None else None, cost.co2_kg, cost.estimated)


def _year(since: Evaluation, end: date) -> tuple[float, bool]:
    """What the baseline would ask of a year, by the days of the last one; and whether these are a year."""
    last = [place for place, on in enumerate(since.reporting.on) if on >= end - YEAR]
    days = float(since.reporting.days[last].sum())
    asked = float(since.adjusted_kwh[last].sum()) / days * DAYS_A_YEAR if days else 0.0
    return asked, days >= YEAR.days - MOST_MISSING_DAYS


def _yearly(one: Effect, year_kwh: float, meter: Meter, book: PriceBook, reporting: Period) -> Yearly:
    kind, on = meter.kind.value, reporting.end - timedelta(days=1)
    kwh, half = one.fraction * year_kwh, one.half_fraction * year_kwh
    eur, half_eur = book.eur(kind, kwh, on), book.eur(kind, half, on)
    return Yearly(one, kwh, half, eur, half_eur, book.is_estimate(kind, on))
