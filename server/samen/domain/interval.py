"""Half-open spans of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Interval:
    """From `start` up to but not including `end`: aware instants, never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval's instants carry their zone")
        if self.start >= self.end:
            raise ValueError("an interval ends after it starts")

    @property
    def length(self) -> timedelta:
        """Elapsed time, not wall-clock time."""
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


# A page of a week asks for the same few days hundreds of times.
@lru_cache(maxsize=1024)
def local_day(on: date, zone: ZoneInfo) -> Interval:
    """The local day as instants: 23 or 25 hours long on a clock-change night."""
    return Interval(midnight(on, zone), midnight(on + timedelta(days=1), zone))


def midnight(on: date, zone: ZoneInfo) -> datetime:
    """The instant at which the local date begins, in UTC."""
    return at_wall(on, time(0), zone)


def next_month(on: date) -> date:
    """The first day of the month after the date's."""
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)


def at_wall(on: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time; of a time that occurs twice, the first.

    A wall time that the spring change skips maps to the instant the clock reads an hour later;
    callers for whom that matters ask `exists` first.
    """
    return datetime.combine(on, wall, zone).astimezone(UTC)


def exists(on: date, wall: time, zone: ZoneInfo) -> bool:
    """Whether the wall time occurs on that date (it does not in the spring hour that is skipped)."""
    return at_wall(on, wall, zone).astimezone(zone).replace(tzinfo=None) == datetime.combine(on, wall)


def hull(spans: Iterable[Interval]) -> Interval:
    """The shortest span that holds them all. Raises ValueError when there are none."""
    known = list(spans)
    return Interval(min(span.start for span in known), max(span.end for span in known))


def gaps(within: Interval, busy: Iterable[Interval]) -> list[Interval]:
    """The free spans of `within` between the busy ones, in order."""
    free: list[Interval] = []
    cursor = within.start
    for span in sorted(busy):
        if span.start > cursor:
            free.append(Interval(cursor, min(span.start, within.end)))
        cursor = max(cursor, span.end)
        if cursor >= within.end:
            return free
    return [*free, Interval(cursor, within.end)]
