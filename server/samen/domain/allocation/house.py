"""The house while a plan is made: who has which place, what still fits, and what it heats."""

from __future__ import annotations

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.instance import Award
from samen.domain.allocation.measure import owed, worth


class House:
    """Places that keep every hard rule, held awards from the start; what is in use is known at any time."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.taken: dict[str, Place] = {}
        self.granted = dict.fromkeys(board.instance.asked_by, 0)
        self.worth = 0.0
        self._owed = owed(board.instance)
        self._start_slots = board.instance.policy.start_hours * 60 / board.instance.grid.slot_minutes
        self._rivals = board.instance.rivals
        self._in = {name: dict[str, Place]() for name in board.instance.space_of}
        self._used = dict.fromkeys(board.instance.space_of, 0)
        self._zones: dict[str, list[str]] = {}
        for space in board.instance.spaces:
            self._zones.setdefault(space.zone, []).append(space.id)
        self._warm = dict.fromkeys(self._zones, 0)
        for name in board.instance.held_of:
            self.take(board.places[name][0])

    def is_free(self, place: Place) -> bool:
        """Whether a request that has no place could have this one."""
        award, time = place.award, place.time
        return not self._used[award.space] & time and not any(
            self.taken[rival].time & time for rival in self._rivals[award.request] if rival in self.taken
        )

    def in_the_way(self, place: Place) -> set[str]:
        """The requests, held ones too, whose places keep this one from being free."""
        award, time = place.award, place.time
        found = set()
        if self._used[award.space] & time:
            found = {name for name, other in self._in[award.space].items() if other.time & time}
        found |= {
            rival
            for rival in self._rivals[award.request]
            if rival in self.taken and self.taken[rival].time & time
        }
        return found - {award.request}

    def take(self, place: Place) -> None:
        """Gives a request a place that is free."""
        name, space = place.award.request, place.award.space
        self.taken[name] = self._in[space][name] = place
        self._used[space] |= place.time
        self._warm[place.zone] |= place.time
        request = self.board.instance.request_of[name]
        self.granted[request.tenant] += request.slot_weeks
        self.worth += worth(self.board.instance, place)

    def leave(self, name: str) -> Place:
        """Takes a request's place away; which one it was."""
        place = self.taken.pop(name)
        space = place.award.space
        del self._in[space][name]
        self._used[space] ^= place.time
        warm = 0
        for neighbour in self._zones[place.zone]:
            warm |= self._used[neighbour]
        self._warm[place.zone] = warm
        request = self.board.instance.request_of[name]
        self.granted[request.tenant] -= request.slot_weeks
        self.worth -= worth(self.board.instance, place)
        return place

    def satisfaction(self, tenant: str) -> float:
        """Granted over owed; 1 for one that asked for nothing."""
        full = self._owed[tenant]
        return self.granted[tenant] / full if full else 1.0

    def shares(self) -> list[float]:
        """The satisfaction of all who asked, from the lowest up; nobody is owed more than all."""
        asked = self.board.instance.asked_by
        return sorted(min(1.0, self.satisfaction(name)) for name, asks in asked.items() if asks)

    def heat(self, place: Place) -> float:
        """The slot-weeks of a zone that a place would add, each start weighing as the policy says."""
        warm = self._warm[place.zone]
        cold = place.time & ~warm
        if not cold:
            return 0.0
        starts = self.board.starts(warm | place.time) - self.board.starts(warm)
        return cold.bit_count() + self._start_slots * starts

    def all_heat(self) -> float:
        """The slot-weeks of all zones in use, with their starts."""
        return sum(
            warm.bit_count() + self._start_slots * self.board.starts(warm) for warm in self._warm.values()
        )

    def refused(self) -> list[str]:
        """The requests that have no place and fit somewhere, those of whoever has least first."""
        satisfied = {name: self.satisfaction(name) for name in self.granted}
        waiting = [
            one
            for one in self.board.instance.requests
            if one.id not in self.taken and self.board.places[one.id]
        ]
        return [one.id for one in sorted(waiting, key=lambda one: satisfied[one.tenant])]

    def awards(self) -> tuple[Award, ...]:
        """In the order of the requests."""
        return tuple(self.taken[one.id].award for one in self.board.instance.requests if one.id in self.taken)
