"""What other weights would do: runs beside a round that change nothing of it, and two runs compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from samen.adapters.db.models import Solve
from samen.domain.access import Viewer
from samen.domain.allocation.plan import Metrics
from samen.domain.rules import Refusal
from samen.services import solves
from samen.services.solves import Run


@dataclass(frozen=True)
class TenantChange:
    """What a tenant has by one run and by the other: hours, and satisfaction from 0 to 1."""

    tenant: str
    asked_hours: float
    hours: tuple[float, float]
    satisfaction: tuple[float, float]


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side. `gained` and `lost`: wishes that only the second, or only the first, grants;
    `moved`: those that both grant, at another time or in another space. Tenants by their slugs.
    """

    before: Metrics
    after: Metrics
    tenants: tuple[TenantChange, ...]
    gained: tuple[UUID, ...]
    lost: tuple[UUID, ...]
    moved: tuple[UUID, ...]


def queue_trial(session: Session, round_id: UUID, run: Run, viewer: Viewer, now: datetime) -> Solve | Refusal:
    """Run with the policy of `run`, beside the round."""
    trial = Run(run.method, run.seed, run.budget_s, run.name, trial=True, policy=run.policy)
    return solves.queue(session, round_id, trial, viewer, now)


def compare(before: Solve, after: Solve) -> Comparison | Refusal:
    """Winners and losers of the second run against the first; both need a plan."""
    first, second = solves.plan_of(before), solves.plan_of(after)
    if first is None or second is None:
        return Refusal("no_plan")
    had = {award.request: award for award in first.awards}
    has = {award.request: award for award in second.awards}
    both = had.keys() & has.keys()
    return Comparison(
        first.metrics,
        second.metrics,
        tuple(
            TenantChange(
                name,
                one.asked_hours,
                (first.metrics.tenants[name].granted_hours, one.granted_hours),
                (first.metrics.tenants[name].satisfaction, one.satisfaction),
            )
            for name, one in second.metrics.tenants.items()
            if name in first.metrics.tenants
        ),
        _ids(has.keys() - had.keys()),
        _ids(had.keys() - has.keys()),
        _ids(name for name in both if had[name] != has[name]),
    )


def _ids(names: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(sorted(UUID(name) for name in names))
