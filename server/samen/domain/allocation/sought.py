"""How sought after the times of a week are, from the wishes filed so far: how much, and never by whom."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from samen.domain.allocation.board import Board, fits, times
from samen.domain.allocation.instance import Instance, Request, Space


class Level(enum.Enum):
    """Wishes of others for the rooms that fit, against how many of these are open: fewer; as many, or more;
    as many that have it as their first choice. Closed: no room that fits is open.
    """

    QUIET = "quiet"
    SOUGHT = "sought"
    VERY = "very"
    CLOSED = "closed"


# How likely it must be that somebody is in the zone, for it to be called warm.
WARM_FROM = 0.6
# A day counts as so many slots where one looks for the time that is most alike.
DAY_AWAY = 4
# A day and a slot of the grid.
At = tuple[int, int]
_RANK = (Level.QUIET, Level.SOUGHT, Level.VERY, Level.CLOSED)


@dataclass(frozen=True)
class SoughtWeek:
    """By day and slot of the grid: how sought after it is, and whether a room that fits is warm already."""

    levels: tuple[tuple[Level, ...], ...]
    warm: tuple[tuple[bool, ...], ...]

    def level(self, day: int, start: int, slots: int) -> Level:
        """Of a whole span: that of its worst slot."""
        return max(self.levels[day][start : start + slots], key=_RANK.index, default=Level.CLOSED)

    def hints(self, slots: int, near: At | None, without: Iterable[At]) -> list[At]:
        """Of each day the start at which all of a span is quiet and warm that is nearest to `near`, the
        nearest first.
        """
        last = len(self.levels[0]) - slots if self.levels else -1
        fit = [at for at in product(range(len(self.levels)), range(last + 1)) if self._is_good(*at, slots)]
        left = set(fit) - set(without)
        day, start = near if near is not None else (0, 0)
        nearest = sorted(left, key=lambda at: (abs(at[0] - day) * DAY_AWAY + abs(at[1] - start), at))
        return list({at[0]: at for at in reversed(nearest)}.values())[::-1]

    def _is_good(self, day: int, start: int, slots: int) -> bool:
        quiet = self.level(day, start, slots) is Level.QUIET
        return quiet and all(self.warm[day][start : start + slots])


class _Other(NamedTuple):
    """A wish as one that others look at: where it could be, and the slots that its times take."""

    wish: Request
    spaces: tuple[Space, ...]
    all: frozenset[At]
    first: frozenset[At]


class Sought:
    """The wishes of a round, to look at the week as any one of them sees it."""

    def __init__(self, instance: Instance) -> None:
        self._instance, self._grid = instance, instance.grid
        self._closed = Board(Instance(instance.grid, instance.spaces, (), (), instance.closures)).closed
        self._others = [self._other(wish) for wish in instance.requests if wish.penalties]

    def _other(self, wish: Request) -> _Other:
        least = min(wish.penalties.values())
        firsts = [at for at, penalty in wish.penalties.items() if penalty <= least]
        spaces = tuple(space for space in self._instance.spaces if fits(wish, space))
        return _Other(wish, spaces, self._covered(wish, wish.penalties), self._covered(wish, firsts))

    def _covered(self, wish: Request, options: Iterable[At]) -> frozenset[At]:
        last = self._grid.slots_per_day
        return frozenset(
            (day, slot) for day, start in options for slot in range(start, min(start + wish.slots, last))
        )

    def week(self, wish: Request) -> SoughtWeek:
        """As it is for a wish, filed or not. Its tenant's others keep a zone warm, and crowd nobody out."""
        weeks = frozenset(wish.weeks)
        meeting = [
            one for one in self._others if one.wish.id != wish.id and not weeks.isdisjoint(one.wish.weeks)
        ]
        rooms = {space.id for space in self._instance.spaces if fits(wish, space)}
        levels, warm = self._levels(wish, rooms, meeting), self._warm(rooms, meeting)
        days, slots = range(self._grid.days), range(self._grid.slots_per_day)
        return SoughtWeek(
            tuple(tuple(levels[day, slot] for slot in slots) for day in days),
            tuple(tuple((day, slot) in warm for slot in slots) for day in days),
        )

    def _levels(self, wish: Request, rooms: set[str], meeting: Iterable[_Other]) -> dict[At, Level]:
        every, firsts = Counter[At](), Counter[At]()
        for one in meeting:
            if one.wish.tenant != wish.tenant and any(space.id in rooms for space in one.spaces):
                every.update(one.all)
                firsts.update(one.first)
        in_every_week = times(self._grid, 0, 0, 1, wish.weeks)
        closed = [self._closed[name] for name in rooms]
        found = {}
        for day, slot in product(range(self._grid.days), range(self._grid.slots_per_day)):
            time = in_every_week << day * self._grid.slots_per_day + slot
            is_open = sum(not time & bits for bits in closed)
            found[day, slot] = _level(is_open, every[day, slot], firsts[day, slot])
        return found

    def _warm(self, rooms: set[str], meeting: Iterable[_Other]) -> set[At]:
        """When somebody is likely to be in a zone of these rooms.

        One of a wish's times and one of its rooms: each is taken to be as likely as the next.
        """
        zones = {space.zone for space in self._instance.spaces if space.id in rooms}
        nobody: dict[tuple[str, At], float] = {}
        for one in meeting:
            for zone in zones.intersection(space.zone for space in one.spaces):
                here = sum(space.zone == zone for space in one.spaces)
                share = here / len(one.spaces) / len(one.wish.penalties)
                for at in one.all:
                    nobody[zone, at] = nobody.get((zone, at), 1.0) * (1 - share)
        return {at for (_zone, at), alone in nobody.items() if 1 - alone >= WARM_FROM}


def _level(rooms: int, wishes: int, first_choices: int) -> Level:
    if not rooms:
        return Level.CLOSED
    if first_choices >= rooms:
        return Level.VERY
    return Level.SOUGHT if wishes >= rooms else Level.QUIET
