"""Events and typed indexes, early and late: what they leave in buckets, and what is refused."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from samen.adapters.db.models import (
    AuditEntry,
    EnergyRollup,
    EventKind,
    IndexDecrease,
    IndexReading,
    Meter,
    MeterKind,
    Register,
    Step,
    TimeQuality,
    Unit,
)
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval
from samen.domain.metering import TYPED_GEN
from samen.services import ingest, meter_events, rollup, typed_readings
from samen.services.energy import energy_series
from samen.services.meter_events import Told
from samen.services.readings import mark_energy
from support.building import NOW, load_demo
from support.meter_lives import BRUSSELS, SHORT, lives
from support.nodes_words import energy

MOUNIA = Viewer(member_id=1, tenant_id=1, role=Role.MANAGER)
DAY = timedelta(days=1)
# Readings of the nights in which the clock changes are of the past.
LATER = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.fixture
def building(database):
    load_demo(database)
    return database


def a_register(session, digits=None) -> Register:
    """A meter of its own, without a sensor."""
    meter = Meter(slug=f"m-{uuid4().hex}", name="Gaz", kind=MeterKind.ELECTRICITY, site_id=1)
    meter.registers = [Register(code="1.8.0", unit=Unit.WH, digits=digits)]
    session.add(meter)
    session.flush()
    return meter.registers[0]


def rolled_up(session):
    while rollup.roll_up(session):
        pass


def amounts(session, register):
    """What the buckets of each step hold together."""
    rows = session.execute(
        select(EnergyRollup.step, func.sum(EnergyRollup.amount))
        .where(EnergyRollup.register_id == register.id)
        .group_by(EnergyRollup.step)
    )
    return {step: pytest.approx(amount) for step, amount in rows}


def typed(session, register, *pairs, sure=False):
    return [
        typed_readings.take(session, register, at, index, MOUNIA, LATER, sure=sure) for at, index in pairs
    ]


def swap(at, final, first, kind=EventKind.REPLACED):
    return Told(kind, at, final, first)


def test_an_event_told_late_makes_the_energy_around_it_known(building):
    words = [energy(1000, 1, NOW), energy(1200, 2, NOW + DAY), energy(5, 3, NOW + 3 * DAY)]
    with building.write() as session:
        ingest.record(session, words, LATER)
        rolled_up(session)
        register = session.scalars(select(Register).where(Register.code == "1.8.0")).one()
        before = amounts(session, register)
        falls = [(fall.before, fall.after) for fall in meter_events.to_explain(session, 1)]

        meter_events.record(session, register, swap(NOW + 2 * DAY, 1300, 2), MOUNIA, LATER)
        rolled_up(session)

        assert (before, falls) == (dict.fromkeys(Step, 200), [(1200, 5)])
        assert amounts(session, register) == dict.fromkeys(Step, 303)
        assert meter_events.to_explain(session, 1) == []


def test_an_event_taken_back_leaves_the_fall_to_explain(building):
    with building.write() as session:
        register = a_register(session)
        typed(session, register, (NOW, 100), (NOW + DAY, 7), sure=True)
        event = meter_events.record(session, register, swap(NOW + DAY / 2, 150, 0), MOUNIA, LATER)
        rolled_up(session)

        meter_events.withdraw(session, event, MOUNIA, LATER)
        rolled_up(session)

        assert amounts(session, register) == {}
        assert session.scalar(select(func.count()).select_from(IndexDecrease)) == 1
        deeds = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        assert deeds == ["reading.typed", "reading.typed", "meter.event", "meter.event_withdrawn"]


def test_a_meter_read_once_a_month_has_its_months(building):
    with building.write() as session:
        register = a_register(session)
        firsts = [datetime(2026, month, 1, tzinfo=BRUSSELS).astimezone(UTC) for month in (9, 10, 11)]
        typed(session, register, *zip(firsts, (0, 30_000, 90_000), strict=True))
        rolled_up(session)
        whole = Interval(firsts[0], firsts[-1])
        months = energy_series(session, register.meter, whole, "month", BRUSSELS)
        hours = energy_series(session, register.meter, whole, "hour", BRUSSELS)

    assert [month.amount for month in months] == [pytest.approx(kwh) for kwh in (30, 60)]
    assert sum(hour.amount for hour in hours) == pytest.approx(90)
    assert all(hour.estimated == 1.0 for hour in hours)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=lives(waits=tuple(SHORT), most=7), data=st.data())
def test_whatever_the_order_of_arrival_no_kwh_is_made_or_lost(building_once, life, data):
    """Readings and events in any order, buckets computed in between, and a slip of the finger taken back."""
    deeds = data.draw(st.permutations([*life.points, *life.breaks]))
    with building_once.write() as session:
        register = a_register(session, digits=1)
        slip = IndexReading(register_id=register.id, gen=TYPED_GEN, index=1.0, quality=TimeQuality.IMPORTED)
        slip.at = datetime.fromtimestamp(life.points[0].at + 30, UTC)
        session.add(slip)
        for number, deed in enumerate(deeds):
            _hear(session, register, deed)
            if number % 3 == 0:
                rolled_up(session)
        typed_readings.withdraw(session, slip, MOUNIA, LATER)
        rolled_up(session)

        assert amounts(session, register) == dict.fromkeys(Step, life.used)


@pytest.fixture
def building_once(sqlite_database):
    load_demo(sqlite_database)
    return sqlite_database


def _hear(session, register, deed):
    at = datetime.fromtimestamp(deed.at, UTC)
    if hasattr(deed, "gen"):
        row = IndexReading(register_id=register.id, gen=deed.gen, index=deed.value, at=at)
        row.quality = TimeQuality.IMPORTED
        session.add(row)
        mark_energy(session, [(register.id, at)], LATER)
    else:
        told = swap(at, deed.final, deed.first)
        meter_events.record(session, register, told, MOUNIA, LATER, sure=True)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (swap(LATER + DAY, 200, 0), "in_the_future"),
        (swap(NOW + DAY / 2, 90, 0), "final_too_low"),
        (swap(NOW + DAY / 2, 150, 8), "first_too_high"),
        (swap(NOW + DAY / 2, 150, -1), "index_below_zero"),
    ],
)
def test_an_event_that_contradicts_the_readings_is_refused(building_once, told, code):
    with building_once.write() as session:
        register = a_register(session)
        typed(session, register, (NOW, 100), (NOW + DAY, 7), sure=True)

        assert meter_events.record(session, register, told, MOUNIA, LATER).code == code


def test_two_events_at_one_instant_are_refused(building_once):
    with building_once.write() as session:
        register = a_register(session)
        meter_events.record(session, register, swap(NOW, 10, 0), MOUNIA, LATER)

        assert meter_events.record(session, register, swap(NOW, 10, 0), MOUNIA, LATER).code == "event_there"


@pytest.mark.parametrize(
    ("at", "index", "code"),
    [
        (NOW + 4 * DAY, 95, "index_fell"),
        (NOW + 1.5 * DAY, 125, "index_too_high"),
        (NOW + 4 * DAY, 230, "index_jumps"),
        (NOW + 3 * DAY, 131, "read_already"),
        (LATER + DAY, 140, "in_the_future"),
        (NOW + 4 * DAY, -1, "index_below_zero"),
        (NOW + 4 * DAY, 10_000, "too_many_digits"),
        (NOW + 4 * DAY, 139, None),
    ],
)
def test_an_index_is_typed_beside_the_others(building_once, at, index, code):
    with building_once.write() as session:
        register = a_register(session, digits=1)
        typed(session, register, *((NOW + n * DAY, 100 + 10 * n) for n in range(4)))

        (answer,) = typed(session, register, (at, index))

        assert (answer and answer.code) == code


def test_who_is_sure_may_type_what_is_odd(building_once):
    with building_once.write() as session:
        register = a_register(session)
        typed(session, register, (NOW, 100))

        assert typed(session, register, (NOW + DAY, 4), sure=True) == [None]


def test_after_an_event_an_index_is_seen_beside_the_new_meters(building_once):
    with building_once.write() as session:
        register = a_register(session)
        typed(session, register, (NOW, 9_000), (NOW + DAY, 9_010))
        meter_events.record(session, register, swap(NOW + 2 * DAY, 9_020, 3), MOUNIA, LATER)

        assert typed(session, register, (NOW + 3 * DAY, 9)) == [None]


def test_a_meter_with_a_sensor_is_not_typed(building_once):
    with building_once.write() as session:
        register = session.scalars(select(Register).where(Register.code == "1.8.0")).one()

        assert typed(session, register, (NOW, 100))[0].code == "read_by_sensor"


def test_only_what_was_typed_is_taken_back(building_once):
    with building_once.write() as session:
        ingest.record(session, [energy(1000, 1, NOW)], NOW)
        reading = session.scalars(select(IndexReading)).one()

        with pytest.raises(ValueError, match="only what was typed"):
            typed_readings.withdraw(session, reading, MOUNIA, LATER)
