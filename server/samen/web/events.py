"""`/events`: the live stream of a signed-in page."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import ServiceUnavailable

from samen.domain.access import Role, Scope
from samen.services.login import Account
from samen.web import current
from samen.web.live import Full, Stream
from samen.web.policy import Access, allow

ROOMS = frozenset({"room", "booking"})
METERS = frozenset({"meter"})
RETRY_AFTER_S = 30
blueprint = Blueprint("events", __name__)


@blueprint.get("/events")
@allow(Access.SIGNED_IN)
def page_events() -> Response:
    """Server-sent events for the page."""
    return live_response()


def live_response() -> Response:
    """The stream for whoever asks. Past the cap 503: the page polls instead, and other pages still load."""
    account = current.account()
    wants = wanted(account) if account else frozenset[str]()
    try:
        stream = Stream(current.hub(), wants, request.headers.get("Last-Event-ID"))
    except Full:
        raise ServiceUnavailable(retry_after=RETRY_AFTER_S) from None
    response = Response(stream, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def wanted(account: Account) -> frozenset[str]:
    """Rooms and bookings are everyone's; meters are for those who look after the building."""
    wants = frozenset[str]()
    if account.scopes is None or Scope.BOOKINGS in account.scopes:
        wants |= ROOMS
    oversees = account.viewer.role in {Role.MANAGER, Role.AUDITOR}
    if oversees and (account.scopes is None or Scope.ENERGY in account.scopes):
        wants |= METERS
    return wants
