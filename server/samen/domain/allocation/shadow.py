"""First come, first served: what an ordinary booking system would have done, to compare with."""

from __future__ import annotations

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.draft import Draft
from samen.domain.allocation.house import House
from samen.domain.allocation.instance import Request


def first_come(board: Board) -> Draft:
    """Held awards, then each request as it was filed: its most welcome option that is free, smallest space.

    Filed at the same instant: in the file's order.
    """
    house = House(board)
    for request in sorted(board.instance.requests, key=lambda one: one.filed_at):
        if request.id in house.taken:
            continue
        place = next((one for one in _as_it_would_choose(board, request) if house.is_free(one)), None)
        if place:
            house.take(place)
    return Draft("first_come", house.awards())


def _as_it_would_choose(board: Board, request: Request) -> list[Place]:
    """Most welcome first, then in the order the request names them, then the smallest space."""
    order = {at: position for position, at in enumerate(request.penalties)}
    spaces = board.instance.space_of

    def key(place: Place) -> tuple[float, int, int]:
        award = place.award
        return place.penalty, order[award.day, award.start], spaces[award.space].capacity

    return sorted(board.places[request.id], key=key)
