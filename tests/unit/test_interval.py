"""Half-open spans, local days and the two clock-change nights."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.interval import Interval, at_wall, exists, gaps, local_day

BRUSSELS = ZoneInfo("Europe/Brussels")
EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def hours(start: int, end: int) -> Interval:
    return Interval(EIGHT + timedelta(hours=start), EIGHT + timedelta(hours=end))


def test_spans_that_touch_do_not_overlap():
    assert not hours(0, 1).overlaps(hours(1, 2))
    assert hours(0, 2).overlaps(hours(1, 3))


@pytest.mark.parametrize("end", [EIGHT, EIGHT - timedelta(hours=1)])
def test_a_span_ends_after_it_starts(end):
    with pytest.raises(ValueError, match="ends after it starts"):
        Interval(EIGHT, end)


@pytest.mark.parametrize(
    ("on", "length"), [(date(2016, 3, 27), 23), (date(2016, 10, 30), 25), (date(2016, 6, 1), 24)]
)
def test_a_local_day_has_the_hours_it_has(on, length):
    assert local_day(on, BRUSSELS).length == timedelta(hours=length)


def test_a_wall_time_that_occurs_twice_is_the_first():
    first = at_wall(date(2026, 10, 25), time(2, 30), BRUSSELS)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_wall_time_in_the_skipped_hour_does_not_exist():
    assert not exists(date(2027, 3, 28), time(2, 30), BRUSSELS)
    assert exists(date(2027, 3, 28), time(3, 0), BRUSSELS)
    assert exists(date(2026, 10, 25), time(2, 30), BRUSSELS)


@given(st.lists(st.tuples(st.integers(-3, 20), st.integers(1, 6)), max_size=8))
def test_gaps_and_busy_spans_share_the_day_between_them(pairs):
    day, busy = hours(0, 14), [hours(start, start + length) for start, length in pairs]

    free = gaps(day, busy)

    assert not any(gap.overlaps(span) for gap in free for span in busy)
    minutes = [EIGHT + timedelta(minutes=30 + 60 * n) for n in range(14)]
    for instant in minutes:
        taken = any(span.contains(instant) for span in busy)
        assert taken != any(gap.contains(instant) for gap in free)
