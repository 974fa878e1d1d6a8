"""Weeks, days and slots of a season in local time, on both clock-change nights."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from samen.domain.allocation.season import Season
from support.building import BRUSSELS

SPRING = Season(date(2027, 1, 6), date(2027, 4, 7), (0, 2, 5), time(8), time(22), 30, BRUSSELS)
NIGHT = Season(date(2027, 3, 22), date(2027, 4, 5), (6,), time(0), time(0), 30, BRUSSELS)
AUTUMN = replace(NIGHT, from_on=date(2027, 10, 25), until_on=date(2027, 11, 8))


def test_a_week_begins_on_the_seasons_first_weekday():
    days = [SPRING.on(0, day) for day in range(3)]

    assert days == [date(2027, 1, 11), date(2027, 1, 6), date(2027, 1, 9)]
    assert SPRING.on(12, 0) < SPRING.until_on


def test_slots_are_wall_time_on_both_sides_of_the_clock_change():
    hours = [SPRING.during_of(week, 2, 20, 4).start.hour for week in (0, 11, 12)]

    assert (SPRING.clock(20), hours) == (time(18), [17, 17, 16])


def test_a_day_may_end_at_midnight():
    last = NIGHT.during_of(0, 0, 47, 1)

    assert (NIGHT.slots_per_day, NIGHT.clock(48)) == (48, time(0))
    assert last.end == datetime(2027, 3, 28, 22, 0, tzinfo=UTC)


def test_what_the_spring_change_skips_is_as_long_a_time_after_it():
    skipped = NIGHT.during_of(0, 0, 5, 1)

    assert skipped.start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert skipped.length == timedelta(minutes=30)


def test_the_hour_that_comes_twice_is_one_slot():
    assert AUTUMN.during_of(0, 0, 4, 2).length == timedelta(hours=2)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"until_on": date(2027, 4, 8)}, "weeks"),
        ({"until_on": date(2027, 1, 6)}, "weeks"),
        ({"until_on": date(2029, 1, 3)}, "weeks"),
        ({"weekdays": (2, 0)}, "weekdays"),
        ({"weekdays": (7,)}, "weekdays"),
        ({"slot_minutes": 45}, "slots"),
        ({"day_end": time(7)}, "slots"),
    ],
)
def test_what_is_no_season_is_told(wrong, fault):
    assert list(replace(SPRING, **wrong).faults()) == [fault]


def test_a_season_has_no_fault():
    assert list(SPRING.faults()) == []
    assert SPRING.grid == (13, 3, 28, 30, "08:00")


def test_a_clock_time_is_a_slot_or_none():
    clocks = ("08:00", "18:30", "18:15", "22:00", "07:30")

    slots = [SPRING.slot_at(time.fromisoformat(clock)) for clock in clocks]

    assert slots == [0, 21, None, None, None]
