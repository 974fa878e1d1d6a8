"""What a plan gives: to each tenant, of the building, and how much of it is heated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samen.domain.allocation.board import Board, Place, used_by_zone
from samen.domain.allocation.instance import Award, Instance
from samen.domain.allocation.plan import Metrics, TenantMetrics


def owed(instance: Instance) -> dict[str, float]:
    """By tenant, the slot-weeks that count as full satisfaction; 0 for one that asked for nothing.

    All it asked; where entitlements bind, its share of the building's time at the most.
    """
    asked = {name: float(sum(one.slot_weeks for one in asks)) for name, asks in instance.asked_by.items()}
    if not instance.policy.entitlements_bind:
        return asked
    shares = entitled(instance)
    return {name: min(slot_weeks, shares[name]) for name, slot_weeks in asked.items()}


def entitled(instance: Instance) -> dict[str, float]:
    """By tenant, its share of all slot-weeks that can be had, by entitlement."""
    board_time = supply(instance)
    whole = sum(tenant.entitlement for tenant in instance.tenants)
    return {tenant.id: board_time * tenant.entitlement / whole for tenant in instance.tenants}


def supply(instance: Instance) -> int:
    """The slot-weeks of all spaces that are not closed."""
    closed = Board(Instance(instance.grid, instance.spaces, (), (), instance.closures)).closed
    return len(instance.spaces) * instance.grid.size - sum(bits.bit_count() for bits in closed.values())


def worth(instance: Instance, place: Place) -> float:
    """What a granted place counts for: its slot-weeks, by priority, less what its penalty takes away."""
    request, policy = instance.request_of[place.award.request], instance.policy
    weight = policy.priority_weights[request.priority - 1]
    return request.slot_weeks * (weight - policy.penalty_weight * place.penalty)


def metrics(board: Board, awards: Sequence[Award]) -> Metrics:
    """What the awards give. `first_choice_share`: of all requests, those with an option of least penalty."""
    instance, places = board.instance, [board.place_of(award) for award in awards]
    granted = dict.fromkeys(instance.asked_by, 0.0)
    for award in awards:
        request = instance.request_of[award.request]
        granted[request.tenant] += request.slot_weeks
    tenants = _tenants(instance, granted)
    asking = [tenants[name].satisfaction for name, asks in instance.asked_by.items() if asks]
    zones = used_by_zone(board, places).values()
    first_choices = sum(is_first_choice(board, award) for award in awards)
    return Metrics(
        tenants,
        min(asking, default=1.0),
        sum(asking) / len(asking) if asking else 1.0,
        instance.hours(sum(used.bit_count() for used in zones)),
        sum(board.starts(used) for used in zones),
        first_choices / len(instance.requests) if instance.requests else 1.0,
    )


def _tenants(instance: Instance, granted: Mapping[str, float]) -> dict[str, TenantMetrics]:
    full = owed(instance)
    return {
        name: TenantMetrics(
            instance.hours(sum(one.slot_weeks for one in asks)),
            instance.hours(granted[name]),
            granted[name] / full[name] if full[name] else 1.0,
        )
        for name, asks in instance.asked_by.items()
    }


def is_first_choice(board: Board, award: Award) -> bool:
    """Whether no option of its request is more welcome."""
    penalties = board.instance.request_of[award.request].penalties
    return board.place_of(award).penalty <= min(penalties.values(), default=0.0)
