"""From plan to better plan, neighbourhood by neighbourhood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from random import Random

from samen.domain.allocation.cpsat.neighbourhoods import Neighbourhood
from samen.domain.allocation.cpsat.search import Goal, Search
from samen.domain.allocation.cpsat.standing import Taken, is_sound
from samen.domain.allocation.cpsat.work import AT_A_TIME, Answer

# Seconds for one neighbourhood, and how many requests it starts with, has at least and at most.
ONE_SECONDS = 1.2
START, FEWEST, MOST = 14, 8, 250
# What making a model takes, in units of deterministic time; over how many results a way is judged.
MODEL_UNITS, MEMORY = 0.02, 10
# After how many neighbourhoods in a row that gave nothing there is no more to be had.
PATIENCE = 300


class Climb:
    """Starts from the best plan; the search hears of each plan on the way that is better still."""

    def __init__(self, search: Search, goal: Goal) -> None:
        self._search, self._goal = search, goal
        self._taken, self._standing = search.taken, search.standing
        self._favour = Favour(goal.ways, search.dice)
        self._size = float(START)

    def go(self, until: float) -> None:
        """Until so much of the budget is spent, or nothing more is found."""
        work, idle = self._search.work, 0
        while not work.is_over() and work.spent < until and idle < PATIENCE:
            if self._goal.is_reached():
                return
            idle = 0 if self._step(min(ONE_SECONDS, until - work.spent)) else idle + AT_A_TIME

    def _step(self, most: float) -> bool:
        """Some neighbourhoods at a time; whether there was a better plan in one of them."""
        ways = [self._favour.choose() for _ in range(AT_A_TIME)]
        models = [self._search.model(self._taken, self._free(way), self._goal.wanted) for way in ways]
        answers = self._search.work.solve(models, most)
        for way, answer in zip(ways, answers, strict=True):
            self._favour.learn(way, self._gain(answer), answer.units)
        found = [answer.taken for answer in answers if answer.taken is not None]
        together = _together(self._taken, found)
        better = [self._accept(taken) for taken in (*found, together)]
        self._resize(any(better), all(answer.proved for answer in answers))
        return any(better)

    def _free(self, way: Neighbourhood) -> list[str]:
        size = round(self._size)
        return list(dict.fromkeys(islice(way(self._taken), 4 * size)))[:size]

    def _gain(self, answer: Answer) -> float:
        if answer.taken is None:
            return 0.0
        standing = self._search.measure.standing(answer.taken)
        return self._goal.reached(standing) - self._goal.reached(self._standing)

    def _accept(self, taken: Taken) -> bool:
        standing, order = self._search.measure.standing(taken), self._goal.order or self._search.kept.order
        if order(standing) <= order(self._standing) or not is_sound(self._search.measure.board, taken):
            return False
        self._taken, self._standing = taken, standing
        self._search.offer(taken)
        return True

    def _resize(self, better: bool, easy: bool) -> None:
        """Larger where nothing is left to find, smaller where it takes too long."""
        if not easy:
            self._size = max(FEWEST, self._size * 0.95)
        elif not better:
            self._size = min(MOST, self._size * 1.02)


class Favour:
    """Ways that gave more for their time are chosen more often, and each now and then."""

    def __init__(self, ways: Sequence[Neighbourhood], dice: Random) -> None:
        self._rates = dict.fromkeys(ways, 1.0)
        self._dice = dice

    def choose(self) -> Neighbourhood:
        least = max(self._rates.values()) / len(self._rates)
        weights = [max(rate, least) for rate in self._rates.values()]
        return self._dice.choices(list(self._rates), weights)[0]

    def learn(self, way: Neighbourhood, gain: float, units: float) -> None:
        rate = max(gain, 0.0) / (units + MODEL_UNITS)
        self._rates[way] += (rate - self._rates[way]) / MEMORY


def _together(before: Taken, found: Iterable[Taken]) -> Taken:
    """All that any of them changed; it may not go together."""
    together = dict(before)
    for taken in found:
        for name in sorted(before.keys() | taken.keys()):
            if before.get(name) == taken.get(name):
                continue
            together.pop(name, None)
            if name in taken:
                together[name] = taken[name]
    return together
