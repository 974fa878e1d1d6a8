"""An outdoor sensor's readings become the site's weather, whenever and in whatever order they arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import OutdoorDay, OutdoorHour, QuarantineTally, Site
from samen.domain.outdoor import OutdoorDoubt, WeatherSource
from samen.services import devices, ingest, outdoor, weather, weather_health
from support.building import load_demo
from support.nodes_words import climate, clock, replay

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = datetime(2026, 11, 20, 6, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture
def garden(database):
    """Bota 75 with a sensor in its garden."""
    load_demo(database)
    with database.write() as session:
        devices.add_outdoors(session, "node-garden", None, ["climate"], "test", START)
    return database


def say(database, *messages, now=NOW):
    with database.write() as session:
        return ingest.record(session, messages, now)


def outdoors(deg_c: float, seq: int, at: datetime | None, **more):
    return climate(deg_c, seq, at, device="node-garden", **more)


def gather(database, now=NOW) -> int:
    with database.write() as session:
        return outdoor.gather(session, now)


def hours(database) -> dict[datetime, float]:
    with database.read() as session:
        site = session.scalars(select(Site)).one()
        return {hour.starts_at: hour.deg_c for hour in weather.best_hours(session, site, START, NOW)}


def test_readings_become_the_means_of_their_hours(garden):
    say(
        garden, outdoors(4.0, 1, START), outdoors(6.0, 2, START + 30 * MINUTE), outdoors(9.0, 3, START + HOUR)
    )

    gather(garden)

    assert hours(garden) == {START: 5.0, START + HOUR: 9.0}


def test_a_late_reading_changes_its_hour_and_its_day(garden):
    say(garden, outdoors(9.0, 2, START + 30 * MINUTE), outdoors(9.0, 3, START + HOUR))
    gather(garden)

    say(garden, replay(outdoors(5.0, 1, START)))
    gather(garden)

    assert hours(garden) == {START: 7.0, START + HOUR: 9.0}
    with garden.read() as session:
        assert session.scalars(select(OutdoorDay.deg_c)).all() == [8.0]


def test_a_reading_that_comes_twice_leaves_nothing_to_gather(garden):
    said = outdoors(4.0, 1, START)
    say(garden, said)
    gather(garden)

    say(garden, said)

    assert gather(garden) == 0


def test_an_hour_that_is_not_over_waits(garden):
    say(garden, outdoors(4.0, 1, START), now=START + MINUTE)

    early = gather(garden, START + 59 * MINUTE)

    assert early == 0
    assert gather(garden, START + HOUR) == 1


def test_what_a_node_said_before_it_knew_the_time_counts_once_it_does(garden):
    undated = climate(4.0, 1, None, device="node-garden")
    say(garden, replay(undated))
    gather(garden)
    before = hours(garden)

    say(garden, clock(1, 2 * 3600, START + 2 * HOUR + 10 * MINUTE, "node-garden"))
    gather(garden)

    assert before == {}
    assert hours(garden) == {START: 4.0}


def test_an_impossible_temperature_is_left_out_and_told_on_the_devices_page(garden):
    outcome = say(garden, outdoors(85.0, 1, START), outdoors(4.0, 2, START + MINUTE))

    gather(garden)

    assert hours(garden) == {START: 4.0}
    assert outcome.stored == 2
    with garden.read() as session:
        assert session.scalars(select(QuarantineTally.reason)).all() == ["impossible_temperature"]


def test_hours_in_the_sun_are_kept_apart_and_the_archive_stands_in_for_them(garden):
    with garden.write() as session:
        site = session.scalars(select(Site)).one()
        mild = [(START + n * HOUR, 6.0) for n in range(4)]
        weather.store_temperatures(session, site, WeatherSource.ARCHIVE, mild, NOW)
    say(garden, *(outdoors(deg_c, n, START + n * HOUR) for n, deg_c in enumerate((5.0, 19.0, 20.0, 8.0))))

    gather(garden)

    assert list(hours(garden).values()) == [5.0, 6.0, 6.0, 8.0]
    with garden.read() as session:
        site = session.scalars(select(Site)).one()
        assert outdoor.doubted_hours(session, site, START) == {OutdoorDoubt.SUN: 2}


def test_a_sensor_is_found_stuck_although_its_hours_come_bit_by_bit(garden):
    for hour in range(0, 48, 8):
        say(garden, *(outdoors(7.0, n, START + n * HOUR) for n in range(hour, hour + 8)))
        gather(garden)

    with garden.read() as session:
        doubted = set(session.scalars(select(OutdoorHour.doubt)))
        told = weather_health.faults(session, configured=False, now=START + 50 * HOUR)
    assert doubted == {OutdoorDoubt.STUCK}
    assert hours(garden) == {}
    assert told == ["bota75's outdoor sensor has shown the same for two days: look at it."]


def test_a_stuck_hour_is_believed_again_when_a_late_reading_shows_that_it_moved(garden):
    stuck = [outdoors(7.0, n, START + n * HOUR) for n in range(48)]
    for place in range(0, 48, 12):
        say(garden, *stuck[place : place + 12])
    gather(garden)

    say(garden, replay(*(outdoors(8.0, 100 + n, START + 24 * HOUR + n * MINUTE) for n in range(2))))
    gather(garden)

    assert len(hours(garden)) == 48


def test_a_room_says_nothing_of_the_weather(garden):
    say(garden, climate(21.0, 1, START, device="node-iris"))

    assert gather(garden) == 0
