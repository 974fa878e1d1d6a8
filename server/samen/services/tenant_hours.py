"""Hours that tenants spent in a building's rooms, as costs are shared by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Claim,
    HoursBasis,
    OccupancyRollup,
    Occurrence,
    Space,
    SpaceKind,
    Step,
)
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Spent
from samen.services.quota import COUNTING, LONGEST_BOOKING

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
COUNTED = {HoursBasis.BOOKED: Basis.BOOKED, HoursBasis.OCCUPIED: Basis.USED}
# What each quarter of an occurrence was empty for.
Empty = Mapping[UUID, list[tuple[datetime, timedelta]]]


def hours_of_tenants(session: Session, site_id: int, during: Interval, basis: HoursBasis) -> dict[int, float]:
    """Hours in the site's rooms by tenant; things and people's hours use no energy and count for nothing.

    Booked hours count until they were given back. Of occupied hours only those are left out in which
    sensors saw an empty room, or to which nobody came: where no sensor knows, somebody was there.
    """
    rows = session.execute(
        select(
            Occurrence.id,
            Occurrence.tenant_id,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.ended_at,
            Occurrence.used,
        )
        .join(Space, Space.id == Occurrence.space_id)
        .where(*_rooms(site_id), *_reaching(during))
        .order_by(Occurrence.starts_at, Occurrence.id)
    ).all()
    empty = empty_by_booking(session, site_id, during) if basis is HoursBasis.OCCUPIED else {}
    hours: defaultdict[int, float] = defaultdict(float)
    for id_, tenant_id, start, end, ended_at, used in rows:
        counted = Spent(Interval(start, end), 1.0, ended_at, used).counted(COUNTED[basis])
        if counted is not None and counted.overlaps(during):
            hours[tenant_id] += _hours(counted, during, empty.get(id_, []))
    return {tenant_id: round(spent, 4) for tenant_id, spent in hours.items()}


def _rooms(site_id: int | None) -> tuple[ColumnElement[bool], ...]:
    here = () if site_id is None else (Space.site_id == site_id,)
    return (Space.kind == SpaceKind.ROOM, *here)


def _reaching(during: Interval) -> tuple[ColumnElement[bool], ...]:
    return (
        Occurrence.starts_at < during.end,
        Occurrence.starts_at > during.start - LONGEST_BOOKING,
        Occurrence.ends_at > during.start,
        Occurrence.status.in_(COUNTING),
    )


def _hours(counted: Interval, during: Interval, empty: list[tuple[datetime, timedelta]]) -> float:
    cut = Interval(max(counted.start, during.start), min(counted.end, during.end))
    nobody = sum(
        (min(length, cut.end - start) for start, length in empty if cut.contains(start)), timedelta()
    )
    return (cut.length - nobody) / HOUR


def empty_by_booking(session: Session, site_id: int | None, during: Interval) -> Empty:
    """How long each quarter that begins within an occurrence was empty: all parts of its room at once.

    Of one site's rooms, or of every site's.
    """
    # Booked first: SQLite would look through all quarters of a room for each of its claims.
    booked = (
        select(
            Occurrence.id.label("id"),
            Claim.space_id.label("space_id"),
            Occurrence.starts_at.label("starts_at"),
            Occurrence.ends_at.label("ends_at"),
        )
        .join(Claim, Claim.occurrence_id == Occurrence.id)
        .join(Space, Space.id == Claim.space_id)
        .where(*_rooms(site_id), *_reaching(during))
        .cte("booked")
        .prefix_with("MATERIALIZED")
    )
    quarter = OccupancyRollup
    rows = session.execute(
        select(booked.c.id, quarter.starts_at, func.min(quarter.empty_s), func.count())
        .join(quarter, quarter.space_id == booked.c.space_id)
        .where(
            quarter.step == Step.QUARTER,
            quarter.starts_at >= booked.c.starts_at,
            quarter.starts_at < booked.c.ends_at,
        )
        .group_by(booked.c.id, quarter.starts_at)
    )
    claimed = _claimed(session, site_id, during)
    found: defaultdict[UUID, list[tuple[datetime, timedelta]]] = defaultdict(list)
    for id_, start, seconds, seen in rows:
        if seconds and seen == claimed[id_]:
            found[id_].append((start, min(timedelta(seconds=seconds), QUARTER)))
    return found


def _claimed(session: Session, site_id: int | None, during: Interval) -> dict[UUID, int]:
    """How many rooms each occurrence holds: a sensor in each must say that nobody is there."""
    rows = session.execute(
        select(Occurrence.id, func.count())
        .join(Claim, Claim.occurrence_id == Occurrence.id)
        .join(Space, Space.id == Claim.space_id)
        .where(*_rooms(site_id), *_reaching(during))
        .group_by(Occurrence.id)
    )
    return {id_: count for id_, count in rows}  # noqa: C416 (rows are not pairs to mypy)
