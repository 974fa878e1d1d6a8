"""The best plan so far, and two ways to a better one: all at once, and neighbourhood by neighbourhood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from ortools.sat.python.cp_model import LinearExprT

from samen.domain.allocation.board import Place
from samen.domain.allocation.cpsat.model import Model
from samen.domain.allocation.cpsat.neighbourhoods import Neighbourhood
from samen.domain.allocation.cpsat.part import Part
from samen.domain.allocation.cpsat.standing import Kept, Measure, Standing, Taken, is_sound
from samen.domain.allocation.cpsat.work import AT_A_TIME, Answer, Work

# Seconds for one neighbourhood, and how many requests it starts with, has at least and at most.
ONE_SECONDS = 1.2
START, FEWEST, MOST = 14, 8, 250
# What making a model takes, in units of deterministic time; over how many results a way is judged.
MODEL_UNITS, MEMORY = 0.02, 10
# After how many neighbourhoods in a row that gave nothing a stage has had its time.
PATIENCE = 300


@dataclass(frozen=True)
class Goal:
    """What a stage wants more of: how a model says it, and where there may be more."""

    wanted: Callable[[Model], LinearExprT]
    ways: Sequence[Neighbourhood]
    reached: Callable[[Standing], float]
    is_reached: Callable[[], bool] = lambda: False


class Favour:
    """Ways that gave more for their time are chosen more often, and each now and then."""

    def __init__(self, ways: Sequence[Neighbourhood], dice: Random) -> None:
        self._rates = dict.fromkeys(ways, 1.0)
        self._dice = dice

    def choose(self) -> Neighbourhood:
        most = max(self._rates.values())
        weights = [max(rate, most / 6) for rate in self._rates.values()]
        return self._dice.choices(list(self._rates), weights)[0]

    def learn(self, way: Neighbourhood, gain: float, units: float) -> None:
        rate = max(gain, 0.0) / (units + MODEL_UNITS)
        self._rates[way] += (rate - self._rates[way]) / MEMORY


class Search:
    """`told` hears of every better plan."""

    def __init__(self, measure: Measure, work: Work, dice: Random, told: Callable[[], None]) -> None:
        self.measure, self.work = measure, work
        self.kept = Kept()
        self.taken: Taken = {}
        self.standing = measure.standing({})
        self._dice, self._told = dice, told

    def offer(self, taken: Taken) -> bool:
        """Takes a plan that is better, and the first in any case."""
        standing = self.measure.standing(taken)
        if self.taken and self.kept.order(standing) <= self.kept.order(self.standing):
            return False
        if not is_sound(self.measure.board, taken):
            return False
        self.taken, self.standing = taken, standing
        self._told()
        return True

    def whole(self, wanted: Callable[[Model], LinearExprT], until: float, kept: Kept | None = None) -> Answer:
        """The whole season at once; `kept`: other than what earlier stages reached."""
        model = self._model([one.id for one in self.measure.board.instance.requests], wanted, kept)
        (answer,) = self.work.solve([model], until - self.work.spent, self.offer)
        if answer.taken is not None:
            self.offer(answer.taken)
        return answer

    def improve(self, goal: Goal, until: float, patience: int = PATIENCE) -> None:
        """Neighbourhood by neighbourhood until so much is spent, or so many in a row gave nothing."""
        size, idle, favour = float(START), 0, Favour(goal.ways, self._dice)
        while not self.work.is_over() and self.work.spent < until and idle < patience:
            if goal.is_reached():
                return
            ways = [favour.choose() for _ in range(AT_A_TIME)]
            before = goal.reached(self.standing)
            answers = self._around(goal, ways, round(size), until)
            for way, answer in zip(ways, answers, strict=True):
                favour.learn(way, self._gain(goal, answer, before), answer.units)
            better = self._merge([answer.taken for answer in answers if answer.taken is not None])
            idle = 0 if better else idle + AT_A_TIME
            size = _next_size(size, better, all(answer.proved for answer in answers))

    def _around(self, goal: Goal, ways: Sequence[Neighbourhood], size: int, until: float) -> list[Answer]:
        models = []
        for way in ways:
            free = list(dict.fromkeys(islice(way(self.taken), 4 * size)))
            models.append(self._model(free[:size], goal.wanted))
        return self.work.solve(models, min(ONE_SECONDS, until - self.work.spent))

    def _gain(self, goal: Goal, answer: Answer, before: float) -> float:
        return 0.0 if answer.taken is None else goal.reached(self.measure.standing(answer.taken)) - before

    def _merge(self, found: list[dict[str, Place]]) -> bool:
        """All that changed where that goes together, else the best of them."""
        before = self.taken
        together = dict(before)
        for taken in found:
            for name in before.keys() | taken.keys():
                if before.get(name) != taken.get(name):
                    if name in taken:
                        together[name] = taken[name]
                    else:
                        together.pop(name, None)
        better = [self.offer(taken) for taken in found]
        return (len(found) > 1 and self.offer(together)) or any(better)

    def _model(
        self, free: list[str], wanted: Callable[[Model], LinearExprT], kept: Kept | None = None
    ) -> Model:
        model = Model(self.measure, Part(self.measure.board, self.taken, free))
        model.keep(kept or self.kept)
        model.cp.maximize(wanted(model))
        model.hint()
        return model


def _next_size(size: float, better: bool, easy: bool) -> float:
    """Larger where nothing is left to find, smaller where it takes too long."""
    if not easy:
        return max(FEWEST, size * 0.95)
    return size if better else min(MOST, size * 1.02)
