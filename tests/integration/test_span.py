"""A span of time: energy, money, bookings and what sensors saw, each figure by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Meter, Site, Step
from samen.domain.interval import Interval
from samen.domain.outdoor import WeatherSource
from samen.services import booking
from samen.services.span import look_at
from samen.services.weather import store_temperatures
from support.building import a_member, at, load_demo, span
from support.rollups import occupied, used

HOUR = timedelta(hours=1)


@pytest.fixture
def building(database):
    load_demo(database)
    return database


def look(building, during, meter="main"):
    with building.read() as session:
        site = session.scalars(select(Site)).one()
        found = session.scalars(select(Meter).where(Meter.slug == meter)).one()
        return look_at(session, site, found, during)


def test_a_span_has_its_energy_money_and_peak(building):
    with building.write() as session:
        used(session, "main", Step.QUARTER, at("10:00"), [0.5, 1.0, 2.0, 0.5])

    found = look(building, span("10:00", "11:00"))

    assert (found.amount, found.kwh, found.unit) == (pytest.approx(4.0), pytest.approx(4.0), "kWh")
    assert (found.cost.eur, found.cost.co2_kg) == (pytest.approx(4 * 0.33), pytest.approx(4 * 0.15))
    assert found.cost.estimated
    assert found.peak is not None
    assert (found.peak.per_hour, found.peak.during.start) == (pytest.approx(8.0), at("10:30"))


def test_it_is_widened_to_whole_quarters_and_says_so(building):
    found = look(building, Interval(at("10:07"), at("10:50")))

    assert (found.during, found.step) == (span("10:00", "11:00"), "15min")


@pytest.mark.parametrize(("days", "step"), [(3, "15min"), (4, "hour"), (36, "day"), (4000, "day")])
def test_longer_spans_are_read_in_coarser_steps(building, days, step):
    found = look(building, Interval(at("00:00") - timedelta(days=days), at("00:00")))

    assert found.step == step
    assert found.during.length <= timedelta(days=3661)


def test_what_never_stops_is_the_least_of_the_night(building):
    day = [1.0] + [0.25] * 4 + [1.0] * 19
    with building.write() as session:
        used(session, "main", Step.HOUR, at("00:00"), day)

    found = look(building, Interval(at("00:00"), at("00:00") + 24 * HOUR))

    assert found.base == pytest.approx(0.25)


def test_what_was_only_spread_is_no_peak(building):
    with building.write() as session:
        used(session, "main", Step.QUARTER, at("10:00"), [9.0], estimated=1.0)
        used(session, "main", Step.QUARTER, at("10:15"), [0.5, 0.25, 0.25])

    found = look(building, span("10:00", "11:00"))

    assert found.estimated == pytest.approx(0.25)
    assert found.peak is not None
    assert found.peak.per_hour == pytest.approx(2.0)


def test_gas_is_also_told_in_kwh_and_water_costs_nothing_known(building):
    with building.write() as session:
        used(session, "gas", Step.QUARTER, at("10:00"), [0.1] * 4)
        used(session, "water", Step.QUARTER, at("10:00"), [0.1] * 4)

    gas, water = (look(building, span("10:00", "11:00"), meter) for meter in ("gas", "water"))

    assert (gas.unit, gas.amount, gas.kwh) == ("m³", pytest.approx(0.4), pytest.approx(0.4 * 11.4))
    assert (water.unit, water.kwh, water.cost.eur) == ("m³", None, None)


def test_who_had_booked_is_told_in_hours_within_the_span(building):
    an = a_member(building, "an@rue.test")
    with building.write() as session:
        booked = booking.request(
            session, booking.Ask("iris", span("10:00", "12:00"), "Réunion", 4, an), at("08:00")
        )
        assert isinstance(booked, booking.Booked)

    found = look(building, span("11:00", "15:00"))

    assert [(one.tenant, one.space, one.hours) for one in found.use.booked] == [("Atelier Rue", "Iris", 1.0)]


def test_what_sensors_saw_is_told_beside_what_was_booked(building):
    an = a_member(building, "an@rue.test")
    with building.write() as session:
        booking.request(session, booking.Ask("iris", span("10:00", "11:00"), "Réunion", 4, an), at("08:00"))
        occupied(session, "iris", Step.QUARTER, at("10:00"), [0, 0, 15, 15, 15, 0, 0, 0])

    (iris,) = look(building, span("10:00", "12:00")).use.seen

    assert (iris.space, iris.occupied_h, iris.booked_h) == ("Iris", 0.75, 1.0)
    assert (iris.booked_empty_h, iris.unbooked_occupied_h) == (0.5, 0.25)


def test_a_part_is_booked_when_its_whole_is(building):
    tom = a_member(building, "tom@nova.test", "jeugdhuis-nova")
    with building.write() as session:
        booking.request(session, booking.Ask("zenne", span("10:00", "11:00"), "Dans", 4, tom), at("08:00"))
        occupied(session, "zenne-noord", Step.QUARTER, at("10:00"), [0] * 4)

    (noord,) = look(building, span("10:00", "11:00")).use.seen

    assert noord.booked_empty_h == 1.0


def test_the_weather_of_the_days_is_told(building):
    hours = [(at("00:00", day=20) + HOUR * place, 6.5) for place in range(48)]
    with building.write() as session:
        site = session.scalars(select(Site)).one()
        store_temperatures(session, site, WeatherSource.CSV, hours, at("12:00", day=23))

    weather = look(building, Interval(at("00:00", day=20), at("00:00", day=23))).weather

    assert weather is not None
    assert (weather.deg_c, weather.degree_days) == (pytest.approx(6.5), pytest.approx(20.0))
    assert (weather.known_days, weather.days) == (2, 3)


def test_a_day_of_25_hours_is_one_day(building):
    autumn = Interval(datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 10, 25, 20, tzinfo=UTC))

    found = look(building, autumn)

    assert found.step == "day"
    assert found.during.end == datetime(2026, 10, 25, 23, tzinfo=UTC)
