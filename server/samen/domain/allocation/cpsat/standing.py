"""What a plan reaches, stage by stage, in whole numbers; and which of two plans is the better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.instance import Award
from samen.domain.allocation.measure import owed, worth

# Parts of a slot-week in which worth and energy are counted.
PARTS = 100
LEAST_WORTH = 0.01

Taken = Mapping[str, Place]


class Standing(NamedTuple):
    """`levels`: satisfactions upward, 1 at most. The others in PARTS of a slot-week, energy below zero."""

    levels: tuple[float, ...]
    worth: int
    energy: int
    nearness: int


@dataclass(frozen=True)
class Kept:
    """What the stages that are done reached, less what may be given away; None for a stage to come."""

    levels: tuple[float, ...] | None = None
    worth: int | None = None
    energy: int | None = None

    def bargain(self, standing: Standing, price: int) -> tuple[object, ...]:
        """As `order`, but that worth above what is kept counts beside energy, at a price in hundredths."""
        in_order = self.order(standing)
        return *in_order[:2], 100 * standing.energy + price * standing.worth, standing

    def order(self, standing: Standing) -> tuple[object, ...]:
        """Larger is better: by the stages in turn, of those that are done no more than is to be kept."""
        levels, worth, energy, nearness = standing
        return (
            levels if self.levels is None else tuple(map(min, levels, self.levels)),
            worth if self.worth is None else min(worth, self.worth),
            energy if self.energy is None else min(energy, self.energy),
            nearness,
            standing,
        )


class Measure:
    """Weighs places and plans as the policy says."""

    def __init__(self, board: Board) -> None:
        self.board = board
        instance = board.instance
        self.owed = {name: slots for name, slots in owed(instance).items() if slots}
        self.start = round(PARTS * instance.policy.start_hours * 60 / instance.grid.slot_minutes)
        self._previous = {award.request: award for award in instance.previous}

    def worth(self, place: Place) -> int:
        """At least a hundredth of its slot-weeks: the least welcome option is still better than a no."""
        least = LEAST_WORTH * place.time.bit_count()
        return round(PARTS * max(worth(self.board.instance, place), least))

    def nearness(self, place: Place) -> int:
        """Its slot-weeks where it is what the request had before; half of them in another space."""
        award, before = place.award, self._previous.get(place.award.request)
        if before is None or (before.day, before.start) != (award.day, award.start):
            return 0
        slot_weeks = self.board.instance.request_of[award.request].slot_weeks
        return PARTS * slot_weeks if before.space == award.space else PARTS * slot_weeks // 2

    def energy(self, places: Iterable[Place]) -> int:
        """Slot-weeks of zones in use, and their starts as the policy weighs them; below zero."""
        used: dict[str, int] = {}
        for place in places:
            used[place.zone] = used.get(place.zone, 0) | place.time
        return -sum(PARTS * bits.bit_count() + self.start * self.board.starts(bits) for bits in used.values())

    def granted(self, taken: Taken) -> dict[str, int]:
        """By tenant, in slot-weeks."""
        found = dict.fromkeys(self.board.instance.asked_by, 0)
        for name in taken:
            request = self.board.instance.request_of[name]
            found[request.tenant] += request.slot_weeks
        return found

    def satisfactions(self, taken: Taken) -> dict[str, float]:
        """Of every tenant that asked; 1 at the most."""
        granted = self.granted(taken)
        return {name: min(1.0, round(granted[name] / full, 9)) for name, full in self.owed.items()}

    def standing(self, taken: Taken) -> Standing:
        places = taken.values()
        return Standing(
            tuple(sorted(self.satisfactions(taken).values())),
            sum(map(self.worth, places)),
            self.energy(places),
            sum(map(self.nearness, places)),
        )

    def hours(self, parts: float) -> float:
        return self.board.instance.hours(parts / PARTS)

    def awards(self, taken: Taken) -> tuple[Award, ...]:
        """In the order of the requests."""
        return tuple(taken[one.id].award for one in self.board.instance.requests if one.id in taken)


def is_sound(board: Board, taken: Taken) -> bool:
    """Whether nothing meets that may not."""
    used = dict.fromkeys(board.instance.space_of, 0)
    for name, place in taken.items():
        if used[place.award.space] & place.time:
            return False
        used[place.award.space] |= place.time
        rivals = board.instance.rivals[name]
        if any(rival in taken and taken[rival].time & place.time for rival in rivals):
            return False
    return True
