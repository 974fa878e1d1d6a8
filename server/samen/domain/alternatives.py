"""The nearest "yes" beside a "no"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from samen.domain.interval import Interval, gaps
from samen.domain.rules import SpaceRules, Wanted, refusals

STEP = timedelta(minutes=15)
MOST = 3


@dataclass(frozen=True)
class Candidate:
    """A space that may serve instead: its rules and when it is busy around the wanted time."""

    space: str
    rules: SpaceRules
    busy: Sequence[Interval]


@dataclass(frozen=True)
class Alternative:
    """A space and a time that would be accepted now."""

    space: str
    during: Interval


def alternatives(
    wanted: Wanted, own: Candidate, others: Sequence[Candidate], around: Interval, now: datetime
) -> list[Alternative]:
    """Up to three: other spaces at the wanted time (best fit first), then the nearest times in the own space.

    `around` bounds the search; `own` is first asked whether the rules allow the length at all.
    """
    elsewhere = [
        Alternative(other.space, wanted.during)
        for other in sorted(others, key=lambda other: other.rules.capacity)
        if _accepts(other, wanted, now)
    ]
    sooner_or_later = _nearest_times(wanted, own, around, now)
    shown = elsewhere[: MOST - 1] if sooner_or_later else elsewhere
    return [*shown, *sooner_or_later][:MOST]


def _accepts(candidate: Candidate, wanted: Wanted, now: datetime) -> bool:
    free = not any(span.overlaps(wanted.during) for span in candidate.busy)
    return free and not refusals(wanted, candidate.rules, now)


def _nearest_times(wanted: Wanted, own: Candidate, around: Interval, now: datetime) -> list[Alternative]:
    starts = [start for gap in gaps(around, own.busy) for start in _starts(gap, wanted, now)]
    starts.sort(key=lambda start: (abs(start - wanted.during.start), start))
    found: list[Alternative] = []
    for start in starts:
        moved = replace(wanted, during=Interval(start, start + wanted.during.length))
        if not refusals(moved, own.rules, now):
            found.append(Alternative(own.space, moved.during))
        if len(found) == MOST:
            break
    return found


def _starts(gap: Interval, wanted: Wanted, now: datetime) -> list[datetime]:
    """Where the wanted length could begin within the gap: at its edges and every quarter between."""
    last = gap.end - wanted.during.length
    first = max(gap.start, now)
    steps = range(int((last - first) / STEP) + 1) if last >= first else range(0)
    return sorted({_quarter(first) + step * STEP for step in steps} | ({last} if last >= first else set()))


def _quarter(instant: datetime) -> datetime:
    """The next quarter of an hour, or the instant itself if it is one."""
    past = timedelta(minutes=instant.minute % 15, seconds=instant.second, microseconds=instant.microsecond)
    return instant if not past else instant - past + STEP
