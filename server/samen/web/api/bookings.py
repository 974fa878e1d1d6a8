"""Making bookings."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence
from samen.domain.access import Scope
from samen.services import booking
from samen.services.booking import Ask, Booked, Refused
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.deeds import JSON, instead_of, once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint, span
from samen.web.api.schemas import AskSchema, BookingSchema
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("bookings", __name__, description="Making bookings")


@blueprint.route("/bookings", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(AskSchema)
@blueprint.response(201, BookingSchema)
@blueprint.alt_response(202, schema=BookingSchema, description="Booked once it is approved")
@blueprint.alt_response(409, "CONFLICT")
def book(body: dict[str, Any]) -> Response:
    """Book a space, once or by a rule. 409 says why not, date by date, and what would be accepted instead."""
    during = span(body["start"], body["end"])
    ask = Ask(
        body["space"],
        during,
        body["title"].strip(),
        body["people"],
        current.viewer(),
        rrule=body["rrule"],
        skip_conflicts=body["on_conflict"] == "skip",
        bundle=tuple(body["bundle"]),
        instead=instead_of(body["instead"]),
    )
    return once_and_announced(lambda session: _answer(session, ask))


def _answer(session: Session, ask: Ask) -> tuple[Answer, list[Spot]]:
    answer = booking.request(session, ask, current.now())
    return (refused(answer), []) if isinstance(answer, Refused) else booked(answer)


def booked(answer: Booked) -> tuple[Answer, list[Spot]]:
    """The answer that a new booking is, and where it stands. Call within its session."""
    told = {
        "id": answer.series.id,
        "occurrences": [date_shown(one) for one in answer.occurrences],
        "skipped": answer.skipped,
        "missing": answer.missing,
    }
    body = json.dumps(BookingSchema().dump(told))
    return Answer(202 if answer.pending else 201, JSON, body), spots_of(answer.occurrences)


def date_shown(one: Occurrence) -> dict[str, Any]:
    """A date as `BookedDateSchema` tells it."""
    return {
        "id": one.id,
        "start": one.starts_at,
        "end": one.ends_at,
        "space": one.space.slug,
        "state": one.status.value,
    }
