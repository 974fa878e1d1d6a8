"""What is booked, and giving it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence
from samen.domain.access import Scope
from samen.domain.editing import Reach
from samen.domain.interval import Interval
from samen.services import calendar, cancelling, editing
from samen.services.booking import Refused
from samen.services.calendar import Booking
from samen.services.editing import Change
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.deeds import JSON, instead_of, once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint, span, unreadable
from samen.web.api.schemas import (
    ChangedSchema,
    ChangeSchema,
    OccurrenceSchema,
    OccurrencesQuery,
    ScopeQuery,
)
from samen.web.policy import Access, allow

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
    return [shown(one) for one in found]


@blueprint.route("/occurrences/<uuid:occurrence_id>", methods=["PATCH"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(ScopeQuery, location="query")
@blueprint.arguments(ChangeSchema)
@blueprint.response(200, ChangedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def edit_occurrence(query: dict[str, Any], body: dict[str, Any], occurrence_id: UUID) -> Response:
    """Change it, it and those that follow, or all; dates changed by themselves keep what is their own."""
    change = Change(
        **{name: body[name] for name in ("space", "start", "end", "people") if name in body},
        rrule=(body["rrule"] or "") if "rrule" in body else None,
        title=body["title"].strip() if "title" in body else None,
        skip_conflicts=body["on_conflict"] == "skip",
        instead=instead_of(body["instead"]),
    )
    reach = Reach(query["scope"])

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        before = _spots(session, occurrence_id)
        answer = editing.edit(session, occurrence_id, change, reach, current.viewer(), current.now())
        if isinstance(answer, Refused):
            return refused(answer), []
        left = {"skipped": answer.skipped, "missing": answer.missing}
        return _changed(session, occurrence_id, answer.occurrences, left, before)

    return once_and_announced(deed)


@blueprint.route("/occurrences/<uuid:occurrence_id>", methods=["DELETE"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(ScopeQuery, location="query")
@blueprint.response(200, ChangedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def cancel_occurrence(query: dict[str, Any], occurrence_id: UUID) -> Response:
    """Cancel it, it and those that follow, or all. 409 when it is over or was cancelled before."""
    reach = Reach(query["scope"])

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = cancelling.cancel(session, occurrence_id, current.viewer(), current.now(), reach)
        if isinstance(answer, Refused):
            return refused(answer), []
        return _changed(session, occurrence_id, answer.occurrences, {"skipped": (), "missing": ()}, [])

    return once_and_announced(deed)


def _changed(
    session: Session,
    occurrence_id: UUID,
    rows: Sequence[Occurrence],
    left: Mapping[str, Sequence[object]],
    before: Sequence[Spot],
) -> tuple[Answer, list[Spot]]:
    viewer = current.viewer()
    at_hand = shown(calendar.seen(session.get_one(Occurrence, occurrence_id), viewer))
    body = {**at_hand, "occurrences": [shown(calendar.seen(one, viewer)) for one in rows], **left}
    spots = [*before, *spots_of(rows)]
    return Answer(200, JSON, json.dumps(ChangedSchema().dump(body))), spots


def _spots(session: Session, occurrence_id: UUID) -> list[Spot]:
    """Where the booking's dates stand: what an edit leaves free there must be told too."""
    found = session.get(Occurrence, occurrence_id)
    return spots_of(found.series.occurrences) if found else []


def _during(query: dict[str, Any]) -> Interval:
    start = query.get("from_", current.now())
    during = span(start, query.get("to", start + timedelta(days=7)), ("query", "to"))
    if during.length > LONGEST:
        raise unreadable({"query": {"to": [f"At most {LONGEST.days} days after the start."]}})
    return during


def shown(one: Booking) -> dict[str, Any]:
    """An occurrence as the API tells it."""
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
