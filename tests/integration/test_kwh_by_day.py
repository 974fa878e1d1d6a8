"""Days of energy for models: only those that are wholly known."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from samen.adapters.db.models import EnergyRollup, Meter, MeterKind, Register, Step, Unit
from samen.domain.evaluation import Period
from samen.domain.interval import local_day
from samen.services.energy import kwh_by_day
from support.building import load_demo

BRUSSELS = ZoneInfo("Europe/Brussels")
MARCH = Period(date(2026, 3, 27), date(2026, 3, 31))


@pytest.fixture
def counted(sqlite_database):
    """Days of 5 kWh or 5 m³ on a meter of that kind, with some seconds unknown or estimated."""
    load_demo(sqlite_database)

    def counting(kind=MeterKind.ELECTRICITY, unknown=(0, 0, 0, 0), estimated=(0, 0, 0, 0), **factor):
        with sqlite_database.write() as session:
            meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
            meter.kind = kind
            register = session.scalars(select(Register).where(Register.meter_id == meter.id)).one()
            register.unit = Unit.LITRE if kind in {MeterKind.GAS, MeterKind.WATER} else Unit.WH
            for on, gone, spread in zip(MARCH.days(), unknown, estimated, strict=True):
                day = local_day(on, BRUSSELS)
                known_s = day.length / timedelta(seconds=1) - gone
                row = {"register_id": register.id, "step": Step.DAY, "starts_at": day.start, "amount": 5000.0}
                session.execute(insert(EnergyRollup), row | {"known_s": known_s, "estimated_s": spread})
            session.flush()
            return kwh_by_day(session, meter, MARCH, BRUSSELS, **factor)

    return counting


def test_days_are_local_and_in_kwh(counted):
    assert counted() == dict.fromkeys(MARCH.days(), 5.0)


def test_a_day_that_is_not_wholly_known_or_mostly_spread_is_left_out(counted):
    found = counted(unknown=(800, 900, 0, 0), estimated=(0, 0, 800, 900))

    assert list(found) == [date(2026, 3, 27), date(2026, 3, 29)]


def test_gas_is_converted_by_the_factor_of_its_day(counted):
    found = counted(MeterKind.GAS, factor=lambda on: 10.0 if on < date(2026, 3, 29) else 11.5)

    assert list(found.values()) == [50.0, 50.0, 57.5, 57.5]


def test_water_holds_no_energy(counted):
    assert counted(MeterKind.WATER) == {}
