"""The price of a yes: who would have to move, or to go without, if a refused wish were granted after all."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from samen.domain.allocation.board import Place
from samen.domain.allocation.instance import Award, Request
from samen.domain.allocation.standing import Standing

# What an hour that somebody loses weighs beside an hour that only moves to another of its wish's options.
LOST = 4
# Places looked at: a fifth of a second, about.
LOOKS = 50_000


class Certainty(enum.Enum):
    """What is known of a price."""

    PROVED = "proved"
    BEST_FOUND = "best found"
    IMPOSSIBLE = "impossible"


class Move(NamedTuple):
    """An award that would go to another option of its own wish."""

    before: Award
    after: Award


@dataclass(frozen=True)
class Price:
    """`place`: what the wish would get; None where no place can be had, whoever gave way."""

    certainty: Certainty
    place: Award | None = None
    moved: tuple[Move, ...] = ()
    dropped: tuple[Award, ...] = ()


def price_of_yes(standing: Standing, request: Request, looks: int = LOOKS) -> Price:
    """The least that others would give up for a request that has no award.

    What it costs: the hours that move, and LOST times those that are dropped. Held awards stay, and every
    hard rule is kept. `looks` bounds the work, the same on every machine; where it does not suffice to rule
    out anything cheaper, the price is the best that was found.
    """
    search = _Search(standing, request)
    search.go_on(looks)
    return search.price()


class _State(NamedTuple):
    """A beginning: what was decided, and whose place was taken and is yet to be decided upon."""

    spent: int
    placed: tuple[Place, ...]
    dropped: frozenset[str]
    displaced: frozenset[str]

    def knows(self, name: str) -> bool:
        """Whether a request's own place stands in the way of nothing any more."""
        return (
            name in self.displaced
            or name in self.dropped
            or any(place.award.request == name for place in self.placed)
        )


class _Choice(NamedTuple):
    """To go to `place`, or to be dropped (None); `least`: what that costs with whom it displaces, or more."""

    least: int
    place: Place | None
    displaces: frozenset[str]


class _Search:
    """Best-first: always on from the beginning that may become cheapest, until none can beat the best end.

    Every end is reached from one beginning only: of those displaced, a rule says who decides next.
    """

    def __init__(self, standing: Standing, request: Request) -> None:
        self._standing = standing
        self._request = request
        self._weight = {name: one.slot_weeks for name, one in standing.board.instance.request_of.items()}
        self._blocking: dict[Award, frozenset[str] | None] = {}
        self._least: dict[str, int] = {}
        self._best: _State | None = None
        self._best_cost = 0
        self._waiting: list[tuple[int, int, int, _State]] = []
        self._count = 0
        for place in sorted(standing.board.places[request.id], key=lambda one: one.penalty):
            displaced = self._displaced_by(place)
            if displaced is not None:
                self._consider(_State(0, (place,), frozenset(), displaced), 0)

    def go_on(self, looks: int) -> None:
        """Looks at so many places, or a few more."""
        while looks > 0 and self._is_open():
            least, _, _, state = heappop(self._waiting)
            choices = {name: self._choices(state, name) for name in sorted(state.displaced)}
            looks -= sum(len(self._standing.board.places[name]) + 1 for name in choices)
            self._decide(state, least, choices)

    def price(self) -> Price:
        """The best end so far, and whether a better one is ruled out."""
        best, place_of = self._best, self._standing.place_of
        if best is None:
            return Price(Certainty.IMPOSSIBLE)
        first, *others = best.placed
        moved = (Move(place_of[one.award.request].award, one.award) for one in others)
        return Price(
            Certainty.BEST_FOUND if self._is_open() else Certainty.PROVED,
            first.award,
            tuple(sorted(moved)),
            tuple(sorted(place_of[name].award for name in best.dropped | best.displaced)),
        )

    def _is_open(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] < self._best_cost

    def _consider(self, state: _State, least: int) -> None:
        """A beginning is an end as well: all who are displaced could be dropped."""
        cost = state.spent + LOST * sum(self._weight[name] for name in state.displaced)
        if self._best is None or cost < self._best_cost:
            self._best, self._best_cost = state, cost
        least = max(least, state.spent + sum(self._at_least(name) for name in state.displaced))
        if state.displaced and least < self._best_cost:
            self._count += 1
            heappush(self._waiting, (least, cost, self._count, state))

    def _decide(self, state: _State, least: int, choices: dict[str, list[_Choice]]) -> None:
        """Goes every way that whoever has least to choose from could go."""

        def surely_more(name: str) -> int:
            return min(choice.least for choice in choices[name]) - self._at_least(name)

        name = max(choices, key=lambda one: (surely_more(one), -len(choices[one])))
        known = state.spent + sum(self._at_least(one) for one in state.displaced)
        if known + surely_more(name) >= self._best_cost:
            return
        for choice in choices[name]:
            self._consider(self._after(state, name, choice), max(least, known + surely_more(name)))

    def _after(self, state: _State, name: str, choice: _Choice) -> _State:
        left = state.displaced - {name}
        if choice.place is None:
            return _State(state.spent + LOST * self._weight[name], state.placed, state.dropped | {name}, left)
        placed = (*state.placed, choice.place)
        return _State(state.spent + self._weight[name], placed, state.dropped, left | choice.displaces)

    def _choices(self, state: _State, name: str) -> list[_Choice]:
        """Without those that cost as much as dropping it, which displaces nobody."""
        weight, lost = self._weight[name], LOST * self._weight[name]
        found = []
        for place in self._standing.board.places[name]:
            blocking = self._displaced_by(place)
            if blocking is None or any(self._clash(place, other) for other in state.placed):
                continue
            displaces = frozenset(one for one in blocking if not state.knows(one))
            least = weight + sum(self._at_least(one) for one in displaces)
            if least < lost:
                found.append(_Choice(least, place, displaces))
        return [*found, _Choice(lost, None, frozenset())]

    def _clash(self, one: Place, other: Place) -> bool:
        if not one.time & other.time:
            return False
        rivals = self._standing.board.instance.rivals[one.award.request]
        return one.award.space == other.award.space or other.award.request in rivals

    def _displaced_by(self, place: Place) -> frozenset[str] | None:
        """Whose awards would have to give way; None where one of them is held."""
        if place.award not in self._blocking:
            found = self._standing.in_the_way(place)
            held = self._standing.board.instance.held_of.keys()
            self._blocking[place.award] = None if found & held else frozenset(found)
        return self._blocking[place.award]

    def _at_least(self, name: str) -> int:
        """What it costs at least that a request's place is taken."""
        if name not in self._least:
            self._least[name] = self._weight[name] * (1 if self._could_move(name) else LOST)
        return self._least[name]

    def _could_move(self, name: str) -> bool:
        now = self._standing.place_of[name].award
        return any(
            place.award != now and self._displaced_by(place) is not None
            for place in self._standing.board.places[name]
        )


def hours_of(standing: Standing, awards: Iterable[Award]) -> float:
    """Over all their weeks."""
    instance = standing.board.instance
    return instance.hours(sum(instance.request_of[award.request].slot_weeks for award in awards))
