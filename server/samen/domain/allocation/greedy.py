"""The allocator that is always there: whoever has had least is served next, where the house is warm."""

from __future__ import annotations

from random import Random

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.draft import Budget, Draft, Told
from samen.domain.allocation.effort import Effort
from samen.domain.allocation.house import House
from samen.domain.allocation.improve import Search
from samen.domain.allocation.instance import Request, Tenant
from samen.domain.allocation.scarcity import Scarcity
from samen.domain.allocation.timetable import fill, has_blocks

METHOD = "greedy"
# Up to which share of the effort room is made for everybody, then fairness; the rest goes to warmth. Where
# there is no room for all, the first would look for it for ever.
ROOM, FAIRNESS = 0.15, 0.5


def greedy(board: Board, seed: int, budget: Budget, told: Told) -> Draft:
    """A Solver: held awards, then tenant by tenant the one that has had least; then improved while it may."""
    house, lottery = House(board), Random(seed)  # noqa: S311 (a lottery that anyone can draw again)
    effort = Effort(budget)
    scarcity = Scarcity(board)
    serve(house, lottery, scarcity)

    def tell() -> None:
        told(Draft(METHOD, house.awards()))

    tell()
    if house.refused() and has_blocks(board):
        fill(house, lottery, effort, ROOM)
    search = Search(house, scarcity, lottery, effort, tell)
    search.make_fairer(FAIRNESS)
    search.make_warmer(1.0)
    # Where moving for warmth left room for one that was refused.
    serve(house, lottery, scarcity)
    return Draft(METHOD, house.awards())


def serve(house: House, lottery: Random, scarcity: Scarcity) -> None:
    """Gives places until nothing that is left fits anywhere."""
    board = house.board
    drawn = {tenant.id: lottery.random() for tenant in board.instance.tenants}
    waiting = {
        tenant.id: [one for one in _hardest_first(board, tenant) if one.id not in house.taken]
        for tenant in board.instance.tenants
    }

    def turn(tenant: Tenant) -> tuple[float, float, float, float]:
        share = house.granted[tenant.id] / tenant.entitlement
        return house.satisfaction(tenant.id), share, -tenant.credit, drawn[tenant.id]

    while asking := [tenant for tenant in board.instance.tenants if waiting[tenant.id]]:
        request = waiting[min(asking, key=turn).id].pop()
        if place := cheapest(house, request, scarcity):
            house.take(place)


def cheapest(house: House, request: Request, scarcity: Scarcity) -> Place | None:
    """The free place that costs least: most welcome, then warmest, then least wanted by others."""
    free = [place for place in house.board.places[request.id] if house.is_free(place)]
    return min(free, key=lambda place: (place.penalty, house.heat(place), scarcity.of(place)), default=None)


def _hardest_first(board: Board, tenant: Tenant) -> list[Request]:
    """From the last to be served to the first: the most urgent, with the fewest places, the longest."""
    return sorted(
        board.instance.asked_by[tenant.id],
        key=lambda one: (one.priority, -len(board.places[one.id]), one.slot_weeks, one.id),
    )
