"""No justified complaint: what of a plan anyone can check who feels that others got too much.

After Dolev, Feitelson, Halpern, Kupferman and Linial, No Justified Complaints (ITCS 2012, arXiv 1106.2673):
who gets all it asks, or at least what it is entitled to of some resource that is used up, has none. They
share divisible resources, where such a division always exists. A weekly slot is whole, so here it may not:
then a tenant is not certified, which by itself does not say that it was wronged.

*Contested* is a space's slot (in one week) that an award takes and that a refused wish of another tenant
could have used at one of its own options. Contested time is used up by definition. The resources are the
contested time of the whole house, of each zone and of each space. A wish *needs* a resource if all places
that it could go to are in it: of every wish that is the house, and a zone or a space only of one that could
go nowhere else. A refused wish is *answered* if its tenant has, of the contested time of a resource that it
needs, at least the tenant's share by entitlement among all tenants.

Certified is a tenant whose refused wishes are all answered. Left out are wishes that no plan could grant,
and those that only the tenant's own awards keep out. A wish that was refused though a place of its own is
free, or only because it may not meet another's, is not answered.

It is not certified that the plan is the best one, that nobody prefers what another has, nor that each
single refusal was right. Whoever asked for less than its share, and was refused some of it, is not
certified: it has a claim, even where others are worse off by what they asked for.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from samen.domain.allocation.board import Board, Place
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
    """`share`: the tenant's entitlement over all tenants'. `house`: what it has of all contested time.

    `answers`: of each resource that answers a refused wish, the widest there is for that wish. By the wishes'
    names: `left_out`, `unanswered`, and which of these are `free`: refused though a place is free.
    """

    tenant: str
    standard: Standard
    share: float
    house: Holding
    answers: tuple[Holding, ...] = ()
    left_out: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


HOUSE = Resource("house", None)


def certificates(board: Board, awards: Iterable[Award]) -> tuple[Certificate, ...]:
    """Of each tenant, in their order."""
    standing = Standing(board, awards)
    contested = _Contested(standing)
    return tuple(_certificate(standing, contested, tenant) for tenant in board.instance.tenants)


def _certificate(standing: Standing, contested: _Contested, tenant: Tenant) -> Certificate:
    refused = contested.refused[tenant.id]
    settled = standing.place_of.keys() | {one.id for one in refused}
    answers = {one.id: contested.answer(tenant, one) for one in refused}
    unanswered = tuple(name for name, answer in answers.items() if answer is None)
    standard = Standard.NOT_CERTIFIED if unanswered else Standard.SHARE_REACHED
    return Certificate(
        tenant.id,
        standard if refused else Standard.ALL_GRANTED,
        contested.share(tenant),
        contested.holding(tenant, HOUSE),
        tuple(dict.fromkeys(answer for answer in answers.values() if answer)),
        tuple(one.id for one in standing.board.instance.asked_by[tenant.id] if one.id not in settled),
        unanswered,
        tuple(one.id for one in refused if contested.is_free(one)),
    )


class _Contested:
    """By tenant and space, the bits that it has and that a refused wish of another could have used."""

    def __init__(self, standing: Standing) -> None:
        self._standing, self._instance = standing, standing.board.instance
        self._holdings: dict[tuple[str, Resource], Holding] = {}
        self._whole = sum(tenant.entitlement for tenant in self._instance.tenants)
        self.refused = {
            name: [one for one in asks if one.id not in standing.place_of and self._is_kept_out(one)]
            for name, asks in self._instance.asked_by.items()
        }
        self._has = self._bits_of(standing.place_of.values())
        wants = self._bits_of(
            place
            for refused in self.refused.values()
            for one in refused
            for place in standing.board.places[one.id]
        )
        self._bits = {
            name: {
                space: has[space] & any_bit(wants[other][space] for other in wants if other != name)
                for space in self._instance.space_of
            }
            for name, has in self._has.items()
        }

    def share(self, tenant: Tenant) -> float:
        return tenant.entitlement / self._whole

    def holding(self, tenant: Tenant, resource: Resource) -> Holding:
        key = tenant.id, resource
        if key not in self._holdings:
            self._holdings[key] = self._holding(tenant, resource)
        return self._holdings[key]

    def _holding(self, tenant: Tenant, resource: Resource) -> Holding:
        spaces, hours = self._spaces(resource), self._instance.hours
        by_tenant = {
            name: sum(bits[space].bit_count() for space in spaces) for name, bits in self._bits.items()
        }
        contested = hours(sum(by_tenant.values()))
        return Holding(resource, contested, self.share(tenant) * contested, hours(by_tenant[tenant.id]))

    def answer(self, tenant: Tenant, request: Request) -> Holding | None:
        """The widest resource that the request needs of which its tenant has its share."""
        if self.is_free(request) or not self._is_contested(tenant, request):
            return None
        holdings = (self.holding(tenant, resource) for resource in self._needed(request))
        return next((one for one in holdings if one.reaches), None)

    def is_free(self, request: Request) -> bool:
        places = self._standing.board.places[request.id]
        return any(not self._standing.in_the_way(place) for place in places)

    def _is_kept_out(self, request: Request) -> bool:
        """It has a place that is not kept from it by awards of its own tenant alone."""
        request_of = self._instance.request_of
        blocking = (self._standing.in_the_way(place) for place in self._standing.board.places[request.id])
        return any(
            not names or any(request_of[name].tenant != request.tenant for name in names)
            for names in blocking
        )

    def _is_contested(self, tenant: Tenant, request: Request) -> bool:
        """Whether another tenant has time that the request could have used."""
        mine, used = self._has[tenant.id], self._standing.used
        return any(
            place.time & used[place.award.space] & ~mine[place.award.space]
            for place in self._standing.board.places[request.id]
        )

    def _needed(self, request: Request) -> Iterator[Resource]:
        """The widest first."""
        yield HOUSE
        places = self._standing.board.places[request.id]
        zones, spaces = {place.zone for place in places}, {place.award.space for place in places}
        if len(zones) == 1:
            yield Resource("zone", zones.pop())
        if len(spaces) == 1:
            yield Resource("space", spaces.pop())

    def _spaces(self, resource: Resource) -> list[str]:
        kind, name = resource
        return [
            one.id
            for one in self._instance.spaces
            if name in {"house": (None,), "zone": (one.zone,), "space": (one.id,)}[kind]
        ]

    def _bits_of(self, places: Iterable[Place]) -> dict[str, defaultdict[str, int]]:
        """By the tenant that asks, and by space."""
        found: dict[str, defaultdict[str, int]] = {name: defaultdict(int) for name in self._instance.asked_by}
        for place in places:
            found[self._instance.request_of[place.award.request].tenant][place.award.space] |= place.time
        return found
