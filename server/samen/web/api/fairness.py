"""How a quarter was shared."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound

from samen.domain.access import Scope
from samen.domain.credits import HOUR_S
from samen.services import fairness
from samen.services.fairness import Standing
from samen.web import current
from samen.web.api.kernel import SpecBlueprint
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("fairness_api", __name__, description="How a quarter was shared")


class QuarterQuerySchema(Schema):
    """`quarter`: its first day; without it the one that runs."""

    quarter = fields.Date(load_default=None)


class StandingSchema(Schema):
    """A tenant's quarter, in hours in rooms that are over.

    `share`: of the building, by entitlement, from 0 to 1. `used_h`: where sensors saw somebody, of what they
    know; `unknown_h`: booked, and no sensor knows. `credit_h`: at the end of the quarter, or now; those of
    all tenants add up to 0.
    """

    tenant = fields.String(required=True)
    share = fields.Float(required=True)
    asked_h = fields.Float(required=True)
    granted_h = fields.Float(required=True)
    used_h = fields.Float(required=True)
    unknown_h = fields.Float(required=True)
    used_share = fields.Float(required=True, allow_none=True)
    credit_h = fields.Float(required=True)


class FairnessSchema(Schema):
    """Every tenant's quarter: figures, and neither titles nor people."""

    quarter = fields.Date(required=True)
    tenants = fields.List(fields.Nested(StandingSchema), required=True)


@blueprint.route("/fairness")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.arguments(QuarterQuerySchema, location="query")
@blueprint.response(200, FairnessSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def show_fairness(query: dict[str, Any]) -> dict[str, Any]:
    """What each tenant asked for, was granted and used, and its credit. 404 for a quarter not settled."""
    with current.database().read() as session:
        known = fairness.quarters(session, current.now())
        quarter: date = query["quarter"] or known[0]
        if quarter not in known:
            raise NotFound
        found = fairness.standings(session, quarter, current.now())
        return {"quarter": quarter, "tenants": [_plain(one) for one in found]}


def _plain(one: Standing) -> dict[str, Any]:
    return {
        "tenant": one.tenant.slug,
        "share": one.share,
        "asked_h": one.asked,
        "granted_h": one.use.booked,
        "used_h": one.use.used,
        "unknown_h": one.use.unknown,
        "used_share": one.use.share,
        "credit_h": one.credit_s / HOUR_S,
    }
