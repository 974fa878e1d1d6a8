"""Telling open pages of bookings that this worker made, changed or ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from samen.adapters.db.models import Occurrence
from samen.web import current


@dataclass(frozen=True, order=True)
class Spot:
    """A space and a time at which something changed."""

    space: str
    start: datetime
    end: datetime


def spots_of(dates: Iterable[Occurrence]) -> list[Spot]:
    """Where dates stand. Call within their session."""
    return [Spot(one.space.slug, one.starts_at, one.ends_at) for one in dates]


def announce(spots: Iterable[Spot]) -> None:
    """Call after the commit: a page that asks at once must find what it was told of."""
    zone, now = current.settings().timezone, current.now()
    known = set(spots)
    days = {(spot.space, spot.start.astimezone(zone).date()) for spot in known}
    for space, on in sorted(days):
        current.hub().publish("booking", {"space": space, "on": on.isoformat()})
    for space in sorted({spot.space for spot in known if spot.start <= now < spot.end}):
        with current.database().read() as session:
            current.parts().feed.tell_rooms(session, space)
