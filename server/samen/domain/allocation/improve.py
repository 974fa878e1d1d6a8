"""Making a house better: some places are given up, their requests placed anew, and undone unless it helped.

First fairer, then warmer. What counts as better is what the stages say, in their order. For warmth a wish may
become less welcome, as far as the policy tolerates; but nobody is refused for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from samen.domain.allocation.effort import LOOKS_PER_SECOND, Effort
from samen.domain.allocation.house import House
from samen.domain.allocation.moves import Move, grant_one_more, move_back, shift_some
from samen.domain.allocation.scarcity import Scarcity

# What drawing and judging a move costs, in places looked at.
LOOKS_PER_MOVE = 20
# A search that has failed this often in a row, for each request that could move, has come to its end.
PATIENCE = 40

Score = tuple[object, ...]
Draw = Callable[[House, Random], Move | None]


class Search:
    """Moves in one house; each leaves it valid, and no worse. `told` is called where it has become better."""

    def __init__(
        self, house: House, scarcity: Scarcity, lottery: Random, effort: Effort, told: Callable[[], None]
    ) -> None:
        self._house, self._scarcity, self._lottery = house, scarcity, lottery
        self._effort, self._told = effort, told
        self._instance, self._places = house.board.instance, house.board.places
        self._patience = PATIENCE * (len(self._places) - len(self._instance.held))

    def make_fairer(self, until: float) -> None:
        """Grants more to who has least, then more altogether, up to a share of the effort."""

        def score() -> Score:
            worth, heat, unmoved = self._rest()
            return self._house.shares(), worth, -heat, unmoved

        self._search((grant_one_more,), score, until)

    def make_warmer(self, until: float) -> None:
        """Heats less and moves less: all keep a place, and as much worth as the policy's tolerance asks."""
        granted = len(self._house.taken)
        least = (1 - self._instance.policy.tolerance) * self._house.worth - 1e-6

        def score() -> Score:
            worth, heat, unmoved = self._rest()
            return len(self._house.taken) >= granted and worth >= least, -heat, unmoved, worth

        draws: tuple[Draw, ...] = (shift_some, move_back) if self._instance.previous else (shift_some,)
        self._search(draws, score, until)

    def _rest(self) -> tuple[float, float, int]:
        """Worth, heat, and how many are where they were in the previous plan."""
        taken = self._house.taken
        same = (taken[one.request].award == one for one in self._instance.previous if one.request in taken)
        return round(self._house.worth, 6), self._house.all_heat(), sum(same)

    def _search(self, draws: tuple[Draw, ...], score: Callable[[], Score], until: float) -> None:
        failures, tell_at, reached = 0, 0, score()
        while failures < self._patience and not self._effort.is_spent(until):
            self._effort.looks += LOOKS_PER_MOVE
            move = self._lottery.choice(draws)(self._house, self._lottery)
            now = self._attempt(move, score, reached) if move else reached
            failures = 0 if now > reached else failures + 1
            if now > reached and self._effort.looks >= tell_at:
                tell_at = self._effort.looks + LOOKS_PER_SECOND // 2
                self._told()
            reached = now
        self._told()

    def _attempt(self, move: Move, score: Callable[[], Score], reached: Score) -> Score:
        """Makes a move, and takes it back where it made things worse; what is reached then."""
        house = self._house
        left = [house.leave(name) for name in move.leaving]
        if move.first:
            house.take(move.first)
        placed = [move.first.award.request] if move.first else []
        placed += [name for name in self._in_some_order(move) if self._place(name, move.price)]
        if (now := score()) >= reached:
            return now
        for name in placed:
            house.leave(name)
        for place in left:
            house.take(place)
        return reached

    def _in_some_order(self, move: Move) -> Iterable[str]:
        """Those who left, at random or the hardest to place first; then those who hope."""
        leaving = list(move.leaving)
        self._lottery.shuffle(leaving)
        if self._lottery.random() < 0.5:
            leaving.sort(key=lambda name: sum(map(self._house.is_free, self._places[name])))
        return *leaving, *move.hopeful

    def _place(self, name: str, price: float) -> bool:
        """Gives a request that has none the place that costs least, if one is free."""
        house, places = self._house, self._places[name]
        if name in house.taken:
            return False
        self._effort.looks += len(places)
        dear = price * self._instance.request_of[name].slot_weeks
        place = min(
            filter(house.is_free, places),
            key=lambda one: (house.heat(one) + dear * one.penalty, self._scarcity.of(one)),
            default=None,
        )
        if place:
            house.take(place)
        return place is not None
