"""Two years of days in a building that saves: rollups and weather written directly, the same every time."""

from datetime import date, timedelta
from math import cos, pi
from random import Random

from sqlalchemy import insert, select

from samen.adapters.db import Database
from samen.adapters.db.models import (
    EnergyRollup,
    Intervention,
    Meter,
    MeterKind,
    OutdoorDay,
    Register,
    Site,
    Step,
    Unit,
)
from samen.domain.access import Viewer
from samen.domain.interval import local_day
from samen.domain.interventions import Described, InterventionKind
from samen.services import interventions
from support.building import BRUSSELS, NOW

TODAY = date(2026, 11, 23)
FIRST = TODAY - timedelta(days=730)
HALFWAY = TODAY - timedelta(days=365)
DAYS = [FIRST + timedelta(days=n) for n in range(730)]


def warmth(on: date, chance: Random) -> float:
    return 10.5 - 8 * cos(2 * pi * (on.timetuple().tm_yday - 20) / 365) + chance.gauss(0, 2.5)


def fill(database: Database, saved: float = 0.2, gone: dict[date, str] | None = None) -> None:
    """A gas meter `gas` of which a fraction is saved from HALFWAY on. `gone`: days unknown or only spread."""
    chance = Random(7)
    with database.write() as session:
        site = session.scalars(select(Site)).one()
        session.add(Meter(slug="gas", name="Gaz", kind=MeterKind.GAS, position=9, site_id=site.id))
        session.flush()
        register = Register(code="gas", unit=Unit.WH)
        register.meter = session.scalars(select(Meter).where(Meter.slug == "gas")).one()
        session.add(register)
        session.flush()
        energy, outdoor = [], []
        for on in DAYS:
            deg_c = warmth(on, chance)
            kwh = (60 + 14 * max(0.0, 15.5 - deg_c)) * (1 - saved * (on >= HALFWAY)) + chance.gauss(0, 9)
            energy.append(_row(register.id, on, max(kwh, 1.0), (gone or {}).get(on)))
            outdoor.append(_outdoor(site.id, on, deg_c))
        session.execute(insert(EnergyRollup), energy)
        session.execute(insert(OutdoorDay), outdoor)


def _row(register_id: int, on: date, kwh: float, state: str | None) -> dict:
    day = local_day(on, BRUSSELS)
    seconds = round(day.length / timedelta(seconds=1))
    return {
        "register_id": register_id,
        "step": Step.DAY,
        "starts_at": day.start,
        "amount": kwh * 1000,
        "known_s": 0 if state == "unknown" else seconds,
        "estimated_s": seconds if state == "spread" else 0,
    }


def _outdoor(site_id: int, on: date, deg_c: float) -> dict:
    hours = round(local_day(on, BRUSSELS).length / timedelta(hours=1))
    sources = {"sensor_hours": 0, "csv_hours": hours, "archive_hours": 0}
    return {"site_id": site_id, "on_date": on, "deg_c": deg_c, "hours": hours, **sources}


def insulation(**more) -> Described:
    wanted = {
        "name": "Isolation du toit",
        "kind": InterventionKind.INSULATION,
        "carriers": frozenset({"gas"}),
        "meters": frozenset(),
        "starts_on": HALFWAY,
        "cost_cents": 1_200_000,
        "subsidy_cents": 200_000,
    }
    return Described(**(wanted | more))


def enter(database: Database, viewer: Viewer, wanted: Described | None = None) -> int:
    """Put an intervention on the register."""
    with database.write() as session:
        site = session.scalars(select(Site)).one()
        added = interventions.add(session, site, wanted or insulation(), viewer, NOW)
        assert isinstance(added, Intervention), added
        return added.id
