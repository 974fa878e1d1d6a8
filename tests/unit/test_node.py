"""Which connection of a node speaks, what time it was, and how often it may speak."""

from datetime import UTC, datetime, timedelta

import pytest

from samen.domain.node import Sync, dated, skew_s, supersedes
from samen.domain.pace import Pace

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("known", "said", "news"),
    [
        ((None, "new"), ("17-a", "online"), True),
        (("17-a", "online"), ("17-a", "offline"), True),
        (("17-a", "offline"), ("17-b", "online"), True),
        (("17-b", "online"), ("17-a", "offline"), False),
        (("17-a", "online"), ("18-c", "offline"), True),
        (("18-c", "online"), ("17-a", "online"), False),
        (("17-a", "offline"), ("17-a", "online"), False),
        (("17-a", "sleeping"), ("17-a", "online"), True),
        (("17-a", "online"), ("no-number", "online"), False),
    ],
)
def test_only_the_newest_connection_is_believed(known, said, news):
    assert supersedes(*known, *said) is news


def test_a_set_clock_is_believed():
    assert dated(SECONDS - 60, 5, None, NOW) == (NOW - timedelta(seconds=60), "ntp")


def test_an_unset_clock_is_dated_by_its_boot_or_else_by_arrival():
    sync = Sync(up=100, utc=NOW)

    assert dated(None, 40, sync, NOW) == (NOW - timedelta(seconds=60), "dated")
    assert dated(None, 40, None, NOW) == (NOW, "received")


def test_nothing_is_dated_in_the_future():
    assert dated(SECONDS + 301, 5, None, NOW) == (NOW, "received")
    assert dated(SECONDS + 299, 5, None, NOW)[1] == "ntp"


def test_five_minutes_apart_is_too_much():
    assert skew_s(SECONDS + 300, NOW) is None
    assert skew_s(SECONDS - 301, NOW) == -301
    assert skew_s(None, NOW) is None


def test_a_pace_allows_a_burst_and_then_its_rate():
    pace = Pace(rate=1, burst=3)

    at_once = [pace.allows("n", NOW) for _ in range(5)]
    later = [pace.allows("n", NOW + timedelta(seconds=2)) for _ in range(3)]

    assert at_once == [True, True, True, False, False]
    assert later == [True, True, False]
    assert pace.allows("another", NOW)
