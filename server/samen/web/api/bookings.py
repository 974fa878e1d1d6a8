"""Making bookings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from samen.adapters.db.models import OccurrenceStatus
from samen.domain.access import Scope
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services import booking
from samen.services.booking import Ask, Booked, Refused
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import announce
from samen.web.api.kernel import IDEMPOTENCY_KEY, SpecBlueprint, span
from samen.web.api.refusals import refused_body
from samen.web.api.schemas import AskSchema, BookingSchema
from samen.web.idempotency import once
from samen.web.policy import Access, allow
from samen.web.problems import PROBLEM, Problem
from samen.web.wording import refusal_text

JSON = "application/json"
blueprint = SpecBlueprint("bookings", __name__, description="Making bookings")


@blueprint.route("/bookings", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(AskSchema)
@blueprint.response(201, BookingSchema)
@blueprint.alt_response(202, schema=BookingSchema, description="Booked once it is approved")
@blueprint.alt_response(409, "CONFLICT")
def book(body: dict[str, Any]) -> Response:
    """Book a space. 409 says why not, what stands in the way, and what would be accepted instead."""
    if body["rrule"] is not None:
        refusal = Refusal("series_not_yet")
        raise Problem(
            422, "series-not-yet", refusal_text(refusal, current.settings().timezone), code=refusal.code
        )
    during = span(body["start"], body["end"])
    ask = Ask(body["space"], during, body["title"].strip(), body["people"], current.viewer())
    response = once(lambda session: _answer(session, ask))
    if response.status_code < HTTPStatus.BAD_REQUEST and "Idempotency-Replayed" not in response.headers:
        announce(ask.space, during)
    return response


def _answer(session: Session, ask: Ask) -> Answer:
    answer = booking.request(session, ask, current.now())
    if isinstance(answer, Refused):
        status, body = refused_body(answer)
        return Answer(status, PROBLEM, body)
    pending = answer.series.occurrences[0].status is OccurrenceStatus.PENDING
    return Answer(202 if pending else 201, JSON, json.dumps(BookingSchema().dump(_booked(answer, ask.space))))


def _booked(answer: Booked, space: str) -> Mapping[str, Any]:
    occurrences = [
        {
            "id": occurrence.id,
            "start": occurrence.starts_at,
            "end": occurrence.ends_at,
            "space": space,
            "state": occurrence.status.value,
        }
        for occurrence in answer.series.occurrences
    ]
    return {"id": answer.series.id, "occurrences": occurrences, "skipped": list[Interval]()}
