"""Local days out of hourly or daily values; one of a clock change has 23 or 25 hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from samen.domain.interval import local_day

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# CalTRACK 2.2.1.4: a day's mean temperature needs half of its values.
LEAST_OF_A_DAY = 0.5

Timed = tuple[datetime, float | None]


class StepFault(ValueError):
    """The values are neither hourly (or finer) nor daily."""


def step_of(values: Sequence[Timed]) -> timedelta:
    """The usual distance between values: an hour or less, or a day. Raises StepFault."""
    gaps = sorted(later[0] - earlier[0] for earlier, later in pairwise(values))
    if not gaps:
        raise StepFault("at least two rows are needed")
    usual = gaps[len(gaps) // 2]
    if usual <= HOUR:
        return usual
    if DAY - HOUR <= usual <= DAY + HOUR:
        return DAY
    raise StepFault(f"rows are {usual} apart: hourly or daily ones are understood")


def energy_by_day(values: Sequence[Timed], zone: ZoneInfo) -> dict[date, float]:
    """Energy of each local day that is known from end to end."""
    step = step_of(values)
    found = _by_day(values, zone)
    if step == DAY:
        return {on: sum(known) for on, known in found.items()}
    return {on: sum(known) for on, known in found.items() if len(known) >= _values_in(on, zone, step)}


def mean_by_day(values: Sequence[Timed], zone: ZoneInfo) -> dict[date, float]:
    """Mean of each local day of which at least half is known."""
    step = step_of(values)
    return {
        on: sum(known) / len(known)
        for on, known in _by_day(values, zone).items()
        if step == DAY or len(known) >= LEAST_OF_A_DAY * _values_in(on, zone, step)
    }


def _by_day(values: Sequence[Timed], zone: ZoneInfo) -> Mapping[date, list[float]]:
    found: defaultdict[date, list[float]] = defaultdict(list)
    for at, value in values:
        if value is not None:
            found[at.astimezone(zone).date()].append(value)
    return found


def _values_in(on: date, zone: ZoneInfo, step: timedelta) -> int:
    return round(local_day(on, zone).length / step)
