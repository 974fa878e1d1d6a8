"""What a search tries next: whose places are given up, and who is placed anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from samen.domain.allocation.board import Place
from samen.domain.allocation.house import House

# How many may give up their places for one, how many that meet it move with it, how many are moved at once.
MOST_IN_THE_WAY, MOST_MEETING, MOST_MOVED, MOST_HOPEFUL = 3, 5, 12, 20
# What a slot-week at a penalty of 1 costs, in slot-weeks of a heated zone: drawn anew for each move.
WELCOME_FIRST, WARM_FIRST = (0.1, 1.0), (0.0, 0.02, 0.1, 0.3)
# Starts that are nearer to each other than this, in slots, are about the same time.
NEAR = 6


class Move(NamedTuple):
    """Who gives up a place, who gets one first, who then hopes for one too; and what a penalty costs."""

    leaving: Sequence[str]
    first: Place | None
    hopeful: Sequence[str]
    price: float


def grant_one_more(house: House, lottery: Random) -> Move | None:
    """One that has none gets a place: most likely one of whoever has least. None: nothing came to mind."""
    refused = house.refused()
    if not refused:
        return None
    name = refused[int(len(refused) * lottery.random() ** 2)]
    place = lottery.choice(house.board.places[name])
    leaving = sorted(house.in_the_way(place))
    if len(leaving) > MOST_IN_THE_WAY or not house.board.instance.held_of.keys().isdisjoint(leaving):
        return None
    meeting = [
        one.award.request
        for one in _movable(house)
        if one.time & place.time and one.award.request not in leaving
    ]
    leaving += _some(lottery, meeting, lottery.randint(0, MOST_MEETING))
    return Move(leaving, place, _some(lottery, refused, MOST_HOPEFUL), lottery.choice(WELCOME_FIRST))


def shift_some(house: House, lottery: Random) -> Move | None:
    """Places of about one time, in one zone or all, are given up to find warmer ones."""
    movable = _movable(house)
    if not movable:
        return None
    centre = lottery.choice(movable)
    by_zone, all_day = lottery.random() < 0.6, lottery.random() < 0.3
    near = [
        one.award.request
        for one in movable
        if one.award.day == centre.award.day
        and (one.zone == centre.zone or not by_zone)
        and (abs(one.award.start - centre.award.start) < NEAR or (by_zone and all_day))
    ]
    return Move(_some(lottery, near, MOST_MOVED), None, (), lottery.choice(WARM_FIRST))


def move_back(house: House, lottery: Random) -> Move | None:
    """A place of the previous plan is given back to who had it."""
    board, taken = house.board, house.taken
    moved = [
        one for one in board.instance.previous if one.request in taken and taken[one.request].award != one
    ]
    back = lottery.choice(moved) if moved else None
    place = back and next((one for one in board.places[back.request] if one.award == back), None)
    if not place:
        return None
    leaving = {*house.in_the_way(place), place.award.request}
    if not board.instance.held_of.keys().isdisjoint(leaving):
        return None
    return Move(sorted(leaving), place, (), lottery.choice(WARM_FIRST))


def _movable(house: House) -> list[Place]:
    held = house.board.instance.held_of
    return [place for name, place in house.taken.items() if name not in held]


def _some(lottery: Random, names: Iterable[str], most: int) -> list[str]:
    """So many of them, in their order."""
    every = list(names)
    return [every[place] for place in sorted(lottery.sample(range(len(every)), min(most, len(every))))]
