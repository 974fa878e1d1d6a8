"""Saying that one is there, and giving back what is not needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence
from samen.domain.access import Scope, Viewer
from samen.services import calendar, release
from samen.services.booking import Refused
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.deeds import JSON, once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.occurrences import shown
from samen.web.api.schemas import OccurrenceSchema
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("release", __name__, description="Whether bookings are used")


class UsedSchema(OccurrenceSchema):
    """The booking as it stands now. `booked_until`: its end as booked, where the rest was given back."""

    checked_in_at = fields.AwareDateTime(format="iso", required=True, allow_none=True)
    booked_until = fields.AwareDateTime(format="iso", required=True, allow_none=True)


@blueprint.route("/occurrences/<uuid:occurrence_id>/check-in", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, UsedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def check_in(occurrence_id: UUID) -> Response:
    """Say that you are there, or that you are coming: from 15 minutes before the start to the end."""
    return _done(release.check_in, occurrence_id)


@blueprint.route("/occurrences/<uuid:occurrence_id>/release", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, UsedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def give_back(occurrence_id: UUID) -> Response:
    """Give it back: the whole of what has not begun, what is left of what runs."""
    return _done(release.release, occurrence_id)


Deed = Callable[[Session, UUID, Viewer, datetime], Occurrence | Refused]


def _done(deed: Deed, occurrence_id: UUID) -> Response:
    def do(session: Session) -> tuple[Answer, list[Spot]]:
        before = session.get(Occurrence, occurrence_id)
        spots = spots_of([before]) if before else []
        answer = deed(session, occurrence_id, current.viewer(), current.now())
        if isinstance(answer, Refused):
            return refused(answer), []
        return as_used(answer), spots

    return once_and_announced(do)


def as_used(one: Occurrence) -> Answer:
    """The booking with how it is used."""
    more = {"checked_in_at": one.checked_in_at, "booked_until": one.booked_until}
    told = shown(calendar.seen(one, current.viewer())) | more
    return Answer(200, JSON, json.dumps(UsedSchema().dump(told)))
