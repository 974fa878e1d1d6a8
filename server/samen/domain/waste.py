"""Waste on a meter: what is known of it, what is found, and what becomes of a finding."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from samen.domain.base_load import BaseLoad, NeverSleeps, Trend
from samen.domain.idle import LeftOn, OutOfHours, WhileEmpty
from samen.domain.load import Load, Mask, Presence
from samen.domain.power_peaks import Peaks
from samen.domain.rules import Refusal

# Evidence as it is stored: JSON values only.
Evidence = dict[str, object]
# So long a finding is looked for in vain before it is said to be gone.
GONE_AFTER = timedelta(days=14)
# A dismissed finding stays quiet for a while, and so do advice that the figures retired, what worked, and
# what was done and could not be measured.
QUIET_DAYS, RETIRED_DAYS, DONE_DAYS, UNMEASURED_DAYS = 90, 365, 56, 120


class Kind(enum.Enum):
    """What kind of waste; `web.finding_words` gives each its verb."""

    BASE_LOAD = "base_load"
    NEVER_SLEEPS = "never_sleeps"
    OUT_OF_HOURS = "out_of_hours"
    WHILE_EMPTY = "while_empty"
    LEFT_ON = "left_on"
    PEAK = "peak"


class State(enum.Enum):
    """Where a finding stands. Retired: the advice was followed and the figures saw no effect."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    DISMISSED = "dismissed"
    RETIRED = "retired"


# Two names of what may be one waste: while one of them stands, the other is not opened.
SIBLINGS: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.LEFT_ON: (Kind.WHILE_EMPTY,),
    Kind.WHILE_EMPTY: (Kind.LEFT_ON,),
    Kind.NEVER_SLEEPS: (Kind.BASE_LOAD,),
    Kind.BASE_LOAD: (Kind.NEVER_SLEEPS,),
}
# What a person may make of a finding, by what it is now.
STEPS: Mapping[State, frozenset[State]] = {
    State.OPEN: frozenset({State.TAKEN, State.DONE, State.DISMISSED}),
    State.TAKEN: frozenset({State.OPEN, State.DONE, State.DISMISSED}),
    State.DONE: frozenset({State.OPEN}),
    State.DISMISSED: frozenset({State.OPEN}),
    State.RETIRED: frozenset(),
}


@dataclass(frozen=True)
class Watched:
    """A space's sensors and bookings over the buckets of a load."""

    load: Load
    presence: Presence
    booked: Mask


@dataclass(frozen=True)
class Seen:
    """What is known of a meter.

    `hours`: eight weeks by the hour, the last bucket ends last night. `opened`: those in which a room is open
    or booked. `minima`: of the nights of a year. `watched`: four weeks of the meter's own space, if it has
    one. `quarters` and `parts`: the month by quarters, of the meter and of those below it; None: not asked.
    """

    hours: Load
    opened: Mask
    minima: Mapping[date, float]
    watched: Watched | None = None
    quarters: Load | None = None
    parts: Mapping[str, Load] = field(default_factory=dict)


@dataclass(frozen=True)
class Waste:
    """One kind of waste on a meter: what ending it would save, and on what that rests.

    `base_kw`: the level above which it was counted; it is measured again above the same one.
    """

    kind: Kind
    kwh_year: float | None
    kw: float
    base_kw: float
    evidence: Evidence


@dataclass(frozen=True)
class Judged:
    """The figures of a meter, or why there is none yet, and what of it is waste.

    `sleeps` is None for a circuit that does sleep; the last three are None where they are not asked.
    """

    base: BaseLoad
    trend: Trend | Refusal
    idle: OutOfHours | Refusal
    sleeps: NeverSleeps | Refusal | None
    empty: WhileEmpty | Refusal | None
    lamp: LeftOn | Refusal | None
    peaks: Peaks | Refusal | None
    wastes: Sequence[Waste] = ()

    def untold(self) -> dict[Kind, Refusal]:
        """What could not be judged, and why."""
        answers = {
            Kind.BASE_LOAD: self.trend,
            Kind.NEVER_SLEEPS: self.sleeps,
            Kind.OUT_OF_HOURS: self.idle,
            Kind.WHILE_EMPTY: self.empty,
            Kind.LEFT_ON: self.lamp,
            Kind.PEAK: self.peaks,
        }
        return {kind: answer for kind, answer in answers.items() if isinstance(answer, Refusal)}
