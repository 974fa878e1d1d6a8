"""Indexes that somebody reads from a meter without a sensor, and types in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import METER, take_turn
from samen.adapters.db.models import AS_SHOWN, IndexReading, Meter, MeterEvent, Register, TimeQuality
from samen.domain.access import Viewer
from samen.domain.metering import TYPED_GEN, Point
from samen.domain.rules import Refusal
from samen.domain.typed_index import doubt
from samen.services import audit
from samen.services.meters import not_of_that_time
from samen.services.readings import mark_energy

# What is usual is seen from as many readings.
LOOKED_AT = 13


def take(
    session: Session,
    register: Register,
    at: datetime,
    index: float,
    viewer: Viewer,
    now: datetime,
    *,
    sure: bool = False,
) -> Refusal | None:
    """Keep the index that a register showed. What is odd is refused, unless whoever types is `sure` of it."""
    take_turn(session, METER, [register.meter_id])
    refusal = _impossible(session, register, at, index, now)
    if refusal is None and not sure:
        refusal = _doubt(session, register, at, index)
    if refusal is not None:
        return refusal
    session.add(
        IndexReading(register_id=register.id, gen=TYPED_GEN, at=at, index=index, quality=TimeQuality.IMPORTED)
    )
    mark_energy(session, [(register.id, at)], now)
    facts = {"register": register.code, "at": at.isoformat(), "index": index}
    audit.note(session, viewer.actor, "reading.typed", register.meter.slug, facts, now)
    return None


def _impossible(
    session: Session, register: Register, at: datetime, index: float, now: datetime
) -> Refusal | None:
    if register.device is not None:
        return Refusal("read_by_sensor", {"device": register.device.name})
    if (refusal := not_of_that_time(at, now)) is not None:
        return refusal
    if index < 0:
        return Refusal("index_below_zero")
    if register.rolls_over_at is not None and index >= register.rolls_over_at:
        return Refusal("too_many_digits", {"digits": register.digits or 0})
    there = session.scalar(_indexes(register).where(IndexReading.at == at))
    return None if there is None else Refusal("read_already", {"index": there.index})


def _doubt(session: Session, register: Register, at: datetime, index: float) -> Refusal | None:
    """Beside the readings of the same meter: back and forth as far as the events next to it."""
    typed = Point(at.timestamp(), TYPED_GEN, index)
    events = select(MeterEvent).where(MeterEvent.register_id == register.id)
    begun = session.scalar(events.where(MeterEvent.at <= at).order_by(MeterEvent.at.desc()).limit(1))
    ended = session.scalar(events.where(MeterEvent.at > at).order_by(MeterEvent.at).limit(1))
    earlier = _earlier(session, register, at, begun)
    later = _next(session, register, at, ended)
    return doubt(typed, earlier, later, register.rolls_over_at)


def _earlier(session: Session, register: Register, at: datetime, begun: MeterEvent | None) -> list[Point]:
    query = _indexes(register).where(IndexReading.at < at)
    if begun is not None:
        query = query.where(IndexReading.at > begun.at)
    rows = session.scalars(query.order_by(IndexReading.at.desc()).limit(LOOKED_AT))
    line = [Point(row.at.timestamp(), row.gen, row.index) for row in rows]
    if begun is not None and len(line) < LOOKED_AT:
        line.append(Point(begun.at.timestamp(), TYPED_GEN, begun.first_index))
    return line[::-1]


def _next(session: Session, register: Register, at: datetime, ended: MeterEvent | None) -> Point | None:
    query = _indexes(register).where(IndexReading.at > at)
    if ended is not None:
        query = query.where(IndexReading.at < ended.at)
    row = session.scalar(query.order_by(IndexReading.at).limit(1))
    if row is not None:
        return Point(row.at.timestamp(), row.gen, row.index)
    return None if ended is None else Point(ended.at.timestamp(), TYPED_GEN, ended.final_index)


def _indexes(register: Register) -> Select[IndexReading]:
    return select(IndexReading).where(IndexReading.register_id == register.id, AS_SHOWN)


def withdraw(session: Session, reading: IndexReading, viewer: Viewer, now: datetime) -> None:
    """Take back what was typed wrong. Only what was typed can be: raises ValueError for other readings."""
    if reading.gen != TYPED_GEN:
        raise ValueError("only what was typed can be taken back")
    register = session.get_one(Register, reading.register_id)
    facts = {"register": register.code, "at": reading.at.isoformat(), "index": reading.index}
    mark_energy(session, [(reading.register_id, reading.at)], now)
    session.delete(reading)
    session.flush()
    audit.note(session, viewer.actor, "reading.withdrawn", register.meter.slug, facts, now)


def history(session: Session, meter: Meter, most: int = 60) -> Sequence[tuple[IndexReading, Register]]:
    """The meter's indexes from files and as typed, newest first."""
    rows = session.execute(
        select(IndexReading, Register)
        .join(Register, Register.id == IndexReading.register_id)
        .where(Register.meter_id == meter.id, AS_SHOWN)
        .order_by(IndexReading.at.desc(), Register.code)
        .limit(most)
    )
    return [(reading, register) for reading, register in rows]
