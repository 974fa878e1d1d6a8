"""Giving back what is booked: one date, it and those that follow, or all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence, OccurrenceStatus
from samen.domain.access import Viewer
from samen.domain.editing import Reach
from samen.domain.rules import Refusal
from samen.services import audit, placing
from samen.services.booking import Refused, audit_facts, tell
from samen.services.moving import slot_of
from samen.services.placing import ALIVE
from samen.services.reach import changeable, offer_back, reached


@dataclass(frozen=True)
class Cancelled:
    """The dates that no longer hold their space."""

    occurrences: tuple[Occurrence, ...]


def cancel(
    session: Session, occurrence_id: UUID, viewer: Viewer, now: datetime, reach: Reach = Reach.THIS
) -> Cancelled | Refused:
    """Give dates back. Whoever comes second is told that they have ended already."""
    found = changeable(session, occurrence_id, viewer, now)
    if isinstance(found, Refused):
        return found
    series = found.series
    alive = [one for one in reached(found, reach, now).rows if one.status in ALIVE and one.ends_at > now]
    before = {one.id: slot_of(one) for one in alive}
    placing.wait_for(session, before.values(), series.bundle)
    ended = placing.free(session, list(before), OccurrenceStatus.CANCELLED, now)
    if not ended:
        return Refused((Refusal("already_cancelled"),))
    gone = tuple(one for one in alive if one.id in ended)
    tell(session, series, gone, "booking_cancelled", viewer, now)
    placing.number_change(session, series, ended)
    offer_back(session, [before[one] for one in ended], series.bundle, now)
    audit.note(session, viewer.actor, "booking.cancelled", str(series.id), audit_facts(gone), now)
    session.expire_all()
    return Cancelled(gone)
