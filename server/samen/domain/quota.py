"""What a tenant's members may book together, in hours that weigh more at busy times."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval, midnight
from samen.domain.rules import open_from_to


class Period(enum.Enum):
    """Over which local dates a quota is counted."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Basis(enum.Enum):
    """What is counted of a booking to which nobody came: all that was booked, or nothing."""

    BOOKED = "booked"
    USED = "used"


@dataclass(frozen=True)
class Busy:
    """Local hours that weigh more (or less) than others. `weekdays`: bit 0 is Monday."""

    weekdays: int
    opening: time
    closing: time
    weight: float

    def span_on(self, on: date, zone: ZoneInfo) -> Interval | None:
        """When it holds on a local date, if it does."""
        holds = self.weekdays >> on.weekday() & 1
        return open_from_to((self.opening, self.closing), on, zone) if holds else None


@dataclass(frozen=True)
class Spent:
    """A booking as a quota sees it. `space_weight`: what an hour in that space counts.

    `ended_at`: when it was given back. `used`: whether somebody came, where that is known.
    """

    during: Interval
    space_weight: float
    ended_at: datetime | None = None
    used: bool | None = None

    def counted(self, basis: Basis) -> Interval | None:
        """The part that counts: until it was given back, for from there on others may have it.

        Where nobody came it is all or nothing, as the basis says; where no sensor knows, somebody came.
        """
        if self.used is False:
            return self.during if basis is Basis.BOOKED else None
        until = min(self.ended_at or self.during.end, self.during.end)
        return Interval(self.during.start, until) if until > self.during.start else None


def period_of(period: Period, on: date, zone: ZoneInfo) -> Interval:
    """The local week (from Monday), month or quarter that holds the date, as instants."""
    if period is Period.WEEK:
        first = on - timedelta(days=on.weekday())
        return Interval(midnight(first, zone), midnight(first + timedelta(days=7), zone))
    months = 1 if period is Period.MONTH else 3
    month = on.month - (on.month - 1) % months
    following = date(on.year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
    return Interval(midnight(date(on.year, month, 1), zone), midnight(following, zone))


def periods_touched(period: Period, spans: Iterable[Interval], zone: ZoneInfo) -> list[Interval]:
    """Every such period that one of the spans reaches into, in order of time."""
    found: set[Interval] = set()
    for span in spans:
        at = span.start
        while at < span.end:
            touched = period_of(period, at.astimezone(zone).date(), zone)
            found.add(touched)
            at = touched.end
    return sorted(found)


def weighted_hours(
    spent: Iterable[Spent], basis: Basis, busy: Sequence[Busy], within: Interval, zone: ZoneInfo
) -> float:
    """Hours that count within `within`, each times its space's weight and that of its busiest rule."""
    total = 0.0
    for one in spent:
        counted = one.counted(basis)
        if counted is not None and counted.overlaps(within):
            cut = Interval(max(counted.start, within.start), min(counted.end, within.end))
            total += one.space_weight * _hours(cut, busy, zone)
    return total


def _hours(during: Interval, busy: Sequence[Busy], zone: ZoneInfo) -> float:
    """Elapsed hours, each stretch at the highest weight that holds there, or 1 where none does."""
    peaks = [(span, rule.weight) for span, rule in _peaks(during, busy, zone)]
    edges = {edge for span, _ in peaks for edge in (span.start, span.end) if during.contains(edge)}
    return sum(
        (until - start) / timedelta(hours=1)
        * max((weight for span, weight in peaks if span.contains(start)), default=1.0)
        for start, until in itertools.pairwise(sorted({during.start, during.end, *edges}))
    )  # fmt: skip


def _peaks(during: Interval, busy: Sequence[Busy], zone: ZoneInfo) -> Iterable[tuple[Interval, Busy]]:
    first, last = (edge.astimezone(zone).date() for edge in (during.start, during.end))
    for on in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for rule in busy:
            span = rule.span_on(on, zone)
            if span is not None and span.overlaps(during):
                yield span, rule
