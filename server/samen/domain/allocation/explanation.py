"""Why a wish got nothing, or not its first choice, as a plain value: codes and facts, which others word."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.instance import Grid
from samen.domain.allocation.plan import Nearest
from samen.domain.allocation.price_of_yes import Certainty


class Rule(enum.Enum):
    """By what an award stands above a wish: the first of these that tells the two apart, in this order.

    What is held stands above all; a tenant does not compete with itself. Then whose tenant would be worse off
    without, the more urgent, whose tenant has more credit, which could go to fewer places, which is longer.
    LOT: they are alike in all of these. WHOLE: the wish stands above by itself, and no plan was found that is
    better as a whole and grants it.
    """

    HELD = "held"
    OWN = "own"
    LOWER_SATISFACTION = "lower_satisfaction"
    HIGHER_PRIORITY = "higher_priority"
    MORE_CREDIT = "more_credit"
    FEWER_PLACES = "fewer_places"
    LONGER = "longer"
    LOT = "lot"
    WHOLE = "whole"


class Verdict(enum.Enum):
    """What became of an option: a closure or an award in every space that fits, or none of the sort."""

    NO_SPACE_FITS = "no_space_fits"
    CLOSED = "closed"
    BLOCKED = "blocked"
    FREE = "free"


class When(NamedTuple):
    """A space at a day and start, for `slots` slots in each of the weeks."""

    space: str
    day: int
    start: int
    slots: int
    weeks: tuple[int, ...]


class Who(NamedTuple):
    """None: not for everybody's eyes. `own`: of the tenant to whom all this is explained."""

    tenant: str | None
    request: str | None
    own: bool


class Comparison(NamedTuple):
    """Satisfaction, priority, credit (hours), places or hours, by rule; None where nothing is compared."""

    rule: Rule
    theirs: float | None = None
    yours: float | None = None


class Holder(NamedTuple):
    """Who has what was wanted.

    `meets`: it is in the way only because the two may not meet. `satisfaction`: its tenant's in the plan;
    `without`: and had it not got this award.
    """

    who: Who
    has: When
    meets: bool
    satisfaction: float
    without: float
    stands_above: Comparison


class OptionTold(NamedTuple):
    """`closed`: the spaces that fit and are closed. `holders`: whose awards block it, where nothing is free;
    `unnamed`: how many more they are.
    """

    day: int
    start: int
    penalty: float
    verdict: Verdict
    closed: tuple[str, ...]
    holders: tuple[Holder, ...] = ()
    unnamed: int = 0


class Moved(NamedTuple):
    who: Who
    before: When
    after: When


class Lost(NamedTuple):
    who: Who
    had: When


class PriceTold(NamedTuple):
    """What others would give up for the wish to have `place`; in hours over all weeks."""

    certainty: Certainty
    place: When | None
    moved: tuple[Moved, ...]
    dropped: tuple[Lost, ...]
    moved_hours: float
    dropped_hours: float


@dataclass(frozen=True)
class Explanation:
    """`reason`: that of the refusal; left_free where a place of its own is free; granted, with `award`.

    `options`: those of the wish; of one that is granted, those it would rather have had.
    `satisfaction`: the tenant's, in the plan. `seed`: the plan's, from which lots were drawn.
    """

    request: str
    tenant: str
    slots: int
    weeks: tuple[int, ...]
    reason: str
    award: When | None
    satisfaction: float
    options: tuple[OptionTold, ...]
    nearest: tuple[Nearest, ...]
    price: PriceTold | None
    grid: Grid
    seed: int
