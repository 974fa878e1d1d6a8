"""A season in local time: which date and which instants a week, day and slot of the grid stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from samen.domain.allocation.instance import Grid
from samen.domain.interval import Interval, at_wall

WEEK = timedelta(weeks=1)
MOST_WEEKS = 53
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Season:
    """From `from_on` up to and without `until_on`, whole weeks: week 0 is the first seven dates.

    `weekdays` (0 is Monday), in order: the grid's day 0 is the first of them. `day_end` of 00:00 is the end
    of the day. Slots are wall time: the same clock time on both sides of a clock change.
    """

    from_on: date
    until_on: date
    weekdays: tuple[int, ...]
    day_start: time
    day_end: time
    slot_minutes: int
    zone: ZoneInfo

    def faults(self) -> Iterator[str]:
        """What makes it no season: `weeks`, `weekdays`, `slots`; nothing where it is one."""
        days = (self.until_on - self.from_on).days
        if days % 7 or not 0 < days <= 7 * MOST_WEEKS:
            yield "weeks"
        if list(self.weekdays) != sorted(set(self.weekdays) & set(range(7))) or not self.weekdays:
            yield "weekdays"
        if self.slot_minutes <= 0 or self._minutes <= 0 or self._minutes % self.slot_minutes:
            yield "slots"

    @property
    def weeks(self) -> int:
        return (self.until_on - self.from_on) // WEEK

    @property
    def slots_per_day(self) -> int:
        return self._minutes // self.slot_minutes

    @property
    def grid(self) -> Grid:
        start = f"{self.day_start:%H:%M}"
        return Grid(self.weeks, len(self.weekdays), self.slots_per_day, self.slot_minutes, start)

    @property
    def during(self) -> Interval:
        """From the first date's midnight to the last one's."""
        midnight = time(0)
        return Interval(
            at_wall(self.from_on, midnight, self.zone), at_wall(self.until_on, midnight, self.zone)
        )

    def on(self, week: int, day: int) -> date:
        """The date of a week's day."""
        offset = (self.weekdays[day] - self.from_on.weekday()) % 7
        return self.from_on + timedelta(weeks=week, days=offset)

    def clock(self, slot: int) -> time:
        """The wall time at which a slot begins; 00:00 for the end of a day that ends at midnight."""
        return (datetime.combine(date.min, self.day_start) + self._after(slot)).time()

    def slot_at(self, clock: time) -> int | None:
        """The slot that begins at a wall time; None where none does."""
        minutes = _minutes_of(clock) - _minutes_of(self.day_start)
        slot, rest = divmod(minutes, self.slot_minutes)
        return slot if not rest and 0 <= slot < self.slots_per_day else None

    def instant(self, on: date, slot: int) -> datetime:
        """When a slot begins on a date, in UTC; the day's last end included."""
        wall = datetime.combine(on, self.day_start) + self._after(slot)
        return at_wall(wall.date(), wall.time(), self.zone)

    def during_of(self, week: int, day: int, start: int, slots: int) -> Interval:
        """Some slots of one day, as instants. Of what a clock change skips, as long a time after it."""
        on = self.on(week, day)
        begins, ends = self.instant(on, start), self.instant(on, start + slots)
        return Interval(begins, ends if ends > begins else begins + self._after(slots))

    def _after(self, slot: int) -> timedelta:
        return timedelta(minutes=slot * self.slot_minutes)

    @property
    def _minutes(self) -> int:
        end = _minutes_of(self.day_end) or MINUTES_A_DAY
        return end - _minutes_of(self.day_start)


def _minutes_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute
