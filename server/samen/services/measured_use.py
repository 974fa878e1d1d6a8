"""Measured, not claimed: of what a tenant booked, the hours in which sensors saw somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence, OccurrenceStatus, Space, SpaceKind, Tenant
from samen.domain.interval import Interval
from samen.services.tenant_hours import HOUR, empty_by_booking

# What stood when its time came: who is freed for not coming had booked it.
STOOD = or_(
    Occurrence.status == OccurrenceStatus.CONFIRMED,
    (Occurrence.status == OccurrenceStatus.RELEASED) & (Occurrence.ended_at > Occurrence.starts_at),
)


@dataclass(frozen=True)
class MeasuredUse:
    """Hours in rooms: of those `booked`, in `unknown` no sensor knows; of the others `used` were used."""

    booked: float = 0.0
    used: float = 0.0
    unknown: float = 0.0

    @property
    def share(self) -> float | None:
        """Of the hours that are known, those that were used; None where none are."""
        known = self.booked - self.unknown
        return self.used / known if known > 0 else None

    def __add__(self, other: MeasuredUse) -> MeasuredUse:
        return MeasuredUse(self.booked + other.booked, self.used + other.used, self.unknown + other.unknown)


def measured_use(session: Session, during: Interval, now: datetime) -> dict[int, MeasuredUse]:
    """By tenant, of the bookings that began within `during` and are over; nothing of a tenant without."""
    found: defaultdict[int, MeasuredUse] = defaultdict(MeasuredUse)
    empty = empty_by_booking(session, None, during)
    for id_, tenant_id, booked, kept, used in _stood(session, during, now):
        found[tenant_id] += _measured(booked, kept, used, _empty(empty.get(id_, []), kept))
    return dict(found)


def used_share(session: Session, tenant: Tenant, season: Interval) -> float | None:
    """From 0 to 1: of what the tenant booked in a season, as far as sensors know, what it used.

    `season`: one that has been; of one that still runs, what is over. None where nothing is known: a silent
    sensor is held against nobody.
    """
    return measured_use(session, season, season.end).get(tenant.id, MeasuredUse()).share


def _stood(
    session: Session, during: Interval, now: datetime
) -> Iterator[tuple[UUID, int, Interval, Interval, bool | None]]:
    """(occurrence, tenant, as booked, as kept, used) of rooms."""
    rows = session.execute(
        select(
            Occurrence.id,
            Occurrence.tenant_id,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.booked_until,
            Occurrence.ended_at,
            Occurrence.used,
        )
        .join(Space, Space.id == Occurrence.space_id)
        .where(Space.kind == SpaceKind.ROOM, STOOD)
        .where(Occurrence.starts_at >= during.start, Occurrence.starts_at < during.end)
        .where(Occurrence.ends_at <= now)
    )
    for id_, tenant_id, start, end, booked_until, ended_at, used in rows:
        kept = Interval(start, min(end, ended_at or end))
        yield id_, tenant_id, Interval(start, booked_until or end), kept, used


def _measured(booked: Interval, kept: Interval, used: bool | None, empty: timedelta) -> MeasuredUse:
    hours = booked.length / HOUR
    if used is None:
        return MeasuredUse(booked=hours, unknown=hours)
    return MeasuredUse(booked=hours, used=(kept.length - empty) / HOUR if used else 0.0)


def _empty(quarters: list[tuple[datetime, timedelta]], kept: Interval) -> timedelta:
    spans = (min(length, kept.end - start) for start, length in quarters if kept.contains(start))
    return sum(spans, timedelta())
