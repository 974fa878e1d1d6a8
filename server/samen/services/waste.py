"""What is known of a meter for judging its waste: its load, its rooms' hours and bookings, who was there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from samen.adapters.db.models import (
    Claim,
    EnergyRollup,
    Meter,
    MeterKind,
    Occurrence,
    Site,
    Space,
    SpaceKind,
    Step,
    Tenant,
    Unit,
)
from samen.domain.base_load import night_minima
from samen.domain.evaluation import Period
from samen.domain.interval import Interval, midnight, next_month
from samen.domain.load import Load, presence_of
from samen.domain.rules import opening_of
from samen.domain.waste import Kind, Seen, Watched
from samen.services.claims import claims_within
from samen.services.energy import energy_series
from samen.services.load import load_in
from samen.services.occupancy import uses_of
from samen.services.placing import atoms_of, look

YEAR, EIGHT_WEEKS, FOUR_WEEKS = timedelta(days=365), timedelta(days=56), timedelta(days=28)
# Before the month is a week old, its highest quarters say little: the month before is told.
YOUNG = timedelta(days=7)
# Where fewer quarters than these are measured, readings come by the hour.
MOSTLY = 0.5


def watched_meters(session: Session, site: Site) -> Sequence[Meter]:
    """The meters of electricity and heat that count Wh, in order."""
    found = session.scalars(
        select(Meter)
        .where(Meter.site_id == site.id, Meter.kind.in_((MeterKind.ELECTRICITY, MeterKind.HEAT)))
        .order_by(Meter.position, Meter.id)
        .options(selectinload(Meter.registers))
    )
    return [one for one in found if one.registers and all(each.unit is Unit.WH for each in one.registers)]


def seen_until(
    session: Session, meter: Meter, meters: Sequence[Meter], today: date, changed_on: date | None = None
) -> Seen:
    """What is known of it until last night; of main meters the month's quarters too.

    `changed_on`: when something was last done about it. What was before tells of another circuit.
    """
    zone = ZoneInfo(meter.site.timezone)
    after = min(changed_on + timedelta(days=1), today - timedelta(days=1)) if changed_on else date.min
    first = max(after, _since(session, meter, today, zone))
    year = load_within(session, meter, Period(first, today), "hour", zone)
    hours = year.newest(EIGHT_WEEKS.days)
    month = _month(today) if meter.main_id is None else None
    return Seen(
        hours=hours,
        opened=_opened(session, meter, hours),
        minima=night_minima(year),
        watched=_watched(session, meter, Period(max(after, today - FOUR_WEEKS), today), zone),
        quarters=load_within(session, meter, month, "15min", zone) if month else None,
        parts={
            one.name: load_within(session, one, month, "15min", zone)
            for one in meters
            if month and one.main_id == meter.id
        },
    )


def _since(session: Session, meter: Meter, today: date, zone: ZoneInfo) -> date:
    """A year ago, or when it began to count: of a new meter no empty year is read."""
    first = session.scalar(
        select(func.min(EnergyRollup.starts_at)).where(
            EnergyRollup.register_id.in_([register.id for register in meter.registers]),
            EnergyRollup.step == Step.HOUR,
        )
    )
    began = first.astimezone(zone).date() if first else today
    return max(today - YEAR, min(began, today - EIGHT_WEEKS))


def seen_within(session: Session, meter: Meter, kind: Kind, period: Period) -> Seen:
    """What is known of it for measuring one kind of waste over a period."""
    zone = ZoneInfo(meter.site.timezone)
    hours = load_within(session, meter, period, "hour", zone)
    return Seen(
        hours=hours,
        opened=_opened(session, meter, hours),
        minima=night_minima(hours),
        watched=_watched(session, meter, period, zone),
        quarters=load_within(session, meter, period, "15min", zone) if kind is Kind.PEAK else None,
    )


def load_within(session: Session, meter: Meter, period: Period, step: str, zone: ZoneInfo) -> Load:
    """The meter's load over whole local days, by hours or quarters."""
    during = Interval(midnight(period.first, zone), midnight(period.end, zone))
    return load_in(energy_series(session, meter, during, step, zone), zone)


def _month(today: date) -> Period:
    first = (today - YOUNG).replace(day=1)
    return Period(first, min(today, next_month(first)))


def _during(load: Load) -> Interval:
    return Interval(load.start, load.at(len(load.kw)))


def _opened(session: Session, meter: Meter, load: Load) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """When its space is open or booked; for a meter without one, any room of the building."""
    rooms = [meter.space] if meter.space else _rooms(session, meter.site_id)
    if not rooms:
        return load.touched([])
    during = _during(load)
    picture = look(session, rooms, during)
    days = [date.fromordinal(int(day)) for day in np.unique(load.days)]
    hours = {opening_of(rules, on) for rules in picture.rules.values() for on in days}
    return load.touched([*(span for span in hours if span), *picture.busy(rooms, during)])


def _rooms(session: Session, site_id: int) -> Sequence[Space]:
    return session.scalars(select(Space).where(Space.site_id == site_id, Space.kind == SpaceKind.ROOM)).all()


def _watched(session: Session, meter: Meter, period: Period, zone: ZoneInfo) -> Watched | None:
    """The meter's own space: without one nobody can say for whom it ran."""
    if meter.space is None:
        return None
    load, step = load_within(session, meter, period, "15min", zone), Step.QUARTER
    if load.known.mean() < MOSTLY:
        load, step = load_within(session, meter, period, "hour", zone), Step.HOUR
    during = _during(load)
    atoms = atoms_of(meter.space)
    seen = uses_of(session, atoms, during, step)
    parts = [seen.get(atom, []) for atom in atoms]
    booked = look(session, [meter.space], during).busy([meter.space], during)
    return Watched(load, presence_of(load, parts), load.touched(booked))


def booked_in(session: Session, site_id: int, during: Interval) -> list[tuple[str, str]]:
    """(space, tenant) names of the bookings that held some of that time."""
    rows = session.execute(
        select(Space.name, Tenant.name)
        .select_from(Claim)
        .join(Occurrence, Occurrence.id == Claim.occurrence_id)
        .join(Space, Space.id == Occurrence.space_id)
        .join(Tenant, Tenant.id == Occurrence.tenant_id)
        .where(Space.site_id == site_id, *claims_within(during))
        .distinct()
        .order_by(Space.name, Tenant.name)
    )
    return [(space, tenant) for space, tenant in rows]
