"""What goes over the wire of season rounds."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samen.adapters.db.models import RoundState, SolveState
from samen.domain.allocation.propose import METHODS
from samen.services.solves import LONGEST_S
from samen.web.api.schemas import Amount, Count, Flag, Text, instant

MOST_SEED = MOST_VERSION = 2**31 - 1


class RoundSchema(Schema):
    """A season's round. `from` and `until`: dates, half-open. Deeds ask for the `version` that you saw."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    state = fields.Enum(RoundState, by_value=fields.String, required=True)
    version = fields.Integer(required=True)
    from_on = fields.Date(required=True, data_key="from")
    until_on = fields.Date(required=True, data_key="until")
    opens_at = fields.AwareDateTime(format="iso", required=True)
    closes_at = fields.AwareDateTime(format="iso", required=True)
    objections_until_at = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    final_at = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    spaces = fields.List(fields.String(), required=True)


class RunSchema(Schema):
    """A run of the solver, in seconds. `preview`: its plan is what tenants are shown."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    state = fields.Enum(SolveState, by_value=fields.String, required=True)
    trial = fields.Boolean(required=True)
    preview = fields.Boolean(required=True)
    method = fields.String(required=True)
    seed = fields.Integer(required=True)
    budget_s = fields.Float(required=True)
    seconds = fields.Float(required=True)
    stage = fields.String(required=True, allow_none=True)
    min_satisfaction = fields.Float(required=True, allow_none=True)
    zone_hours = fields.Float(required=True, allow_none=True)


class RoundWithRunsSchema(RoundSchema):
    """`runs`: for those who look after the building, else none; the newest first."""

    runs = fields.List(fields.Nested(RunSchema), required=True)


class PlanQuery(Schema):
    """`run`: which one; by default that of the preview."""

    run = fields.UUID()


class PlanSchema(Schema):
    """A plan, as docs/allocation.md describes it; byte for byte the file that the audit bundle holds."""

    version = fields.Integer(required=True)
    instance_sha256 = fields.String(required=True)
    seed = fields.Integer(required=True)
    method = fields.String(required=True)
    awards = fields.List(fields.Dict(keys=fields.String()), required=True)
    refusals = fields.List(fields.Dict(keys=fields.String()), required=True)
    metrics = fields.Dict(keys=fields.String(), required=True)
    bounds = fields.Dict(keys=fields.String(), required=True)
    stages = fields.List(fields.Dict(keys=fields.String()), required=True)


class SolveSchema(Schema):
    """What to run, over the wishes as they stand."""

    method = Text(validate=validate.OneOf(METHODS), load_default="auto")
    seed = Count(validate=validate.Range(0, MOST_SEED), load_default=1)
    budget_s = Amount(validate=validate.Range(1, LONGEST_S), load_default=60.0)
    name = Text(validate=validate.Length(max=100), load_default="")


class PreviewSchema(Schema):
    """Which run's plan is shown, and until when tenants may object."""

    version = Count(required=True, validate=validate.Range(0, MOST_VERSION))
    run = fields.UUID(required=True)
    objections_until_at = instant(required=True)


class PublishSchema(Schema):
    """`skip_clashes`: leave out the dates that were taken or closed meanwhile, instead of refusing it all."""

    version = Count(required=True, validate=validate.Range(0, MOST_VERSION))
    skip_clashes = Flag(load_default=False)


class PublishedSchema(RoundSchema):
    """`series`: how many now stand in the calendar. `left_out`: how many of their dates do not."""

    series = fields.Integer(required=True)
    left_out = fields.Integer(required=True)
