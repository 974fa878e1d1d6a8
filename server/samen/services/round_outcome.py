"""What a preview or a final round gives everybody: the plan as it stands, swaps included, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from samen.adapters.allocation_file import read_instance, read_plan
from samen.adapters.db.models import NamesShown, Round, RoundAward, RoundState, Solve
from samen.domain.allocation.board import Board
from samen.domain.allocation.explain import explain
from samen.domain.allocation.explanation import Explanation
from samen.domain.allocation.instance import Award
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.plan import Metrics, Plan, Refused
from samen.domain.allocation.reasons import refusal
from samen.domain.allocation.redaction import Names, redacted
from samen.domain.allocation.shadow import first_come
from samen.domain.allocation.standing import Standing
from samen.services.awards import why_not

SHOWN = (RoundState.PREVIEW, RoundState.FINAL)
PUBLISHED = {NamesShown.NOBODY: Names.NONE, NamesShown.TENANTS: Names.TENANTS}


@dataclass(frozen=True)
class Outcome:
    """The board of the run that was chosen; its plan with the awards as they stand, and its figures."""

    board: Board
    plan: Plan
    first_come: Metrics
    names: Names

    def explained(self, request: str) -> Explanation:
        """Why a wish got what it got, as its tenant may read it."""
        return redacted(explain(self.board.instance, self.plan, request), self.names)

    def refusals(self, requests: Iterable[str]) -> dict[str, Refused]:
        """Why those without a place have none, and what is free; of wishes that the run knew."""
        known = self.board.instance.request_of
        waiting = [known[name] for name in requests if name in known and name not in self._standing.place_of]
        return {one.id: refusal(self._standing, one) for one in waiting}

    def tradable(self, request: str) -> list[Award]:
        """Other tenants' places at times that a wish named, which it could trade its own for."""
        asked, places = self.board.instance.request_of[request], self._standing.place_of
        return [
            place.award
            for name, place in places.items()
            if self.board.instance.request_of[name].tenant != asked.tenant
            and (place.award.day, place.award.start) in asked.penalties
            and self._could_trade(request, name)
        ]

    def _could_trade(self, one: str, other: str) -> bool:
        # Nobody reads why not.
        slugs = {name: name for name in self.board.instance.space_of}
        places = self._standing.place_of
        rest = [place for name, place in places.items() if name not in {one, other}]
        mine = places[other].award._replace(request=one)
        theirs = places[one].award._replace(request=other)
        if why_not(self.board, mine, rest, slugs) is not None:
            return False
        return why_not(self.board, theirs, [*rest, self.board.place_of(mine)], slugs) is None

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.board, self.plan.awards)


def outcome_of(session: Session, one: Round) -> Outcome | None:
    """None as long as nothing is shown to tenants."""
    if one.state not in SHOWN:
        return None
    query = select(Solve).where(Solve.round_id == one.id, Solve.chosen_at.is_not(None))
    solve = session.scalar(query.options(undefer(Solve.instance), undefer(Solve.plan)))
    if solve is None or solve.plan is None:
        return None
    board = _board(solve.instance)
    awards = _awards(session, one)
    plan = replace(read_plan(solve.plan), awards=awards, metrics=metrics(board, awards))
    return Outcome(board, plan, _first_come(solve.instance), PUBLISHED[one.names_shown])


def _awards(session: Session, one: Round) -> tuple[Award, ...]:
    """What stands: the plan's, as swaps have changed them."""
    rows = session.scalars(
        select(RoundAward).where(RoundAward.round_id == one.id).order_by(RoundAward.wish_id)
    )
    return tuple(Award(str(row.wish_id), row.space.slug, row.day, row.start) for row in rows)


# Every tenant looks at the same round in the same days: its file is read once, and not for each page.
@lru_cache(maxsize=4)
def _board(instance: bytes) -> Board:
    return Board(read_instance(instance))


@lru_cache(maxsize=4)
def _first_come(instance: bytes) -> Metrics:
    board = _board(instance)
    return metrics(board, first_come(board).awards)
