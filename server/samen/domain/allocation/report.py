"""What a plan gives each tenant and the house, beside what first come, first served would have given.

Lead with the least satisfaction: Jain's index stays close to 1 while one tenant is badly served.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.board import Board, used_by_space
from samen.domain.allocation.envy import Envy, envy
from samen.domain.allocation.evenness import gini, jain
from samen.domain.allocation.instance import Award
from samen.domain.allocation.measure import entitled, is_first_choice, metrics, supply
from samen.domain.allocation.plan import NOTHING_PROVED, Bounds, Metrics


class Served(NamedTuple):
    """What some awards give a tenant."""

    granted_hours: float
    satisfaction: float
    granted: int
    first_choices: int


class TenantReport(NamedTuple):
    """`entitled_hours`: its share of the house by entitlement. `shadow`: had the first to ask been served."""

    tenant: str
    asked_hours: float
    asked: int
    entitled_hours: float
    plan: Served
    shadow: Served


class HouseReport(NamedTuple):
    """Of all tenants that asked; shares from 0 to 1, hours over all weeks.

    `leximin`: the satisfactions, the least first. `room_use`: of all the time that spaces are open.
    `zone_hours_an_hour` and `starts_an_hour`: for each hour granted; 0 where none was.
    """

    granted_hours: float
    min_satisfaction: float
    mean_satisfaction: float
    leximin: tuple[float, ...]
    jain: float
    gini: float
    envy: tuple[Envy, ...]
    first_choice_share: float
    room_use: float
    zone_hours: float
    zone_starts: int
    zone_hours_an_hour: float
    starts_an_hour: float


class Changes(NamedTuple):
    """Of the awards of an earlier plan whose wishes are still there: how many of each."""

    kept: int
    moved: int
    dropped: int


class Gaps(NamedTuple):
    """How far from what no plan can exceed; None where nothing was proved."""

    min_satisfaction: float | None
    granted_hours: float | None


@dataclass(frozen=True)
class Report:
    """Tenants in their order; `changes` against the instance's previous awards."""

    tenants: tuple[TenantReport, ...]
    plan: HouseReport
    shadow: HouseReport
    changes: Changes
    gaps: Gaps


def report(
    board: Board, awards: Sequence[Award], shadow: Sequence[Award], bounds: Bounds = NOTHING_PROVED
) -> Report:
    """`shadow`: the awards of `first_come`, or of any plan to hold beside this one."""
    by_plan, by_shadow = metrics(board, awards), metrics(board, shadow)
    previous = [award for award in board.instance.previous if award.request in board.instance.request_of]
    return Report(
        _tenants(board, (by_plan, awards), (by_shadow, shadow)),
        _house(board, by_plan, awards),
        _house(board, by_shadow, shadow),
        changes(previous, awards),
        Gaps(
            _gap(bounds.min_satisfaction, by_plan.min_satisfaction),
            _gap(bounds.granted_hours, by_plan.granted_hours),
        ),
    )


def changes(before: Iterable[Award], after: Iterable[Award]) -> Changes:
    """What became of the awards before."""
    now = {award.request: award for award in after}
    there = [(award, now.get(award.request)) for award in before]
    kept = sum(then == award for award, then in there)
    dropped = sum(then is None for _, then in there)
    return Changes(kept, len(there) - kept - dropped, dropped)


def _gap(bound: float | None, reached: float) -> float | None:
    return None if bound is None else max(0.0, bound - reached)


def _tenants(
    board: Board, plan: tuple[Metrics, Sequence[Award]], shadow: tuple[Metrics, Sequence[Award]]
) -> tuple[TenantReport, ...]:
    instance, shares = board.instance, entitled(board.instance)
    served = [_served(board, *one) for one in (plan, shadow)]
    return tuple(
        TenantReport(
            name,
            plan[0].tenants[name].asked_hours,
            len(asks),
            instance.hours(shares[name]),
            *(by_tenant[name] for by_tenant in served),
        )
        for name, asks in instance.asked_by.items()
    )


def _served(board: Board, found: Metrics, awards: Sequence[Award]) -> dict[str, Served]:
    granted = {award.request for award in awards}
    first = {award.request for award in awards if is_first_choice(board, award)}
    return {
        name: Served(
            found.tenants[name].granted_hours,
            found.tenants[name].satisfaction,
            sum(one.id in granted for one in asks),
            sum(one.id in first for one in asks),
        )
        for name, asks in board.instance.asked_by.items()
    }


def _house(board: Board, found: Metrics, awards: Sequence[Award]) -> HouseReport:
    instance = board.instance
    satisfactions = sorted(
        found.tenants[name].satisfaction for name, asks in instance.asked_by.items() if asks
    )
    used = used_by_space(board, [board.place_of(award) for award in awards])
    hours, open_slots = found.granted_hours, supply(instance)
    return HouseReport(
        granted_hours=hours,
        min_satisfaction=found.min_satisfaction,
        mean_satisfaction=found.mean_satisfaction,
        leximin=tuple(satisfactions),
        jain=jain(satisfactions),
        gini=gini(satisfactions),
        envy=envy(board, awards),
        first_choice_share=found.first_choice_share,
        room_use=sum(bits.bit_count() for bits in used.values()) / open_slots if open_slots else 0.0,
        zone_hours=found.zone_hours,
        zone_starts=found.zone_starts,
        zone_hours_an_hour=found.zone_hours / hours if hours else 0.0,
        starts_an_hour=found.zone_starts / hours if hours else 0.0,
    )
