"""What a tenant's members may book together, in hours that weigh more at busy times."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval, at_wall, local_day, midnight


class Period(enum.Enum):
    """Over which local dates a quota is counted."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Basis(enum.Enum):
    """What is counted of a booking that is over: all that was booked, or what was used where that is known."""

    BOOKED = "booked"
    USED = "used"


@dataclass(frozen=True)
class Busy:
    """Local hours that weigh more (or less) than others. `weekdays`: bit 0 is Monday."""

    weekdays: int
    opening: time
    closing: time
    weight: float


@dataclass(frozen=True)
class Spent:
    """A booking as a quota sees it. `space_weight`: what an hour in that space counts."""

    during: Interval
    space_weight: float


def period_of(period: Period, on: date, zone: ZoneInfo) -> Interval:
    """The local week (from Monday), month or quarter that holds the date, as instants."""
    if period is Period.WEEK:
        first = on - timedelta(days=on.weekday())
        return Interval(midnight(first, zone), midnight(first + timedelta(days=7), zone))
    months = 1 if period is Period.MONTH else 3
    month = on.month - (on.month - 1) % months
    following = date(on.year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
    return Interval(midnight(date(on.year, month, 1), zone), midnight(following, zone))


def weighted_hours(spent: Iterable[Spent], busy: Sequence[Busy], within: Interval, zone: ZoneInfo) -> float:
    """Hours of the bookings within `within`, each times its space's weight and that of its busiest rule."""
    total = 0.0
    for one in spent:
        if one.during.overlaps(within):
            cut = Interval(max(one.during.start, within.start), min(one.during.end, within.end))
            total += one.space_weight * _hours(cut, busy, zone)
    return total


def _hours(during: Interval, busy: Sequence[Busy], zone: ZoneInfo) -> float:
    """Elapsed hours, each stretch at the highest weight that holds there, or 1 where none does."""
    edges = sorted({during.start, during.end, *_edges(during, busy, zone)})
    return sum(
        (until - start).total_seconds() / 3600 * _weight_at(start, busy, zone)
        for start, until in itertools.pairwise(edges)
    )


def _edges(during: Interval, busy: Sequence[Busy], zone: ZoneInfo) -> Iterable[datetime]:
    on = during.start.astimezone(zone).date()
    while local_day(on, zone).start < during.end:
        for rule in busy:
            for wall in (rule.opening, rule.closing):
                at = at_wall(on, wall, zone)
                if during.contains(at):
                    yield at
        on += timedelta(days=1)


def _weight_at(at: datetime, busy: Sequence[Busy], zone: ZoneInfo) -> float:
    local = at.astimezone(zone)
    weights = [
        rule.weight
        for rule in busy
        if rule.weekdays >> local.weekday() & 1 and rule.opening <= local.time() < rule.closing
    ]
    return max(weights, default=1.0)
