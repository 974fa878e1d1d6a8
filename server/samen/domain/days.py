"""Local days, their open hours, or bills, out of values; a day of a clock change has 23 or 25 hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from samen.domain.interval import local_day
from samen.domain.sufficiency import LEAST_BILL_DAYS, MOST_BILL_DAYS, Period

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# CalTRACK 2.2.1.4: a day's mean temperature needs half of its values.
LEAST_OF_A_DAY = 0.5

Timed = tuple[datetime, float | None]


class StepFault(ValueError):
    """The values are neither hourly (or finer) nor daily."""


def step_of(values: Sequence[Timed]) -> timedelta:
    """The usual distance between values: an hour or less, or a day. Raises StepFault."""
    usual = _usual_gap(values)
    if usual <= HOUR:
        return usual
    if DAY - HOUR <= usual <= DAY + HOUR:
        return DAY
    raise StepFault(f"rows are {usual} apart: hourly or daily ones are understood")


def are_bills(values: Sequence[Timed]) -> bool:
    """Whether the usual distance between values is that of monthly or two-monthly bills. Raises StepFault."""
    return timedelta(days=LEAST_BILL_DAYS) <= _usual_gap(values) <= timedelta(days=MOST_BILL_DAYS)


def _usual_gap(values: Sequence[Timed]) -> timedelta:
    gaps = sorted(later[0] - earlier[0] for earlier, later in pairwise(values))
    if not gaps:
        raise StepFault("at least two rows are needed")
    return gaps[len(gaps) // 2]


def bills(values: Sequence[Timed], zone: ZoneInfo) -> list[tuple[Period, float]]:
    """What was used from each row's local date to the next one's: the last row only ends the one before."""
    return [
        (Period(at.astimezone(zone).date(), end.astimezone(zone).date()), used)
        for (at, used), (end, _) in pairwise(values)
        if used is not None
    ]


def energy_by_day(values: Sequence[Timed], zone: ZoneInfo) -> dict[date, float]:
    """Energy of each local day that is known from end to end."""
    step = step_of(values)
    found = _by_day(values, zone)
    if step == DAY:
        return {on: sum(known) for on, known in found.items()}
    return {on: sum(known) for on, known in found.items() if len(known) >= _values_in(on, zone, step)}


def parts_by_day(
    values: Sequence[Timed], zone: ZoneInfo, is_open: Callable[[datetime], bool]
) -> tuple[dict[date, float], dict[date, float]]:
    """Energy of each wholly known local day within the hours that are open, and outside them.

    `is_open` is asked of each value's local start. Raises StepFault for values that are a day apart.
    """
    if step_of(values) == DAY:
        raise StepFault("rows are a day apart: hourly ones are needed to tell open hours from others")
    whole = energy_by_day(values, zone)
    local = ((at.astimezone(zone), value) for at, value in values)
    during = _summed((at.date(), value) for at, value in local if value is not None and is_open(at))
    inside = {on: during.get(on, 0.0) for on in whole}
    return inside, {on: total - inside[on] for on, total in whole.items()}


def _summed(parts: Iterable[tuple[date, float]]) -> Mapping[date, float]:
    found: defaultdict[date, float] = defaultdict(float)
    for on, value in parts:
        found[on] += value
    return found


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
