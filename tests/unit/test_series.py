"""Recurrence rules: the RFC's own examples, the library where it is right, and the nights of the clock."""

# ruff: noqa: DTZ001 (wall times, on purpose)

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.domain.series import BadRule, cut_before, expand, read_rule, rest_from

BRUSSELS = ZoneInfo("Europe/Brussels")
NEW_YORK = ZoneInfo("America/New_York")


def dates(rrule, start, limit=12, zone=NEW_YORK):
    """The dates of the rule, as text."""
    return [str(at.date()) for at in expand(start, rrule, zone, limit=limit).starts]


# RFC 5545, 3.8.5.3: the dates its examples list, from 1997-09-02 09:00 unless said otherwise.
RFC_EXAMPLES = {
    "FREQ=DAILY;INTERVAL=10;COUNT=5": "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH": (
        "1997-09-02 1997-09-04 1997-09-16 1997-09-18 1997-09-30 1997-10-02 1997-10-14 1997-10-16"
    ),
    "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO": ("1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16"),
    "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-3": (
        "1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26"
    ),
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1": (
        "1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30 1997-12-01 1997-12-31 1998-01-01 "
        "1998-01-31 1998-02-01"
    ),
    "FREQ=YEARLY;COUNT=4;BYMONTH=6,7": "1998-06-02 1998-07-02 1999-06-02 1999-07-02",
    "FREQ=YEARLY;INTERVAL=3;COUNT=6;BYYEARDAY=1,100,200": (
        "2000-01-01 2000-04-09 2000-07-18 2003-01-01 2003-04-10 2003-07-19"
    ),
    "FREQ=YEARLY;COUNT=3;BYDAY=20MO": "1998-05-18 1999-05-17 2000-05-15",
    "FREQ=YEARLY;COUNT=3;BYWEEKNO=20;BYDAY=MO": "1998-05-11 1999-05-17 2000-05-15",
    "FREQ=YEARLY;COUNT=4;BYMONTH=3;BYDAY=TH": "1998-03-05 1998-03-12 1998-03-19 1998-03-26",
    "FREQ=MONTHLY;COUNT=5;BYDAY=FR;BYMONTHDAY=13": ("1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13"),
    "FREQ=MONTHLY;COUNT=4;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13": (
        "1997-09-13 1997-10-11 1997-11-08 1997-12-13"
    ),
    "FREQ=YEARLY;INTERVAL=4;COUNT=2;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8": "1997-11-04 2001-11-06",
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3": "1997-09-04 1997-10-07 1997-11-06",
    "FREQ=MONTHLY;COUNT=4;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2": "1997-09-29 1997-10-30 1997-11-27 1997-12-30",
    "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=15,30": "1997-09-15 1997-09-30 1997-10-15",
}


@pytest.mark.parametrize(("rrule", "expected"), RFC_EXAMPLES.items())
def test_the_examples_of_the_rfc(rrule, expected):
    assert dates(rrule, datetime(1997, 9, 2, 9)) == expected.split()


def test_the_week_starts_where_the_rule_says():
    start = datetime(1997, 8, 5, 9)

    assert dates("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start) == [
        "1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24",
    ]  # fmt: skip
    assert dates("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start) == [
        "1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31",
    ]  # fmt: skip


