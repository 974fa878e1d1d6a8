"""From one standing to another: of several workers who try the same, one wins and the others shrug."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus

HELD = Occurrence.status == OccurrenceStatus.HELD
PENDING = Occurrence.status == OccurrenceStatus.PENDING
CONFIRMED = Occurrence.status == OccurrenceStatus.CONFIRMED


def become(
    session: Session, occurrence_ids: Collection[UUID], stands: ColumnElement[bool], status: OccurrenceStatus
) -> list[UUID]:
    """Give the new status to those that still stand as said; their claims are left as they are."""
    confirmed = status is OccurrenceStatus.CONFIRMED
    values = {"status": status, "hold_until": None, "look_at": Occurrence.starts_at if confirmed else None}
    return _change(session, occurrence_ids, stands, values)


def end(
    session: Session,
    occurrence_ids: Collection[UUID],
    stands: ColumnElement[bool],
    status: OccurrenceStatus,
    now: datetime,
) -> list[UUID]:
    """End those that still stand as said, and give their claims up."""
    values = {"status": status, "hold_until": None, "look_at": None, "ended_at": now}
    ended = _change(session, occurrence_ids, stands, values)
    hold(session, ended, active=False)
    return ended


def hold(session: Session, occurrence_ids: Collection[UUID], *, active: bool) -> None:
    """Let claims count, or not. Raises IntegrityError naming OVERLAP where somebody else's count already."""
    session.execute(update(Claim).where(Claim.occurrence_id.in_(list(occurrence_ids))).values(active=active))


def _change(
    session: Session,
    occurrence_ids: Collection[UUID],
    stands: ColumnElement[bool],
    values: Mapping[str, object],
) -> list[UUID]:
    changed = update(Occurrence).where(Occurrence.id.in_(list(occurrence_ids)), stands).values(**values)
    return list(session.scalars(changed.returning(Occurrence.id)))
