"""Days with and without steering, kept as they pass, and what they say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, SteeredDay
from samen.adapters.db.upsert import insert_into
from samen.domain.alternating import Comparison, TooFewDays, compare
from samen.domain.evaluation import Period
from samen.domain.zone_settings import Steering
from samen.services.energy import kwh_by_day
from samen.services.steering import HeatedZone
from samen.services.warm_ups import heat_meter
from samen.services.weather import deg_c_by_day


@dataclass(frozen=True)
class Result:
    """What alternate weeks say. `meter`: what it was measured with, None where nothing measures heat.

    `told`: None while no day was kept.
    """

    meter: Meter | None
    period: Period | None
    told: Comparison | TooFewDays | None


def keep_day(session: Session, heated: HeatedZone, now: datetime) -> bool:
    """Note whether the zone is steered today, where weeks alternate; whether that was news."""
    if heated.settings.steering is not Steering.ALTERNATE:
        return False
    today = now.astimezone(heated.timezone).date()
    row = {"zone_id": heated.zone.id, "on_date": today, "steered": heated.is_steered(now)}
    kept = insert_into(session, SteeredDay).on_conflict_do_nothing().returning(SteeredDay.zone_id)
    return session.scalar(kept, row) is not None


def result(session: Session, heated: HeatedZone, now: datetime) -> Result:
    """Weeks with steering against weeks without, at the same weather, over all days that are over."""
    today = now.astimezone(heated.timezone).date()
    rows = session.scalars(
        select(SteeredDay)
        .where(SteeredDay.zone_id == heated.zone.id, SteeredDay.on_date < today)
        .order_by(SteeredDay.on_date)
    ).all()
    meter = heat_meter(session, heated.site, heated.zone)
    if not rows or meter is None:
        return Result(meter, None, None)
    period = Period(rows[0].on_date, rows[-1].on_date + timedelta(days=1))
    told = compare(
        kwh_by_day(session, meter, period, heated.timezone),
        deg_c_by_day(session, heated.site, period),
        {row.on_date: row.steered for row in rows if row.steered is not None},
    )
    return Result(meter, period, told)
