"""The rules of a space: anyone may read them, managers set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Space, Tenant
from samen.domain.access import Role, Scope
from samen.domain.release import ReleasePolicy
from samen.domain.rules import Approval, Refusal
from samen.domain.space_settings import LIMITS, SpaceSettings
from samen.services import space_settings
from samen.web import current
from samen.web.api.kernel import SpecBlueprint, unreadable
from samen.web.api.schemas import SLUG, Amount, Count, Flag, Text, wall_time
from samen.web.policy import Access, allow
from samen.web.wording import refusal_text

WEEKDAY = validate.Range(0, 6)
MOST_PERMISSIONS = 500
blueprint = SpecBlueprint("rules", __name__, description="Under which rules a space is booked")


class DayHoursSchema(Schema):
    """A weekday (0 is Monday) with other hours than the usual ones; both null: closed."""

    weekday = Count(required=True, validate=WEEKDAY)
    opening = wall_time(required=True, allow_none=True)
    closing = wall_time(required=True, allow_none=True)

    @validates_schema
    def _both_or_none(self, body: dict[str, Any], **_: object) -> None:
        if (body["opening"] is None) != (body["closing"] is None):
            raise ValidationError("Needs `opening` and `closing`, or null for both.")


class PermissionSchema(Schema):
    """A tenant, a role, or a role in a tenant: null stands for any."""

    tenant = Text(load_default=None, allow_none=True, validate=SLUG)
    role = fields.Enum(Role, by_value=fields.String, load_default=None, allow_none=True)

    @validates_schema
    def _someone(self, body: dict[str, Any], **_: object) -> None:
        if body["tenant"] is None and body["role"] is None:
            raise ValidationError("Needs `tenant`, `role` or both.")


class PermittedSchema(Schema):
    """Who may book: of that tenant, in that role; null stands for any."""

    tenant = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, allow_none=True)


def _count(name: str) -> Count:
    return Count(validate=validate.Range(*LIMITS[name]))


class RulesChangeSchema(Schema):
    """What is to be different; what is left out stays. Lengths are in minutes.

    `hours` and `permitted` are set whole. An empty `permitted`: everybody may book. `owner`: the tenant whose
    admins decide on requests.
    """

    capacity = _count("capacity")
    opening = wall_time()
    closing = wall_time()
    hours = fields.List(fields.Nested(DayHoursSchema), validate=validate.Length(max=7))
    closed_on_holidays = Flag()
    horizon_days = _count("horizon_days")
    gather_days = _count("gather_days")
    notice_min = _count("notice_min")
    shortest_min = _count("shortest_min")
    longest_min = _count("longest_min")
    before_min = _count("before_min")
    after_min = _count("after_min")
    approval = fields.Enum(Approval, by_value=fields.String)
    pending_holds = Flag()
    owner = Text(allow_none=True, validate=SLUG)
    permitted = fields.List(fields.Nested(PermissionSchema), validate=validate.Length(max=MOST_PERMISSIONS))
    release = fields.Enum(ReleasePolicy, by_value=fields.String)
    grace_min = _count("grace_min")
    tail_min = _count("tail_min")
    hold_min = _count("hold_min")
    weight = Amount(validate=validate.Range(*LIMITS["weight"]))

    @validates_schema
    def _each_day_once(self, body: dict[str, Any], **_: object) -> None:
        days = [one["weekday"] for one in body.get("hours", ())]
        if len(days) > len(set(days)):
            raise ValidationError("A weekday comes once.", "hours")


class RulesSchema(RulesChangeSchema):
    """The rules as they stand, all of them."""

    permitted = fields.List(fields.Nested(PermittedSchema))

    def __init__(self, **more: Any) -> None:  # noqa: ANN401
        super().__init__(**more)
        for field in self.fields.values():
            field.required = True


@blueprint.route("/spaces/<slug>/rules")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, RulesSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def read_rules(slug: str) -> dict[str, Any]:
    """Under which rules a space is booked."""
    with current.database().read() as session:
        return _shown(session, space_settings.settings_of(space_named(session, slug)))


@blueprint.route("/spaces/<slug>/rules", methods=["PATCH"])
@allow(Access.MANAGER, Scope.BOOKINGS)
@blueprint.arguments(RulesChangeSchema)
@blueprint.response(200, RulesSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def change_rules(body: dict[str, Any], slug: str) -> dict[str, Any]:
    """Change rules; bookings from now on follow them, those that stand stay."""
    with current.database().write() as session:
        space = space_named(session, slug)
        wanted = replace(space_settings.settings_of(space), **_wanted(session, body))
        wrong = space_settings.change(session, space, wanted, current.viewer(), current.now())
        if wrong:
            raise _at_fields(wrong)
        return _shown(session, space_settings.settings_of(space))


def space_named(session: Session, slug: str) -> Space:
    """The space in the address. Raises NotFound."""
    space = session.scalar(select(Space).where(Space.slug == slug))
    if space is None:
        raise NotFound
    return space


def _wanted(session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as settings have it. Raises the 422 problem for a tenant that is not there."""
    ids = _slugs_to_ids(session)
    wanted = {name: value for name, value in body.items() if name != "owner"}
    if "owner" in body:
        wanted["owner_id"] = _tenant_id(ids, body["owner"], "owner")
    if "hours" in body:
        wanted["hours"] = {
            one["weekday"]: (one["opening"], one["closing"]) if one["opening"] is not None else None
            for one in body["hours"]
        }
    if "permitted" in body:
        wanted["permitted"] = frozenset(
            (_tenant_id(ids, one["tenant"], "permitted"), one["role"]) for one in body["permitted"]
        )
    return wanted


def _slugs_to_ids(session: Session) -> dict[str, int]:
    return {tenant.slug: tenant.id for tenant in session.scalars(select(Tenant))}


def _tenant_id(ids: Mapping[str, int], slug: str | None, field: str) -> int | None:
    if slug is None:
        return None
    if slug not in ids:
        raise _at_fields({field: Refusal("no_such_tenant")})
    return ids[slug]


def _at_fields(wrong: Mapping[str, Refusal]) -> Exception:
    """What does not hold together, at the fields of the body."""
    zone, said = current.settings().timezone, dict[str, list[str]]()
    for name, refusal in wrong.items():
        field = "hours" if name.startswith("hours_") else name
        said.setdefault(field, []).append(refusal_text(refusal, zone))
    return unreadable({"json": said})


def _shown(session: Session, settings: SpaceSettings) -> dict[str, Any]:
    slugs = {id_: slug for slug, id_ in _slugs_to_ids(session).items()}
    plain = {one.name: getattr(settings, one.name) for one in fields_of(SpaceSettings)}
    return {
        **plain,
        "hours": [_day(weekday, hours) for weekday, hours in sorted(settings.hours.items())],
        "owner": slugs.get(settings.owner_id or 0),
        "permitted": [
            {"tenant": slugs.get(tenant_id or 0), "role": role.value if role else None}
            for tenant_id, role in sorted(settings.permitted, key=str)
        ],
    }


def _day(weekday: int, hours: Sequence[Any] | None) -> dict[str, Any]:
    opening, closing = hours or (None, None)
    return {"weekday": weekday, "opening": opening, "closing": closing}
