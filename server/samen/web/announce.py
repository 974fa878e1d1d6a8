"""Telling open pages of a booking that this worker made or cancelled."""

from __future__ import annotations

from samen.domain.interval import Interval
from samen.web import current


def announce(space: str, during: Interval) -> None:
    """Call after the commit: a page that asks at once must find what it was told of."""
    zone = current.settings().timezone
    on = during.start.astimezone(zone).date()
    current.hub().publish("booking", {"space": space, "on": on.isoformat()})
    if during.contains(current.now()):
        with current.database().read() as session:
            current.parts().feed.tell_rooms(session, space)
