"""Asking for a room that is booked and stands empty, and keeping it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence, Waiting
from samen.domain.access import Scope
from samen.services import takeover
from samen.services.booking import Refused
from samen.services.idempotency import Answer
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.deeds import once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.release import UsedSchema, as_used
from samen.web.api.request_schemas import TakeOverSchema, WaitingSchema
from samen.web.api.schemas import SpanSchema
from samen.web.api.waitlist import as_placed
from samen.web.policy import Access, allow
from samen.web.waitlist import NUMBER

blueprint = SpecBlueprint("take-overs", __name__, description="Rooms that are booked and stand empty")


class TakeOverAskedSchema(SpanSchema):
    """A tenant asks for the rest of a booking of yours, and gets it unless you keep it by `answer_by`."""

    id = fields.Integer(required=True)
    occurrence = fields.UUID(required=True)
    space = fields.String(required=True)
    tenant = fields.String(required=True)
    answer_by = fields.AwareDateTime(format="iso", required=True, allow_none=True)


@blueprint.route("/occurrences/<uuid:occurrence_id>/take-over", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.arguments(TakeOverSchema)
@blueprint.response(202, WaitingSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def ask_take_over(body: dict[str, Any], occurrence_id: UUID) -> Response:
    """Ask for the rest of a booking whose room stands empty; its owner answers within ten minutes."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        viewer, title = current.viewer(), body["title"].strip()
        answer = takeover.ask(session, occurrence_id, viewer, title, body["people"], current.now())
        return (refused(answer) if isinstance(answer, Refused) else as_placed(session, answer, 202)), []

    return once_and_announced(deed)


@blueprint.route("/take-overs")
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, TakeOverAskedSchema(many=True))
def list_take_overs() -> list[dict[str, Any]]:
    """Who asks for a room that you booked, and waits for your answer."""
    with current.database().read() as session:
        return [_asked(one) for one in takeover.to_answer(session, current.viewer(), current.now())]


@blueprint.route(f"/take-overs/<{NUMBER}:waiting_id>/keep", methods=["POST"])
@allow(Access.BOOKING, Scope.BOOKINGS)
@blueprint.response(200, UsedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def keep(waiting_id: int) -> Response:
    """Say that you are coming: the booking is checked in, and who asked is told no."""

    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = takeover.keep(session, waiting_id, current.viewer(), current.now())
        if isinstance(answer, Refused):
            return refused(answer), []
        kept = _booked(answer)
        return as_used(kept), spots_of([kept])

    return once_and_announced(deed)


def _booked(one: Waiting) -> Occurrence:
    assert one.takes_over is not None  # noqa: S101  (what is asked for is what makes it a take-over)
    return one.takes_over


def _asked(one: Waiting) -> dict[str, Any]:
    booked = _booked(one)
    return {
        "id": one.id,
        "occurrence": booked.id,
        "space": booked.space.slug,
        "start": booked.starts_at,
        "end": booked.ends_at,
        "tenant": one.tenant.slug,
        "answer_by": one.answer_by,
    }
