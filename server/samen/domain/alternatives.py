"""The nearest "yes" beside a "no"."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from samen.domain.finding import EnergyHint, preference
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


class Why(enum.Enum):
    """What speaks for it: the very time that was wanted, or the very space."""

    SAME_TIME = "same_time"
    SAME_SPACE = "same_space"


UNKNOWN = EnergyHint(warm=False)


@dataclass(frozen=True)
class Alternative:
    """A space and a time that would be accepted now, why, and what heat it would take."""

    space: str
    during: Interval
    why: Why = Why.SAME_SPACE
    energy: EnergyHint = UNKNOWN


# (space, time): the heat that a booking there and then would take.
Heat = Callable[[str, Interval], EnergyHint]


def unknown_heat(_space: str, _during: Interval) -> EnergyHint:
    """Where nobody asks what it takes."""
    return UNKNOWN


def alternatives(
    wanted: Wanted,
    own: Candidate,
    others: Sequence[Candidate],
    around: Interval,
    now: datetime,
    heat: Heat = unknown_heat,
) -> list[Alternative]:
    """Up to three: other spaces at the wanted time, then the nearest times in the own space.

    Of the others those that take the least heat come first, then the best fit. `around` bounds the search.
    """
    elsewhere = _elsewhere(wanted, others, now, heat)
    sooner_or_later = _nearest_times(wanted, own, around, now, heat)
    shown = elsewhere[: MOST - 1] if sooner_or_later else elsewhere
    return [*shown, *sooner_or_later][:MOST]


def _elsewhere(wanted: Wanted, others: Sequence[Candidate], now: datetime, heat: Heat) -> list[Alternative]:
    free = [other for other in others if _accepts(other, wanted, now)]
    found = [(heat(other.space, wanted.during), other) for other in free]
    found.sort(key=lambda one: preference(one[0], one[1].rules.capacity, 0))
    return [Alternative(other.space, wanted.during, Why.SAME_TIME, energy) for energy, other in found]


def _accepts(candidate: Candidate, wanted: Wanted, now: datetime) -> bool:
    free = not any(span.overlaps(wanted.during) for span in candidate.busy)
    return free and not refusals(wanted, candidate.rules, now)


def _nearest_times(
    wanted: Wanted, own: Candidate, around: Interval, now: datetime, heat: Heat
) -> list[Alternative]:
    starts = [start for gap in gaps(around, own.busy) for start in _starts(gap, wanted, now)]
    starts.sort(key=lambda start: (abs(start - wanted.during.start), start))
    found: list[Alternative] = []
    for start in starts:
        moved = replace(wanted, during=Interval(start, start + wanted.during.length))
        if not refusals(moved, own.rules, now):
            energy = heat(own.space, moved.during)
            found.append(Alternative(own.space, moved.during, Why.SAME_SPACE, energy))
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
