"""Measuring how zones warm up and cool down, from what the nodes in their rooms said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Device, Meter, MeterKind, Reading, Site, Space, TimeQuality, WarmUp, Zone
from samen.adapters.db.upsert import insert_into
from samen.domain.evaluation import Period
from samen.domain.interval import Interval
from samen.domain.warm_up import (
    HEATING_BELOW_DEG_C,
    LONGEST,
    Run,
    Sample,
    cool_downs_in,
    since_raised,
    unknown_yet,
    warm_ups_in,
)
from samen.services.calorific import kwh_of
from samen.services.energy import by_day, energy_series
from samen.services.steering import HeatedZone, heated_zones, runs_of
from samen.services.weather import deg_c_by_day

BIN = timedelta(minutes=5)
# A room that says nothing for so long is left out of the zone's mean.
STALE = timedelta(minutes=30)
# What ended just now may still go on, and its heat is not rolled up yet.
SETTLED = timedelta(minutes=45)
LOOK_BACK = LONGEST + timedelta(hours=6)
QUARTER = timedelta(minutes=15)


def measure(database: Database, now: datetime) -> int:
    """Keep the warm-ups and cool-downs of the last hours that are not kept yet; how many there were.

    Hours of readings are looked through before anybody has to wait for the writing.
    """
    during = Interval(now - LOOK_BACK, now)
    with database.read() as session:
        found = [
            (heated.zone.id, run)
            for site in session.scalars(select(Site).order_by(Site.id))
            for heated in heated_zones(session, site, now)
            for run in _new_runs(session, heated, during, now)
        ]
    if found:
        with database.write() as session:
            for zone_id, run in found:
                _keep(session, zone_id, run)
    return len(found)


def heat_meter(session: Session, site: Site, zone: Zone) -> Meter | None:
    """The zone's own meter of heat or gas; that of the whole building where there is none."""
    meters = session.scalars(
        select(Meter)
        .where(Meter.site_id == site.id, Meter.kind.in_([MeterKind.HEAT, MeterKind.GAS]))
        .order_by(Meter.kind.desc(), Meter.position)
    ).all()
    own = [meter for meter in meters if meter.zone_id == zone.id]
    main = [
        meter for meter in meters if {meter.main_id, meter.zone_id, meter.space_id, meter.tenant_id} == {None}
    ]
    return next(iter(own + main), None)


def samples_of(session: Session, zone: Zone, during: Interval) -> list[Sample]:
    """The zone's temperature every five minutes: the mean of what its rooms said last."""
    rows = session.execute(
        select(Reading.at, Device.space_id, Reading.body)
        .join(Device, Device.id == Reading.device_id)
        .join(Space, Space.id == Device.space_id)
        .where(Space.zone_id == zone.id, Reading.stream == "climate")
        .where(Reading.at >= during.start, Reading.at < during.end, Reading.quality != TimeQuality.RECEIVED)
        .order_by(Reading.at)
    )
    said = [(at, space_id or 0, body["t"]) for at, space_id, body in rows if body.get("t") is not None]
    return _binned(said)


def _binned(said: Sequence[tuple[datetime, int, float]]) -> list[Sample]:
    last: dict[int, Sample] = {}
    found: list[Sample] = []
    for place, (at, space_id, deg_c) in enumerate(said):
        last[space_id] = (at, deg_c)
        following = said[place + 1][0] if place + 1 < len(said) else None
        if following is None or _bin(following) != _bin(at):
            fresh = [value for heard, value in last.values() if at - heard <= STALE]
            found.append((at, fmean(fresh)))
    return found


def _bin(at: datetime) -> int:
    return int(at.timestamp() // BIN.total_seconds())


def _new_runs(session: Session, heated: HeatedZone, during: Interval, now: datetime) -> list[Run]:
    samples = samples_of(session, heated.zone, during)
    warm = heated.settings.warm_deg_c
    raised_at = heated.seen.begun[0] if heated.seen.begun else None
    seen = [since_raised(run, raised_at) for run in warm_ups_in(samples, warm)]
    seen += cool_downs_in(samples, warm)
    # What runs at the window's very edge began before it.
    settled = [run for run in seen if run.ended_at <= now - SETTLED and run.started_at > samples[0][0]]
    known = runs_of(session, [heated.zone])[heated.zone.id]
    return [
        replace(run, outdoor_deg_c=deg_c, kwh=_heat(session, heated, run) if run.warms else None)
        for run in unknown_yet(settled, known)
        if (deg_c := _outdoor(session, heated, run)) is None or deg_c < HEATING_BELOW_DEG_C
    ]


def _outdoor(session: Session, heated: HeatedZone, run: Run) -> float | None:
    on = run.started_at.astimezone(heated.timezone).date()
    known = deg_c_by_day(session, heated.site, Period(on - timedelta(days=1), on + timedelta(days=1)))
    return known.get(on, known.get(on - timedelta(days=1)))


def _heat(session: Session, heated: HeatedZone, run: Run) -> float | None:
    """What the zone's own meter counted in the quarters of the run; None where not all of it is known.

    The building's meter tells of a zone only where it is the only one.
    """
    meter = heat_meter(session, heated.site, heated.zone)
    if meter is None or (meter.zone_id is None and _has_other_zones(session, heated)):
        return None
    start = run.started_at - (run.started_at - datetime.min.replace(tzinfo=run.started_at.tzinfo)) % QUARTER
    zone = ZoneInfo(heated.site.timezone)
    quarters = energy_series(session, meter, Interval(start, run.ended_at), "15min", zone)
    if not all(one.sure for one in quarters):
        return None
    return sum(kwh_of(session, meter, by_day(quarters, zone)).values())


def _has_other_zones(session: Session, heated: HeatedZone) -> bool:
    others = select(Zone.id).where(Zone.site_id == heated.site.id, Zone.id != heated.zone.id)
    return session.scalar(others.limit(1)) is not None


def _keep(session: Session, zone_id: int, run: Run) -> None:
    row = {
        "zone_id": zone_id,
        "started_at": run.started_at,
        "from_deg_c": run.from_deg_c,
        "to_deg_c": run.to_deg_c,
        "outdoor_deg_c": run.outdoor_deg_c,
        "minutes": run.minutes,
        "whole": run.whole,
        "kwh": run.kwh,
    }
    session.execute(insert_into(session, WarmUp).on_conflict_do_nothing(), row)
