"""Two plans side by side: who wins by the second, who loses, and what of the house changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.report import Changes, changes


class TenantChange(NamedTuple):
    """What a tenant has more (less, where negative) by the second plan, and which of its wishes changed."""

    tenant: str
    hours: float
    satisfaction: float
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True)
class PlansCompared:
    """Winners have more hours, losers fewer, those with most to say first; `even` have as many as before.

    The figures are the second plan's less the first's.
    """

    winners: tuple[TenantChange, ...]
    losers: tuple[TenantChange, ...]
    even: tuple[TenantChange, ...]
    changes: Changes
    min_satisfaction: float
    granted_hours: float
    zone_hours: float
    zone_starts: int
    first_choice_share: float


def compare(board: Board, first: Sequence[Award], second: Sequence[Award]) -> PlansCompared:
    """Two plans of one instance."""
    before, after = metrics(board, first), metrics(board, second)
    tenants = [
        TenantChange(
            name,
            after.tenants[name].granted_hours - before.tenants[name].granted_hours,
            after.tenants[name].satisfaction - before.tenants[name].satisfaction,
            *_wishes_changed((one.id for one in asks), first, second),
        )
        for name, asks in board.instance.asked_by.items()
    ]
    most_first = sorted(tenants, key=lambda one: (-abs(one.hours), -abs(one.satisfaction), one.tenant))
    return PlansCompared(
        tuple(one for one in most_first if one.hours > 0),
        tuple(one for one in most_first if one.hours < 0),
        tuple(one for one in most_first if one.hours == 0),
        changes(first, second),
        after.min_satisfaction - before.min_satisfaction,
        after.granted_hours - before.granted_hours,
        after.zone_hours - before.zone_hours,
        after.zone_starts - before.zone_starts,
        after.first_choice_share - before.first_choice_share,
    )


def _wishes_changed(
    wishes: Iterable[str], first: Iterable[Award], second: Iterable[Award]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Those that gained a place, lost it, moved."""
    before = {award.request: award for award in first}
    after = {award.request: award for award in second}
    names = tuple(wishes)
    return (
        tuple(name for name in names if name in after and name not in before),
        tuple(name for name in names if name in before and name not in after),
        tuple(name for name in names if name in before and name in after and before[name] != after[name]),
    )
