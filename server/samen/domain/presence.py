"""What a room's sensor and its bookings say together."""

from __future__ import annotations

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

# A node speaks every 5 minutes; after three beats missed nobody knows any more.
SILENCE = timedelta(minutes=15)


class RoomNow(enum.Enum):
    """How a room stands at this moment."""

    FREE = "free"
    IN_USE = "in_use"
    BOOKED_EMPTY = "booked_empty"
    UNKNOWN = "unknown"


def somebody(occupancy: str | None) -> bool | None:
    """Whether a node's word means that somebody is there: yes, no, or nobody knows.

    `hold` is somebody sitting still; `entering` is not confirmed yet.
    """
    if occupancy in {"occupied", "hold"}:
        return True
    return False if occupancy in {"empty", "entering"} else None


def heard_lately(occupancy: str | None, age: timedelta | None) -> str | None:
    """A node's word, unless it is too old to say anything about now."""
    return None if age is None or age > SILENCE else occupancy


def room_now(present: bool | None, booked: bool) -> RoomNow:
    """A room's standing from whether somebody is there (None: nobody knows) and whether it is booked now."""
    if present is None:
        return RoomNow.UNKNOWN
    if present:
        return RoomNow.IN_USE
    return RoomNow.BOOKED_EMPTY if booked else RoomNow.FREE


def present_in_whole(parts: Sequence[bool | None]) -> bool | None:
    """Whether somebody is in a room made of parts: in one of them; nobody, only if every part says so."""
    if any(parts):
        return True
    return None if not parts or None in parts else False


class Beat(NamedTuple):
    """A node's word on a room at an instant (seconds since the epoch)."""

    at: float
    occupancy: str


class Stay(NamedTuple):
    """A stretch of time in which somebody was there, nobody was, or nobody knows (None)."""

    start: float
    end: float
    present: bool | None


class Use(NamedTuple):
    """Seconds of a bucket by what is known of the room."""

    start: float
    occupied_s: float
    empty_s: float
    unknown_s: float


def stays(beats: Sequence[Beat]) -> list[Stay]:
    """What beats in order say about the time between them: a word holds until the next, or SILENCE passes."""
    found: list[Stay] = []
    for here, following in pairwise(beats):
        quiet = min(following.at, here.at + SILENCE.total_seconds())
        if here.at < quiet:
            found.append(Stay(here.at, quiet, somebody(here.occupancy)))
        if quiet < following.at:
            found.append(Stay(quiet, following.at, None))
    return found


def in_buckets(spans: Iterable[Stay], edges: Sequence[float]) -> list[Use]:
    """The seconds of each bucket between consecutive edges; silent buckets are left out."""
    seconds: dict[int, list[float]] = {}
    for span in spans:
        first = max(bisect_right(edges, span.start) - 1, 0)
        for place in range(first, min(bisect_left(edges, span.end), len(edges) - 1)):
            kinds = seconds.setdefault(place, [0.0, 0.0, 0.0])
            kind = 2 if span.present is None else int(not span.present)
            kinds[kind] += min(span.end, edges[place + 1]) - max(span.start, edges[place])
    return [Use(edges[place], *kinds) for place, kinds in sorted(seconds.items())]
