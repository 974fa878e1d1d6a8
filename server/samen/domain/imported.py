"""Rows of a file as spans of time: what each amount was used in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval

# Rows further apart say nothing of the hours and days in between.
LONGEST_STEP = timedelta(days=32)


class Irregular(ValueError):
    """Times that follow no step; `place` is the index of the first that does not."""

    def __init__(self, place: int, detail: str) -> None:
        super().__init__(detail)
        self.place = place


@dataclass(frozen=True, slots=True)
class Amount:
    """What a line of a file says was used in an interval, in the register's unit."""

    line: int
    during: Interval
    amount: float


def intervals(starts: Sequence[datetime], zone: ZoneInfo) -> list[Interval]:
    """The interval that begins at each instant: one step long, or one local day where the rows are daily.

    The step is the smallest distance between two rows; all others are multiples of it. Raises Irregular.
    """
    if len(starts) < 2:
        raise Irregular(0, "two rows at least: the step is the distance between them")
    step = min(after - before for before, after in pairwise(starts))
    if _are_local_days(starts, step, zone):
        return [Interval(start, _a_day_later(start, zone)) for start in starts]
    if step > LONGEST_STEP:
        raise Irregular(1, f"the rows are {step.days} days apart")
    for place, (before, after) in enumerate(pairwise(starts), start=1):
        if (after - before) % step:
            raise Irregular(place, f"{after.isoformat()} is off the step of {step}")
    return [Interval(start, start + step) for start in starts]


def _are_local_days(starts: Sequence[datetime], step: timedelta, zone: ZoneInfo) -> bool:
    if not timedelta(hours=23) <= step <= timedelta(hours=25):
        return False
    return len({start.astimezone(zone).time() for start in starts}) == 1


def _a_day_later(start: datetime, zone: ZoneInfo) -> datetime:
    local = start.astimezone(zone)
    following = local.replace(tzinfo=None) + timedelta(days=1)
    return following.replace(tzinfo=zone).astimezone(UTC)


def runs(amounts: Iterable[Amount]) -> list[list[Amount]]:
    """Amounts in order, parted wherever one does not begin when the one before ends."""
    parted: list[list[Amount]] = []
    for amount in amounts:
        if parted and parted[-1][-1].during.end == amount.during.start:
            parted[-1].append(amount)
        else:
            parted.append([amount])
    return parted
