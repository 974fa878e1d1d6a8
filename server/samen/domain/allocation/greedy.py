"""The allocator that is always there: whoever has had least is served next, where the house is warm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.draft import Budget, Draft, Told
from samen.domain.allocation.house import House
from samen.domain.allocation.instance import Request, Tenant

METHOD = "greedy"


def greedy(board: Board, seed: int, budget: Budget, told: Told) -> Draft:  # noqa: ARG001
    """A Solver: held awards, then tenant by tenant the one that has had least. See docs/allocation.md."""
    house = House(board)
    serve(house, Random(seed))  # noqa: S311 (a lottery anyone can draw again)
    draft = Draft(METHOD, house.awards())
    told(draft)
    return draft


def serve(house: House, lottery: Random) -> None:
    """Gives places until nothing that is left fits anywhere."""
    board = house.board
    scarcity = Scarcity(board)
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


class Scarcity:
    """How much others want a place: each request spreads one wish over all its places."""

    def __init__(self, board: Board) -> None:
        self._slots = {request.id: request.slots for request in board.instance.requests}
        self._wanted: defaultdict[tuple[str, int, int], float] = defaultdict(float)
        for places in board.places.values():
            for place in places:
                for at in self._of(place):
                    self._wanted[at] += 1 / len(places)

    def of(self, place: Place) -> float:
        return sum(self._wanted[at] for at in self._of(place))

    def _of(self, place: Place) -> Iterator[tuple[str, int, int]]:
        _, space, day, start = place.award
        return ((space, day, slot) for slot in range(start, start + self._slots[place.award.request]))


def _hardest_first(board: Board, tenant: Tenant) -> list[Request]:
    """From the last to be served to the first: the most urgent, with the fewest places, the longest."""
    return sorted(
        board.instance.asked_by[tenant.id],
        key=lambda one: (one.priority, -len(board.places[one.id]), one.slot_weeks, one.id),
    )
