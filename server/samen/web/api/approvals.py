"""Requests: what waits for a yes, and giving it or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence
from samen.domain.access import Scope
from samen.services import approvals
from samen.services.approvals import Decided, Request
from samen.services.booking import Refused
from samen.services.idempotency import Answer
from samen.services.rivals import Other
from samen.web import current
from samen.web.announce import Spot, spots_of
from samen.web.api.bookings import date_shown
from samen.web.api.deeds import JSON, once_and_announced, refused
from samen.web.api.kernel import SpecBlueprint
from samen.web.api.request_schemas import DecidedSchema, DecideSchema, DeclineSchema, RequestSchema
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("requests", __name__, description="Bookings that wait for a yes")


@blueprint.route("/requests")
@allow(Access.TENANT_ADMIN, Scope.BOOKINGS)
@blueprint.response(200, RequestSchema(many=True))
def list_requests() -> list[dict[str, Any]]:
    """Requests that are yours to decide, oldest first, with what a yes would mean."""
    with current.database().read() as session:
        return [_shown(one) for one in approvals.waiting(session, current.viewer(), current.now())]


@blueprint.route("/requests/<uuid:series_id>/approve", methods=["POST"])
@allow(Access.TENANT_ADMIN, Scope.BOOKINGS)
@blueprint.arguments(DecideSchema)
@blueprint.response(200, DecidedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def approve_request(body: dict[str, Any], series_id: UUID) -> Response:
    """Say yes to every date, or to those named: all or none. Who asked for the same is declined."""
    dates = body["dates"]
    return _decided(lambda at: approvals.approve(at, series_id, current.viewer(), current.now(), dates))


@blueprint.route("/requests/<uuid:series_id>/decline", methods=["POST"])
@allow(Access.TENANT_ADMIN, Scope.BOOKINGS)
@blueprint.arguments(DeclineSchema)
@blueprint.response(200, DecidedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
def decline_request(body: dict[str, Any], series_id: UUID) -> Response:
    """Say no to every date, or to those named, and why."""
    reason, dates = body["reason"].strip(), body["dates"]
    return _decided(
        lambda at: approvals.decline(at, series_id, current.viewer(), reason, current.now(), dates)
    )


def _decided(step: Callable[[Session], Decided | Refused]) -> Response:
    def deed(session: Session) -> tuple[Answer, list[Spot]]:
        answer = step(session)
        if isinstance(answer, Refused):
            return refused(answer), []
        body = {
            "id": answer.series.id,
            "occurrences": _dates(answer.occurrences),
            "declined": _dates(answer.declined),
        }
        spots = spots_of([*answer.occurrences, *answer.declined])
        return Answer(200, JSON, json.dumps(DecidedSchema().dump(body))), spots

    return once_and_announced(deed)


def _dates(dates: Iterable[Occurrence]) -> list[dict[str, Any]]:
    return [date_shown(one) for one in dates]


def _shown(one: Request) -> dict[str, Any]:
    series = one.series
    return {
        "id": series.id,
        "tenant": series.tenant.slug,
        "booked_by": series.booked_by.name,
        "title": series.title,
        "people": series.people,
        "rrule": series.rrule,
        "asked_at": series.created_at,
        "dates": [
            date_shown(date.occurrence) | {"rivals": _others(date.rivals), "clashes": _others(date.clashes)}
            for date in one.dates
        ],
        "declines": [{"tenant": each.tenant, "dates": each.dates} for each in one.declines],
        "quotas": [
            {"period": use.period.value, "limit": use.limit, "booked": use.booked, "left": use.left}
            for use in one.quotas
        ],
    }


def _others(others: Iterable[Other]) -> list[dict[str, Any]]:
    return [
        {
            "booking": other.series_id,
            "tenant": other.tenant,
            "start": other.claimed.start,
            "end": other.claimed.end,
        }
        for other in others
    ]
