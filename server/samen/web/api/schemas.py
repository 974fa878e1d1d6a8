"""What goes over the wire, field by field."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from webargs.fields import DelimitedList

from samen.adapters.db.models import UpdateState
from samen.domain.alternatives import Why
from samen.domain.rules import END_OF_DAY
from samen.web.facts import wall

# Beyond these, arithmetic with offsets overflows.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
KINDS = ("room", "equipment", "person")
# Patterns are read by Python here and, as described, by JavaScript's rules elsewhere: no `\Z`, no bare `$`.
SLUG = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(?![\s\S])")
WALL_TIME = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
STATES = ("confirmed", "pending", "held", "cancelled", "released", "declined", "lapsed")


class Text(fields.String):
    """Text that every database can hold: no NUL, no lone surrogate."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:  # noqa: ANN401
        text = str(super()._deserialize(value, attr, data, **more))
        if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
            raise ValidationError("Holds characters that are none.")
        return text


class Count(fields.Integer):
    """A whole number as JSON writes one: neither `true` nor "3"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> int:  # noqa: ANN401
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        return int(super()._deserialize(value, attr, data, **more) or 0)


class Flag(fields.Boolean):
    """`true` or `false`, and nothing that is taken for one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:  # noqa: ANN401
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, attr, data, **more))


