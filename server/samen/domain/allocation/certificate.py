"""No justified complaint: what of a plan anyone can check who feels that others got too much.

After Dolev, Feitelson, Halpern, Kupferman and Linial, No Justified Complaints (ITCS 2012, arXiv 1106.2673):
who gets all it asks, or at least what it is entitled to of some resource that is used up, has none. They
share divisible resources, where such a division always exists. A weekly slot is whole, so here it may not:
then a tenant is not certified, which by itself does not say that it was wronged.

*Contested* is a space's slot (in one week) that an award takes and that a refused wish of another tenant
could have used at one of its own options. Contested time is used up by definition. The resources are the
contested time of the whole house, of each zone and of each space; the widest that will do is named.

Certified is, of each tenant, one of these:
- all it asked was granted, but for wishes that no plan could grant, or that only its own awards keep out;
- of the contested time of a resource that a refused wish of its own reaches into, it has at least its share
  by entitlement among all tenants; and none of its refused wishes has a place that is free.
It is not certified that the plan is the best one, that nobody prefers what another has, nor that each
single refusal was right.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award, Request, Tenant
from samen.domain.allocation.standing import Standing, any_bit


class Standard(enum.Enum):
    """What a tenant's certificate rests on."""

    ALL_GRANTED = "all_granted"
    SHARE_REACHED = "share_reached"
    NOT_CERTIFIED = "not_certified"


class Resource(NamedTuple):
    """Contested time of the `house`, of a `zone` or of a `space`, which is named."""

    kind: str
    name: str | None


class Holding(NamedTuple):
    """In hours: what is contested of a resource, what of it a tenant's share would be, and what it has."""

    resource: Resource
    contested_hours: float
    share_hours: float
    granted_hours: float

    @property
    def reaches(self) -> bool:
        return self.granted_hours >= self.share_hours - 1e-9


@dataclass(frozen=True)
class Certificate:
    """`share`: the tenant's entitlement over all tenants'.

    `left_out`: wishes that no plan could grant, or that only its own awards keep out. `free`: refused though
    a place is free, which is a complaint that is justified. `holding`: what the certificate rests on; of a
    tenant that is not certified, where it comes closest.
    """

    tenant: str
    standard: Standard
    share: float
    left_out: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    holding: Holding | None = None


def certificates(board: Board, awards: Iterable[Award]) -> tuple[Certificate, ...]:
    """Of each tenant, in their order."""
    count = _Count(Standing(board, awards))
    return tuple(count.certificate(tenant) for tenant in board.instance.tenants)


class _Count:
    """By tenant and space: the bits it has that others wanted, and the bits of others that it wanted."""

    def __init__(self, standing: Standing) -> None:
        self._standing, self._instance = standing, standing.board.instance
        self._whole = sum(tenant.entitlement for tenant in self._instance.tenants)
        self._refused = {name: self._refused_of(asks) for name, asks in self._instance.asked_by.items()}
        has, wants = self._has(), {name: self._wants(asks) for name, asks in self._refused.items()}
        spaces = self._instance.space_of
        self._contested = {
            name: {
                space: has[name][space] & any_bit(wants[other][space] for other in wants if other != name)
                for space in spaces
            }
            for name in has
        }
        self._reached = {
            name: {space for space in spaces if wants[name][space] & ~has[name][space]} for name in wants
        }

    def certificate(self, tenant: Tenant) -> Certificate:
        share, refused = tenant.entitlement / self._whole, self._refused[tenant.id]
        granted = self._standing.place_of.keys()
        counted = {one.id for one in refused}
        left_out = tuple(
            one.id
            for one in self._instance.asked_by[tenant.id]
            if one.id not in granted and one.id not in counted
        )
        free = tuple(one.id for one in refused if self._is_free(one))
        if not refused:
            return Certificate(tenant.id, Standard.ALL_GRANTED, share, left_out)
        holdings = list(self._holdings(tenant, share))
        reached = next((one for one in holdings if one.reaches), None)
        if reached and not free:
            return Certificate(tenant.id, Standard.SHARE_REACHED, share, left_out, free, reached)
        closest = max(holdings, key=lambda one: one.granted_hours / one.share_hours, default=None)
        return Certificate(tenant.id, Standard.NOT_CERTIFIED, share, left_out, free, closest)

    def _refused_of(self, asks: Iterable[Request]) -> list[Request]:
        """Those that another plan could have granted."""
        return [one for one in asks if one.id not in self._standing.place_of and self._is_kept_out(one)]

    def _is_kept_out(self, request: Request) -> bool:
        """It has a place that no award of its own tenant stands in the way of alone."""
        request_of = self._instance.request_of
        blocking = (self._standing.in_the_way(place) for place in self._standing.board.places[request.id])
        return any(
            not names or any(request_of[name].tenant != request.tenant for name in names)
            for names in blocking
        )

    def _is_free(self, request: Request) -> bool:
        places = self._standing.board.places[request.id]
        return any(not self._standing.in_the_way(place) for place in places)

    def _has(self) -> dict[str, defaultdict[str, int]]:
        found: dict[str, defaultdict[str, int]] = {name: defaultdict(int) for name in self._instance.asked_by}
        for name, place in self._standing.place_of.items():
            found[self._instance.request_of[name].tenant][place.award.space] |= place.time
        return found

    def _wants(self, refused: Iterable[Request]) -> defaultdict[str, int]:
        found: defaultdict[str, int] = defaultdict(int)
        for request in refused:
            for place in self._standing.board.places[request.id]:
                found[place.award.space] |= place.time & self._standing.used[place.award.space]
        return found

    def _holdings(self, tenant: Tenant, share: float) -> Iterator[Holding]:
        """Of each resource that it reaches into, the widest first; within a kind, those where it has most."""
        hours = self._instance.hours
        for kind in (self._house(), self._zones(), self._spaces()):
            found = []
            for resource, spaces in kind:
                contested = sum(self._bits(name, spaces) for name in self._contested)
                if contested and self._reached[tenant.id] & spaces:
                    mine = hours(self._bits(tenant.id, spaces))
                    found.append(Holding(resource, hours(contested), share * hours(contested), mine))
            yield from sorted(found, key=lambda one: -one.granted_hours / one.share_hours)

    def _bits(self, tenant: str, spaces: set[str]) -> int:
        return sum(self._contested[tenant][space].bit_count() for space in spaces)

    def _house(self) -> Iterator[tuple[Resource, set[str]]]:
        yield Resource("house", None), set(self._instance.space_of)

    def _zones(self) -> Iterator[tuple[Resource, set[str]]]:
        zones: defaultdict[str, set[str]] = defaultdict(set)
        for space in self._instance.spaces:
            zones[space.zone].add(space.id)
        return ((Resource("zone", name), spaces) for name, spaces in zones.items())

    def _spaces(self) -> Iterator[tuple[Resource, set[str]]]:
        return ((Resource("space", name), {name}) for name in self._instance.space_of)
