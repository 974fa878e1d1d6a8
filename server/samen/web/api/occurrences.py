"""What is booked, and giving it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from samen.domain.access import Scope
from samen.domain.interval import Interval
from samen.services import booking, calendar
from samen.services.booking import Refused
from samen.services.calendar import Booking
from samen.web import current
from samen.web.announce import announce
from samen.web.api.kernel import SpecBlueprint, span, unreadable
from samen.web.api.refusals import refused_body
from samen.web.api.schemas import OccurrenceSchema, OccurrencesQuery, ScopeQuery
from samen.web.policy import Access, allow
from samen.web.problems import PROBLEM

LONGEST = timedelta(days=400)
blueprint = SpecBlueprint("occurrences", __name__, description="What is booked")


@blueprint.route("/occurrences")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.arguments(OccurrencesQuery, location="query")
@blueprint.response(200, OccurrenceSchema(many=True))
def list_occurrences(query: dict[str, Any]) -> list[dict[str, Any]]:
    """Bookings that hold a space within the time, in order; by default those of the coming week."""
    during = _during(query)
    with current.database().read() as session:
        found = calendar.occurrences(
            session, during, current.viewer(), query.get("space"), query.get("tenant")
        )
    return [_occurrence(one) for one in found]


@blueprint.route("/occurrences/<uuid:occurrence_id>", methods=["DELETE"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(ScopeQuery, location="query")
@blueprint.response(200, OccurrenceSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def cancel_occurrence(_query: dict[str, Any], occurrence_id: UUID) -> dict[str, Any] | Response:
    """Cancel it. 409 when it is over or was cancelled before."""
    viewer = current.viewer()
    with current.database().write() as session:
        answer = booking.cancel(session, occurrence_id, viewer, current.now())
        if isinstance(answer, Refused):
            status, body = refused_body(answer)
            return Response(body, status, mimetype=PROBLEM)
        session.refresh(answer.occurrence)
        cancelled = calendar.seen(answer.occurrence, viewer)
    announce(cancelled.space, cancelled.during)
    return _occurrence(cancelled)


def _during(query: dict[str, Any]) -> Interval:
    start = query.get("from_", current.now())
    during = span(start, query.get("to", start + timedelta(days=7)), ("query", "to"))
    if during.length > LONGEST:
        raise unreadable({"query": {"to": [f"At most {LONGEST.days} days after the start."]}})
    return during


def _occurrence(one: Booking) -> dict[str, Any]:
    return {
        "id": one.id,
        "booking": one.series_id,
        "space": one.space,
        "start": one.during.start,
        "end": one.during.end,
        "state": one.status.value,
        "tenant": one.tenant,
        "title": one.title,
        "people": one.people,
        "may_change": one.may_change,
    }
