"""A booking with all of its dates."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Series
from samen.domain.access import Scope
from samen.services import calendar, editing
from samen.services.booking import Refused
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.deeds import JSON, instead_of, once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.occurrences import shown
from samen.web.api.schemas import AddSchema, SeriesSchema
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("recurrences", __name__, description="Bookings with all of their dates")


@blueprint.route("/series/<uuid:series_id>")
@allow(Access.SIGNED_IN, Scope.BOOKINGS)
@blueprint.response(200, SeriesSchema)
@blueprint.alt_response(404, "NOT_FOUND")
def one_series(series_id: UUID) -> dict[str, Any]:
    """A booking: its rule and every date; those that were left out can be added again."""
    with current.database().read() as session:
        series = session.get(Series, series_id)
        if series is None:
            raise NotFound
        return _series(series)


@blueprint.route("/series/<uuid:series_id>/dates", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(AddSchema)
@blueprint.response(201, SeriesSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def add_date(body: dict[str, Any], series_id: UUID) -> Response:
    """Book a date after all that was left out of a series."""
    start = body["date"].astimezone(UTC)
    instead = instead_of([body])[start]

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = editing.add_back(session, series_id, start, current.viewer(), current.now(), instead)
        if isinstance(answer, Refused):
            return refused(answer), []
        spots = spots_of(answer.occurrences)
        return Answer(201, JSON, json.dumps(SeriesSchema().dump(_series(answer.series)))), spots

    return once_and_announced(deed)


def _series(series: Series) -> dict[str, Any]:
    viewer = current.viewer()
    details = viewer.sees_details_of(series.tenant_id)
    return {
        "id": series.id,
        "space": series.space.slug,
        "tenant": series.tenant.slug,
        "title": series.title if details else None,
        "people": series.people if details else None,
        "rrule": series.rrule,
        "start": series.starts_local,
        "timezone": series.timezone,
        "bundle": [space.slug for space in series.bundle],
        "occurrences": [shown(calendar.seen(one, viewer)) for one in series.occurrences],
        "left_out": editing.dates_left_out(series, current.now()),
    }
