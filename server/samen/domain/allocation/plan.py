"""What a solver proposes, and what it says of it; `plan_file` reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.instance import Award


class Nearest(NamedTuple):
    """A place that is free beside the plan: `penalty` as of the wish's own option, None for another time."""

    space: str
    day: int
    start: int
    penalty: float | None


@dataclass(frozen=True)
class Refused:
    """A wish that got nothing.

    `reason`: no_space_fits, closed, held, taken or conflict (docs/allocation.md). `blocked_by`: the requests
    whose awards stand in its way. `nearest`: what would be free, the most alike first.
    """

    request: str
    reason: str
    blocked_by: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()


class TenantMetrics(NamedTuple):
    """Satisfaction: granted over what was owed, that is asked, or the tenant's share where shares bind."""

    asked_hours: float
    granted_hours: float
    satisfaction: float


@dataclass(frozen=True)
class Metrics:
    """What anyone can count again from the awards."""

    tenants: Mapping[str, TenantMetrics]
    min_satisfaction: float
    mean_satisfaction: float
    zone_hours: float
    zone_starts: int
    first_choice_share: float

    @property
    def granted_hours(self) -> float:
        return sum(one.granted_hours for one in self.tenants.values())


class Bounds(NamedTuple):
    """What no plan can exceed; None where nothing was proved."""

    min_satisfaction: float | None = None
    granted_hours: float | None = None


NOTHING_PROVED = Bounds()


class Stage(NamedTuple):
    """A stage's value, the best that is possible as far as proved, and how long it took."""

    name: str
    value: float
    bound: float | None
    proved: bool
    seconds: float


@dataclass(frozen=True)
class Plan:
    """`instance_sha256`: of the instance's file, byte for byte. `method`: greedy or cpsat."""

    instance_sha256: str
    seed: int
    method: str
    awards: tuple[Award, ...]
    refusals: tuple[Refused, ...]
    metrics: Metrics
    bounds: Bounds = NOTHING_PROVED
    stages: tuple[Stage, ...] = ()
