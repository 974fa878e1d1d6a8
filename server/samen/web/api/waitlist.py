"""Waiting for what is taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from samen.adapters.db.models import Waiting
from samen.domain.access import Scope, Viewer
from samen.domain.contest import Rule
from samen.domain.credits import HOUR_S
from samen.domain.interval import Interval
from samen.services import waitlist
from samen.services.booking import Refused
from samen.services.idempotency import Answer
from samen.services.waitlist import Place, Wish
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.bookings import booked
from samen.web.api.deeds import JSON, once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint, span
from samen.web.api.request_schemas import WaitingSchema, WishSchema
from samen.web.api.schemas import BookingSchema
from samen.web.policy import Access, allow
from samen.web.waitlist import NUMBER

blueprint = SpecBlueprint("waiting", __name__, description="Waiting for what is taken")
Step = Callable[[Session, int, Viewer, datetime], Waiting | Refused]


@blueprint.route("/waitlist")
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, WaitingSchema(many=True))
def list_waiting() -> list[dict[str, Any]]:
    """What is kept for you, then what you wait for, each in order of time."""
    with current.database().read() as session:
        return [_shown(place) for place in waitlist.places(session, current.viewer(), current.now())]


@blueprint.route("/waitlist", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(WishSchema)
@blueprint.response(201, WaitingSchema)
@blueprint.alt_response(409, "CONFLICT")
def wait(body: dict[str, Any]) -> Response:
    """Get in line for what is taken or cannot be booked yet. 409 where it is free, or refused in any case."""
    during = span(body["start"], body["end"])
    wish = Wish(body["space"], during, body["title"].strip(), body["people"], current.viewer())

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = waitlist.join(session, wish, current.now())
        return (refused(answer) if isinstance(answer, Refused) else as_placed(session, answer, 201)), []

    return once_and_announced(deed)


@blueprint.route(f"/waitlist/<{NUMBER}:waiting_id>/accept", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(201, BookingSchema)
@blueprint.alt_response(202, schema=BookingSchema, description="Booked once it is approved")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def accept_offer(waiting_id: int) -> Response:
    """Take what is kept for you. 409 when it is kept no longer."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = waitlist.accept(session, waiting_id, current.viewer(), current.now())
        return (refused(answer), []) if isinstance(answer, Refused) else booked(answer)

    return once_and_announced(deed)


@blueprint.route(f"/waitlist/<{NUMBER}:waiting_id>/decline", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, WaitingSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def decline_offer(waiting_id: int) -> Response:
    """Leave what is kept for you to the next."""
    return _leave(waitlist.decline, waiting_id)


@blueprint.route(f"/waitlist/<{NUMBER}:waiting_id>", methods=["DELETE"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, WaitingSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def leave_line(waiting_id: int) -> Response:
    """Wait no longer; what is kept goes to the next."""
    return _leave(waitlist.withdraw, waiting_id)


def _leave(step: Step, waiting_id: int) -> Response:
    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = step(session, waiting_id, current.viewer(), current.now())
        if isinstance(answer, Refused):
            return refused(answer), []
        return as_placed(session, answer, 200), spots_of([answer.offer] if answer.offer else [])

    return once_and_announced(deed)


def as_placed(session: Session, one: Waiting, status: int) -> Answer:
    """A place in line as it stands after a deed."""
    places = waitlist.places(session, current.viewer(), current.now())
    over = Place(one, 0, Interval(one.starts_at, one.ends_at), None)
    place = next((place for place in places if place.waiting is one), over)
    return Answer(status, JSON, json.dumps(WaitingSchema().dump(_shown(place))))


def _shown(place: Place) -> dict[str, Any]:
    one = place.waiting
    return {
        "id": one.id,
        "space": one.space.slug,
        "start": place.during.start,
        "end": place.during.end,
        "title": one.title,
        "people": one.people,
        "state": one.state.value,
        "ahead": place.ahead,
        "until": place.until,
        "answer_by": one.answer_by,
        "opens_at": one.opens_at,
        "decision": one.decision and _decision(one.decision),
    }


def _decision(kept: Mapping[str, Any]) -> dict[str, Any]:
    credit, other = kept.get("credit"), kept.get("other")
    return {
        "granted": kept["granted"],
        "rule": kept["rule"] and Rule(kept["rule"]),
        "credit_h": None if credit is None else round(credit / HOUR_S, 1),
        "other_h": None if other is None else round(other / HOUR_S, 1),
        "rivals": kept.get("rivals", 0),
        "seed": kept.get("seed"),
    }
