"""What goes over the wire for waiting, taking over and deciding."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samen.domain.contest import Rule
from samen.domain.quota import Period
from samen.web.api.schemas import PEOPLE, SLUG, TITLE, BookedDateSchema, Count, SpanSchema, Text, instant


class WishSchema(Schema):
    """A space and a time that are taken."""

    space = Text(required=True, validate=SLUG)
    start = instant(required=True)
    end = instant(required=True)
    title = Text(required=True, validate=TITLE)
    people = Count(load_default=None, allow_none=True, validate=PEOPLE)


class TakeOverSchema(Schema):
    """What the rest of somebody else's booking is wanted for."""

    title = Text(required=True, validate=TITLE)
    people = Count(load_default=None, allow_none=True, validate=PEOPLE)


class DecisionSchema(Schema):
    """What became of a request that was gathered. `rule`: null where it could not be had any more.

    `credit_h`: your association's when it was decided, `other_h`: what it was compared with. `seed`: of the
    lots, where credit was equal.
    """

    granted = fields.Boolean(required=True)
    rule = fields.Enum(Rule, by_value=fields.String, required=True, allow_none=True)
    credit_h = fields.Float(required=True, allow_none=True)
    other_h = fields.Float(required=True, allow_none=True)
    rivals = fields.Integer(required=True)
    seed = fields.String(required=True, allow_none=True)


class WaitingSchema(SpanSchema):
    """A place in line. Offered, it is kept `until` then; a take-over is answered by `answer_by`.

    `ahead`: how many came before for a part of the same. `opens_at`: when a request is decided that was made
    before its date could be booked; `decision`: how it was.
    """

    id = fields.Integer(required=True)
    space = fields.String(required=True)
    title = fields.String(required=True)
    people = fields.Integer(required=True, allow_none=True)
    state = fields.String(
        required=True, validate=validate.OneOf(("waiting", "offered", "taken", "lapsed", "withdrawn"))
    )
    ahead = fields.Integer(required=True)
    until = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    answer_by = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    opens_at = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)


class DecideSchema(Schema):
    """Which dates are decided on; without any, all that wait."""

    dates = fields.List(fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(1, 1000))


class DeclineSchema(DecideSchema):
    """A no, and why."""

    reason = Text(load_default="", validate=validate.Length(max=300))


class RivalSchema(SpanSchema):
    """Another booking or request at the same time, with its buffers."""

    booking = fields.UUID(required=True)
    tenant = fields.String(required=True)


class RequestedDateSchema(SpanSchema):
    """A date to decide on. A yes declines its `rivals`; with `clashes` it cannot be said."""

    id = fields.UUID(required=True)
    space = fields.String(required=True)
    rivals = fields.List(fields.Nested(RivalSchema), required=True)
    clashes = fields.List(fields.Nested(RivalSchema), required=True)


class DeclinesSchema(Schema):
    """How many dates of a tenant a yes to the whole request declines."""

    tenant = fields.String(required=True)
    dates = fields.Integer(required=True)


class QuotaSchema(Schema):
    """Weighted hours of a tenant in a period, the request counted."""

    period = fields.String(required=True, validate=validate.OneOf([period.value for period in Period]))
    limit = fields.Float(required=True)
    booked = fields.Float(required=True)
    left = fields.Float(required=True)


class RequestSchema(Schema):
    """A booking that waits for a yes."""

    id = fields.UUID(required=True)
    tenant = fields.String(required=True)
    booked_by = fields.String(required=True)
    title = fields.String(required=True)
    people = fields.Integer(required=True, allow_none=True)
    rrule = fields.String(required=True, allow_none=True)
    asked_at = fields.AwareDateTime(format="iso", required=True)
    dates = fields.List(fields.Nested(RequestedDateSchema), required=True)
    declines = fields.List(fields.Nested(DeclinesSchema), required=True)
    quotas = fields.List(fields.Nested(QuotaSchema), required=True)


class DecidedSchema(Schema):
    """The dates decided on, and those of rivals that a yes declined."""

    id = fields.UUID(required=True)
    occurrences = fields.List(fields.Nested(BookedDateSchema), required=True)
    declined = fields.List(fields.Nested(BookedDateSchema), required=True)
