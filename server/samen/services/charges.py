"""What became of the bookings of days that are over, as credits are charged for them. Rooms alone count.

An hour counts as it does for quotas: by its room's weight, and more at busy times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Device, Occurrence, OccurrenceStatus, Space, SpaceKind
from samen.domain.credits import HOUR_S, Charge, Outcome, Stood, charged, outcome
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Spent
from samen.domain.release import EARLY
from samen.domain.release import outcome as came
from samen.services import placing, standing
from samen.services.presence_seen import seen_of
from samen.services.quota import Meter
from samen.services.release import booked_of, terms_of

COUNTED = (OccurrenceStatus.CONFIRMED, OccurrenceStatus.CANCELLED, OccurrenceStatus.RELEASED)


@dataclass(frozen=True)
class _Room:
    """`sensors`: for each part of it, when it had one: (from, until), None for one that it still has."""

    name: str
    weight: float
    sensors: Sequence[Sequence[tuple[datetime, datetime | None]]]

    def watched(self, during: Interval) -> bool:
        """Whether each part had a sensor then, silent or not."""
        return bool(self.sensors) and all(
            any(since <= during.start and (until is None or until >= during.end) for since, until in part)
            for part in self.sensors
        )


def learn(session: Session, during: Interval) -> int:
    """Where nobody knew whether somebody came: ask again what sensors said. How many are known now.

    A sensor that was cut off tells late: its node keeps what it saw.
    """
    unknown = session.scalars(
        select(Occurrence)
        .join(Space, Space.id == Occurrence.space_id)
        .where(Space.kind == SpaceKind.ROOM, standing.CONFIRMED, Occurrence.used.is_(None))
        .where(Occurrence.starts_at >= during.start, Occurrence.ends_at <= during.end)
        .order_by(Occurrence.starts_at)
    ).all()
    for one in unknown:
        sight = seen_of(session, one.space, Interval(one.starts_at - 2 * EARLY, one.ends_at))
        one.used = came(booked_of(one), sight, terms_of(one.space))
    session.flush()
    return sum(one.used is not None for one in unknown)


def charges(session: Session, during: Interval, meter: Meter, refunded: timedelta) -> list[Charge]:
    """A charge, of nothing too, for each booking that began within `during` and is over."""
    rooms = _rooms(session)
    rows = session.execute(
        select(
            Occurrence.id,
            Occurrence.tenant_id,
            Occurrence.space_id,
            Occurrence.status,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.booked_until,
            Occurrence.ended_at,
            Occurrence.used,
        )
        .where(Occurrence.space_id.in_(rooms), Occurrence.status.in_(COUNTED))
        .where(Occurrence.starts_at >= during.start, Occurrence.starts_at < during.end)
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    found = []
    for row in rows:
        room = rooms[row.space_id]
        booking = _stood(room, row)
        key, on = f"booking:{row.id}", booking.during.start.astimezone(meter.zone).date()
        seconds, code, facts = _told(booking, room, meter, refunded)
        found.append(Charge(key, row.tenant_id, on, seconds, code, facts))
    return found


def _stood(room: _Room, row: Row[*tuple[Any, ...]]) -> Stood:
    start, end, ended_at, used = row.starts_at, row.ends_at, row.ended_at, row.used
    during = Interval(start, row.booked_until or end)
    watched = room.watched(during)
    if ended_at is None:
        return Stood(during, end, used, watched)
    if row.status is OccurrenceStatus.RELEASED and ended_at > start and used is not False:
        # Its people had left, and somebody else took the room over.
        return Stood(during, min(ended_at, end), used=True)
    return Stood(during, end, used, watched, given_up_at=ended_at)


def _told(
    booking: Stood, room: _Room, meter: Meter, refunded: timedelta
) -> tuple[int, str, Mapping[str, Any]]:
    """Seconds, and why: instants as ISO text."""
    found = outcome(booking, refunded)
    part = charged(booking, found)
    facts = {
        "space": room.name,
        "start": booking.during.start.isoformat(),
        "end": booking.during.end.isoformat(),
    }
    if part is not None and part.end < booking.during.end:
        facts["until"] = part.end.isoformat()
    if found in {Outcome.CANCELLED_LATE, Outcome.CANCELLED_IN_TIME} and booking.given_up_at is not None:
        facts["given_up"] = booking.given_up_at.isoformat()
    if part is None:
        return 0, found.value, facts
    hours = meter.hours([Spent(part, room.weight)], Basis.BOOKED, part)
    plain = part.length.total_seconds() / HOUR_S
    more = {} if abs(hours - plain) < 1 / HOUR_S else {"counts": round(hours / plain, 2)}
    return round(hours * HOUR_S), found.value, facts | more


def _rooms(session: Session) -> dict[int, _Room]:
    sensors: defaultdict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    devices = session.scalars(
        select(Device).where(Device.space_id.is_not(None), Device.last_seen_at.is_not(None))
    )
    for device in devices:
        if "occupancy" in device.streams:
            sensors[device.space_id or 0].append((device.created_at, device.revoked_at))
    rooms = session.scalars(select(Space).where(Space.kind == SpaceKind.ROOM)).all()
    return {
        space.id: _Room(space.name, space.weight, [sensors[atom] for atom in placing.atoms_of(space)])
        for space in rooms
    }
