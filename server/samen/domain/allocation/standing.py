"""Who stands where under some awards: what is in the way of a place, and when a space is free beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from samen.domain.allocation.board import Board, Place, used_by_space, used_by_zone
from samen.domain.allocation.instance import Award, Request


class Standing:
    """Awards that keep every hard rule, each with its place on the board."""

    def __init__(self, board: Board, awards: Iterable[Award]) -> None:
        self.board = board
        self.place_of = {award.request: board.place_of(award) for award in awards}
        places = list(self.place_of.values())
        self.used, self.warm = used_by_space(board, places), used_by_zone(board, places)
        self._on: defaultdict[tuple[str, int], list[Place]] = defaultdict(list)
        for place in places:
            self._on[place.award.space, place.award.day].append(place)
        self._weekly: dict[tuple[str, tuple[int, ...]], int] = {}
        self._startable: dict[int, int] = {}

    def in_the_way(self, place: Place) -> set[str]:
        """Whose awards keep another from a place: they have the space, or it may not meet them."""
        name, space, day, _ = place.award
        found = {other.award.request for other in self._on[space, day] if other.time & place.time}
        rivals = self.board.instance.rivals[name]
        found.update(one for one in rivals if one in self.place_of and self.place_of[one].time & place.time)
        return found - {name}

    def free_starts(self, request: Request) -> dict[str, int]:
        """By space that fits, the slots of a week, as bits, at which it could start in all its weeks."""
        rivals = self.board.instance.rivals[request.id] & self.place_of.keys()
        met = any_bit(self.place_of[one].time for one in rivals)
        busy = self._folded(met, request.weeks)
        return {
            space.id: self._starts(busy | self._busy(space.id, request.weeks), request.slots)
            for space in self.board.fitting(request)
        }

    def warm_starts(self, zone: str, request: Request) -> int:
        """A bit for each slot of a week at which the zone is in use in any of the request's weeks."""
        return self._folded(self.warm[zone], request.weeks)

    def _busy(self, space: str, weeks: tuple[int, ...]) -> int:
        key = space, weeks
        if key not in self._weekly:
            self._weekly[key] = self._folded(self.used[space] | self.board.closed[space], weeks)
        return self._weekly[key]

    def _folded(self, bits: int, weeks: tuple[int, ...]) -> int:
        """One week's bits: what is in use in any of the weeks."""
        if not bits:
            return 0
        grid = self.board.instance.grid
        per_week = grid.days * grid.slots_per_day
        return any_bit(bits >> week * per_week for week in weeks) & ((1 << per_week) - 1)

    def _starts(self, busy: int, slots: int) -> int:
        """Where so many slots in a row are free; each step doubles the run that is known."""
        run, known = ~busy & self._ending_in_time(1), 1
        while known < slots:
            step = min(known, slots - known)
            run &= run >> step
            known += step
        return run & self._ending_in_time(slots)

    def _ending_in_time(self, slots: int) -> int:
        """The starts of a week from which so many slots are over by the end of the day."""
        grid = self.board.instance.grid
        if slots not in self._startable:
            day = (1 << max(0, grid.slots_per_day - slots + 1)) - 1
            self._startable[slots] = sum(day << one * grid.slots_per_day for one in range(grid.days))
        return self._startable[slots]


def any_bit(masks: Iterable[int]) -> int:
    """Every bit that is in any of them."""
    found = 0
    for mask in masks:
        found |= mask
    return found
