"""Heating that follows the bookings, on both engines: what is heated, what is measured, what is kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import (
    AuditEntry,
    Occurrence,
    OccurrenceStatus,
    Site,
    SteeredDay,
    WarmUp,
)
from samen.domain.access import Role
from samen.domain.alternating import is_steered_week
from samen.domain.outdoor import WeatherSource
from samen.domain.steering import Why
from samen.domain.zone_settings import Steering
from samen.services import cancelling, find, steered_days, steering, steering_told, warm_ups, weather
from samen.services.find import Needs
from support.building import NOW, a_member, at, span
from support.heating import Heated, ramp


@pytest.fixture
def house(database):
    return Heated(database)


@pytest.fixture
def quick_house(sqlite_database):
    """Where the engine does not matter."""
    return Heated(sqlite_database)


def steps_of(house, now=NOW, zone="front"):
    return house.zone(now, zone).plan()


def measure(house, now):
    return warm_ups.measure(house.database, now)


def kept(house):
    with house.database.read() as session:
        return [steering.run_of(row) for row in session.scalars(select(WarmUp).order_by(WarmUp.started_at))]


def test_a_room_warms_its_own_zone_and_no_other(quick_house):
    quick_house.calendar.ask("14:00", "16:00", "iris")

    front, garden = steps_of(quick_house), steps_of(quick_house, zone="garden")

    assert front.at(at("15:00")).why is Why.BOOKED
    assert {step.why for step in garden.steps} == {Why.SETBACK}


def test_a_room_of_two_halves_counts_once_and_a_thing_needs_no_heat(house):
    house.calendar.ask("14:00", "16:00", "zenne-noord")
    house.calendar.ask("14:30", "16:00", "velo-cargo")

    assert house.zone(slug="garden").booked == (span("14:00", "16:00"),)


def test_only_what_is_confirmed_is_heated(house):
    booked = house.calendar.ask("14:00", "16:00", "iris")
    heated = {}
    for status in OccurrenceStatus:
        with house.database.write() as session:
            session.get_one(Occurrence, booked.occurrences[0].id).status = status
        heated[status] = house.zone().booked != ()

    assert [status for status in heated if heated[status]] == [OccurrenceStatus.CONFIRMED]


def test_a_cancelled_booking_is_not_heated_and_its_warm_up_is_forgotten(house):
    booked = house.calendar.ask("14:00", "16:00", "iris")
    during = at("12:00")
    steering_told.sweep(house.database, during)
    assert house.zone(during).seen.begun == (during, at("14:00"))

    house.calendar.cancel(booked, now=during)
    steering_told.sweep(house.database, during)

    assert house.zone(during).seen.begun is None
    assert steps_of(house, during).at(during).why is Why.SETBACK


def test_a_warm_up_goes_on_although_the_room_got_warmer(quick_house):
    quick_house.set()
    quick_house.calendar.ask("14:00", "16:00", "iris")
    quick_house.feels(16.0, since=at("11:00"))
    steering_told.sweep(quick_house.database, at("11:00"))
    quick_house.feels(19.0, since=at("12:00"))

    running = steps_of(quick_house, at("12:00")).at(at("12:00"))

    assert (running.why, running.deg_c) == (Why.WARM_UP, 20.0)


def test_a_zone_s_temperature_is_the_mean_of_the_rooms_that_speak(house):
    house.feels(16.0, 17.0)

    zone = house.zone(NOW + timedelta(minutes=6))

    assert zone.seen.deg_c == 17.0
    assert house.zone(NOW + timedelta(minutes=40)).seen.deg_c is None
    assert house.zone(slug="garden").seen.deg_c is None


def test_warm_ups_are_measured_once_with_the_weather_they_had(house):
    house.set()
    with house.database.write() as session:
        site = session.scalars(select(Site)).one()
        hours = [(NOW.replace(hour=0) - timedelta(hours=n), 4.0) for n in range(1, 24)]
        weather.store_temperatures(session, site, WeatherSource.CSV, hours, NOW)
    end = house.feels(16.2, 16.1, 16.0, *ramp(16.0, 20.0, 24), 20.1, 20.1)

    soon = measure(house, end)
    later = [measure(house, end + timedelta(hours=n)) for n in (1, 2)]

    assert (soon, later) == (0, [1, 0])
    (run,) = kept(house)
    assert (run.k_h, run.outdoor_deg_c, run.whole) == (pytest.approx(2.0, rel=0.05), 4.0, True)


def test_three_warm_ups_make_a_plan_that_knows_the_zone(quick_house):
    quick_house.set()
    moment = at("06:00", 17)
    for _ in range(3):
        end = quick_house.feels(16.2, 16.1, 16.0, *ramp(16.0, 20.0, 24), since=moment)
        measure(quick_house, end + timedelta(hours=1))
        moment += timedelta(days=2)

    zone = quick_house.zone()

    assert zone.behaviour.warming.count == 3
    assert zone.behaviour.warming.level == pytest.approx(2.0, rel=0.05)
    assert "few_warm_ups" not in [doubt.code for doubt in zone.plan().doubts]


def test_settings_are_changed_by_name_and_stand_in_the_record(house):
    manager = a_member(house.database, "mo@pixel.test", "radio-pixel", Role.MANAGER)
    wanted = replace(house.zone().settings, comfort_deg_c=21.0, steering=Steering.ALTERNATE)

    with house.database.write() as session:
        refused = steering.change(session, house.zone(), replace(wanted, setback_deg_c=23), manager, NOW)
        done = steering.change(session, house.zone(), wanted, manager, NOW)

    assert (list(refused), done) == (["setback_deg_c"], {})
    assert house.zone().settings == wanted
    with house.database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        session.expunge_all()
    assert (entry.action, entry.subject) == ("heating.changed", "zone:bota75/front")
    assert entry.facts == {"comfort_deg_c": 21.0, "steering": "alternate"}


def test_days_are_kept_as_they_pass_and_one_on_which_it_changed_is_neither(house):
    manager = a_member(house.database, "mo@pixel.test", "radio-pixel", Role.MANAGER)
    house.set(steering=Steering.ALTERNATE)
    for day in range(3):
        for hour in range(2):
            steering_told.sweep(house.database, NOW + timedelta(days=day, hours=hour))
    last = NOW + timedelta(days=2, hours=2)
    with house.database.write() as session:
        zone = house.zone(last)
        steering.change(session, zone, replace(zone.settings, steering=Steering.ON), manager, last)

    with house.database.read() as session:
        days = {row.on_date: row.steered for row in session.scalars(select(SteeredDay))}

    drawn = is_steered_week("bota75/front", date(2026, 11, 23))
    assert days == {date(2026, 11, 23): drawn, date(2026, 11, 24): drawn, date(2026, 11, 25): None}


def test_before_a_week_has_passed_nothing_is_compared(quick_house):
    quick_house.set(steering=Steering.ALTERNATE)

    with quick_house.database.read() as session:
        found = steered_days.result(session, quick_house.zone(), NOW)

    assert (found.period, found.told) == (None, None)


def hints(house, during, now=NOW):
    with house.database.read() as session:
        times = {site.id: during for site in find.sites(session)}
        found = find.free_spaces(session, times, Needs(), house.calendar.viewer, now)
        return {one.space.slug: one.energy for one in found}


def test_a_cold_zone_costs_what_its_size_says_until_a_meter_knows_better(quick_house):
    quick_house.set()

    cold = hints(quick_house, span("14:00", "15:00"))["iris"]

    # 60 m² from 16 to 20 °C at 46 Wh/m²K.
    assert (cold.kwh, cold.about, cold.warm) == (11.0, True, False)
    with quick_house.database.write() as session:
        zone = quick_house.zone().zone.id
        session.add_all(
            WarmUp(
                zone_id=zone,
                started_at=NOW - timedelta(days=day),
                from_deg_c=16,
                to_deg_c=20,
                minutes=120,
                whole=True,
                kwh=8.4,
            )
            for day in range(1, 4)
        )
    measured = hints(quick_house, span("14:00", "15:00"))["iris"]
    assert (measured.kwh, measured.about) == (8.4, False)


def test_a_room_that_is_still_warm_costs_less_the_sooner_it_is_taken(quick_house):
    quick_house.set()
    quick_house.calendar.ask("09:00", "11:00", "iris")

    soon, later, night = (hints(quick_house, during)["marolles"] for during in (
        span("11:00", "12:00"), span("14:00", "15:00"), span("21:00", "22:00")
    ))  # fmt: skip

    assert soon.kwh == 0
    assert soon.kwh < later.kwh < night.kwh
    assert hints(quick_house, span("10:00", "11:00"))["marolles"].warm


def test_a_cancelled_request_leaves_no_claim_on_heat(quick_house):
    booked = quick_house.calendar.ask("14:00", "16:00", "zenne")
    assert quick_house.zone(slug="garden").booked == ()
    with quick_house.database.write() as session:
        cancelling.cancel(session, booked.occurrences[0].id, quick_house.calendar.viewer, NOW)

    assert quick_house.zone(slug="garden").booked == ()
