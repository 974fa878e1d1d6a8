"""A building with years of energy stored: 100 meters read each quarter of an hour, 20 rooms, 8 associations.

Rows are written day by day over all meters, as time writes them, so that those of one meter lie apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Bill, HoursBasis, MeterKind, Site, Tenant
from samen.domain.access import Viewer
from samen.domain.belonging import Standing
from samen.domain.interval import local_day
from samen.domain.interventions import Described, InterventionKind
from samen.domain.outdoor import WeatherSource
from samen.domain.sharing import Key
from samen.domain.site_plan import BuildingPlan, MeterPlan, RegisterPlan, SitePlan, SpacePlan, TenantPlan
from samen.services import bills, findings_sweep, interventions, settling, sharing_keys
from samen.services import site as sites
from samen.services.bills import BillText
from samen.services.sharing_keys import Decision
from samen.services.weather import store_temperatures
from support.building import BRUSSELS

METERS, SPACES, TENANTS = 100, 20, 8
QUARTER_S, HOUR_S = 900, 3600
DAYS_AT_ONCE = 28
DONE = (("Roof", InterventionKind.INSULATION, 400), ("Lamps", InterventionKind.LAMPS, 150))

FLOORS = tuple(MeterPlan(f"floor-{n}", f"Floor {n}", "electricity", main="main") for n in range(4))
CIRCUITS = tuple(
    MeterPlan(
        f"circuit-{n}",
        f"Circuit {n}",
        "electricity",
        main=f"floor-{n % 4}",
        space=f"room-{n}" if n < SPACES else None,
        tenant=f"tenant-{n % TENANTS}" if n >= SPACES else None,
    )
    for n in range(METERS - 6)
)
ALL = (
    MeterPlan("main", "Main", "electricity"),
    MeterPlan("gas", "Gas", "gas"),
    *FLOORS,
    *CIRCUITS,
)
PLAN = BuildingPlan(
    SitePlan("bench", "Bench"),
    tenants=tuple(TenantPlan(f"tenant-{n}", f"Tenant {n}", n) for n in range(TENANTS)),
    spaces=tuple(SpacePlan(f"room-{n}", f"Room {n}", capacity=20, area_m2=30.0) for n in range(SPACES)),
    meters=tuple(
        replace(one, registers=(RegisterPlan("import", "L" if one.kind == "gas" else "Wh"),)) for one in ALL
    ),
)

# A main meter counts what its circuits do and half as much again; days differ, nights are low.
AMOUNT = """
(CASE WHEN m.main_id IS NULL THEN 140.0 WHEN m.slug LIKE 'floor%' THEN 24.0 ELSE 1.0 END)
* (20 + (m.id * 31 + s.number * 17) % 13 + CASE WHEN s.hour BETWEEN 7 AND 21 THEN 40 ELSE 0 END) * s.quarters
"""
FILL_ENERGY = f"""
INSERT INTO energy_rollups (register_id, step, starts_at, amount, known_s, estimated_s)
SELECT r.id, s.step, s.starts_at, {AMOUNT}, s.length_s, 0
FROM spans s CROSS JOIN registers r JOIN meters m ON m.id = r.meter_id
ORDER BY s.starts_at, r.id
"""
OCCUPIED = "(CASE WHEN s.hour BETWEEN 8 AND 19 AND (p.id + s.number) % 3 = 0 THEN s.length_s / 2 ELSE 0 END)"
FILL_ROOMS = f"""
INSERT INTO occupancy_rollups (space_id, step, starts_at, occupied_s, empty_s, unknown_s)
SELECT p.id, s.step, s.starts_at, {OCCUPIED}, s.length_s - {OCCUPIED}, 0
FROM spans s CROSS JOIN spaces p
ORDER BY s.starts_at, p.id
"""


def build(database: Database, now: datetime, days: int) -> None:
    """The building with so many days of quarters, hours and days behind it, up to `now`."""
    with database.write() as session:
        site = sites.load(session, PLAN, now)
        hours = [(at, _deg_c(at)) for at in _hours(now, days)]
        store_temperatures(session, site, WeatherSource.CSV, hours, now)
    today = now.astimezone(BRUSSELS).date()
    first = today - timedelta(days=days)
    for start in range(0, (today - first).days + 1, DAYS_AT_ONCE):
        some = [first + timedelta(days=start + n) for n in range(DAYS_AT_ONCE)]
        with database.engine.begin() as connection:
            _fill(connection, [on for on in some if on <= today], now)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if "sqlite" in database.url else "VACUUM ANALYZE"))


def furnish(database: Database, viewer: Viewer, now: datetime) -> None:
    """What people told: interventions, a key, a year of settled bills, and what last night was found."""
    today = now.astimezone(BRUSSELS).date()
    with database.write() as session:
        site = session.scalars(select(Site)).one()
        for name, kind, days in DONE:
            on = today - timedelta(days=days)
            told = Described(name, kind, frozenset({"gas", "electricity"}), frozenset(), on)
            interventions.add(session, site, told, viewer, now)
        for tenant in session.scalars(select(Tenant)):
            sharing_keys.stand(session, site, tenant, Standing(date(2010, 1, 1), 50.0, 5.0), viewer, now)
        vote = Decision(date(2010, 1, 1), "Assembly", date(2010, 1, 1), "As voted.")
        key = Key(500, 300, 200, fixed=0)
        sharing_keys.decide(session, site, MeterKind.GAS, key, HoursBasis.OCCUPIED, vote, viewer, now)
        for month in range(1, 13):
            _bill(session, site, today - timedelta(days=30 * month), viewer, now)
    findings_sweep.sweep(database, now)


def _bill(session: Session, site: Site, first: date, viewer: Viewer, now: datetime) -> None:
    end = first + timedelta(days=30)
    text = BillText(MeterKind.GAS, "Supplier", f"{first}", first, end, 123_45, 12_00, 900.0)
    entered = bills.enter(session, site, text, viewer, now)
    assert isinstance(entered, Bill), entered
    settling.settle(session, site, entered.id, viewer, now)


def _hours(now: datetime, days: int) -> Iterator[datetime]:
    at = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    while at + timedelta(hours=1) <= now:
        yield at
        at += timedelta(hours=1)


def _deg_c(at: datetime) -> float:
    day = at.timetuple().tm_yday
    return 2.5 + 16 * (1 - abs(day - 200) / 182) - 3 * abs(at.hour - 15) / 12 + day % 5


def _fill(connection: Connection, days: list[date], now: datetime) -> None:
    connection.execute(text("DROP TABLE IF EXISTS spans"))
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE spans (step VARCHAR(24), starts_at TIMESTAMP WITH TIME ZONE,"
            " length_s INTEGER, number INTEGER, hour INTEGER, quarters REAL)"
        )
    )
    rows = [row for on in days for row in _spans(on, now)]
    connection.execute(
        text("INSERT INTO spans VALUES (:step, :starts_at, :length_s, :number, :hour, :quarters)"),
        [{**row, "starts_at": _bound(connection, row["starts_at"])} for row in rows],
    )
    connection.execute(text(FILL_ENERGY))
    connection.execute(text(FILL_ROOMS))


def _spans(on: date, now: datetime) -> Iterator[dict[str, object]]:
    day = local_day(on, BRUSSELS)
    yield _span("day", day.start, int(day.length.total_seconds()))
    for step, length_s in (("hour", HOUR_S), ("15min", QUARTER_S)):
        at = day.start
        while at < min(day.end, now):
            yield _span(step, at, length_s)
            at += timedelta(seconds=length_s)


def _span(step: str, at: datetime, length_s: int) -> dict[str, object]:
    local = at.astimezone(BRUSSELS)
    return {
        "step": step,
        "starts_at": at,
        "length_s": length_s,
        "number": int(at.timestamp()) // length_s,
        "hour": 12 if step == "day" else local.hour,
        "quarters": length_s / QUARTER_S * (0.6 if step == "day" else 1.0),
    }


def _bound(connection: Connection, at: object) -> object:
    assert isinstance(at, datetime)
    if connection.dialect.name == "sqlite":
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return at
