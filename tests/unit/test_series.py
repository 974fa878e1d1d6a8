"""Recurrence rules: the nights of the clock, what is refused, where rules end, and where they are cut."""

# ruff: noqa: DTZ001 (wall times, on purpose)

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from samen.domain.series import BadRule, cut_before, expand, read_rule, rest_from

BRUSSELS = ZoneInfo("Europe/Brussels")
NEW_YEAR = datetime(2027, 1, 1, 9)


SPRING, AUTUMN = [date(2027, 3, 28), date(2028, 3, 26)], [date(2027, 10, 31), date(2028, 10, 29)]


@pytest.mark.parametrize("night", SPRING)
def test_a_time_that_does_not_exist_is_skipped_told_and_not_counted(night):
    first = datetime.combine(night - timedelta(days=1), datetime.min.time().replace(hour=2, minute=30))

    expansion = expand(first, "FREQ=DAILY;COUNT=3", BRUSSELS)

    assert [at.day for at in expansion.starts] == [(night + timedelta(days=n)).day for n in (-1, 1, 2)]
    assert expansion.skipped == (first + timedelta(days=1),)


@pytest.mark.parametrize("night", AUTUMN)
def test_a_time_that_occurs_twice_is_the_first(night):
    first = datetime.combine(night - timedelta(days=1), datetime.min.time().replace(hour=2, minute=30))

    starts = expand(first, "FREQ=DAILY;COUNT=3", BRUSSELS).starts

    assert [at.isoformat()[-14:] for at in starts] == ["02:30:00+02:00", "02:30:00+02:00", "02:30:00+01:00"]
    assert starts[1].astimezone(UTC).hour == 0


@pytest.mark.parametrize("night", SPRING + AUTUMN)
def test_a_weekly_series_keeps_its_wall_time_over_the_change(night):
    first = datetime.combine(night - timedelta(days=7), datetime.min.time().replace(hour=9))

    starts = expand(first, "FREQ=WEEKLY;COUNT=3", BRUSSELS).starts

    assert [at.hour for at in starts] == [9, 9, 9]
    assert len({at.utcoffset() for at in starts}) == 2


