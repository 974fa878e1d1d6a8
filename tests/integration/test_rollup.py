"""Buckets follow readings: late ones, dated ones, and through the nights the clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import DirtyEnergy, DirtyOccupancy, EnergyRollup, Meter, OccupancyRollup, Step
from samen.cli.tick import catch_up
from samen.domain.interval import Interval, local_day
from samen.services import energy as energies
from samen.services import ingest
from support.building import NOW, load_demo
from support.nodes_words import clock, energy, occupancy

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def building(database):
    load_demo(database)
    return database


def hear(database, *messages, now=NOW):
    with database.write() as session:
        ingest.record(session, messages, now)
    catch_up(database)


def buckets(database, step, kind=EnergyRollup, value=None):
    with database.read() as session:
        column = EnergyRollup.amount if value is None else value
        rows = session.execute(
            select(kind.starts_at, column).where(kind.step == step).order_by(kind.starts_at)
        )
        return {starts_at: found for starts_at, found in rows}  # noqa: C416


def everything(database):
    return {step: buckets(database, step) for step in Step}


def test_energy_across_a_quarter_is_shared_by_time(building):
    hear(building, energy(1000, 1, NOW + 10 * MINUTE), energy(1010, 2, NOW + 20 * MINUTE),
         now=NOW + 20 * MINUTE)  # fmt: skip

    assert buckets(building, Step.QUARTER) == {NOW: 5.0, NOW + 15 * MINUTE: 5.0}
    assert buckets(building, Step.HOUR) == {NOW: 10.0}
    assert buckets(building, Step.DAY) == {datetime(2026, 11, 22, 23, tzinfo=UTC): 10.0}


def test_late_readings_give_the_same_buckets_as_punctual_ones(building):
    readings = [energy(1000 + 7 * n, n, NOW - (40 - n) * 11 * MINUTE) for n in range(40)]
    hear(building, *readings[::3])
    hear(building, *readings[2::3])
    hear(building, *readings[1::3])
    late = everything(building)

    with building.write() as session:
        session.query(EnergyRollup).delete()
        session.add(DirtyEnergy(register_id=1, starts_at=NOW - 40 * 11 * MINUTE, ends_at=NOW, marked_at=NOW))
    catch_up(building)

    assert late == everything(building)
    assert sum(late[Step.QUARTER].values()) == pytest.approx(7 * 39)
    assert sum(late[Step.DAY].values()) == pytest.approx(7 * 39)


def test_one_that_is_told_to_stop_leaves_the_rest_for_later(building):
    with building.write() as session:
        for register in (1, 2, 3):
            session.add(
                DirtyEnergy(register_id=register, starts_at=NOW - 60 * MINUTE, ends_at=NOW, marked_at=NOW)
            )

    assert catch_up(building, iter((False, False, True)).__next__) == 2

    with building.read() as session:
        assert len(session.scalars(select(DirtyEnergy)).all()) == 1


def test_a_mark_goes_with_its_buckets(building):
    hear(building, energy(1000, 1, NOW), occupancy("empty", 1, NOW))

    with building.read() as session:
        left = [
            session.scalar(select(func.count()).select_from(kind)) for kind in (DirtyEnergy, DirtyOccupancy)
        ]
    assert left == [0, 0]


def test_dating_a_boot_moves_its_energy(building):
    hear(building, energy(1000, 1, None, up=0), now=NOW)
    hear(building, energy(1010, 2, None, up=600), now=NOW + 10 * MINUTE)
    before = buckets(building, Step.QUARTER)

    hear(building, clock(1, 7200, NOW, "node-meters"), now=NOW + 11 * MINUTE)

    assert before == {NOW: 10.0}
    assert buckets(building, Step.QUARTER) == {NOW - timedelta(hours=2): 10.0}


def test_a_long_gap_is_known_as_a_sum_and_marked_as_an_estimate(building):
    hear(building, energy(0, 1, NOW - timedelta(days=3)), energy(7200, 2, NOW))

    known, estimated = (buckets(building, Step.DAY, value=column)
                        for column in (EnergyRollup.known_s, EnergyRollup.estimated_s))  # fmt: skip
    assert sum(buckets(building, Step.DAY).values()) == pytest.approx(7200)
    assert known == estimated
    assert sum(known.values()) == 3 * 86400


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23)])
def test_a_local_day_has_the_hours_it_has(building, day, hours):
    span = local_day(day, BRUSSELS)
    steps = int(span.length / timedelta(hours=1))
    readings = [energy(100 * n, n, span.start + timedelta(hours=n)) for n in range(steps + 1)]

    hear(building, *readings)

    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        by_hour = energies.energy_series(session, meter, span, "hour", BRUSSELS)
        by_day = energies.energy_series(session, meter, span, "day", BRUSSELS)
    assert len(by_hour) == hours == steps
    assert [bucket.amount for bucket in by_hour] == [pytest.approx(0.1)] * hours
    assert [(bucket.amount, bucket.known) for bucket in by_day] == [(pytest.approx(hours / 10), 1.0)]


def test_months_are_sums_of_days_and_silence_is_none(building):
    hear(building, energy(0, 1, NOW - timedelta(days=10)), energy(1000, 2, NOW - timedelta(days=9)))
    year = Interval(datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))

    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        months = energies.energy_series(session, meter, year, "month", BRUSSELS)
    assert [bucket.amount for bucket in months] == [None] * 10 + [pytest.approx(1.0), None]


def test_what_sub_meters_leave_is_not_measured(building):
    parts = (("s0.1", 300), ("s0.2", 200), ("s0.3", 60), ("s0.4", 30), ("s0.5", 10))
    for code, wh in (("1.8.0", 1000), *parts):
        hear(building, energy(0, wh, NOW, r=code), energy(wh, wh + 1, NOW + 15 * MINUTE, r=code),
             now=NOW + 15 * MINUTE)  # fmt: skip

    with building.read() as session:
        meters = energies.meters_of(session, 1)
        totals = energies.meter_totals(session, meters, Interval(NOW, NOW + 15 * MINUTE), BRUSSELS)
        found = {total.meter.slug: (total.amount, total.not_measured) for total in totals}
    assert found["main"] == (pytest.approx(1.0), pytest.approx(0.4))
    assert found["ventilation"] == (pytest.approx(0.3), None)


def test_power_is_the_newest_word_and_old_words_are_none(building):
    hear(building, energy(0, 1, NOW, w=500), energy(9, 2, NOW + MINUTE, w=620))

    with building.read() as session:
        meter = session.scalars(select(Meter).where(Meter.slug == "main")).one()
        assert energies.power_now(session, meter, NOW + MINUTE) == energies.Power(620, NOW + MINUTE)
        assert energies.power_now(session, meter, NOW + 20 * MINUTE) is None


def test_a_room_is_occupied_as_long_as_its_node_says_so(building):
    words = ["entering", "occupied", "occupied", "hold", "empty", "empty"]
    hear(building, *(occupancy(word, n, NOW + 5 * n * MINUTE) for n, word in enumerate(words)),
         now=NOW + 25 * MINUTE)  # fmt: skip

    occupied, empty = (buckets(building, Step.HOUR, OccupancyRollup, column)
                       for column in (OccupancyRollup.occupied_s, OccupancyRollup.empty_s))  # fmt: skip
    assert (occupied, empty) == ({NOW: 900}, {NOW: 600})
