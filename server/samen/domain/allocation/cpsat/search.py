"""The best plan so far; and the whole season at once, to find a better one and to prove there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from random import Random

from ortools.sat.python.cp_model import LinearExprT

from samen.domain.allocation.cpsat.model import Model
from samen.domain.allocation.cpsat.neighbourhoods import Neighbourhood
from samen.domain.allocation.cpsat.part import Part
from samen.domain.allocation.cpsat.standing import Kept, Measure, Standing, Taken, is_sound
from samen.domain.allocation.cpsat.work import Answer, Work


@dataclass(frozen=True)
class Goal:
    """What a stage wants more of: as a model says it, where there may be more, and how much a plan has of it.

    `order`: other than by what the stages keep, on the way to a better plan.
    """

    wanted: Callable[[Model], LinearExprT]
    ways: Sequence[Neighbourhood]
    reached: Callable[[Standing], float]
    is_reached: Callable[[], bool] = lambda: False
    order: Callable[[Standing], tuple[object, ...]] | None = None


class Search:
    """`told` hears of every better plan."""

    def __init__(self, measure: Measure, work: Work, dice: Random, told: Callable[[], None]) -> None:
        self.measure, self.work, self.dice = measure, work, dice
        self.kept = Kept()
        self.taken: Taken = {}
        self.standing = measure.standing({})
        self._told = told

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
        everyone = [one.id for one in self.measure.board.instance.requests]
        model = self.model(self.taken, everyone, wanted, kept)
        (answer,) = self.work.solve([model], until - self.work.spent, self.offer)
        if answer.taken is not None:
            self.offer(answer.taken)
        return answer

    def model(
        self,
        taken: Taken,
        free: Collection[str],
        wanted: Callable[[Model], LinearExprT],
        kept: Kept | None = None,
    ) -> Model:
        """Of a plan in which some requests are free to move, with the plan as its hint."""
        model = Model(self.measure, Part(self.measure.board, taken, free))
        model.keep(kept or self.kept)
        model.cp.maximize(wanted(model))
        model.hint()
        return model
