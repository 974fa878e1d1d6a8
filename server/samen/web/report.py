"""A room's standing as open pages are told it: in the live stream and in the polling behind it."""

from __future__ import annotations

from typing import Any

from samen.domain.presence import RoomNow
from samen.services.rooms import RoomState

_SEEN = {RoomNow.IN_USE: "occupied", RoomNow.FREE: "empty", RoomNow.BOOKED_EMPTY: "empty"}


def room_report(state: RoomState) -> dict[str, Any]:
    """JSON values. `occupancy`: occupied, empty, unknown (the sensor is silent) or none (there is none)."""
    unseen = "none" if state.heard_at is None else "unknown"
    return {
        "space": state.slug,
        "occupancy": _SEEN.get(state.now, unseen),
        "state": state.now.value,
        "since": state.since_at.isoformat() if state.since_at else None,
        "deg_c": state.deg_c,
    }
