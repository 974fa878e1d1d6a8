"""A building with years of bookings stored: 20 rooms, 8 associations, 200,000 dates.

Four years past and one to come, every room open from 8 to 22. Three hours of four are held by weekly series
of a year, the others by bookings made one by one. Every tenant has quotas that are counted and never reached.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Series, Space
from samen.domain.access import Viewer
from samen.domain.interval import Interval, at_wall
from samen.domain.quota import Period
from samen.domain.site_plan import BuildingPlan, PeakPlan, QuotaPlan, SitePlan, SpacePlan, TenantPlan
from samen.services import site
from support.building import BRUSSELS, a_member

STORED = int(os.environ.get("SAMEN_BENCH_STORED", "200000"))
ROOMS, TENANTS, MEMBERS = 20, 8, 16
OPEN_HOURS, WEEKDAYS = range(8, 22), range(7)
PAST_YEARS, WEEKS_A_YEAR = 4, 52
HOUR = timedelta(hours=1)
AT_ONCE = 5000

QUOTAS = (QuotaPlan(Period.WEEK, 10_000), QuotaPlan(Period.QUARTER, 100_000))
PLAN = BuildingPlan(
    SitePlan("bench", "Bench"),
    tenants=tuple(TenantPlan(f"tenant-{n}", f"Tenant {n}", n, quotas=QUOTAS) for n in range(TENANTS)),
    spaces=tuple(SpacePlan(f"room-{n}", f"Room {n}", capacity=20, area_m2=30.0) for n in range(ROOMS)),
    peaks=(PeakPlan((0, 1, 2, 3, 4), time(18), time(22), 1.5),),
)


@dataclass(frozen=True)
class Slot:
    """An hour of the week in a room."""

    room: int
    weekday: int
    hour: int

    def during(self, monday: date) -> Interval:
        """That hour in the week of `monday`."""
        start = at_wall(monday + timedelta(days=self.weekday), time(self.hour), BRUSSELS)
        return Interval(start, start + HOUR)


@dataclass(frozen=True)
class Building:
    """Who books there, and hours of the year to come that nobody has: (slug of the room, hour), shuffled."""

    viewers: Sequence[Viewer]
    free: Sequence[tuple[str, Interval]]


def build(database: Database, now: datetime, stored: int = STORED) -> Building:
    """The building with `stored` dates in it; the same dates for the same week of `now`."""
    with database.write() as session:
        site.load(session, PLAN, now)
    viewers = [a_member(database, f"member{n}@bench.test", f"tenant-{n % TENANTS}") for n in range(MEMBERS)]
    chance, monday = Random(75), _next_monday(now)
    years = [monday + timedelta(weeks=WEEKS_A_YEAR * n) for n in range(-PAST_YEARS, 1)]
    taken = {year: _taken(chance, stored / (len(years) * WEEKS_A_YEAR)) for year in years}
    with database.write() as session:
        rooms = session.scalars(select(Space.id).order_by(Space.position)).all()
        bookings = (one for year in years for one in _bookings(taken[year], year, rooms, viewers, now))
        _store(session, itertools.islice(bookings, stored))
    return Building(viewers, _free(chance, taken[monday], monday))


def _next_monday(now: datetime) -> date:
    today = now.astimezone(BRUSSELS).date()
    return today + timedelta(days=7 - today.weekday())


def _taken(chance: Random, dates_a_week: float) -> list[Slot]:
    slots = [Slot(*one) for one in itertools.product(range(ROOMS), WEEKDAYS, OPEN_HOURS)]
    return chance.sample(slots, math.ceil(dates_a_week))


def _free(chance: Random, taken: Iterable[Slot], monday: date) -> list[tuple[str, Interval]]:
    slots = {Slot(*one) for one in itertools.product(range(ROOMS), WEEKDAYS, OPEN_HOURS)} - set(taken)
    weeks = [monday + timedelta(weeks=n) for n in range(WEEKS_A_YEAR)]
    found = [(f"room-{slot.room}", slot.during(week)) for slot in slots for week in weeks]
    chance.shuffle(found)
    return found


Rows = tuple[dict[str, Any] | None, dict[str, Any], dict[str, Any]]


def _bookings(
    taken: Sequence[Slot], year: date, rooms: Sequence[int], viewers: Sequence[Viewer], now: datetime
) -> Iterator[Rows]:
    """(series where it is new, occurrence, claim) for each date of a year, room by room."""
    for number, slot in enumerate(taken):
        series = None
        for week in range(WEEKS_A_YEAR):
            during = slot.during(year + timedelta(weeks=week))
            fresh = series is None or number % 4 == 0
            if series is None or fresh:
                series = _series(rooms[slot.room], viewers[number % len(viewers)], during, number % 4 != 0)
            occurrence = _occurrence(series, during, now)
            yield series if fresh else None, occurrence, _claim(occurrence)


def _series(space_id: int, viewer: Viewer, during: Interval, weekly: bool) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "space_id": space_id,
        "tenant_id": viewer.tenant_id,
        "booked_by_id": viewer.member_id,
        "title": "Réunion",
        "starts_local": during.start.astimezone(BRUSSELS).replace(tzinfo=None),
        "length": HOUR,
        "timezone": BRUSSELS.key,
        "rrule": f"FREQ=WEEKLY;COUNT={WEEKS_A_YEAR}" if weekly else None,
        "created_at": during.start.astimezone(UTC),
    }


def _occurrence(series: dict[str, Any], during: Interval, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "series_id": series["id"],
        "tenant_id": series["tenant_id"],
        "space_id": series["space_id"],
        "original_start": during.start,
        "starts_at": during.start,
        "ends_at": during.end,
        "status": OccurrenceStatus.CONFIRMED,
        "look_at": during.start if during.start > now else None,
    }


def _claim(occurrence: dict[str, Any]) -> dict[str, Any]:
    kept = {name: occurrence[name] for name in ("space_id", "starts_at", "ends_at")}
    return {"occurrence_id": occurrence["id"], "active": True, **kept}


def _store(session: Session, bookings: Iterable[Rows]) -> None:
    """Many rows a statement, under the constraint like any other."""
    while batch := list(itertools.islice(bookings, AT_ONCE)):
        series, occurrences, claims = zip(*batch, strict=True)
        session.execute(insert(Series.__table__), [one for one in series if one is not None])
        session.execute(insert(Occurrence.__table__), list(occurrences))
        session.execute(insert(Claim.__table__), list(claims))
