"""The live stream for programs."""

from __future__ import annotations

from flask import Response

from samen.domain.access import Scope
from samen.web.api.kernel import SpecBlueprint
from samen.web.events import live_response
from samen.web.policy import Access, allow

blueprint = SpecBlueprint("live", __name__, description="As it happens")


@blueprint.route("/events")
@allow(Access.SIGNED_IN, Scope.BOOKINGS, Scope.ENERGY)
@blueprint.response(200, {"type": "string"}, content_type="text/event-stream")
@blueprint.alt_response(503, "SERVICE_UNAVAILABLE")
def stream_events() -> Response:
    """Server-sent events: `room`, `booking`, `meter`, and `missed` when a reconnect came too late."""
    return live_response()