# What libraries disagree on, each with what the RFC's table says.
CONTENTIOUS = {
    # A day of the month alone: of every month.
    ("FREQ=YEARLY;BYMONTHDAY=29", "2027-01-04"): "2027-01-29 2027-03-29 2027-04-29",
    # A week alone: the weekday of the first date, not all seven.
    ("FREQ=YEARLY;BYWEEKNO=20", "2027-01-04"): "2027-05-17 2028-05-15 2029-05-14",
    # Week 1 begins in the year before; week 53 exists in some years only.
    ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2026-06-01"): "2027-01-04 2028-01-03 2029-01-01",
    ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=WE", "2029-06-01"): "2030-01-02 2031-01-01 2031-12-31",
    ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH", "2020-01-01"): "2020-12-31 2026-12-31 2032-12-30",
    ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH", "2026-01-01"): "2026-12-31 2027-12-30 2028-12-28",
    # 29 February: leap years only.
    ("FREQ=YEARLY", "2028-02-29"): "2028-02-29 2032-02-29 2036-02-29",
    # The 31st skips short months; every second month from there keeps step.
    ("FREQ=MONTHLY", "2027-01-31"): "2027-01-31 2027-03-31 2027-05-31",
    ("FREQ=MONTHLY;INTERVAL=2", "2027-01-31"): "2027-01-31 2027-03-31 2027-05-31",
    # Day 366, from the front and from the back.
    ("FREQ=YEARLY;BYYEARDAY=366", "2027-01-01"): "2028-12-31 2032-12-31 2036-12-31",
    ("FREQ=YEARLY;BYYEARDAY=-366", "2027-01-01"): "2028-01-01 2032-01-01 2036-01-01",
    # One ordinal does not limit the weekdays beside it.
    ("FREQ=MONTHLY;BYDAY=MO,1TU", "2027-01-01"): "2027-01-04 2027-01-05 2027-01-11",
    # The set of a week is the whole week's, also where it begins before the first date.
    ("FREQ=WEEKLY;BYDAY=WE,FR;BYSETPOS=1", "2027-01-08"): "2027-01-13 2027-01-20 2027-01-27",
    ("FREQ=YEARLY;BYMONTH=1,7;BYDAY=-1FR", "2027-01-01"): "2027-01-29 2027-07-30 2028-01-28",
    ("FREQ=YEARLY;BYDAY=-1SU", "2027-01-01"): "2027-12-26 2028-12-31 2029-12-30",
    ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=1,-1", "2027-01-01"): "2027-01-04 2027-12-27 2028-01-03",
}


@pytest.mark.parametrize(("rule", "expected"), CONTENTIOUS.items())
def test_what_libraries_disagree_on(rule, expected):
    rrule, start = rule

    assert dates(rrule, datetime.fromisoformat(f"{start}T09:00"), limit=3) == expected.split()


numbers = st.integers(1, 4)
weekday_names = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3, unique=True
)
starts = st.datetimes(datetime(2019, 1, 1, 9), datetime(2031, 1, 1, 9)).map(
    lambda at: at.replace(hour=9, minute=0, second=0, microsecond=0)
)


@st.composite
def agreed_rules(draw):
    """Rules on whose dates the library and the RFC agree."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(numbers)}", f"WKST={draw(st.sampled_from(['MO', 'SU']))}"]
    if draw(st.booleans()):
        parts.append(
            "BYMONTH="
            + ",".join(map(str, draw(st.lists(st.integers(1, 12), min_size=2, max_size=4, unique=True))))
        )
    if freq in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        nth = draw(st.sampled_from(["", "1", "2", "-1"]))
        parts.append("BYDAY=" + ",".join(nth + day for day in draw(weekday_names)))
    elif freq in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        parts.append(
            "BYMONTHDAY="
            + ",".join(
                map(str, draw(st.lists(st.sampled_from([1, 13, 28, 31, -1, -5]), min_size=1, unique=True)))
            )
        )
    elif draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(draw(weekday_names)))
    return ";".join(parts)


@settings(max_examples=150, deadline=None)
@given(agreed_rules(), starts)
def test_the_library_gives_the_same_dates_where_it_reads_the_rule_as_the_rfc_does(rrule, start):
    expected = [at.date() for at in islice(rrulestr(rrule, dtstart=start), 8) if at.year < 2090]

    ours = [at.date() for at in expand(start, rrule, BRUSSELS, limit=8).starts if at.year < 2090]

    assert ours == expected


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
        ("FREQ=DAILY;COLOUR=RED", "not a part"),
        ("FREQ=WEEKLY;BYDAY=XX", "not a weekday"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_used_is_refused_with_its_reason(rrule, reason):
    with pytest.raises(BadRule, match=reason):
        read_rule(rrule)


@pytest.mark.parametrize("rrule", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=9999"])
def test_a_rule_that_ends_of_itself_ends(rrule):
    assert expand(datetime(2027, 1, 4, 9), rrule, BRUSSELS, limit=2000).complete


@given(st.integers(1, 9), st.integers(2, 12), starts)
@settings(max_examples=50, deadline=None)
def test_the_two_halves_of_a_split_rule_are_the_whole(cut, count, start):
    rrule = f"FREQ=WEEKLY;INTERVAL=2;COUNT={count};BYDAY=MO,TH"
    whole = expand(start, rrule, BRUSSELS).starts
    at = whole[min(cut, len(whole) - 1)]

    first = expand(start, cut_before(rrule, start, BRUSSELS, at), BRUSSELS).starts
    second = expand(at.replace(tzinfo=None), rest_from(rrule, start, BRUSSELS, at), BRUSSELS).starts

    assert first + second == whole
