"""Spaces: all of them, and those that are free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Site, Space, SpaceKind
from samen.domain.access import Scope
from samen.services import find
from samen.services.find import Found, Needs
from samen.services.rooms import RoomState, room_states
from samen.web import current
from samen.web.api.kernel import SpecBlueprint, span
from samen.web.api.schemas import FreeQuery, FreeSpaceSchema, SpaceSchema
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("spaces", __name__, description="What is shared")


@blueprint.route("/spaces")
@allow(Access.SIGNED_IN, *Scope)
@blueprint.response(200, SpaceSchema(many=True))
def list_spaces() -> list[dict[str, Any]]:
    """Every space, with how it stands now."""
    with current.database().read() as session:
        spaces = session.scalars(select(Space).order_by(Space.site_id, Space.position))
        return _shown(session, spaces)


@blueprint.route("/spaces/free")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.arguments(FreeQuery, location="query")
@blueprint.response(200, FreeSpaceSchema(many=True))
def list_free(query: dict[str, Any]) -> list[dict[str, Any]]:
    """Spaces that you may book for the whole time: least extra heating first, then the best fit."""
    during = span(query["from_"], query["to"], ("query", "to"))
    kind = SpaceKind(query["kind"]) if query["kind"] else None
    needs = Needs(query["people"], frozenset(query["features"]), kind)
    with current.database().read() as session:
        times = {site.id: during for site in find.sites(session)}
        found = find.free_spaces(session, times, needs, current.viewer(), current.now())
        shown = _shown(session, [one.space for one in found])
        return [space | _offered(one) for space, one in zip(shown, found, strict=True)]


def _offered(found: Found) -> dict[str, Any]:
    return {
        "free_until": found.free_until,
        "warm": found.energy.warm,
        "heat_kwh": found.energy.kwh,
        "heat_is_estimate": found.energy.about,
        "needs_approval": found.needs_approval,
    }


def _shown(session: Session, spaces: Iterable[Space]) -> list[dict[str, Any]]:
    sites = session.scalars(select(Site.id)).all()
    states = {state.space_id: state for site in sites for state in room_states(session, site, current.now())}
    return [_space(space, states) for space in spaces]


def _space(space: Space, states: Mapping[int, RoomState]) -> dict[str, Any]:
    return {
        "id": space.slug,
        "name": space.name,
        "kind": space.kind.value,
        "site": space.site.slug,
        "zone": space.zone.slug if space.zone else None,
        "capacity": space.capacity,
        "area_m2": space.area_m2,
        "opening": space.opening,
        "closing": space.closing,
        "features": [feature.feature for feature in space.features],
        "parts": [part.slug for part in space.parts],
        "now": _now(states[space.id]),
    }


def _now(state: RoomState) -> dict[str, Any]:
    return {
        "state": state.now.value,
        "since": state.since_at,
        "booked_until": state.booked_until,
        "deg_c": state.deg_c,
    }
