"""What a meter's gas holds: as the bills of the meter or the building say, else as the region's file does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import METER, take_turn
from samen.adapters.db.models import CalorificFactor, Meter, MeterKind, Unit
from samen.domain.access import Viewer
from samen.domain.calorific import (
    LEAST_KWH_PER_M3,
    MOST_KWH_PER_M3,
    USUAL_KWH_PER_M3,
    Factor,
)
from samen.domain.prices import Dated
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.prices import price_book


def factor_of(session: Session, meter: Meter) -> Factor:
    """kWh per m³ by date: the meter's own factors where there are, else the site's, else the region's."""
    region = price_book(session, meter.site)
    rows = session.scalars(
        select(CalorificFactor)
        .where(CalorificFactor.site_id == meter.site_id)
        .order_by(CalorificFactor.from_on)
    ).all()
    own, sites = (
        Dated(tuple((row.from_on, row.kwh_per_m3) for row in rows if row.meter_id == owner))
        for owner in (meter.id, None)
    )

    def factor(on: date) -> float:
        for known in (own.on(on), sites.on(on), region.kwh_per_m3(meter.kind.value, on)):
            if known is not None:
                return known
        return USUAL_KWH_PER_M3

    return factor


def kwh_of(
    session: Session, meter: Meter, by_day: Mapping[date, float], factor: Factor | None = None
) -> dict[date, float]:
    """A meter's days in kWh: gas by what a m³ holds on the day; water holds none.

    `factor`: the meter's own by default.
    """
    if meter.kind is MeterKind.WATER:
        return {}
    if all(register.unit is Unit.WH for register in meter.registers):
        return dict(by_day)
    factor = factor or factor_of(session, meter)
    return {on: amount * factor(on) for on, amount in by_day.items()}


def factors_of(session: Session, meter: Meter) -> list[tuple[date, float]]:
    """The meter's own factors, newest first."""
    rows = session.scalars(
        select(CalorificFactor)
        .where(CalorificFactor.meter_id == meter.id)
        .order_by(CalorificFactor.from_on.desc())
    )
    return [(row.from_on, row.kwh_per_m3) for row in rows]


def set_factor(
    session: Session, meter: Meter, from_on: date, kwh_per_m3: float, viewer: Viewer, now: datetime
) -> Refusal | None:
    """Keep what a bill says a m³ held from a date on; a second word on a date replaces the first."""
    if not LEAST_KWH_PER_M3 <= kwh_per_m3 <= MOST_KWH_PER_M3:
        return Refusal("out_of_limits", {"least": LEAST_KWH_PER_M3, "most": MOST_KWH_PER_M3})
    take_turn(session, METER, [meter.id])
    of_day = (CalorificFactor.meter_id == meter.id, CalorificFactor.from_on == from_on)
    row = session.scalar(select(CalorificFactor).where(*of_day))
    if row is None:
        row = CalorificFactor(site_id=meter.site_id, meter_id=meter.id, from_on=from_on)
        session.add(row)
    row.kwh_per_m3 = kwh_per_m3
    facts = {"from": from_on.isoformat(), "kwh_per_m3": kwh_per_m3}
    audit.note(session, viewer.actor, "meter.factor_set", meter.slug, facts, now)
    return None
