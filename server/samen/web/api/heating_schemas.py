"""What goes over the wire of heating zones."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samen.domain.steering import Why
from samen.domain.zone_settings import Vent
from samen.web.api.schemas import SLUG, Text


class ZoneQuery(Schema):
    """Zones of several sites may have one name."""

    site = Text(validate=SLUG)


class SetpointSchema(Schema):
    """How warm, how much air, and why."""

    setpoint_deg_c = fields.Float(required=True)
    ventilation = fields.String(required=True, validate=validate.OneOf([one.value for one in Vent]))
    why = fields.String(required=True, validate=validate.OneOf([one.value for one in Why]))


class StepSchema(SetpointSchema):
    """A setpoint from `start` up to but not including `end`."""

    start = fields.AwareDateTime(format="iso", required=True)
    end = fields.AwareDateTime(format="iso", required=True)


class PlanDoubtSchema(Schema):
    """Something to know beside a plan."""

    code = fields.String(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)


class ZonePlanSchema(Schema):
    """`steering`: whether it is to be followed now. `deg_c`: what the zone measures, null where silent."""

    zone = fields.String(required=True)
    site = fields.String(required=True)
    at = fields.AwareDateTime(format="iso", required=True)
    valid_until = fields.AwareDateTime(format="iso", required=True)
    steering = fields.Boolean(required=True)
    deg_c = fields.Float(required=True, allow_none=True)
    now = fields.Nested(SetpointSchema, required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    doubts = fields.List(fields.Nested(PlanDoubtSchema), required=True)
