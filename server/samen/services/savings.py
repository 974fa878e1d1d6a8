"""What was saved: days gathered, periods chosen, days left out with their reasons, all judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    EnergyRollup,
    Intervention,
    Meter,
    MeterKind,
    OccupancyRollup,
    Register,
    Site,
    Space,
    Step,
)
from samen.domain.evaluation import Effect, Evaluation, Period, TooLittle, evaluate
from samen.domain.exclusions import Excluded, excluded, without
from samen.domain.interval import Interval, midnight
from samen.domain.interventions import effective_on, works
from samen.domain.prices import PriceBook
from samen.domain.rules import Refusal
from samen.services.energy import MOST_ESTIMATED, WHOLLY_KNOWN, energy_series, kwh_by_day
from samen.services.interventions import of_meter
from samen.services.prices import price_book
from samen.services.weather import deg_c_by_day

YEAR = timedelta(days=365)
DAYS_A_YEAR = 365.25
# What is saved of water is not told by the weather.
JUDGED = (MeterKind.GAS, MeterKind.HEAT, MeterKind.ELECTRICITY)


@dataclass(frozen=True)
class Asked:
    """Periods that somebody chose; None: as usual."""

    baseline: Period | None = None
    reporting: Period | None = None


@dataclass(frozen=True)
class Evidence:
    """The days exactly as they are evaluated, and those left out.

    `interventions`: names with the first day on which each can have saved something.
    """

    meter: Meter
    baseline: Period
    reporting: Period
    energy_kwh: dict[date, float]
    deg_c: dict[date, float]
    excluded: tuple[Excluded, ...]
    interventions: tuple[tuple[str, date], ...]


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
    found = session.scalars(select(Meter).where(Meter.site_id == site.id, Meter.kind.in_(JUDGED)))
    order = {kind: place for place, kind in enumerate(JUDGED)}
    counting = (meter for meter in found if meter.registers)
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
        found = evaluate(
            evidence.energy_kwh, evidence.deg_c, evidence.baseline, reporting, evidence.interventions
        )
        return found if found.saving.adjusted_kwh > 0 else Refusal("nothing_used_before")
    except TooLittle:
        known = evidence.energy_kwh.keys() & evidence.deg_c.keys()
        counts = [sum(on in known for on in one.days()) for one in (evidence.baseline, reporting)]
        return Refusal("too_few_days_to_judge", {"baseline": counts[0], "reporting": counts[1]})


def gather(session: Session, meter: Meter, now: datetime, asked: Asked) -> Evidence | Refusal:
    """Energy and weather of both periods, without the days of works; or why they cannot be compared."""
    site, zone = meter.site, ZoneInfo(meter.site.timezone)
    measures = of_meter(session, meter)
    periods = _periods(session, meter, measures, now.astimezone(zone).date(), asked)
    if isinstance(periods, Refusal):
        return periods
    baseline, reporting = periods
    whole = Period(baseline.first, reporting.end)
    book = price_book(session, site)
    energy = kwh_by_day(session, meter, whole, zone, lambda on: book.kwh_per_m3(meter.kind.value, on) or 0.0)
    warmth = deg_c_by_day(session, site, whole)
    spans = [(one.name, span) for one in measures if (span := works(one.starts_on, one.done_on)) is not None]
    days = (baseline, Period(baseline.end, reporting.end))
    left_out = excluded(days, energy, warmth, _estimated(session, meter, whole, energy), spans)
    starts = tuple((one.name, effective_on(one.starts_on, one.done_on)) for one in measures)
    return Evidence(meter, baseline, reporting, without(energy, spans), warmth, left_out, starts)


def _periods(
    session: Session, meter: Meter, measures: Sequence[Intervention], today: date, asked: Asked
) -> tuple[Period, Period] | Refusal:
    """By default the year before the first intervention against the last year, or what there is of it."""
    known = _days_known(session, meter, ZoneInfo(meter.site.timezone))
    if known is None:
        return Refusal("nothing_measured")
    latest = min(known.end, today)
    baseline = asked.baseline or _usual_baseline(measures, known.first, latest)
    reporting = asked.reporting or Period(max(latest - YEAR, baseline.end), latest)
    if reporting.first < baseline.end:
        return Refusal("reporting_before_baseline_ends")
    if reporting.first >= reporting.end:
        return Refusal("nothing_after_baseline", {"date": baseline.end})
    return baseline, reporting


def _usual_baseline(measures: Sequence[Intervention], first: date, latest: date) -> Period:
    """The first one with some days before it counts: what was done before metering began is part of usual."""
    starts = [one.starts_on for one in measures if first < one.starts_on < latest]
    end = min(starts, default=first + YEAR)
    return Period(end - YEAR, end)


def _days_known(session: Session, meter: Meter, zone: ZoneInfo) -> Period | None:
    ids = select(Register.id).where(Register.meter_id == meter.id)
    daily = (EnergyRollup.register_id.in_(ids), EnergyRollup.step == Step.DAY)
    first = session.scalar(select(func.min(EnergyRollup.starts_at)).where(*daily))
    last = session.scalar(select(func.max(EnergyRollup.starts_at)).where(*daily))
    if first is None or last is None:
        return None
    return Period(first.astimezone(zone).date(), last.astimezone(zone).date() + timedelta(days=1))


def _estimated(session: Session, meter: Meter, whole: Period, known: dict[date, float]) -> set[date]:
    """Of the days that are not known, those of which the energy is known but was only spread."""
    zone = ZoneInfo(meter.site.timezone)
    gone = [on for on in whole.days() if on not in known]
    if not gone:
        return set()
    during = Interval(midnight(gone[0], zone), midnight(gone[-1] + timedelta(days=1), zone))
    return {
        day.starts_at.astimezone(zone).date()
        for day in energy_series(session, meter, during, "day", zone)
        if day.known >= WHOLLY_KNOWN and day.estimated > MOST_ESTIMATED
    }


def _worth(found: Evaluation, meter: Meter, book: PriceBook) -> Worth:
    kind, last = meter.kind.value, found.reporting.on[-1]
    saved = found.adjusted_kwh - found.reporting.energy_kwh
    by_day = list(zip(found.reporting.on, (float(one) for one in saved), strict=True))
    eur = _sum([book.eur(kind, kwh, on) for on, kwh in by_day])
    half = None if eur is None else book.eur(kind, found.saving.half_kwh, last)
    co2 = _sum([book.co2_kg(kind, kwh, on) for on, kwh in by_day])
    return Worth(eur, half, co2, book.is_estimate(kind, last))


def _sum(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) if len(known) == len(values) else None


def _year(since: Evaluation, end: date) -> tuple[float, bool]:
    """What the baseline would ask of a year, by the days of the last one; and whether these are a year."""
    last = [place for place, on in enumerate(since.reporting.on) if on >= end - YEAR]
    whole = len(last) >= YEAR.days - 37
    return float(since.adjusted_kwh[last].mean()) * DAYS_A_YEAR if last else 0.0, whole


def _yearly(one: Effect, year_kwh: float, meter: Meter, book: PriceBook, reporting: Period) -> Yearly:
    kind, on = meter.kind.value, reporting.end - timedelta(days=1)
    kwh, half = one.fraction * year_kwh, one.half_fraction * year_kwh
    return Yearly(one, kwh, half, book.eur(kind, kwh, on), book.eur(kind, half, on))


def occupied_hours_by_day(session: Session, site: Site, period: Period) -> dict[date, float]:
    """Hours in which spaces were occupied, summed over the site's, of each local day that was watched."""
    zone = ZoneInfo(site.timezone)
    rows = session.execute(
        select(OccupancyRollup.starts_at, func.sum(OccupancyRollup.occupied_s))
        .join(Space, Space.id == OccupancyRollup.space_id)
        .where(
            Space.site_id == site.id,
            OccupancyRollup.step == Step.DAY,
            OccupancyRollup.starts_at >= midnight(period.first, zone),
            OccupancyRollup.starts_at < midnight(period.end, zone),
        )
        .group_by(OccupancyRollup.starts_at)
        .having(
            func.sum(OccupancyRollup.unknown_s)
            <= func.sum(OccupancyRollup.occupied_s + OccupancyRollup.empty_s)
        )
    )
    return {at.astimezone(zone).date(): float(seconds) / 3600 for at, seconds in rows}
