"""What a Belgian smart meter's telegram says of power."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from samen.domain.telegram import Peak, peaks, quarter_w, stamp

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PAST = "261101000000W 261012181500S 3.271;261001000000S 260930240000S 2.9;231101000000W 632525252525W 0.000"


def test_a_meters_time_says_its_own_offset():
    assert stamp("260711181500S") == datetime(2026, 7, 11, 16, 15, tzinfo=UTC)
    assert stamp("261112181500W") == datetime(2026, 11, 12, 17, 15, tzinfo=UTC)


@pytest.mark.parametrize("nonsense", ["632525252525W", "", "261112181500", "261112181500X"])
def test_a_time_that_is_none_is_no_instant(nonsense):
    assert stamp(nonsense) is None


def test_the_running_quarter_is_in_watts():
    assert quarter_w({"1-0:1.4.0": [2.351, "kW"]}) == 2351
    assert quarter_w({}) is None
    assert quarter_w({"1-0:1.4.0": [2.351, "kWh"]}) is None


def test_the_months_peak_comes_with_its_time():
    (peak,) = peaks({"1-0:1.6.0": ["261112181500W 4.212", "kW"]}, NOW, BRUSSELS)

    assert peak == Peak(date(2026, 11, 1), 4212, datetime(2026, 11, 12, 17, 15, tzinfo=UTC))


def test_a_peak_without_a_time_is_of_the_month_it_is_told_in():
    assert peaks({"1-0:1.6.0": [4.212, "kW"]}, NOW, BRUSSELS) == [Peak(date(2026, 11, 1), 4212, None)]


def test_months_that_are_over_are_told_together_and_go_on_under_other_keys():
    told = {"0-0:98.1.0": [PAST, "kW"], "0-0:98.1.0#2": ["260901000000S 260811100000S 3.3", "kW"]}

    assert [(peak.month_on.month, round(peak.w), peak.at is None) for peak in peaks(told, NOW, BRUSSELS)] == [
        (10, 3271, False), (9, 2900, True), (10, 0, True), (8, 3300, False)
    ]  # fmt: skip


@pytest.mark.parametrize("value", [[None, "kW"], ["x", "kW"], ["261112181500W", "kW"], [float("nan"), "kW"]])
def test_what_is_no_power_is_passed_over(value):
    assert peaks({"1-0:1.6.0": value, "0-0:98.1.0": value}, NOW, BRUSSELS) == []
