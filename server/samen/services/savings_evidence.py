"""What a saving is judged by: days or bills, weather, presence, periods, and days left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    EnergyRollup,
    Intervention,
    Meter,
    OccupancyRollup,
    Site,
    Space,
    Step,
)
from samen.domain.evaluation import LEAST_DAYS, Period
from samen.domain.exclusions import Excluded, excluded, without
from samen.domain.interval import Interval, midnight
from samen.domain.interventions import effective_on, works
from samen.domain.rules import Refusal
from samen.services.bills import current_bills
from samen.services.calorific import kwh_of
from samen.services.energy import by_day, energy_series
from samen.services.interventions import of_meter
from samen.services.weather import deg_c_by_day

YEAR = timedelta(days=365)
LEAST_WATCHED, SHORTEST_DAY_S = 0.75, 23 * 3600


@dataclass(frozen=True)
class Asked:
    """Periods that somebody chose; None: as usual."""

    baseline: Period | None = None
    reporting: Period | None = None


@dataclass(frozen=True)
class Evidence:
    """Exactly what is evaluated, and the days left out.

    Energy is that of days, or where these are too few that of `bills`: (period, kWh) each, in order.
    `occupied_hours` of days, empty where nobody is counted. `interventions`: names with the first day on
    which each can have saved something.
    """

    meter: Meter
    baseline: Period
    reporting: Period
    energy_kwh: Mapping[date, float]
    deg_c: Mapping[date, float]
    interventions: tuple[tuple[str, date], ...]
    excluded: tuple[Excluded, ...] = ()
    occupied_hours: Mapping[date, float] = field(default_factory=dict)
    bills: tuple[tuple[Period, float], ...] = ()


def gather(session: Session, meter: Meter, now: datetime, asked: Asked) -> Evidence | Refusal:
    """All of it for a meter, by days where a month of them is known; or why nothing can be compared."""
    today = now.astimezone(ZoneInfo(meter.site.timezone)).date()
    measures = of_meter(session, meter)
    by_days = _by_days(session, meter, measures, today, asked)
    if isinstance(by_days, Evidence) and _enough(by_days):
        return by_days
    return _by_bills(session, meter, measures, today, asked) or by_days


def _enough(evidence: Evidence) -> bool:
    return sum(on in evidence.energy_kwh for on in evidence.baseline.days()) >= LEAST_DAYS


def _by_days(
    session: Session, meter: Meter, measures: Sequence[Intervention], today: date, asked: Asked
) -> Evidence | Refusal:
    site, zone = meter.site, ZoneInfo(meter.site.timezone)
    known = _days_known(session, meter, zone)
    periods = _periods(known, measures, today, asked) if known else Refusal("nothing_measured")
    if isinstance(periods, Refusal):
        return periods
    baseline, reporting = periods
    whole = Period(baseline.first, reporting.end)
    span = Interval(midnight(whole.first, zone), midnight(whole.end, zone))
    counted = energy_series(session, meter, span, "day", zone)
    energy = kwh_of(session, meter, by_day((day for day in counted if day.sure), zone))
    spread = {day.starts_at.astimezone(zone).date() for day in counted if day.whole and not day.sure}
    warmth, presence = _around(session, site, whole)
    works_of = [(one.name, its) for one in measures if (its := works(one.starts_on, one.done_on)) is not None]
    days = (baseline, Period(baseline.end, reporting.end))
    return Evidence(
        meter,
        baseline,
        reporting,
        without(energy, works_of),
        warmth,
        _starts(measures),
        excluded(days, energy, warmth, spread, works_of),
        presence,
    )


def _by_bills(
    session: Session, meter: Meter, measures: Sequence[Intervention], today: date, asked: Asked
) -> Evidence | None:
    """None without bills that name energy, or where these leave nothing to compare."""
    bills = _bills(session, meter)
    if not bills:
        return None
    periods = _periods(Period(bills[0][0].first, bills[-1][0].end), measures, today, asked)
    if isinstance(periods, Refusal):
        return None
    baseline, reporting = periods
    warmth = deg_c_by_day(session, meter.site, Period(baseline.first, reporting.end))
    return Evidence(meter, baseline, reporting, {}, warmth, _starts(measures), bills=bills)


def _bills(session: Session, meter: Meter) -> tuple[tuple[Period, float], ...]:
    """Those of a main meter, in order; those of the same days together, and of two that overlap the first."""
    of_kind = select(func.count()).where(
        Meter.site_id == meter.site_id, Meter.kind == meter.kind, Meter.main_id.is_(None)
    )
    # A bill that names no meter is for all of its kind: where there are several, it is none of theirs alone.
    whose = {meter.id, None} if session.scalar(of_kind) == 1 else {meter.id}
    found: list[tuple[Period, float]] = []
    for bill in reversed(current_bills(session, meter.site, meter.kind)):
        period, before = Period(bill.from_on, bill.until_on), found[-1] if found else None
        if bill.used is None or bill.meter_id not in whose:
            continue
        if before is not None and before[0] == period:
            found[-1] = period, before[1] + bill.used
        elif before is None or before[0].end <= period.first:
            found.append((period, bill.used))
    return tuple(found) if meter.main_id is None else ()


def _starts(measures: Sequence[Intervention]) -> tuple[tuple[str, date], ...]:
    return tuple((one.name, effective_on(one.starts_on, one.done_on)) for one in measures)


def _periods(
    known: Period, measures: Sequence[Intervention], today: date, asked: Asked
) -> tuple[Period, Period] | Refusal:
    """By default the year before the first intervention against the last year, or what there is of it."""
    latest = min(known.end, today)
    baseline = asked.baseline or _usual_baseline(measures, known.first, latest)
    reporting = asked.reporting or Period(max(latest - YEAR, baseline.end), latest)
    if reporting.first < baseline.end:
        return Refusal("reporting_before_baseline_ends")
    if reporting.first >= reporting.end:
        return Refusal("nothing_after_baseline", {"date": baseline.end})
    return baseline, reporting


def _usual_baseline(measures: Sequence[Intervention], first: date, latest: date) -> Period:
    """The year before the first intervention since metering began, or else the year before the last one."""
    starts = [one.starts_on for one in measures if first < one.starts_on < latest]
    end = min(starts, default=max(first + YEAR, latest - YEAR))
    return Period(end - YEAR, end)


def _days_known(session: Session, meter: Meter, zone: ZoneInfo) -> Period | None:
    ids = [register.id for register in meter.registers]
    daily = (EnergyRollup.register_id.in_(ids), EnergyRollup.step == Step.DAY)
    first = session.scalar(select(func.min(EnergyRollup.starts_at)).where(*daily))
    last = session.scalar(select(func.max(EnergyRollup.starts_at)).where(*daily))
    if first is None or last is None:
        return None
    return Period(first.astimezone(zone).date(), last.astimezone(zone).date() + timedelta(days=1))


def _around(session: Session, site: Site, whole: Period) -> tuple[Mapping[date, float], Mapping[date, float]]:
    """The site's weather and presence of a period, read once in a session for all of its meters."""
    kept = session.info.setdefault("around", {})
    if (site.id, whole) not in kept:
        found = (deg_c_by_day(session, site, whole), occupied_hours_by_day(session, site, whole))
        kept[site.id, whole] = found
    return cast("tuple[Mapping[date, float], Mapping[date, float]]", kept[site.id, whole])


def occupied_hours_by_day(session: Session, site: Site, period: Period) -> dict[date, float]:
    """Hours in which spaces were occupied, summed over the site's, of each local day that was watched.

    A day on which sensors were silent for long would pass for a day on which people were away.
    """
    zone = ZoneInfo(site.timezone)
    occupied, seen = OccupancyRollup.occupied_s, OccupancyRollup.occupied_s + OccupancyRollup.empty_s
    spaces = session.scalars(select(Space.id).where(Space.site_id == site.id)).all()
    rows = session.connection().execute(
        select(OccupancyRollup.starts_at, func.sum(occupied))
        .where(
            # By their numbers: of a subquery PostgreSQL expects too many rows, and reads all there are.
            OccupancyRollup.space_id.in_(spaces),
            OccupancyRollup.step == Step.DAY,
            OccupancyRollup.starts_at >= midnight(period.first, zone),
            OccupancyRollup.starts_at < midnight(period.end, zone),
        )
        .group_by(OccupancyRollup.starts_at)
        .having(func.sum(seen) >= LEAST_WATCHED * SHORTEST_DAY_S * func.count())
    )
    return {at.astimezone(zone).date(): float(seconds) / 3600 for at, seconds in rows}
