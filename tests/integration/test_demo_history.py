"""The demo's past, as it is stored."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import Meter, OccupancyRollup, Occurrence, Site, Step
from samen.domain.access import Role
from samen.domain.evaluation import Period
from samen.domain.interval import Interval
from samen.services import demo, demo_history
from samen.services.energy import energy_series
from samen.services.meter_events import events_of
from samen.services.rollup import roll_up
from samen.services.weather import deg_c_by_day
from support.building import BRUSSELS, NOW, a_member, load_demo

NAMES = ("manager@", "an@", "lea@", "sam@", "tom@")
WEEKS = timedelta(days=28)
TODAY = NOW.astimezone(BRUSSELS).date()


@pytest.fixture
def past(sqlite_database):
    """Four weeks, in the tables."""
    load_demo(sqlite_database)
    who = {
        key: a_member(sqlite_database, f"{key}rue.test")
        for key in ("manager@", "an@", "lea@", "sam@", "tom@")
    }
    with sqlite_database.write() as session:
        site = session.scalars(select(Site)).one()
        demo_history.seed_bookings(session, site, demo.WEEK, who, WEEKS, NOW)
        demo_history.seed_occupancy(session, site, WEEKS, NOW)
        demo_history.seed_energy(session, site, demo.WEEK, WEEKS, NOW)
    return sqlite_database


def test_every_meter_counted_until_the_hour(past):
    with past.write() as session:
        while roll_up(session):
            pass
        lately = Interval(NOW - timedelta(hours=24), NOW)
        for meter in session.scalars(select(Meter)):
            hours = energy_series(session, meter, lately, "hour", BRUSSELS)
            assert all(hour.known == 1.0 for hour in hours), meter.slug


def test_the_past_is_marked_as_invented_until_now(past):
    with past.read() as session:
        assert session.scalars(select(Site)).one().simulated_until == NOW


def test_the_weather_of_every_day_is_there(past):
    with past.read() as session:
        site = session.scalars(select(Site)).one()
        known = deg_c_by_day(session, site, Period(TODAY - WEEKS + timedelta(days=1), TODAY))

    assert len(known) == 27


def test_past_bookings_are_over_and_wait_for_no_sweep(past):
    with past.read() as session:
        found = session.execute(select(Occurrence.ends_at, Occurrence.look_at, Occurrence.used)).all()

    assert len(found) > 40
    assert all(one.ends_at < NOW and one.look_at is None and one.used is not None for one in found)


def test_rooms_are_known_to_the_second(past):
    with past.read() as session:
        seconds = session.scalars(
            select(func.sum(OccupancyRollup.occupied_s + OccupancyRollup.empty_s))
            .where(OccupancyRollup.step == Step.DAY)
            .group_by(OccupancyRollup.space_id)
        ).all()

    assert len(seconds) == 5
    assert len(set(seconds)) == 1


def test_the_water_meter_was_replaced_once(sqlite_database):
    load_demo(sqlite_database)
    manager = a_member(sqlite_database, "m@rue.test", role=Role.MANAGER)

    with sqlite_database.write() as session:
        site = session.scalars(select(Site)).one()
        demo_history.seed_replacement(session, site, manager, timedelta(days=300), NOW)

        water = session.scalars(select(Meter).where(Meter.slug == "water")).one()
        assert [event.first_index for event in events_of(session, water)] == [0.0]
