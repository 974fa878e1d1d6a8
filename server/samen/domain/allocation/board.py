"""The grid as bits: a season's slots are the bits of one number, so that to meet is to share a bit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from samen.domain.allocation.instance import Award, Grid, Instance, Request, Space


class Place(NamedTuple):
    """Where a request could go: `time` has a bit for each slot of each of its weeks."""

    award: Award
    zone: str
    time: int
    penalty: float


def times(grid: Grid, day: int, start: int, slots: int, weeks: Iterable[int]) -> int:
    """The bits of some slots of one day, in each of the weeks; week by week, day by day, slot by slot."""
    span = ((1 << slots) - 1) << (day * grid.slots_per_day + start)
    per_week = grid.days * grid.slots_per_day
    return sum(span << (week * per_week) for week in set(weeks))


class Board:
    """Where each request could go, closures taken out; and what of a zone's time is a start."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.closed = _closed(instance)
        self.places: dict[str, tuple[Place, ...]] = {
            request.id: tuple(self._places(request)) for request in instance.requests
        }

    @cached_property
    def _day_ends(self) -> int:
        grid = self.instance.grid
        every = range(grid.weeks)
        return sum(times(grid, day, grid.slots_per_day - 1, 1, every) for day in range(grid.days))

    def starts(self, used: int) -> int:
        """How often what is in use at these bits goes from unused to used; a night is always between days."""
        return (used & ~((used & ~self._day_ends) << 1)).bit_count()

    def fitting(self, request: Request) -> list[Space]:
        """The spaces that are large enough, have what it needs and are among those it names."""
        return [space for space in self.instance.spaces if fits(request, space)]

    def place_of(self, award: Award) -> Place:
        """As an award says, whether or not the request asked for it. Raises KeyError for an unknown name."""
        request = self.instance.request_of[award.request]
        time = times(self.instance.grid, award.day, award.start, request.slots, request.weeks)
        penalty = request.penalties.get((award.day, award.start), 0.0)
        return Place(award, self.instance.space_of[award.space].zone, time, penalty)

    def _places(self, request: Request) -> Iterable[Place]:
        held = self.instance.held_of.get(request.id)
        if held is not None:
            yield self.place_of(held)
            return
        grid, spaces = self.instance.grid, self.fitting(request)
        for (day, start), penalty in request.penalties.items():
            if start + request.slots > grid.slots_per_day:
                continue
            time = times(grid, day, start, request.slots, request.weeks)
            for space in spaces:
                if not time & self.closed[space.id]:
                    yield Place(Award(request.id, space.id, day, start), space.zone, time, penalty)


def fits(request: Request, space: Space) -> bool:
    """Whether a request could be in the space at all."""
    return (
        space.capacity >= request.people
        and request.features <= space.features
        and (request.spaces is None or space.id in request.spaces)
    )


def used_by_space(board: Board, places: Sequence[Place]) -> dict[str, int]:
    """The bits that awards take of each space."""
    used = dict.fromkeys(board.instance.space_of, 0)
    for place in places:
        used[place.award.space] |= place.time
    return used


def used_by_zone(board: Board, places: Sequence[Place]) -> dict[str, int]:
    """The bits at which each zone is in use."""
    used = {space.zone: 0 for space in board.instance.spaces}
    for place in places:
        used[place.zone] |= place.time
    return used


def _closed(instance: Instance) -> dict[str, int]:
    closed = dict.fromkeys(instance.space_of, 0)
    for one in instance.closures:
        closed[one.space] |= times(instance.grid, one.day, one.start, one.slots, one.weeks)
    return closed
