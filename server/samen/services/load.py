"""How a meter's load stands: for how much of the time it draws how much, its months' peaks and its base."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import neg
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, Step
from samen.domain.base_load import BaseLoad, base_load
from samen.domain.interval import Interval, midnight, next_month
from samen.domain.load import Counted, Load, load_of
from samen.services.energy import SECONDS, EnergyBucket, highest_bucket, sure_amounts

# Points of the curve: one a percent of the time.
PERCENTS = range(101)


@dataclass(frozen=True)
class MonthPeak:
    """The highest bucket of a local month: `per_hour` units an hour, exceeded in `share` of the time."""

    month: date
    per_hour: float
    at: datetime
    share: float


@dataclass(frozen=True)
class LoadDuration:
    """`curve`: mean power exceeded in 0, 1 … 100 % of the time. `known`: how much of the span, from 0 to 1.

    Left out: buckets not wholly measured, or of which only the energy is known and not its shape.
    """

    step: Step
    curve: tuple[float, ...]
    known: float
    peaks: tuple[MonthPeak, ...]


def load_in(buckets: Sequence[EnergyBucket], zone: ZoneInfo) -> Load:
    """The load that consecutive buckets of one length measured, one at least, in the unit an hour."""
    first = buckets[0]
    counted = (Counted(one.amount, one.known, one.estimated) for one in buckets)
    return load_of(first.starts_at, first.ends_at - first.starts_at, zone, counted)


def usual_base(hours: Sequence[EnergyBucket], zone: ZoneInfo, least_days: int = 1) -> BaseLoad | None:
    """What never stops over some hours; None where fewer whole days than that are measured."""
    found = base_load(load_in(hours, zone), least_days) if hours else None
    return found if isinstance(found, BaseLoad) else None


def load_duration(session: Session, meter: Meter, during: Interval, zone: ZoneInfo) -> LoadDuration | None:
    """By quarters of an hour; by hours for a meter that is read hourly. None while nothing is known."""
    for step in (Step.QUARTER, Step.HOUR):
        an_hour = 3600 / SECONDS[step]
        falling = (np.sort(sure_amounts(session, meter, during, step))[::-1] * an_hour).tolist()
        if falling:
            known = min(1.0, len(falling) * SECONDS[step] / during.length.total_seconds())
            peaks = _peaks(session, meter, _months(during, zone), step, falling)
            return LoadDuration(step, _curve(falling), known, peaks)
    return None


def _curve(falling: Sequence[float]) -> tuple[float, ...]:
    last = len(falling) - 1
    return tuple(falling[round(last * percent / 100)] for percent in PERCENTS)


def _months(during: Interval, zone: ZoneInfo) -> dict[date, Interval]:
    """The parts of the span by local month."""
    found: dict[date, Interval] = {}
    start = during.start
    while start < during.end:
        month = start.astimezone(zone).date().replace(day=1)
        end = min(during.end, midnight(next_month(month), zone))
        found[month] = Interval(start, end)
        start = end
    return found


def _peaks(
    session: Session, meter: Meter, months: Mapping[date, Interval], step: Step, falling: Sequence[float]
) -> tuple[MonthPeak, ...]:
    peaks = []
    for month, part in months.items():
        if (highest := highest_bucket(session, meter, part, step)) is not None:
            rate = highest[1] * 3600 / SECONDS[step]
            above = bisect_left(falling, -rate, key=neg)
            peaks.append(MonthPeak(month, rate, highest[0], above / len(falling)))
    return tuple(peaks)
