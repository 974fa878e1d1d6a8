"""A room's standing as open pages are told it: in the live stream and in the polling behind it."""

from __future__ import annotations

from typing import Any

from samen.domain.presence import RoomNow
from samen.services.rooms import RoomState

_SEEN = {RoomNow.IN_USE: "occupied", RoomNow.FREE: "empty", RoomNow.BOOKED_EMPTY: "empty"}


def room_report(state: RoomState) -> dict[str, Any]:
    """JSON values. `occupancy`: occupied, empty, unknown (the sensor is silent) or none (there is none)."""
    return {
        "space": state.slug,
        "occupancy": _SEEN.get(state.now, "unknown" if is_watched(state) else "none"),
        "state": state.now.value,
        "shown": shown_state(state),
        "since": state.since_at.isoformat() if state.since_at else None,
        "deg_c": state.deg_c,
    }


def shown_state(state: RoomState) -> str:
    """What pages write beside the room: free, in_use, occupied (nobody booked it), booked_empty or unknown.

    Of a room without a sensor the calendar alone speaks: free or booked.
    """
    shown: str = state.now.value
    if state.now is RoomNow.IN_USE and not state.booked:
        shown = "occupied"
    elif state.now is RoomNow.UNKNOWN and not is_watched(state):
        shown = "booked" if state.booked else "free"
    return shown


def is_watched(state: RoomState) -> bool:
    """Whether a sensor has ever spoken of the room."""
    return state.heard_at is not None
