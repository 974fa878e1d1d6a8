"""Rounds of pure timetabling shape: everything takes one of a few blocks of time, and much may not meet.

There a place more is found by making room: a request is put into a block, whoever may not meet it there or
has no space left leaves it, and may not come back for a while (a tabu search; the spaces of a block are
matched anew each time, by augmenting paths).
"""

from __future__ import annotations

from random import Random

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.effort import Effort
from samen.domain.allocation.house import House

# By space, whoever is there during a block.
Seats = dict[str, str]
# How long whoever left a block stays away, in turns: this much at random, and more the more are waiting.
LEAST_AWAY, MORE_AWAY = 10, 0.6


def has_blocks(board: Board) -> bool:
    """Whether any two places are at the same time or at times that do not meet."""
    blocks = {place.time for places in board.places.values() for place in places}
    together = 0
    for block in blocks:
        if together & block:
            return False
        together |= block
    return True


def fill(house: House, lottery: Random, effort: Effort, until: float) -> None:
    """Grants more in a house of which `has_blocks` holds, up to a share of the effort; else leaves it."""
    table = Timetable(house, lottery)
    fewest, best = len(table.waiting), table.places()
    while table.waiting and not effort.is_spent(until):
        effort.looks += table.place_one()
        if len(table.waiting) < fewest:
            fewest, best = len(table.waiting), table.places()
    before = house.shares(), house.worth, list(house.taken.values())
    _refurnish(house, best)
    if (house.shares(), house.worth) < before[:2]:
        _refurnish(house, before[2])


def _refurnish(house: House, places: list[Place]) -> None:
    for name in [name for name in house.taken if name not in house.board.instance.held_of]:
        house.leave(name)
    for place in places:
        if place.award.request not in house.taken:
            house.take(place)


class Timetable:
    """Who sits where in each block, and who is `waiting`."""

    def __init__(self, house: House, lottery: Random) -> None:
        instance = house.board.instance
        self._rivals, self._held, self._lottery = instance.rivals, instance.held_of, lottery
        self._places: dict[str, dict[int, dict[str, Place]]] = {}
        for name, places in house.board.places.items():
            blocks = self._places[name] = {}
            for place in places:
                blocks.setdefault(place.time, {})[place.award.space] = place
        self._seats: dict[int, Seats] = {block: {} for blocks in self._places.values() for block in blocks}
        for name, place in house.taken.items():
            self._seats[place.time][place.award.space] = name
        self.waiting = house.refused()
        self._away: dict[tuple[str, int], int] = {}
        self._turn = 0

    def places(self) -> list[Place]:
        return [
            self._places[name][block][space]
            for block, seats in self._seats.items()
            for space, name in seats.items()
        ]

    def place_one(self) -> int:
        """Puts one that waits where the fewest must leave for it; how many blocks that meant looking at."""
        self._turn += 1
        name = self._lottery.choice(self.waiting)
        tried = [
            (len(leaving), self._lottery.random(), block, seats, leaving)
            for block in self._places[name]
            if (found := self._seated(name, block)) is not None
            for seats, leaving in [found]
            if not leaving or self._away.get((name, block), 0) < self._turn
        ]
        if tried:
            _, _, block, self_seats, leaving = min(tried)
            self._seats[block] = self_seats
            self.waiting.remove(name)
            self._send_away(block, leaving)
        return 4 * len(self._places[name])

    def _send_away(self, block: int, leaving: list[str]) -> None:
        self.waiting += leaving
        for name in leaving:
            away = self._lottery.random() * LEAST_AWAY + MORE_AWAY * len(self.waiting)
            self._away[name, block] = self._turn + int(away)

    def _seated(self, name: str, block: int) -> tuple[Seats, list[str]] | None:
        """The block's seats with one more in it, and who left for it; None where that is a held one."""
        rivals = self._rivals[name]
        leaving = [other for other in self._seats[block].values() if other in rivals]
        seats = {space: other for space, other in self._seats[block].items() if other not in rivals}
        reached: dict[str, None] = {}
        if not self._seat(name, block, seats, reached):
            movable = [space for space in reached if seats[space] not in self._held]
            if not movable:
                return None
            leaving.append(seats.pop(self._lottery.choice(movable)))
            self._seat(name, block, seats, {})
        return (seats, leaving) if self._held.keys().isdisjoint(leaving) else None

    def _seat(self, name: str, block: int, seats: Seats, reached: dict[str, None]) -> bool:
        """Finds a space, and others another one where that helps; `reached`: the spaces that were tried."""
        for space in self._places[name][block]:
            if space in reached:
                continue
            reached[space] = None
            held = space in seats and seats[space] in self._held
            if not held and (space not in seats or self._seat(seats[space], block, seats, reached)):
                seats[space] = name
                return True
        return False
