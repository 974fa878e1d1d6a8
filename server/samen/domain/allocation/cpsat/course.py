"""What the stages share: the search, what is proved, and what has been reached by each."""

from __future__ import annotations

from random import Random

from samen.domain.allocation.board import Board
from samen.domain.allocation.cpsat.bounds import Linear, attainable
from samen.domain.allocation.cpsat.neighbourhoods import Neighbourhoods
from samen.domain.allocation.cpsat.part import Part
from samen.domain.allocation.cpsat.search import Search
from samen.domain.allocation.cpsat.standing import Measure
from samen.domain.allocation.cpsat.work import Work
from samen.domain.allocation.draft import Draft, Told
from samen.domain.allocation.plan import Bounds, Stage

METHOD = "cpsat"
# Up to how many places the whole season is solved at once: in every stage, and to prove the first.
SMALL, LARGE = 600, 20_000


class Course:
    """`most_worth`: as a Standing's worth, what no plan exceeds."""

    def __init__(self, board: Board, seed: int, work: Work, told: Told) -> None:
        self.board, self.work, self.measure = board, work, Measure(board)
        dice = Random(seed)  # noqa: S311 (a lottery that anyone can draw again)
        self.search = Search(self.measure, work, dice, lambda: told(self.draft()))
        self.ways = Neighbourhoods(self.measure, dice)
        self.bounds = Bounds()
        self.most_worth: float | None = None
        self._stages: list[Stage] = []
        places = sum(map(len, board.places.values()))
        asked = board.instance.request_of
        self.previous = [award for award in board.instance.previous if award.request in asked]
        self.is_small, self.is_large = places <= SMALL, places > LARGE

    def draft(self) -> Draft:
        awards = self.measure.awards(self.search.taken)
        return Draft(METHOD, awards, self.bounds, tuple(self._stages))

    def hear(self, draft: Draft) -> None:
        """Another solver's plan, where it is better."""
        self.search.offer({one.request: self.board.place_of(one) for one in draft.awards})

    def note(self, name: str, value: float, bound: float | None, proved: bool, since: float) -> None:
        """A stage is over that began at `since`; where it is proved, its value is the bound."""
        bound = value if proved else bound
        self._stages.append(Stage(name, value, bound, proved, self.work.seconds() - since))

    def find_bounds(self) -> None:
        """By linear programs."""
        everyone = [one.id for one in self.board.instance.requests]
        linear = Linear(self.measure, Part(self.board, self.search.taken, everyone), self.work)
        satisfaction, slot_weeks = linear.satisfaction(), linear.slot_weeks()
        self.bounds = Bounds(
            None if satisfaction is None else attainable(self.measure, satisfaction),
            None if slot_weeks is None else self.board.instance.hours(slot_weeks),
        )
        self.most_worth = linear.worth()
