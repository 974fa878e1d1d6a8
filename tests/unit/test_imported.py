"""Rows of a file as spans of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from samen.domain.imported import Irregular, intervals
from samen.domain.interval import midnight

BRUSSELS = ZoneInfo("Europe/Brussels")
START = datetime(2016, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_step_is_the_smallest_distance():
    spans = intervals([START, START + HOUR, START + 5 * HOUR], BRUSSELS)

    assert [span.length for span in spans] == [HOUR] * 3


def test_daily_rows_are_local_days_of_23_24_or_25_hours():
    days = [midnight(datetime(2016, 3, day).date(), BRUSSELS) for day in (26, 27, 28)]  # noqa: DTZ001

    assert [span.length / HOUR for span in intervals(days, BRUSSELS)] == [24, 23, 24]


def test_a_row_off_the_step_is_named():
    with pytest.raises(Irregular) as fault:
        intervals([START, START + HOUR, START + 2.5 * HOUR], BRUSSELS)

    assert fault.value.place == 2


def test_one_row_has_no_step():
    with pytest.raises(Irregular):
        intervals([START], BRUSSELS)
