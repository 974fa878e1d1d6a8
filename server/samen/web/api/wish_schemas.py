"""What goes over the wire of wishes in a season's round."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from samen.domain.allocation.instance import MOST_URGENT
from samen.domain.allocation.sought import Level
from samen.services.wishes import MOST_OPTIONS
from samen.web.api.schemas import PEOPLE, SLUG, TITLE, Amount, Count, Text, wall_time

WEEKDAY = validate.Range(0, 6)
MOST_WEEKS = 53
NAME = validate.Length(1, 100)
PENALTY = validate.Range(0, 100)


class WishOptionSchema(Schema):
    """A time that would do. `weekday`: 0 is Monday. `penalty`: how much less welcome it is than the first."""

    weekday = Count(required=True, validate=WEEKDAY)
    start = wall_time(required=True)
    penalty = Amount(load_default=0.0, validate=PENALTY)


class RoundWishSchema(Schema):
    """A weekly slot that an association wishes for, the most welcome option first.

    `weeks`: which of the season's, counted from 0. `spaces`: the only ones that do, null for any that fit.
    `needs`: people and things that cannot be in two places; wishes that need the same never meet.
    """

    title = Text(required=True, validate=TITLE)
    people = Count(required=True, validate=PEOPLE)
    minutes = Count(required=True, validate=validate.Range(1, 1440))
    weeks = fields.List(
        Count(validate=validate.Range(0, MOST_WEEKS - 1)),
        required=True,
        validate=validate.Length(1, MOST_WEEKS),
    )
    options = fields.List(
        fields.Nested(WishOptionSchema), required=True, validate=validate.Length(1, MOST_OPTIONS)
    )
    priority = Count(load_default=1, validate=validate.Range(1, MOST_URGENT))
    features = fields.List(Text(validate=NAME), load_default=[], validate=validate.Length(max=50))
    spaces = fields.List(
        Text(validate=SLUG), load_default=None, allow_none=True, validate=validate.Length(1, 100)
    )
    needs = fields.List(Text(validate=NAME), load_default=[], validate=validate.Length(max=50))


class ChangedWishSchema(RoundWishSchema):
    """What is to be another; what is not named stays."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401
        super().__init__(partial=True, **more)


class FiledOptionSchema(Schema):
    """`sought`: how many others want it, while wishes are filed; never who."""

    weekday = fields.Integer(required=True)
    start = fields.String(required=True)
    penalty = fields.Float(required=True)
    sought = fields.Enum(Level, by_value=fields.String, required=True, allow_none=True)


class WishAwardSchema(Schema):
    """What a wish gets. `series`: the bookings that came of it, once the round is final."""

    space = fields.String(required=True)
    weekday = fields.Integer(required=True)
    start = fields.String(required=True)
    series = fields.UUID(required=True, allow_none=True)


class FiledWishSchema(Schema):
    """A wish as it stands. `award`, or why there is none in `refused`: from the preview on."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    people = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    weeks = fields.List(fields.Integer(), required=True)
    options = fields.List(fields.Nested(FiledOptionSchema), required=True)
    priority = fields.Integer(required=True)
    features = fields.List(fields.String(), required=True)
    spaces = fields.List(fields.String(), required=True, allow_none=True)
    needs = fields.List(fields.String(), required=True)
    filed_at = fields.AwareDateTime(format="iso", required=True)
    award = fields.Nested(WishAwardSchema, required=True, allow_none=True)
    refused = fields.String(required=True, allow_none=True)
