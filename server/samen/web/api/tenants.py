"""The associations, and the hours that they have left."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Tenant
from samen.domain.access import Scope
from samen.domain.quota import Basis, Period
from samen.services import quota
from samen.services.quota import QuotaUse
from samen.web import current
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.schemas import Amount, SpanSchema
from samen.web.policy import Access, allow
from samen.web.tenant import tenant_seen

# A year has fewer hours; an hour in a busy space counts as several.
MOST_HOURS = 1_000_000
blueprint = SpecBlueprint("tenants", __name__, description="The associations, and what they have left")


class TenantSchema(Schema):
    """An association. `yours`: you act for it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    yours = fields.Boolean(required=True)


class AllottedSchema(Schema):
    """Weighted hours a week, month or quarter, and what counts: all that is booked, or what is used."""

    period = fields.Enum(Period, by_value=fields.String, required=True)
    hours = Amount(required=True, validate=validate.Range(0, MOST_HOURS))
    basis = fields.Enum(Basis, by_value=fields.String, load_default=Basis.BOOKED)


class AllotSchema(Schema):
    """All quotas of a tenant; a period that is not named has none."""

    quotas = fields.List(
        fields.Nested(AllottedSchema), required=True, validate=validate.Length(max=len(Period))
    )

    @validates_schema
    def _each_period_once(self, body: dict[str, Any], **_: object) -> None:
        periods = [one["period"] for one in body["quotas"]]
        if len(periods) > len(set(periods)):
            raise ValidationError("A period comes once.", "quotas")


class QuotaUseSchema(SpanSchema):
    """How a quota stands from `start` to `end`, in weighted hours.

    `used`: what is over, where somebody came. `counted`: what its basis says, of which `left` is the rest.
    """

    period = fields.Enum(Period, by_value=fields.String, required=True)
    basis = fields.Enum(Basis, by_value=fields.String, required=True)
    limit = fields.Float(required=True)
    booked = fields.Float(required=True)
    used = fields.Float(required=True)
    counted = fields.Float(required=True)
    left = fields.Float(required=True)


class SpaceUseSchema(Schema):
    """Plain hours in a space, by its name: booked, and of those that are over, with somebody there."""

    space = fields.String(required=True)
    booked = fields.Float(required=True)
    used = fields.Float(required=True)


class TenantUseSchema(Schema):
    """How a tenant's quotas stand today, and where its members are this month, most booked first."""

    tenant = fields.String(required=True)
    quotas = fields.List(fields.Nested(QuotaUseSchema), required=True)
    month = fields.Nested(SpanSchema, required=True)
    spaces = fields.List(fields.Nested(SpaceUseSchema), required=True)


@blueprint.route("/tenants")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, TenantSchema(many=True))
def list_tenants() -> list[dict[str, Any]]:
    """Every association by name."""
    with current.database().read() as session:
        own = current.viewer().tenant_id
        found = session.scalars(select(Tenant).order_by(Tenant.name))
        return [{"id": one.slug, "name": one.name, "yours": one.id == own} for one in found]


@blueprint.route("/tenants/<slug>/quotas")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, TenantUseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def read_quotas(slug: str) -> dict[str, Any]:
    """What is used and left. Another tenant's is only there for those who look after the building."""
    with current.database().read() as session:
        return _use(session, tenant_seen(session, slug, current.viewer()))


@blueprint.route("/tenants/<slug>/quotas", methods=["PUT"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(AllotSchema)
@blueprint.response(200, TenantUseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def allot(body: dict[str, Any], slug: str) -> dict[str, Any]:
    """Make these the tenant's quotas; bookings from now on count against them."""
    quotas = {one["period"]: (one["hours"], one["basis"]) for one in body["quotas"]}
    with current.database().write() as session:
        tenant = tenant_seen(session, slug, current.viewer())
        quota.allot(session, tenant, quotas, current.viewer(), current.now())
        return _use(session, tenant)


def _use(session: Session, tenant: Tenant) -> dict[str, Any]:
    now = current.now()
    month = quota.this_period(session, Period.MONTH, now)
    return {
        "tenant": tenant.slug,
        "quotas": [_quota(use) for use in quota.usage(session, tenant.id, now)],
        "month": month,
        "spaces": quota.hours_by_space(session, tenant.id, month, now),
    }


def _quota(use: QuotaUse) -> dict[str, Any]:
    numbers = {name: getattr(use, name) for name in ("limit", "booked", "used", "counted", "left")}
    return {
        "period": use.period,
        "basis": use.basis,
        "start": use.during.start,
        "end": use.during.end,
        **numbers,
    }
