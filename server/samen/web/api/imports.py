"""Bookings from another program's calendar."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from samen.adapters.db.models import Occurrence, Series
from samen.adapters.ical_in import IcsFault, Unreadable, read_events
from samen.domain.access import Scope
from samen.domain.calendar_file import FileEvent
from samen.services.calendar_import import ImportReport, Into, Outcome, import_events
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.deeds import JSON, once_and_announced
from samen.web.api.kernel import SpecBlueprint, unreadable
from samen.web.api.schemas import ProblemSchema, RefusalSchema
from samen.web.api.space_rules import space_named
from samen.web.calendar_report import report_shown
from samen.web.policy import Access, allow
from samen.web.problems import PROBLEM, problem_body

CALENDAR = "text/calendar"
# While a file is booked nobody else may write: `samen import calendar` takes larger ones, at a quiet hour.
LARGEST = 256 * 1024
MOST_EVENTS, MOST_DATES = 300, 1000
blueprint = SpecBlueprint("imports", __name__, description="Bookings from another program's calendar")
BODY = {
    "required": True,
    "description": f"An iCalendar file (RFC 5545) of at most {MOST_EVENTS} events and {LARGEST // 1024} KiB. "
    f"Past {MOST_DATES} dates, the events that are left are refused: send the file again for those.",
    "content": {CALENDAR: {"schema": {"type": "string"}}},
}


class ImportQuery(Schema):
    """Whether to book what can be booked, although other events of the file are refused."""

    skip_refused = fields.Boolean(load_default=False, truthy={"true"}, falsy={"false"})


class EventReportSchema(Schema):
    """What became of an event.

    `over` dates were past; `missing` local times do not exist; `goes_on`: its rule goes on beyond what can be
    booked; `booked_singly`: its rule cannot be kept here, each date is a booking of its own.
    """

    uid = fields.String(required=True)
    title = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([one.value for one in Outcome]))
    dates = fields.Integer(required=True)
    over = fields.Integer(required=True)
    missing = fields.List(fields.String(), required=True)
    goes_on = fields.Boolean(required=True)
    booked_singly = fields.Boolean(required=True)
    refusals = fields.List(fields.Nested(RefusalSchema), required=True)
    refused_at = fields.List(fields.String(), required=True)


class ImportSchema(Schema):
    """How many events came to what, and each by itself. Not `stored`: nothing of the file was kept."""

    space = fields.String(required=True)
    stored = fields.Boolean(required=True)
    imported = fields.Integer(required=True)
    known = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    over = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    events = fields.List(fields.Nested(EventReportSchema), required=True)


class ImportProblemSchema(ProblemSchema):
    """Some events are refused, so that none was kept; the report says which, and why."""

    report = fields.Nested(ImportSchema, required=True)


@blueprint.route("/spaces/<slug>/import", methods=["POST"])
@allow(Access.TENANT_ADMIN, Scope.BOOKINGS)
@blueprint.arguments(ImportQuery, location="query")
@blueprint.doc(requestBody=BODY)
@blueprint.response(200, ImportSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(
    409, schema=ImportProblemSchema, content_type=PROBLEM, description="Some events are refused"
)
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
def import_calendar(query: dict[str, Any], slug: str) -> Response:
    """Book what a calendar file holds, in your name: every event whole, and all of them or none."""
    request.max_content_length = LARGEST
    if request.mimetype != CALENDAR:
        raise UnsupportedMediaType
    with current.database().read() as session:
        zone = ZoneInfo(space_named(session, slug).site.timezone)
    events = _events(request.get_data(), zone)

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        into = Into(space_named(session, slug), current.viewer())
        report = import_events(
            session,
            events,
            into,
            current.now(),
            skip_refused=query["skip_refused"],
            most_dates=MOST_DATES,
        )
        return _told(report, slug, zone), _spots(session) if report.stored else []

    return once_and_announced(deed)


def _events(content: bytes, zone: ZoneInfo) -> list[FileEvent | Unreadable]:
    """The file's events. Raises the 422 problem."""
    try:
        events = read_events(content, zone)
    except IcsFault as fault:
        raise unreadable({"body": [f"The file cannot be read: {fault}."]}) from fault
    if len(events) > MOST_EVENTS:
        raise unreadable({"body": [f"The file holds more than {MOST_EVENTS} events."]})
    return events


def _told(report: ImportReport, slug: str, zone: ZoneInfo) -> Answer:
    shown = report_shown(report, slug, zone)
    if report.stored:
        return Answer(200, JSON, json.dumps(ImportSchema().dump(shown)))
    said = _("Some events are refused, so nothing was imported.")
    reasons = {one["code"]: one for event in shown["events"] for one in event["refusals"]}
    more = {"refusals": list(reasons.values()), "report": shown}
    return Answer(409, PROBLEM, problem_body(409, "refused", said, said, more))


def _spots(session: Session) -> list[Spot]:
    """Where this very request booked something."""
    made = Series.source_uid.is_not(None) & (Series.booked_by_id == current.viewer().member_id)
    query = select(Occurrence).join(Series).where(made, Series.created_at == current.now())
    return spots_of(session.scalars(query))
