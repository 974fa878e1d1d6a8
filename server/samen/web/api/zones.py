"""Heating zones: the plan that is published for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Site, Zone
from samen.domain.access import Scope
from samen.services.steering import HeatedZone, heated_zones
from samen.services.steering_told import VALID
from samen.web import current
from samen.web.api.heating_schemas import ZonePlanSchema, ZoneQuery
from samen.web.api.kernel import SpecBlueprint
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("zones", __name__, description="Heating zones")


@blueprint.route("/zones/<zone>/plan")
@allow(Access.SIGNED_IN, Scope.ENERGY)
@blueprint.arguments(ZoneQuery, location="query")
@blueprint.response(200, ZonePlanSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def read_plan(query: dict[str, Any], zone: str) -> dict[str, Any]:
    """The zone's setpoints for the next 48 hours, as its followers are told them by MQTT."""
    with current.database().read() as session:
        return _shown(_heated(session, zone, query.get("site")))


def _heated(session: Session, slug: str, site_slug: str | None) -> HeatedZone:
    wanted = select(Zone.id, Site).join(Site, Site.id == Zone.site_id).where(Zone.slug == slug)
    if site_slug is not None:
        wanted = wanted.where(Site.slug == site_slug)
    row = session.execute(wanted.order_by(Site.id).limit(1)).first()
    if row is None:
        raise NotFound
    zones = heated_zones(session, row[1], current.now())
    return next(one for one in zones if one.zone.id == row[0])


def _shown(heated: HeatedZone) -> dict[str, Any]:
    now, plan = current.now(), heated.plan()
    step = plan.at(now)
    return {
        "zone": heated.zone.slug,
        "site": heated.site.slug,
        "at": now,
        "valid_until": now + VALID,
        "steering": heated.is_steered(now),
        "deg_c": heated.seen.deg_c,
        "now": {"setpoint_deg_c": step.deg_c, "ventilation": step.vent.value, "why": step.why.value},
        "steps": [
            {
                "start": one.during.start,
                "end": one.during.end,
                "setpoint_deg_c": one.deg_c,
                "ventilation": one.vent.value,
                "why": one.why.value,
            }
            for one in plan.steps
        ],
        "doubts": [{"code": doubt.code, "facts": dict(doubt.facts)} for doubt in plan.doubts],
    }