@pytest.mark.parametrize(
    ("rrule", "reason"),
    [
        ("", "NAME=VALUE"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "exclude"),
        ("COUNT=3", "FREQ is missing"),
        ("FREQ=HOURLY", "DAILY, WEEKLY"),
        ("FREQ=DAILY;INTERVAL=0", "between 1"),
        ("FREQ=DAILY;COUNT=" + "9" * 5000, "whole number"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "YEARLY only"),
        ("FREQ=WEEKLY;BYDAY=1MO", "MONTHLY or YEARLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "WEEKLY"),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", "BYWEEKNO"),
        ("FREQ=MONTHLY;BYSETPOS=1", "another BY part"),
        ("FREQ=DAILY;UNTIL=20271399", "there is no"),
        ("FREQ=DAILY;BYMONTHDAY=0", "0 names nothing"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;COLOUR=RED", "'COLOUR' is not a part"),
        ("FREQ=SOME\nDAY", r"'SOME\\nDAY'"),
        ("FREQ=WEEKLY;BYDAY=XX", "not a weekday"),
        ("FREQ=MONTHLY;BYDAY=0MO", "0 names nothing"),
        ("FREQ=MONTHLY;BYDAY=54MO", "between -53 and 53"),
        ("FREQ=WEEKLY;WKST=1", "not a weekday"),
        ("FREQ=MONTHLY;BYYEARDAY=3", "YEARLY only"),
        ("FREQ=YEARLY;BYMONTH=13", "between 1 and 12"),
        ("FREQ=YEARLY;BYMONTH=1,,2", "whole number"),
        ("FREQ=YEARLY;BYWEEKNO=54", "between -53 and 53"),
        ("FREQ=DAILY;BYHOUR=24", "between 0 and 23"),
        ("FREQ=DAILY;COUNT=٣", "whole number"),
        ("FREQ=DAILY;UNTIL=00001231T000000Z", "not a date"),
        ("FREQ=DAILY;UNTIL=soon", "not a date"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_used_is_refused_with_its_reason(rrule, reason):
    with pytest.raises(BadRule, match=reason):
        read_rule(rrule)


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=7",
        "FREQ=DAILY;INTERVAL=9999;COUNT=9999",
    ],
)
def test_a_rule_that_ends_of_itself_ends(rrule):
    assert expand(NEW_YEAR, rrule, BRUSSELS, limit=2000).complete


def test_a_rule_of_times_that_never_exist_is_not_followed_for_ever():
    first = datetime.combine(SPRING[0], datetime.min.time().replace(hour=2, minute=30))

    expansion = expand(first, "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", BRUSSELS, limit=10)

    assert (expansion.starts, len(expansion.skipped), expansion.complete) == ((), 1000, False)


@pytest.mark.parametrize(
    ("rrule", "expected"),
    [("FREQ=DAILY;COUNT=3", (3, True)), ("FREQ=DAILY;COUNT=4", (3, False)), ("FREQ=DAILY", (3, False))],
)
def test_it_is_complete_unless_the_limit_cut_it(rrule, expected):
    expansion = expand(NEW_YEAR, rrule, BRUSSELS, limit=3)

    assert (len(expansion.starts), expansion.complete) == expected


@pytest.mark.parametrize(
    ("until", "last_day"),
    [
        ("20270105", 5),  # the whole of that local day
        ("20270105T090000", 5),  # local, and at the start itself
        ("20270105T085959", 4),
        ("20270105T080000Z", 5),
        ("20270105T075959Z", 4),
    ],
)
def test_an_end_is_a_local_day_a_local_time_or_an_instant(until, last_day):
    assert expand(NEW_YEAR, f"FREQ=DAILY;UNTIL={until}", BRUSSELS).starts[-1].day == last_day


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("until", ["99991231", "99991231T235959", "99991231T235959Z"])
def test_an_end_in_the_year_9999_means_none(until, zone):
    expansion = expand(NEW_YEAR, f"FREQ=DAILY;UNTIL={until}", ZoneInfo(zone), limit=3)

    assert (len(expansion.starts), expansion.complete) == (3, False)


@pytest.mark.parametrize("year", [1, 9999])
def test_a_series_starts_within_the_calendars_arithmetic(year):
    with pytest.raises(BadRule, match="between the years"):
        expand(datetime(year, 1, 1), "FREQ=WEEKLY;WKST=SU", BRUSSELS)


def test_nothing_starts_after_the_instant_asked_for():
    until = datetime(2027, 1, 3, 9, tzinfo=BRUSSELS)

    assert expand(NEW_YEAR, "FREQ=DAILY", BRUSSELS, until=until).starts[-1] == until
    assert len(expand(NEW_YEAR, "FREQ=DAILY", BRUSSELS, until=until - timedelta(seconds=1)).starts) == 2


def test_without_a_rule_there_is_the_one_date():
    assert expand(NEW_YEAR, None, BRUSSELS).starts == (NEW_YEAR.replace(tzinfo=BRUSSELS),)


def test_the_leap_second_is_the_one_before():
    assert expand(NEW_YEAR, "FREQ=DAILY;BYSECOND=60;COUNT=1", BRUSSELS).starts[0].second == 59


@pytest.mark.parametrize(
    "rrule", ["FREQ=DAILY;COUNT=3000", "FREQ=DAILY;COUNT=20", "FREQ=DAILY;UNTIL=20270120"]
)
def test_a_rule_cut_beyond_its_end_keeps_its_end(rrule):
    whole = expand(NEW_YEAR, rrule, BRUSSELS, limit=3000).starts

    cut = cut_before(rrule, NEW_YEAR, BRUSSELS, whole[-1] + timedelta(days=1))

    assert expand(NEW_YEAR, cut, BRUSSELS, limit=9000).starts == whole


def test_a_cut_rule_ends_at_an_instant():
    at = datetime(2027, 2, 1, 9, tzinfo=BRUSSELS)

    assert cut_before("FREQ=DAILY", NEW_YEAR, BRUSSELS, at) == "FREQ=DAILY;UNTIL=20270201T075959Z"
    assert rest_from("FREQ=DAILY;COUNT=40", NEW_YEAR, BRUSSELS, at) == "FREQ=DAILY;COUNT=9"
    assert rest_from("FREQ=DAILY;UNTIL=20270220", NEW_YEAR, BRUSSELS, at) == "FREQ=DAILY;UNTIL=20270220"
