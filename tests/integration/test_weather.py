"""Outdoor temperatures: kept per hour and source, read per local day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from samen.adapters.db.models import OutdoorDay, Site
from samen.domain.evaluation import Period
from samen.domain.interval import local_day
from samen.domain.outdoor import WeatherSource
from samen.services import weather
from samen.services.weather import StoredHours
from support.building import load_demo

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINTER = date(2026, 1, 12)


@pytest.fixture
def house(database):
    load_demo(database)
    return database


def hours_of(on: date, deg_c: float, count: int | None = None) -> list[tuple[datetime, float]]:
    """The local day's hours, or the first of them, all at one temperature."""
    day = local_day(on, BRUSSELS)
    return [(day.start + n * HOUR, deg_c) for n in range(count or round(day.length / HOUR))]


def store(house, source, hours, now=NOW) -> StoredHours:
    with house.write() as session:
        return weather.store_temperatures(session, session.scalars(select(Site)).one(), source, hours, now)


def days(house, first: date, end: date) -> dict[date, float]:
    with house.read() as session:
        site = session.scalars(select(Site)).one()
        return weather.deg_c_by_day(session, site, Period(first, end))


def test_a_local_day_is_the_mean_of_its_hours(house):
    store(house, WeatherSource.CSV, hours_of(WINTER, 2.0, 12))
    store(house, WeatherSource.CSV, [(at + 12 * HOUR, 5.0) for at, _ in hours_of(WINTER, 0.0, 12)])

    assert days(house, WINTER, WINTER + timedelta(days=1)) == {WINTER: 3.5}


def test_a_day_is_known_once_half_of_its_hours_are(house):
    store(house, WeatherSource.CSV, hours_of(WINTER, 2.0, 11))
    before = days(house, WINTER, WINTER + timedelta(days=1))

    store(house, WeatherSource.CSV, hours_of(WINTER, 2.0, 12))

    assert before == {}
    assert days(house, WINTER, WINTER + timedelta(days=1)) == {WINTER: 2.0}


@pytest.mark.parametrize(("on", "length"), [(date(2026, 3, 29), 23), (date(2025, 10, 26), 25)])
def test_a_day_of_a_clock_change_has_its_own_number_of_hours(house, on, length):
    day_before = hours_of(on - timedelta(days=1), 20.0)
    day_after = hours_of(on + timedelta(days=1), 20.0)

    store(house, WeatherSource.CSV, [*day_before, *hours_of(on, 4.0), *day_after])

    with house.read() as session:
        day = session.scalars(select(OutdoorDay).where(OutdoorDay.on_date == on)).one()
        assert (day.hours, day.known_hours, day.deg_c) == (length, length, 4.0)


def test_hours_stored_again_change_nothing(house):
    first = store(house, WeatherSource.CSV, hours_of(WINTER, 2.0))

    again = store(house, WeatherSource.CSV, hours_of(WINTER, 2.0))

    assert first == StoredHours(added=24)
    assert again == StoredHours(known=24)


def test_another_value_from_the_same_source_replaces_the_first_and_moves_the_day(house):
    store(house, WeatherSource.ARCHIVE, hours_of(WINTER, 2.0))

    changed = store(house, WeatherSource.ARCHIVE, hours_of(WINTER, 8.0, 12))

    assert changed == StoredHours(changed=12)
    assert days(house, WINTER, WINTER + timedelta(days=1)) == {WINTER: 5.0}


@pytest.mark.parametrize("order", [list(WeatherSource), list(reversed(WeatherSource))])
def test_the_own_sensor_is_believed_before_a_file_and_a_file_before_the_archive(house, order):
    says = {WeatherSource.SENSOR: 1.0, WeatherSource.CSV: 2.0, WeatherSource.ARCHIVE: 3.0}
    knows = {WeatherSource.SENSOR: 6, WeatherSource.CSV: 12, WeatherSource.ARCHIVE: 24}

    for source in order:
        store(house, source, hours_of(WINTER, says[source], knows[source]))

    with house.read() as session:
        day = session.scalars(select(OutdoorDay)).one()
        assert (day.sensor_hours, day.csv_hours, day.archive_hours) == (6, 6, 12)
        assert day.deg_c == pytest.approx((6 * 1.0 + 6 * 2.0 + 12 * 3.0) / 24)


@pytest.mark.parametrize(
    "hour",
    [
        (NOW - HOUR + timedelta(minutes=30), 3.0),
        (NOW, 3.0),
        (NOW - HOUR, float("nan")),
    ],
    ids=["not a full hour", "not over yet", "not a number"],
)
def test_what_cannot_be_an_hours_temperature_is_refused(house, hour):
    with pytest.raises(ValueError, match=r"hour|temperature"):
        store(house, WeatherSource.CSV, [hour])
