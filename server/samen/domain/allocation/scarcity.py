"""Which places others want too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from samen.domain.allocation.board import Board, Place


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
