"""A part of a season: some requests free to move, all others staying; what meets, and what is heated.

A slot here is one of a day's slots; weeks with the same requests are one class.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from samen.domain.allocation.board import Board, Place, times, used_by_space, used_by_zone
from samen.domain.allocation.cpsat.standing import Taken

K = TypeVar("K")
# Places by their number in `Part.places`.
Numbers = frozenset[int]


class Heating(NamedTuple):
    """A zone's day in `weeks` weeks that are alike.

    `warm`: its slots that those who stay heat, as bits. `users`: by slot, then space, the places that would.
    """

    weeks: int
    warm: int
    users: dict[int, list[Numbers]]


class Part:
    """`places`: where the free requests could go beside those who stay, held ones among these."""

    def __init__(self, board: Board, taken: Taken, free: Collection[str]) -> None:
        self.board, self.taken = board, taken
        held = board.instance.held_of
        self.free = [one.id for one in board.instance.requests if one.id in free and one.id not in held]
        movable = frozenset(self.free)
        self.staying = {name: place for name, place in taken.items() if name not in movable}
        self.places = [place for name in self.free for place in self._left(name)]

    def _left(self, name: str) -> Iterator[Place]:
        used = self._used
        busy = 0
        for rival in self.board.instance.rivals[name]:
            if rival in self.staying:
                busy |= self.staying[rival].time
        for place in self.board.places[name]:
            if not place.time & (used[place.award.space] | busy):
                yield place

    @cached_property
    def _used(self) -> dict[str, int]:
        return used_by_space(self.board, list(self.staying.values()))

    @cached_property
    def by_request(self) -> dict[str, list[int]]:
        return _grouped((place.award.request, number) for number, place in enumerate(self.places))

    def overlaps(self) -> list[list[int]]:
        """Sets of places of which a space can give one."""
        by_day = _grouped(
            ((place.award.space, place.award.day), number) for number, place in enumerate(self.places)
        )
        found = {clique for numbers in by_day.values() for clique in self._overlaps(numbers)}
        return sorted(map(sorted, found))

    def _overlaps(self, numbers: Sequence[int]) -> Iterator[Numbers]:
        for alike in _largest(alike for alike, _ in self._classes(numbers)):
            yield from _largest_in_turn(self._by_slot(alike).values())

    def rivalries(self) -> list[list[int]]:
        """Sets of places of which one can be given, for the requests may not meet."""
        found: set[Numbers] = set()
        for clique in _cliques(self.board.instance.rivals, self.free):
            numbers = [number for name in clique for number in self.by_request.get(name, ())]
            by_day = _grouped((self.places[number].award.day, number) for number in numbers)
            for together in by_day.values():
                found.update(one for one in self._overlaps(together) if self._are_several(one))
        return sorted(map(sorted, found))

    def _are_several(self, numbers: Numbers) -> bool:
        return len({self.places[number].award.request for number in numbers}) > 1

    def heating(self) -> Iterator[Heating]:
        """Of every zone's day that the free could heat."""
        by_day = _grouped(((place.zone, place.award.day), number) for number, place in enumerate(self.places))
        for (zone, day), numbers in by_day.items():
            alike: dict[tuple[Numbers, int], int] = {}
            for users, weeks in self._classes(numbers):
                for week in weeks:
                    key = users, self._warm(zone, day, week)
                    alike[key] = alike.get(key, 0) + 1
            for (users, warm), count in alike.items():
                yield Heating(count, warm, self._users(users, warm))

    def _users(self, numbers: Numbers, warm: int) -> dict[int, list[Numbers]]:
        """Of which one at most is given: those in one space, and those of one request."""
        users: dict[int, list[Numbers]] = defaultdict(list)
        in_order = sorted(numbers)
        by_space = _grouped((self.places[number].award.space, number) for number in in_order)
        by_request = _grouped((self.places[number].award.request, number) for number in in_order)
        for together in (*by_space.values(), *by_request.values()):
            for slot, clique in self._by_slot(together).items():
                if not warm >> slot & 1:
                    users[slot].append(clique)
        return {slot: _largest(cliques) for slot, cliques in users.items()}

    def _warm(self, zone: str, day: int, week: int) -> int:
        grid = self.board.instance.grid
        at = (week * grid.days + day) * grid.slots_per_day
        return self._used_zones.get(zone, 0) >> at & times(grid, 0, 0, grid.slots_per_day, (0,))

    @cached_property
    def _used_zones(self) -> dict[str, int]:
        return used_by_zone(self.board, list(self.staying.values()))

    def _classes(self, numbers: Iterable[int]) -> Iterator[tuple[Numbers, list[int]]]:
        """Weeks with the same places among these, and which they are."""
        found: dict[int, set[int]] = defaultdict(set)
        for number in numbers:
            request = self.board.instance.request_of[self.places[number].award.request]
            for week in request.weeks:
                found[week].add(number)
        alike: dict[Numbers, list[int]] = {}
        for week in sorted(found):
            alike.setdefault(frozenset(found[week]), []).append(week)
        yield from alike.items()

    def _by_slot(self, numbers: Iterable[int]) -> dict[int, Numbers]:
        """In the order of the slots."""
        found: dict[int, set[int]] = defaultdict(set)
        for number in numbers:
            award = self.places[number].award
            slots = self.board.instance.request_of[award.request].slots
            for slot in range(award.start, award.start + slots):
                found[slot].add(number)
        return {slot: frozenset(found[slot]) for slot in sorted(found)}


def _grouped(pairs: Iterable[tuple[K, int]]) -> dict[K, list[int]]:
    found: dict[K, list[int]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return found


def _largest(sets: Iterable[Numbers]) -> list[Numbers]:
    """Without those that are within another."""
    found: list[Numbers] = []
    for one in sorted(set(sets), key=lambda one: (-len(one), min(one))):
        if not any(one <= other for other in found):
            found.append(one)
    return found


def _largest_in_turn(sets: Iterable[Numbers]) -> list[Numbers]:
    """Without those of one, nor those within a neighbour."""
    found: list[Numbers] = []
    for one in sets:
        if len(one) < 2 or (found and one <= found[-1]):
            continue
        while found and found[-1] <= one:
            found.pop()
        found.append(one)
    return found


def _cliques(rivals: dict[str, frozenset[str]], names: Sequence[str]) -> Iterator[list[str]]:
    """Sets of which any two are rivals, until each pair of rivals is in one."""
    among = frozenset(names)
    left = {name: set(rivals[name] & among) for name in names}
    for name in names:
        while left[name]:
            clique = [name]
            common = set(rivals[name] & among)
            # Pairs that no clique has yet come first.
            for other in sorted(common, key=lambda other: (other not in left[name], other)):
                if all(other in rivals[one] for one in clique):
                    clique.append(other)
            for one in clique:
                left[one] -= set(clique)
            yield clique
