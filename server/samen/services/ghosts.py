"""Series that nobody comes to: their owner is asked to shorten, move or release them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence, OccurrenceStatus, Series
from samen.domain.release import GHOST_OF, ghost
from samen.services import booking, notices
from samen.services.placing import ALIVE


def ask_owner(session: Session, series: Series, now: datetime) -> bool:
    """Ask, if nobody came to most of the last dates and others are to come; not again before as many more."""
    if series.rrule is None:
        return False
    coming = [one for one in series.occurrences if one.status in ALIVE and one.starts_at > now]
    outcomes = _outcomes(session, series)
    too_soon = series.ghost_asked_at is not None and len(outcomes) < GHOST_OF
    if too_soon or not coming or not ghost(outcomes) or not _won(session, series, now):
        return False
    facts = booking.facts_of(series, coming)
    notices.tell(session, [series.booked_by_id], "ghost_series", facts, now, series_id=series.id)
    return True


def _outcomes(session: Session, series: Series) -> list[bool | None]:
    """Whether its last dates were used, the newest last: those since it was asked about, where it was."""
    over = (Occurrence.status == OccurrenceStatus.CONFIRMED) & Occurrence.look_at.is_(None)
    finished = select(Occurrence.used).where(
        Occurrence.series_id == series.id, over | Occurrence.used.is_not(None)
    )
    if series.ghost_asked_at is not None:
        finished = finished.where(Occurrence.starts_at > series.ghost_asked_at)
    newest = session.scalars(finished.order_by(Occurrence.starts_at.desc()).limit(GHOST_OF)).all()
    return list(reversed(newest))


def _won(session: Session, series: Series, now: datetime) -> bool:
    """Of several workers, one asks."""
    same = Series.ghost_asked_at.is_not_distinct_from(series.ghost_asked_at)
    asked = update(Series).where(Series.id == series.id, same).values(ghost_asked_at=now)
    return session.scalar(asked.returning(Series.id)) is not None
