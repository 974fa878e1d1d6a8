"""What a smart meter tells of power, kept; and the peaks of our own quarters beside it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Device, Meter, QuarterDemand, Register, ToldPeak
from samen.cli.tick import catch_up
from samen.domain.evaluation import Period
from samen.services import ingest
from samen.services.energy import MonthPeak, month_peaks, power_now
from support.building import NOW, load_demo
from support.nodes_words import energy, message, stamp

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE = timedelta(minutes=1)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
PEAK_AT = datetime(2026, 11, 12, 17, 15, tzinfo=UTC)


@pytest.fixture
def building(database):
    load_demo(database)
    with database.write() as session:
        device = session.scalars(select(Device).where(Device.slug == "node-meters")).one()
        device.streams = ["energy", "p1"]
        register = session.scalars(select(Register).where(Register.code == "1.8.0")).one()
        register.code = "1-0:1.8.0"
    return database


def telegram(seq, at, **values):
    codes = {"quarter": "1-0:1.4.0", "peak": "1-0:1.6.0", "past": "0-0:98.1.0"}
    said = {codes[name]: value for name, value in values.items()}
    return message("node-meters", "t/p1", {"boot": 1, **stamp(seq, at), "d": said})


def hear(database, *messages):
    with database.write() as session:
        ingest.record(session, messages, NOW + timedelta(days=1))
    catch_up(database)


def test_the_power_of_all_tariffs_is_counted_once(building):
    with building.write() as session:
        register = session.scalars(select(Register).where(Register.code == "1-0:1.8.0")).one()
        register.code = "1-0:1.8.1"
        session.add(
            Register(
                meter_id=register.meter_id, code="1-0:1.8.2", unit=register.unit, device_id=register.device_id
            )
        )
    said = {"1-0:1.8.1": [10.0, "kWh"], "1-0:1.8.2": [20.0, "kWh"], "1-0:1.7.0": [0.5, "kW"]}

    hear(building, message("node-meters", "t/p1", {"boot": 1, **stamp(1, NOW), "d": said}))

    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        power = power_now(session, meter, NOW + MINUTE)
    assert power is not None
    assert (power.w, power.at) == (500.0, NOW)


def test_the_newest_quarter_and_the_highest_word_on_a_month_are_kept(building):
    hear(building, telegram(2, NOW + MINUTE, quarter=[1.5, "kW"], peak=["261112181500W 4.2", "kW"]))
    hear(building, telegram(1, NOW, quarter=[9.9, "kW"], peak=["261102070000W 3.9", "kW"],
                            past=["261101000000W 261012181500S 3.2", "kW"]))  # fmt: skip

    with building.read() as session:
        demand = session.scalars(select(QuarterDemand)).one()
        told = session.execute(select(ToldPeak.month_on, ToldPeak.w, ToldPeak.at).order_by(ToldPeak.month_on))
        assert (demand.w, demand.at) == (1500, NOW + MINUTE)
        assert [(on, w) for on, w, _ in told] == [(date(2026, 10, 1), 3200), (date(2026, 11, 1), 4200)]


def test_our_own_peak_stands_beside_the_meters_and_never_comes_from_an_estimate(building):
    steady = [energy(1000 + 500 * n, n, NOW + 15 * n * MINUTE, r="1-0:1.8.0") for n in range(3)]
    jump = energy(9000, 9, NOW + timedelta(hours=5), r="1-0:1.8.0")
    hear(building, *steady, jump, telegram(20, NOW, peak=["261112181500W 4.2", "kW"]))

    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        assert month_peaks(session, meter, YEAR, BRUSSELS) == [
            MonthPeak(date(2026, 11, 1), pytest.approx(2000), NOW, 4200, PEAK_AT)
        ]


def test_a_silent_month_has_no_peak(building):
    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "ventilation")).one()

        assert month_peaks(session, meter, YEAR, BRUSSELS) == []