class Amount(fields.Float):
    """A number as JSON writes one: neither `true` nor "3"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> float:  # noqa: ANN401
        if not isinstance(value, int | float):
            raise self.make_error("invalid")
        return float(super()._deserialize(value, attr, data, **more) or 0)


class WallTime(fields.String):
    """A local time, `HH:MM`; `24:00` is the end of the day."""

    default_error_messages = {"invalid": "Not a valid time."}  # noqa: RUF012

    def _serialize(self, value: Any, *_where: Any, **_more: Any) -> str | None:  # noqa: ANN401
        return None if value is None else wall(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> time:  # type: ignore[override]  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **more)
        if not WALL_TIME.fullmatch(text):
            raise self.make_error("invalid")
        return END_OF_DAY if text == "24:00" else time.fromisoformat(text)


def wall_time(**more: Any) -> WallTime:  # noqa: ANN401
    """A wall time, described by how it is written."""
    return WallTime(metadata={"pattern": f"^({WALL_TIME.pattern})$"}, **more)


def instant(**more: Any) -> fields.AwareDateTime:  # noqa: ANN401
    """An instant that carries its offset."""
    return fields.AwareDateTime(format="iso", validate=validate.Range(EARLIEST, LATEST), **more)


TITLE = [validate.Length(1, 200), validate.Regexp(r"^\s*\S")]
PEOPLE = validate.Range(1, 100_000)
RRULE = validate.Length(1, 1000)
ON_CONFLICT = validate.OneOf(("refuse", "skip"))


class InsteadSchema(Schema):
    """What becomes of one date of a series, named by the start that the rule gives it.

    With `space`, `start` and `end` it goes there; without any of them it is left out.
    """

    date = instant(required=True)
    space = Text(validate=SLUG)
    start = instant()
    end = instant()

    @validates_schema
    def _all_or_none(self, body: dict[str, Any], **_: object) -> None:
        if len({"space", "start", "end"} & body.keys()) in {1, 2}:
            raise ValidationError("Needs `space`, `start` and `end`, or none of them.")


class AskSchema(Schema):
    """A booking to be made; with an `rrule` (RFC 5545), a series whose first date is given."""

    space = Text(required=True, validate=SLUG)
    start = instant(required=True)
    end = instant(required=True)
    title = Text(required=True, validate=TITLE)
    people = Count(load_default=None, allow_none=True, validate=PEOPLE)
    rrule = Text(load_default=None, allow_none=True, validate=RRULE)
    on_conflict = Text(load_default="refuse", validate=ON_CONFLICT)
    bundle = fields.List(Text(validate=SLUG), load_default=[], validate=validate.Length(max=20))
    instead = fields.List(fields.Nested(InsteadSchema), load_default=[], validate=validate.Length(max=1000))


class ChangeSchema(Schema):
    """What is to be different; what is left out stays. `start` and `end` are those of the date at hand.

    A null `rrule` ends the repetition.
    """

    space = Text(validate=SLUG)
    start = instant()
    end = instant()
    title = Text(validate=TITLE)
    people = Count(validate=PEOPLE)
    rrule = Text(allow_none=True, validate=RRULE)
    on_conflict = Text(load_default="refuse", validate=ON_CONFLICT)
    instead = fields.List(fields.Nested(InsteadSchema), load_default=[], validate=validate.Length(max=1000))


class AddSchema(Schema):
    """A date that was left out of a series, to be booked after all; elsewhere, where that is said."""

    date = instant(required=True)
    space = Text(validate=SLUG)
    start = instant()
    end = instant()
    _all_or_none = InsteadSchema._all_or_none


class SpanSchema(Schema):
    """From `start` up to but not including `end`."""

    start = fields.AwareDateTime(format="iso", required=True)
    end = fields.AwareDateTime(format="iso", required=True)


class AlternativeSchema(SpanSchema):
    """A space and a time that would be accepted now: it can be sent back as it stands."""

    space = fields.String(required=True)


class SuggestionSchema(AlternativeSchema):
    """The same, and what speaks for it.

    `why`: it is the very time that was wanted, or the very space. `warm`: it is heated then anyway; `kwh`:
    the heat it would take, null where nobody knows.
    """

    why = fields.Enum(Why, by_value=fields.String, required=True)
    warm = fields.Boolean(required=True)
    kwh = fields.Float(required=True, allow_none=True)


class RefusalSchema(Schema):
    """One reason for a no: its code and facts for programs, its text for people."""

    code = fields.String(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    text = fields.String(required=True)


class DateRefusedSchema(SpanSchema):
    """A date of a series that cannot be had. `date` names it: the start that the rule gives it."""

    date = fields.AwareDateTime(format="iso", required=True)
    refusals = fields.List(fields.Nested(RefusalSchema), required=True)
    conflicts = fields.List(fields.Nested(SpanSchema), required=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)
    suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)


class ProblemSchema(Schema):
    """RFC 9457. A refused booking adds `refusals`, `conflicts`, `alternatives`, with what speaks for each
    `suggestions`, and that of a series `dates`; a 422 adds `errors`.
    """

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String()
    errors = fields.Dict(keys=fields.String())
    refusals = fields.List(fields.Nested(RefusalSchema))
    conflicts = fields.List(fields.Nested(SpanSchema))
    alternatives = fields.List(fields.Nested(AlternativeSchema))
    suggestions = fields.List(fields.Nested(SuggestionSchema))
    dates = fields.List(fields.Nested(DateRefusedSchema))


class BookedDateSchema(SpanSchema):
    """One date of a booking just made."""

    id = fields.UUID(required=True)
    space = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))


class BookingSchema(Schema):
    """A booking just made, and the dates that were left out because they were taken.

    `missing`: local times of the rule that do not exist on their date (the night of the spring change).
    """

    id = fields.UUID(required=True)
    occurrences = fields.List(fields.Nested(BookedDateSchema), required=True)
    skipped = fields.List(fields.Nested(SpanSchema), required=True)
    missing = fields.List(fields.NaiveDateTime(format="iso"), required=True)


class OccurrenceSchema(BookedDateSchema):
    """An occurrence as the viewer may see it: other tenants' titles and people are null."""

    booking = fields.UUID(required=True)
    tenant = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    people = fields.Integer(required=True, allow_none=True)
    may_change = fields.Boolean(required=True)


class ChangedSchema(OccurrenceSchema):
    """The date at hand, every date that changed with it, and those that could not follow.

    `missing`: local times that the changed rule newly gives and that do not exist on their date.
    """

    occurrences = fields.List(fields.Nested(OccurrenceSchema), required=True)
    skipped = fields.List(fields.Nested(SpanSchema), required=True)
    missing = fields.List(fields.NaiveDateTime(format="iso"), required=True)


