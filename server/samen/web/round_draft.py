"""A draft of a round with the names of what it speaks of, and what other drafts it is set beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.allocation_file import read_instance, read_plan
from samen.adapters.db.models import Round, Solve, Space, Tenant, Wish
from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award, Instance
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.plan import Metrics, Plan
from samen.domain.allocation.season import Season
from samen.domain.allocation.shadow import first_come


class Names(NamedTuple):
    """What a round's files name: wishes by id, spaces and tenants by slug."""

    wishes: Mapping[str, Wish]
    spaces: Mapping[str, Space]
    tenants: Mapping[str, Tenant]


@dataclass(frozen=True)
class Draft:
    """A run's plan, and the instance it answers."""

    solve: Solve
    season: Season
    instance: Instance
    plan: Plan
    names: Names

    def title(self, request: str) -> str:
        """What a wish is called, with its tenant's name: for those who look after the building."""
        wish = self.names.wishes.get(request)
        return f"{wish.title} ({wish.tenant.name})" if wish else request

    def tenant_shown(self, slug: str) -> dict[str, Any]:
        """How pages show a tenant: {slug, name, tint}."""
        tenant = self.names.tenants.get(slug)
        return {"slug": slug, "name": tenant.name if tenant else slug, "tint": tenant.tint if tenant else 0}

    @property
    def awards(self) -> Mapping[str, Award]:
        """By wish."""
        return {award.request: award for award in self.plan.awards}


def draft_of(solve: Solve, names: Names) -> Draft | None:
    """None as long as a run has found nothing."""
    if solve.plan is None:
        return None
    return Draft(solve, solve.round.season, instance_of(solve.instance), read_plan(solve.plan), names)


def names_of(session: Session, round_: Round) -> Names:
    """Of all that a round's files may speak of."""
    wishes = session.scalars(select(Wish).where(Wish.round_id == round_.id))
    return Names(
        {str(wish.id): wish for wish in wishes},
        {space.slug: space for space in round_.spaces},
        {tenant.slug: tenant for tenant in session.scalars(select(Tenant))},
    )


@lru_cache(maxsize=8)
def instance_of(text: bytes) -> Instance:
    """An instance's file, read once for the pages that show it again and again."""
    return read_instance(text)


@lru_cache(maxsize=8)
def first_come_of(text: bytes) -> Metrics:
    """What first come, first served would have given of an instance's file."""
    instance = instance_of(text)
    board = Board(instance)
    return metrics(board, first_come(board).awards)
