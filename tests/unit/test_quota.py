"""What a tenant's bookings weigh, and over which local dates."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.interval import Interval
from samen.domain.quota import Basis, Busy, Period, Spent, period_of, periods_touched, weighted_hours
from samen.domain.rules import END_OF_DAY
from support.building import BRUSSELS, at, span

HOUR = timedelta(hours=1)
ALWAYS = Interval(datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
WEEKDAYS, EVERY_DAY = 0b0011111, 0b1111111
EVENING = Busy(WEEKDAYS, time(18), time(22), 1.5)
NIGHT = Busy(EVERY_DAY, time(2), time(3), 3.0)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
# Any minute of 2027 and 2028.
instants = st.integers(0, 731 * 24 * 60 - 1).map(
    lambda minutes: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def hours(*spent: Spent, busy=(), within=ALWAYS, basis=Basis.BOOKED) -> float:
    return weighted_hours(spent, basis, busy, within, BRUSSELS)


def booked(during: Interval, weight: float = 1.0, **more) -> Spent:
    return Spent(during, weight, **more)


def local(on: date, clock: str) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), BRUSSELS).astimezone(UTC)


def test_an_hour_is_an_hour_and_spaces_weigh_as_they_do():
    assert hours(booked(span("09:00", "11:00")), booked(span("09:00", "10:00"), 2.0)) == pytest.approx(4)


@pytest.mark.parametrize(
    ("start", "end", "day", "weighed"),
    [
        ("16:00", "18:00", 23, 2.0),
        ("17:00", "19:00", 23, 2.5),
        ("17:00", "23:00", 23, 8.0),
        ("19:00", "20:00", 23, 1.5),
        ("19:00", "20:00", 28, 1.0),
    ],
)
def test_only_the_hours_within_a_peak_weigh_more(start, end, day, weighed):
    assert hours(booked(span(start, end, day)), busy=[EVENING]) == pytest.approx(weighed)


def test_where_two_peaks_meet_the_busier_counts():
    late = Busy(EVERY_DAY, time(20), END_OF_DAY, 2.0)

    assert hours(booked(span("18:00", "22:00")), busy=[EVENING, late]) == pytest.approx(2 * 1.5 + 2 * 2)


@pytest.mark.parametrize(("on", "elapsed", "peak"), [(SPRING, 5, 0), (AUTUMN, 7, 2)])
def test_a_clock_change_night_counts_the_hours_that_pass(on, elapsed, peak):
    night = booked(Interval(local(on, "00:00"), local(on, "06:00")))

    assert hours(night) == pytest.approx(elapsed)
    assert hours(night, busy=[NIGHT]) == pytest.approx(elapsed + peak * 2.0)


@pytest.mark.parametrize(
    ("facts", "by_booking", "by_use"),
    [
        ({}, 2, 2),
        ({"used": True}, 2, 2),
        ({"used": False}, 2, 0),
        ({"ended_at": at("10:00")}, 1, 1),
        ({"ended_at": at("09:15"), "used": False}, 2, 0),
        ({"ended_at": at("07:00")}, 0, 0),
        ({"ended_at": at("12:00")}, 2, 2),
    ],
)
def test_a_booking_counts_until_it_is_given_back(facts, by_booking, by_use):
    one = booked(span("09:00", "11:00"), **facts)

    assert hours(one, basis=Basis.BOOKED) == pytest.approx(by_booking)
    assert hours(one, basis=Basis.USED) == pytest.approx(by_use)


@pytest.mark.parametrize(
    ("period", "on", "first", "following"),
    [
        (Period.WEEK, date(2026, 11, 25), date(2026, 11, 23), date(2026, 11, 30)),
        (Period.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 4)),
        (Period.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (Period.QUARTER, date(2026, 11, 23), date(2026, 10, 1), date(2027, 1, 1)),
        (Period.QUARTER, date(2027, 3, 31), date(2027, 1, 1), date(2027, 4, 1)),
    ],
)
def test_periods_begin_and_end_at_local_midnight(period, on, first, following):
    assert period_of(period, on, BRUSSELS) == Interval(local(first, "00:00"), local(following, "00:00"))


@pytest.mark.parametrize(("on", "length"), [(SPRING, 7 * 24 - 1), (AUTUMN, 7 * 24 + 1)])
def test_a_week_with_a_clock_change_is_as_long_as_it_is(on, length):
    assert period_of(Period.WEEK, on, BRUSSELS).length == length * HOUR


def test_each_period_is_touched_once():
    spans = [span("09:00", "10:00", day) for day in (23, 24, 30)]

    assert len(periods_touched(Period.WEEK, spans, BRUSSELS)) == 2
    assert len(periods_touched(Period.MONTH, spans, BRUSSELS)) == 1


@given(edges=st.lists(instants, min_size=3, max_size=3, unique=True), weight=st.floats(0, 5))
def test_cutting_a_time_in_two_changes_no_sum(edges, weight):
    start, middle, end = sorted(edges)
    end = min(end, start + timedelta(days=3))
    middle = start + (middle - start) % (end - start)
    parts = [Interval(*cut) for cut in ((start, middle), (middle, end)) if cut[0] < cut[1]]
    busy = [EVENING, NIGHT, Busy(0b1000000, time(1), time(2, 30), 0.5)]

    whole = hours(booked(Interval(start, end), weight), busy=busy)

    assert hours(*(booked(part, weight) for part in parts), busy=busy) == pytest.approx(whole, abs=1e-6)


@given(start=instants, length=st.integers(1, 40 * 24 * 60), period=st.sampled_from(Period))
def test_a_booking_over_a_border_is_split_between_the_periods_and_nothing_is_lost(start, length, period):
    during = Interval(start, start + timedelta(minutes=length))
    windows = periods_touched(period, [during], BRUSSELS)

    shares = [hours(booked(during), busy=[EVENING], within=window) for window in windows]

    assert sum(shares) == pytest.approx(hours(booked(during), busy=[EVENING]), abs=1e-6)
    assert all(first.end == second.start for first, second in pairwise(windows))
