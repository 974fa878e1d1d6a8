"""Why a wish got nothing."""

from __future__ import annotations

from collections.abc import Sequence

from samen.domain.allocation.board import Board
from samen.domain.allocation.house import House
from samen.domain.allocation.instance import Award, Request
from samen.domain.allocation.plan import Refused


def refusals(board: Board, awards: Sequence[Award]) -> tuple[Refused, ...]:
    """Of each request without an award, in their order; see docs/allocation.md for the reasons."""
    house = House(board)
    for award in awards:
        if award.request not in house.taken:
            house.take(board.place_of(award))
    return tuple(
        _refused(house, request) for request in board.instance.requests if request.id not in house.taken
    )


def _refused(house: House, request: Request) -> Refused:
    board = house.board
    places = board.places[request.id]
    if not places:
        ends = any(
            start + request.slots <= board.instance.grid.slots_per_day for _, start in request.penalties
        )
        fits = ends and bool(board.fitting(request))
        return Refused(request.id, "closed" if fits else "no_space_fits")
    blocked_by = set().union(*(house.in_the_way(place) for place in places))
    return Refused(request.id, _reason(board, request, blocked_by), tuple(sorted(blocked_by)))


def _reason(board: Board, request: Request, blocked_by: set[str]) -> str:
    if blocked_by <= board.instance.held_of.keys():
        return "held"
    return "conflict" if blocked_by <= board.instance.rivals[request.id] else "taken"
