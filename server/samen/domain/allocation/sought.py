"""How sought after the times of a week are, from the wishes filed so far: how much, and never by whom."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

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


def sought_week(instance: Instance, wish: Request) -> SoughtWeek:
    """As it is for a wish, filed or not. Its tenant's other wishes keep a zone warm, and crowd nobody out."""
    view = _View(instance, wish)
    days, slots = range(instance.grid.days), range(instance.grid.slots_per_day)
    levels = tuple(tuple(view.level(day, slot) for slot in slots) for day in days)
    return SoughtWeek(levels, tuple(tuple(view.is_warm(day, slot) for slot in slots) for day in days))


class _View:
    """The week as one wish sees it."""

    def __init__(self, instance: Instance, wish: Request) -> None:
        self._wish, self._grid = wish, instance.grid
        self._rooms = {space.id: space for space in instance.spaces if fits(wish, space)}
        self._zones = {space.zone for space in self._rooms.values()}
        self._closed = Board(Instance(instance.grid, instance.spaces, (), (), instance.closures)).closed
        self._all: Counter[At] = Counter()
        self._first: Counter[At] = Counter()
        self._there: defaultdict[tuple[str, At], list[float]] = defaultdict(list)
        for other in instance.requests:
            if other.id != wish.id and other.penalties and set(other.weeks) & set(wish.weeks):
                self._count(other, [space for space in instance.spaces if fits(other, space)])

    def _count(self, other: Request, spaces: Sequence[Space]) -> None:
        if other.tenant != self._wish.tenant and any(space.id in self._rooms for space in spaces):
            least = min(other.penalties.values())
            firsts = [at for at, penalty in other.penalties.items() if penalty <= least]
            self._all.update(self._covered(other, other.penalties))
            self._first.update(self._covered(other, firsts))
        for zone in self._zones & {space.zone for space in spaces}:
            # One of its times and one of its rooms: each is taken to be as likely as the next.
            share = sum(space.zone == zone for space in spaces) / len(spaces) / len(other.penalties)
            for at in self._covered(other, other.penalties):
                self._there[zone, at].append(share)

    def _covered(self, other: Request, options: Iterable[At]) -> set[At]:
        """The slots that any of these options takes."""
        last = self._grid.slots_per_day
        return {
            (day, slot) for day, start in options for slot in range(start, min(start + other.slots, last))
        }

    def level(self, day: int, slot: int) -> Level:
        time = times(self._grid, day, slot, 1, self._wish.weeks)
        rooms = sum(not time & self._closed[name] for name in self._rooms)
        if not rooms:
            return Level.CLOSED
        if self._first[day, slot] >= rooms:
            return Level.VERY
        return Level.SOUGHT if self._all[day, slot] >= rooms else Level.QUIET

    def is_warm(self, day: int, slot: int) -> bool:
        """Whether somebody is likely to be in a zone of a room that fits."""
        nobody = (prod(1 - share for share in self._there[zone, (day, slot)]) for zone in self._zones)
        return 1 - min(nobody, default=1.0) >= WARM_FROM
