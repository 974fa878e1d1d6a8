"""What an edit of a series does to its dates: exceptions survive, and what was left out stays out."""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval, at_wall
from samen.domain.series import expand, moved_end

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Reach(enum.Enum):
    """Which dates of a series an edit is meant for."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class Pattern:
    """What a series' rule says: the first date in wall time, how long each lasts, and the rule if any.

    Of a wall time that occurs twice a rule means the first; without one, the `fold` of `starts_local` says.
    """

    starts_local: datetime
    length: timedelta
    rrule: str | None
    zone: ZoneInfo

    def starts(self) -> list[datetime]:
        """Every start the rule gives, as UTC instants."""
        if self.rrule is None and self.starts_local.fold:
            return [self.starts_local.replace(tzinfo=self.zone).astimezone(UTC)]
        return [start.astimezone(UTC) for start in expand(self.starts_local, self.rrule, self.zone).starts]

    def missing(self) -> tuple[datetime, ...]:
        """Local times of the rule that do not exist on their date."""
        return expand(self.starts_local, self.rrule, self.zone).skipped

    def during(self, start: datetime) -> Interval:
        """The date that starts then."""
        return Interval(start, start + self.length)

    def shifted(self, by: timedelta) -> Pattern:
        """The same rule at another wall time or on other days. Raises CannotShift where the rule names days
        in a way that does not move along.
        """
        starts_local = self.starts_local + by
        if self.rrule is None:
            return replace(self, starts_local=starts_local)
        days = (starts_local.date() - self.starts_local.date()).days
        rrule = moved_end(_shifted_rule(self.rrule, days), self.zone, by, days)
        return replace(self, starts_local=starts_local, rrule=rrule)


class CannotShift(ValueError):
    """The rule names days (the 31st, the first Monday) that another day does not follow from."""


@dataclass(frozen=True)
class Dated:
    """A date of a series as it stands. `moved`: it alone was given another time or space."""

    id: UUID
    original_start: datetime
    moved: bool
    alive: bool


@dataclass(frozen=True)
class Redrawn:
    """What becomes of each date when a series' pattern changes.

    `renamed`: exceptions, ended dates among them: they keep their time and only follow the rule in name, so
    that a cancelled date never comes back. `placed`: plain dates, to be placed where the rule is now.
    `detached`: moved dates outside the new rule, which stand alone from here on. `dropped`: plain dates
    outside it. `added`: dates it newly gives.
    """

    renamed: Mapping[UUID, datetime]
    placed: Mapping[UUID, datetime]
    detached: Sequence[UUID]
    dropped: Sequence[UUID]
    added: Sequence[datetime]


def left_out(pattern: Pattern, known: Collection[datetime]) -> list[datetime]:
    """Starts that the rule gives and that have no date: left out for a clash, or by choice."""
    return [start for start in pattern.starts() if start not in known]


def redraw(old: Pattern, new: Pattern, dates: Sequence[Dated]) -> Redrawn:
    """Lead every date from the old pattern to the new: by its local day, moved as the first one is."""
    days = timedelta(days=(new.starts_local.date() - old.starts_local.date()).days)
    known = {one.original_start for one in dates}
    skipped = {_local_day(start, old.zone) + days for start in left_out(old, known)}
    open_starts = {_local_day(start, new.zone): start for start in new.starts()}
    renamed: dict[UUID, datetime] = {}
    placed: dict[UUID, datetime] = {}
    outside: dict[bool, list[UUID]] = {True: [], False: []}
    for one in dates:
        day = _local_day(one.original_start, old.zone) + days
        start = open_starts.pop(day, None)
        if not one.alive:
            renamed[one.id] = start or at_wall(day, new.starts_local.time(), new.zone)
        elif start is None:
            outside[one.moved].append(one.id)
        else:
            (renamed if one.moved else placed)[one.id] = start
    added = [start for day, start in sorted(open_starts.items()) if day not in skipped]
    return Redrawn(renamed, placed, outside[True], outside[False], added)


def keeps_approval(before: Interval, after: Interval, *, same_space: bool) -> bool:
    """Whether what was approved covers the new time: shortening asks nobody again."""
    return same_space and before.start <= after.start and after.end <= before.end


def _local_day(start: datetime, zone: ZoneInfo) -> date:
    return start.astimezone(zone).date()


def _shifted_rule(rrule: str, days: int) -> str:
    """Weekdays of a weekly rule move along; a rule without any follows its first date by itself."""
    if days == 0 or "BY" not in rrule:
        return rrule
    named = re.search(r"BYDAY=([A-Z,]+)", rrule)
    if "FREQ=WEEKLY" not in rrule or named is None or re.search(r"BY(?!DAY)", rrule):
        raise CannotShift(rrule)
    moved = (WEEKDAYS[(WEEKDAYS.index(day) + days) % 7] for day in named[1].split(","))
    return rrule.replace(named[0], "BYDAY=" + ",".join(moved))
