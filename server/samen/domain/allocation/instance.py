"""What is to be allocated: spaces, tenants and their wishes, on a grid of weeks, days and slots.

The file's names and meaning are those of docs/allocation.md; `instance_file` reads and checks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

MOST_URGENT = 3


class Grid(NamedTuple):
    """`weeks` × `days` × `slots_per_day` slots of `slot_minutes`, from `day_start` (HH:MM) on."""

    weeks: int
    days: int
    slots_per_day: int
    slot_minutes: int
    day_start: str

    @property
    def size(self) -> int:
        return self.weeks * self.days * self.slots_per_day


class Option(NamedTuple):
    """A day and start that would do; `penalty`: how much less welcome than the first choice, 0 or more."""

    day: int
    start: int
    penalty: float = 0.0


class Award(NamedTuple):
    """A space at a day and start, in each of the request's weeks, for as many slots as it asks."""

    request: str
    space: str
    day: int
    start: int


class Closure(NamedTuple):
    """When a space cannot be had."""

    space: str
    day: int
    start: int
    slots: int
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class Space:
    """Spaces of one `zone` are heated together."""

    id: str
    capacity: int
    features: frozenset[str]
    zone: str


@dataclass(frozen=True)
class Tenant:
    """`entitlement`: its share of the building relative to the others'. `credit`: in hours, settles ties."""

    id: str
    entitlement: float = 1.0
    credit: float = 0.0


@dataclass(frozen=True)
class Request:
    """A wish for one weekly slot: granted in all its weeks, or not at all.

    `priority`: 1 to 3, 3 the most urgent. `spaces`: the only ones that do, or None for any that fit.
    """

    id: str
    tenant: str
    people: int
    features: frozenset[str]
    slots: int
    weeks: tuple[int, ...]
    priority: int
    filed_at: datetime
    options: tuple[Option, ...]
    spaces: frozenset[str] | None = None

    @property
    def slot_weeks(self) -> int:
        """Slots over all its weeks: what it weighs."""
        return self.slots * len(self.weeks)

    @cached_property
    def penalties(self) -> dict[tuple[int, int], float]:
        """By day and start; of one named twice, the most welcome."""
        found: dict[tuple[int, int], float] = {}
        for option in self.options:
            at = (option.day, option.start)
            found[at] = min(option.penalty, found.get(at, option.penalty))
        return found


@dataclass(frozen=True)
class Policy:
    """What the cooperative decided about its rounds.

    `entitlements_bind`: nobody is owed more than its share of the building, however much it asks.
    `tolerance`: how much of what an earlier stage reached a later one may give away, from 0 to 1.
    `priority_weights`: what an hour of priority 1, 2, 3 weighs. `penalty_weight`: what of an hour a penalty
    of 1 takes away. `start_hours`: how many zone-hours a zone's start weighs.
    """

    entitlements_bind: bool = False
    tolerance: float = 0.0
    priority_weights: tuple[float, float, float] = (1.0, 1.25, 1.5)
    penalty_weight: float = 0.1
    start_hours: float = 0.5


@dataclass(frozen=True)
class Instance:
    """A round's question. `conflicts`: pairs of requests that need the same person or thing."""

    grid: Grid
    spaces: tuple[Space, ...]
    tenants: tuple[Tenant, ...]
    requests: tuple[Request, ...]
    closures: tuple[Closure, ...] = ()
    held: tuple[Award, ...] = ()
    previous: tuple[Award, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    policy: Policy = Policy()

    @cached_property
    def space_of(self) -> dict[str, Space]:
        return {space.id: space for space in self.spaces}

    @cached_property
    def request_of(self) -> dict[str, Request]:
        return {request.id: request for request in self.requests}

    @cached_property
    def asked_by(self) -> dict[str, tuple[Request, ...]]:
        """By tenant, of every tenant."""
        return {
            tenant.id: tuple(one for one in self.requests if one.tenant == tenant.id)
            for tenant in self.tenants
        }

    @cached_property
    def rivals(self) -> dict[str, frozenset[str]]:
        """By request: those it may not meet in time."""
        found: dict[str, set[str]] = {request.id: set() for request in self.requests}
        for one, other in self.conflicts:
            found[one].add(other)
            found[other].add(one)
        return {name: frozenset(others) for name, others in found.items()}

    @cached_property
    def held_of(self) -> dict[str, Award]:
        return {award.request: award for award in self.held}

    def hours(self, slot_weeks: float) -> float:
        return slot_weeks * self.grid.slot_minutes / 60
