"""Two years of days in a building that saves: rollups and weather written directly, the same every time."""

from datetime import date, timedelta
from math import cos, pi
from random import Random

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import (
    EnergyRollup,
    Intervention,
    Meter,
    MeterKind,
    OccupancyRollup,
    OutdoorDay,
    Site,
    Space,
    Step,
    Unit,
)
from samen.domain.access import Viewer
from samen.domain.interval import local_day
from samen.domain.interventions import Described, InterventionKind
from samen.domain.rules import Refusal
from samen.services import bills, interventions
from support.building import BRUSSELS, NOW

TODAY = date(2026, 11, 23)
YEAR = timedelta(days=365)
FIRST = TODAY - timedelta(days=730)
HALFWAY = TODAY - YEAR
DAYS = [FIRST + timedelta(days=n) for n in range(730)]


def warmth(on: date, chance: Random) -> float:
    return 10.5 - 8 * cos(2 * pi * (on.timetuple().tm_yday - 20) / 365) + chance.gauss(0, 2.5)


def fill(
    database: Database, saved: float = 0.2, gone: dict[date, str] | None = None, today: date = TODAY
) -> None:
    """Days of the meter `gas`, in Wh, of which a fraction is saved from HALFWAY on, and of the weather.

    `gone`: days that are unknown, or only spread. Two years until `today`, in place of whatever there was.
    """
    chance = Random(7)
    with database.write() as session:
        site = session.scalars(select(Site)).one()
        (register,) = session.scalars(select(Meter).where(Meter.slug == "gas")).one().registers
        register.unit = Unit.WH
        energy, outdoor = [], []
        session.execute(
            delete(EnergyRollup).where(EnergyRollup.register_id == register.id, EnergyRollup.step == Step.DAY)
        )
        session.execute(delete(OutdoorDay))
        for on in [one + (today - TODAY) for one in DAYS]:
            deg_c = warmth(on, chance)
            kwh = (60 + 14 * max(0.0, 15.5 - deg_c)) * (1 - saved * (on >= today - YEAR)) + chance.gauss(0, 9)
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


def people_come(database: Database, hours: dict[date, float]) -> None:
    """Somebody is in one of the rooms for so many hours of these days."""
    with database.write() as session:
        space = session.scalars(select(Space).where(Space.slug == "iris")).one()
        rows = [
            {
                "space_id": space.id,
                "step": Step.DAY,
                "starts_at": local_day(on, BRUSSELS).start,
                "occupied_s": round(spent * 3600),
                "empty_s": 86_400 - round(spent * 3600),
                "unknown_s": 0,
            }
            for on, spent in hours.items()
        ]
        session.execute(insert(OccupancyRollup), rows)


def add_kwh(session: Session, more: dict[date, float]) -> None:
    """So much more was used on these days."""
    for row in session.scalars(select(EnergyRollup).where(EnergyRollup.step == Step.DAY)):
        row.amount += 1000 * more[row.starts_at.astimezone(BRUSSELS).date()]


def bill(database: Database, viewer: Viewer, months: int = 24, saved: float = 0.3) -> None:
    """Only bills of gas, thirty days each, and the weather; no days of any meter."""
    chance = Random(7)
    warm = {on: warmth(on, chance) for on in DAYS}
    with database.write() as session:
        site = session.scalars(select(Site)).one()
        session.execute(insert(OutdoorDay), [_outdoor(site.id, on, deg_c) for on, deg_c in warm.items()])
        for month in range(months):
            first = FIRST + timedelta(days=30 * month)
            days = [first + timedelta(days=n) for n in range(30)]
            kwh = sum((60 + 14 * max(0.0, 15.5 - warm[on])) * (1 - saved * (on >= HALFWAY)) for on in days)
            span = (first, first + timedelta(days=30))
            text = bills.BillText(MeterKind.GAS, "Gaz & Cie", str(month), *span, cents=0, used=kwh)
            assert not isinstance(bills.enter(session, site, text, viewer, NOW), Refusal)
