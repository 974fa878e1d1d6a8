"""Events of meters: replaced, reset, rolled over; and the falls of an index that nobody explained yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import METER, take_turn
from samen.adapters.db.models import (
    EventKind,
    IndexDecrease,
    IndexReading,
    Meter,
    MeterEvent,
    Register,
)
from samen.domain.access import Viewer
from samen.domain.metering import AMOUNT_GENS, gained
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.meters import not_of_that_time
from samen.services.readings import mark_energy


@dataclass(frozen=True)
class Told:
    """What somebody says of a register: what happened and when, its last index and its new first one."""

    kind: EventKind
    at: datetime
    final_index: float
    first_index: float
    note: str = ""


def record(
    session: Session, register: Register, told: Told, viewer: Viewer, now: datetime, *, sure: bool = False
) -> MeterEvent | Refusal:
    """Keep an event, and have what it touches computed again: energy before and after it is then exact.

    One that contradicts the readings beside it is refused, unless whoever tells it is `sure`.
    """
    take_turn(session, METER, [register.meter_id])
    refusal = _impossible(session, register, told, now)
    if refusal is None and not sure:
        refusal = _contradiction(session, register, told)
    if refusal is not None:
        return refusal
    event = MeterEvent(
        register_id=register.id,
        at=told.at,
        kind=told.kind,
        final_index=told.final_index,
        first_index=told.first_index,
        note=told.note,
        actor=viewer.actor,
        created_at=now,
    )
    session.add(event)
    mark_energy(session, [(register.id, told.at)], now)
    audit.note(session, viewer.actor, "meter.event", register.meter.slug, _facts(register, event), now)
    return event


def _impossible(session: Session, register: Register, told: Told, now: datetime) -> Refusal | None:
    if (refusal := not_of_that_time(told.at, now)) is not None:
        return refusal
    if min(told.final_index, told.first_index) < 0:
        return Refusal("index_below_zero")
    there = select(MeterEvent.id).where(MeterEvent.register_id == register.id, MeterEvent.at == told.at)
    return Refusal("event_there") if session.scalar(there) is not None else None


def _contradiction(session: Session, register: Register, told: Told) -> Refusal | None:
    before, after = _beside(session, register, told.at)
    rolls_over_at = register.rolls_over_at
    if before is not None and gained(before, told.final_index, rolls_over_at) is None:
        return Refusal("final_too_low", {"before": before})
    if after is not None and gained(told.first_index, after, rolls_over_at) is None:
        return Refusal("first_too_high", {"after": after})
    return None


def _beside(session: Session, register: Register, at: datetime) -> tuple[float | None, float | None]:
    """The register's index before and after an instant, as far as no other event lies between."""
    query = select(IndexReading.index).where(
        IndexReading.register_id == register.id,
        ~IndexReading.gen.between(AMOUNT_GENS.start, AMOUNT_GENS.stop - 1),
    )
    events = select(MeterEvent.at).where(MeterEvent.register_id == register.id)
    since = session.scalar(events.where(MeterEvent.at < at).order_by(MeterEvent.at.desc()).limit(1))
    until = session.scalar(events.where(MeterEvent.at > at).order_by(MeterEvent.at).limit(1))
    earlier, later = query.where(IndexReading.at < at), query.where(IndexReading.at > at)
    if since is not None:
        earlier = earlier.where(IndexReading.at > since)
    if until is not None:
        later = later.where(IndexReading.at < until)
    return (
        session.scalar(earlier.order_by(IndexReading.at.desc()).limit(1)),
        session.scalar(later.order_by(IndexReading.at).limit(1)),
    )


def withdraw(session: Session, event: MeterEvent, viewer: Viewer, now: datetime) -> None:
    """Take an event back that was a mistake."""
    facts = _facts(event.register, event)
    mark_energy(session, [(event.register_id, event.at)], now)
    slug = event.register.meter.slug
    session.delete(event)
    session.flush()
    audit.note(session, viewer.actor, "meter.event_withdrawn", slug, facts, now)


def _facts(register: Register, event: MeterEvent) -> dict[str, Any]:
    return {
        "register": register.code,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "final": event.final_index,
        "first": event.first_index,
        "note": event.note,
    }


def events_of(session: Session, meter: Meter) -> Sequence[MeterEvent]:
    """Newest first."""
    query = select(MeterEvent).join(Register).where(Register.meter_id == meter.id)
    return session.scalars(query.order_by(MeterEvent.at.desc())).all()


def to_explain(session: Session, site_id: int) -> Sequence[IndexDecrease]:
    """The falls of indexes of a site that no event explains, newest first."""
    query = select(IndexDecrease).join(Register).join(Meter).where(Meter.site_id == site_id)
    return session.scalars(query.order_by(IndexDecrease.at.desc())).all()
