"""Which requests to set free at a time, so that a small model finds what is better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, product
from random import Random
from typing import TypeVar

from samen.domain.allocation.board import Place
from samen.domain.allocation.cpsat.standing import Measure, Taken
from samen.domain.allocation.instance import Request

T = TypeVar("T")
Neighbourhood = Callable[[Taken], Iterator[str]]


class Neighbourhoods:
    """Each way names requests, the most to the point first, some of them more than once."""

    def __init__(self, measure: Measure, dice: Random) -> None:
        self._measure, self._dice = measure, dice
        self._board = measure.board
        self._instance = measure.board.instance
        self._days = range(self._instance.grid.days)
        self._zones = sorted({space.zone for space in self._instance.spaces})

    def zone_days(self, taken: Taken) -> Iterator[str]:
        """Who is or would be in a zone on a day; then the other zones that day and other days in the zone."""
        zone, day = self._dice.choice(self._zones), self._dice.choice(self._days)
        near = [at for at in product(self._zones, self._days) if (at[0] == zone) != (at[1] == day)]
        for at in [(zone, day), *self._mixed(near)]:
            yield from self._where(taken, lambda place, at=at: (place.zone, place.award.day) == at)  # type: ignore[misc]

    def emptied(self, taken: Taken) -> Iterator[str]:
        """Who is in a zone on a day or a part of it, least well used first but for some luck."""
        length = self._dice.choice((1, 1 / 2, 1 / 4)) * self._instance.grid.slots_per_day
        used: dict[tuple[str, int, int], list[Place]] = {}
        for place in taken.values():
            used.setdefault((place.zone, place.award.day, int(place.award.start // length)), []).append(place)
        cost = {at: -self._measure.energy(places) / _slots(places) for at, places in used.items()}
        for at in sorted(cost, key=lambda at: -cost[at] * (0.5 + self._dice.random())):
            yield from self._mixed(place.award.request for place in used[at])

    def moved(self, taken: Taken) -> Iterator[str]:
        """Who has not what it had before, each with who is in the way of it."""
        for before in self._mixed(self._instance.previous):
            if before.request not in self._instance.request_of:
                continue
            request = self._instance.request_of[before.request]
            had = [place for place in self._board.places[request.id] if place.award == before]
            if had and taken.get(request.id) != had[0]:
                yield from self._with_holders(taken, request, had)

    def windows(self, taken: Taken) -> Iterator[str]:
        """Who is or would be in the house at some hours of a day; then at these hours of other days."""
        slots = self._instance.grid.slots_per_day
        length = max(1, slots // 4)
        start = self._dice.randrange(slots - length + 1)
        for day in self._mixed(self._days):
            times = {(day, slot) for slot in range(start, start + length)}
            yield from self._where(taken, lambda place, times=times: place.award[2:] in times)  # type: ignore[misc]

    def tenants(self, taken: Taken) -> Iterator[str]:
        """What a tenant asks, each with who is in its way."""
        for tenant in self._mixed(self._instance.asked_by):
            for request in self._mixed(self._instance.asked_by[tenant]):
                yield from self._with_holders(taken, request)

    def wanted(self, taken: Taken) -> Iterator[str]:
        """What was not granted, of the least satisfied first but for some luck, with who is in the way."""
        satisfied = self._measure.satisfactions(taken)
        waiting = [one for one in self._instance.requests if one.id not in taken]
        luck = {one.id: satisfied[one.tenant] + self._dice.random() / 3 for one in waiting}
        for request in sorted(waiting, key=lambda one: luck[one.id]):
            yield from self._with_holders(taken, request)

    def _where(self, taken: Taken, is_there: Callable[[Place], bool]) -> Iterator[str]:
        """Those with a place there, and as many of those without one who could have it."""
        having = [name for name, place in taken.items() if is_there(place)]
        yield from self._mixed(having)
        waiting = (
            one.id
            for one in self._mixed(self._instance.requests)
            if one.id not in taken and any(map(is_there, self._board.places[one.id]))
        )
        yield from islice(waiting, len(having) + 1)

    def _with_holders(
        self, taken: Taken, request: Request, places: Sequence[Place] | None = None
    ) -> Iterator[str]:
        """A request and all who keep it from one time of its places, or of those that are given."""
        yield request.id
        places = self._board.places[request.id] if places is None else places
        if not places:
            return
        at = self._dice.choice(places)
        spaces = {place.award.space for place in places if place.time == at.time}
        rivals = self._instance.rivals[request.id]
        for name, place in taken.items():
            if place.time & at.time and (place.award.space in spaces or name in rivals):
                yield name

    def _mixed(self, names: Iterable[T]) -> list[T]:
        mixed = list(names)
        self._dice.shuffle(mixed)
        return mixed


def _slots(places: Iterable[Place]) -> int:
    return sum(place.time.bit_count() for place in places)