class SeriesSchema(Schema):
    """A booking: its rule, its dates, and what the rule gives but was left out."""

    id = fields.UUID(required=True)
    space = fields.String(required=True)
    tenant = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    people = fields.Integer(required=True, allow_none=True)
    rrule = fields.String(required=True, allow_none=True)
    start = fields.NaiveDateTime(format="iso", required=True)
    timezone = fields.String(required=True)
    bundle = fields.List(fields.String(), required=True)
    occurrences = fields.List(fields.Nested(OccurrenceSchema), required=True)
    left_out = fields.List(fields.Nested(SpanSchema), required=True)


class OccurrencesQuery(Schema):
    """By default the coming week."""

    from_ = instant(data_key="from")
    to = instant()
    space = Text(validate=SLUG)
    tenant = Text(validate=SLUG)


class ScopeQuery(Schema):
    """Which dates of a series are meant."""

    scope = Text(load_default="this", validate=validate.OneOf(("this", "following", "all")))


class FreeQuery(Schema):
    """What is looked for."""

    from_ = instant(data_key="from", required=True)
    to = instant(required=True)
    people = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))
    features = DelimitedList(Text(validate=SLUG), load_default=[])
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))


class RoomNowSchema(Schema):
    """How a space stands now. `deg_c` only while it is fresh."""

    state = fields.String(required=True)
    since = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    booked_until = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    deg_c = fields.Float(required=True, allow_none=True)


class SpaceSchema(Schema):
    """A space. `parts` are the spaces that a booking of this one claims too."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    site = fields.String(required=True)
    zone = fields.String(required=True, allow_none=True)
    capacity = fields.Integer(required=True)
    area_m2 = fields.Float(required=True)
    opening = wall_time(required=True)
    closing = wall_time(required=True)
    features = fields.List(fields.String(), required=True)
    parts = fields.List(fields.String(), required=True)
    now = fields.Nested(RoomNowSchema, required=True)


class FreeSpaceSchema(SpaceSchema):
    """A space that is free. `free_until`: within that day; `warm`: its zone is heated at that time anyway.

    `heat_kwh`: what warming its zone up takes, null where it belongs to none; an estimate by area where no
    meter told.
    """

    free_until = fields.AwareDateTime(format="iso", required=True)
    warm = fields.Boolean(required=True)
    heat_kwh = fields.Float(required=True, allow_none=True)
    heat_is_estimate = fields.Boolean(required=True)
    needs_approval = fields.Boolean(required=True)


class EnergyQuery(Schema):
    """By default the last 24 hours, hour by hour."""

    from_ = instant(data_key="from")
    to = instant()
    step = Text(load_default="hour", validate=validate.OneOf(("15min", "hour", "day", "month")))


class EnergyBucketSchema(SpanSchema):
    """`amount` is null where nothing is known; `known` is the fraction of the bucket that is."""

    amount = fields.Float(required=True, allow_none=True)
    known = fields.Float(required=True)
    estimated = fields.Float(required=True)


class EnergySchema(Schema):
    """What a meter counted, in `unit`."""

    meter = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    unit = fields.String(required=True)
    step = fields.String(required=True)
    buckets = fields.List(fields.Nested(EnergyBucketSchema), required=True)


class DeviceUpdateSchema(Schema):
    """The update that a node was asked for last, and how far it has come."""

    version = fields.String(required=True)
    state = fields.Enum(UpdateState, by_value=fields.String, required=True)
    detail = fields.String(required=True)


class DeviceSchema(Schema):
    """A node, as far as it told."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    site = fields.String(required=True)
    space = fields.String(required=True, allow_none=True)
    outdoor = fields.Boolean(required=True)
    streams = fields.List(fields.String(), required=True)
    state = fields.String(required=True)
    last_seen = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    firmware = fields.String(required=True, allow_none=True)
    update = fields.Nested(DeviceUpdateSchema, required=True, allow_none=True)
    revoked = fields.Boolean(required=True)
