"""Who would rather have what another got, as much as both are entitled to, and not for one award only.

Weighted envy up to one item (Chakraborty, Igarashi, Suksompong, Zick: arXiv 1909.10502). Weekly slots that
meet in time break the theory's guarantees: this is a figure to compare plans by, and no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from samen.domain.allocation.board import Board, Place
from samen.domain.allocation.instance import Award, Request


class Envy(NamedTuple):
    """`hours`: what the envied has beyond, by the envious one's wishes, at equal entitlement."""

    envious: str
    envied: str
    hours: float


def envy(board: Board, awards: Iterable[Award]) -> tuple[Envy, ...]:
    """The pairs, the most envious first.

    What a tenant would make of another's awards: its own wishes, the longest first, each in the first of its
    places that lies within what is left of their time. The longest that finds one is left out; what remains
    is beyond one item.
    """
    instance = board.instance
    has: dict[str, list[Place]] = {name: [] for name in instance.asked_by}
    for award in awards:
        has[instance.request_of[award.request].tenant].append(board.place_of(award))
    wishes = {
        name: sorted(asks, key=lambda one: (-one.slot_weeks, one.id))
        for name, asks in instance.asked_by.items()
    }
    own = {tenant.id: _slot_weeks(board, has[tenant.id]) / tenant.entitlement for tenant in instance.tenants}
    found = []
    for one in instance.tenants:
        for other in instance.tenants:
            beyond = _beyond_one(board, wishes[one.id], has[other.id]) / other.entitlement - own[one.id]
            if one != other and beyond > 1e-9:
                found.append(Envy(one.id, other.id, instance.hours(beyond * one.entitlement)))
    return tuple(sorted(found, key=lambda pair: (-pair.hours, pair.envious, pair.envied)))


def _slot_weeks(board: Board, places: Sequence[Place]) -> int:
    return sum(board.instance.request_of[place.award.request].slot_weeks for place in places)


def _beyond_one(board: Board, wishes: Sequence[Request], places: Sequence[Place]) -> int:
    """Slot-weeks of the wishes that find room within the places, but for the longest."""
    left: defaultdict[str, int] = defaultdict(int)
    for place in places:
        left[place.award.space] |= place.time
    found = []
    for wish in wishes:
        within = (place for place in board.places[wish.id] if not place.time & ~left[place.award.space])
        if first := next(within, None):
            left[first.award.space] &= ~first.time
            found.append(wish.slot_weeks)
    return sum(found[1:])
