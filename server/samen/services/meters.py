"""The meters of a site: what each showed last, who said so, and how long it is silent."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from samen.adapters.db.models import (
    AS_SHOWN,
    DirtyEnergy,
    IndexDecrease,
    IndexReading,
    Meter,
    QuarterDemand,
    Register,
)
from samen.domain.access import Viewer
from samen.domain.metering import AMOUNT_GENS, EARLIEST, INDEX_GENS, TYPED_GEN
from samen.domain.presence import SILENCE
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.readings import mark_energy

LEAST_DIGITS, MOST_DIGITS = 3, 12


class Source(enum.Enum):
    """Where a reading comes from."""

    SENSOR = "sensor"
    FILE = "file"
    TYPED = "typed"


@dataclass(frozen=True)
class RegisterState:
    """The newest of a register; `index` is None where files gave amounts alone."""

    register: Register
    index: float | None
    at: datetime | None
    source: Source | None
    typed_at: datetime | None

    def silent(self, now: datetime) -> bool:
        """Whether a sensor should have spoken and did not."""
        return self.register.device_id is not None and (self.at is None or now - self.at > SILENCE)


def meters_of(session: Session, site_id: int) -> Sequence[Meter]:
    """In their order, main meters first."""
    return session.scalars(
        select(Meter)
        .where(Meter.site_id == site_id)
        .order_by(Meter.main_id.is_not(None), Meter.position, Meter.id)
        .options(selectinload(Meter.registers).selectinload(Register.device))
    ).all()


def states_of(session: Session, registers: Sequence[Register]) -> dict[int, RegisterState]:
    """The newest of each register, by its id: one look for all of them."""
    own = IndexReading.register_id == Register.id
    newest = select(IndexReading.id).where(own).order_by(IndexReading.at.desc()).limit(1)
    typed = select(func.max(IndexReading.at)).where(own, AS_SHOWN, IndexReading.gen == TYPED_GEN)
    typed_at, newest_id = (query.correlate(Register).scalar_subquery() for query in (typed, newest))
    rows = session.execute(
        select(Register.id, typed_at, IndexReading.at, IndexReading.gen, IndexReading.index)
        .outerjoin(IndexReading, IndexReading.id == newest_id)
        .where(Register.id.in_([register.id for register in registers]))
    )
    by_id = {register.id: register for register in registers}
    return {
        number: _state(by_id[number], typed_on, at, gen, index) for number, typed_on, at, gen, index in rows
    }


def _state(
    register: Register, typed_at: datetime | None, at: datetime | None, gen: int | None, index: float | None
) -> RegisterState:
    if gen is None:
        return RegisterState(register, None, None, None, typed_at)
    return RegisterState(register, None if gen in AMOUNT_GENS else index, at, source_of(gen), typed_at)


def source_of(gen: int) -> Source:
    """Who gives readings of that gen."""
    if gen == TYPED_GEN:
        return Source.TYPED
    return Source.FILE if gen in AMOUNT_GENS or gen in INDEX_GENS else Source.SENSOR


def demand_of(session: Session, meter: Meter) -> QuarterDemand | None:
    """The running quarter as the smart meter told it last."""
    return session.get(QuarterDemand, meter.id)


def not_of_that_time(at: datetime, now: datetime) -> Refusal | None:
    """Why nothing was read from a meter at that instant: it is to come, or before any that is kept."""
    if at > now:
        return Refusal("in_the_future")
    if at.date() < EARLIEST:
        return Refusal("too_long_ago", {"year": EARLIEST.year})
    return None


def set_digits(
    session: Session, register: Register, digits: int | None, viewer: Viewer, now: datetime
) -> Refusal | None:
    """Say how many digits a register shows before the comma: where they end it rolls over."""
    if digits is not None and not LEAST_DIGITS <= digits <= MOST_DIGITS:
        return Refusal("out_of_limits", {"least": LEAST_DIGITS, "most": MOST_DIGITS})
    falls = select(IndexDecrease).where(IndexDecrease.register_id == register.id)
    mark_energy(session, [(register.id, fall.at) for fall in session.scalars(falls)], now)
    if register.digits is not None:
        _mark_all(session, register, now)
    register.digits = digits
    facts = {"register": register.code, "digits": digits}
    audit.note(session, viewer.actor, "register.digits_set", register.meter.slug, facts, now)
    return None


def _mark_all(session: Session, register: Register, now: datetime) -> None:
    """Where it was thought to have rolled over it may not have."""
    of_register = IndexReading.register_id == register.id
    first, last = (
        session.scalar(select(edge(IndexReading.at)).where(of_register)) for edge in (func.min, func.max)
    )
    if first is not None and last is not None:
        session.add(DirtyEnergy(register_id=register.id, starts_at=first, ends_at=last, marked_at=now))
