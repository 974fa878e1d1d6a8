"""For how long how much: only what is measured finely enough counts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import EnergyRollup, Meter, Register, Step, Unit
from samen.domain.interval import Interval
from samen.services.load import load_duration
from support.building import BRUSSELS, load_demo
from support.rollups import used

START = datetime(2026, 10, 31, tzinfo=UTC)
TWO_DAYS = Interval(START, START + timedelta(days=2))


@pytest.fixture
def building(database):
    load_demo(database)
    return database


def load(building, during=TWO_DAYS):
    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        return load_duration(session, meter, during, BRUSSELS)


def test_the_curve_falls_from_the_peak_to_the_base(building):
    with building.write() as session:
        used(session, "main", Step.QUARTER, START, [float(place) for place in range(101)])

    found = load(building)

    assert found is not None
    assert found.curve == tuple(4.0 * (100 - percent) for percent in range(101))
    assert found.known == pytest.approx(101 / 192)


def test_estimated_quarters_are_left_out(building):
    with building.write() as session:
        used(session, "main", Step.QUARTER, START, [9.0], estimated=1.0)
        used(session, "main", Step.QUARTER, START + timedelta(hours=1), [1.0, 2.0])

    found = load(building)

    assert found is not None
    assert found.curve[0] == 8.0


def test_a_meter_that_is_read_hourly_is_told_by_hours(building):
    with building.write() as session:
        used(session, "main", Step.QUARTER, START, [0.25] * 4, estimated=1.0)
        used(session, "main", Step.HOUR, START, [1.0])

    found = load(building)

    assert found is not None
    assert (found.step, found.curve[0]) == (Step.HOUR, 1.0)


def test_each_local_month_has_its_peak(building):
    # Midnight in Brussels is 23:00 in UTC: this quarter is November's.
    november = datetime(2026, 10, 31, 23, tzinfo=UTC)
    with building.write() as session:
        used(session, "main", Step.QUARTER, november - timedelta(minutes=30), [1.0, 2.0, 3.0, 1.0])

    found = load(building)

    assert found is not None
    assert [(peak.month, peak.per_hour, peak.at) for peak in found.peaks] == [
        (date(2026, 10, 1), 8.0, november - timedelta(minutes=15)),
        (date(2026, 11, 1), 12.0, november),
    ]
    assert [peak.share for peak in found.peaks] == [0.25, 0.0]


def test_two_tariffs_are_one_load(building):
    with building.write() as session:
        used(session, "main", Step.QUARTER, START, [1.0, 1.0])
        main = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        main.registers[0].code = "1.8.1"
        night = Register(code="1.8.2", unit=Unit.WH)
        main.registers.append(night)
        session.flush()
        _also(session, night, START, 0.5)

    found = load(building)

    assert found is not None
    # The second quarter is known of one register only.
    assert set(found.curve) == {6.0}


def _also(session, register, start, kwh):
    session.add(
        EnergyRollup(
            register_id=register.id,
            step=Step.QUARTER,
            starts_at=start,
            amount=kwh * 1000,
            known_s=900,
            estimated_s=0,
        )
    )


def test_nothing_known_is_no_curve(building):
    assert load(building) is None
