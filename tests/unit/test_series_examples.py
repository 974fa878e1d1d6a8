"""The dates that RFC 5545 (3.8.5.3) lists for its example rules, and those on which calendars disagree."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from samen.domain.series import expand

NEW_YORK = ZoneInfo("America/New_York")


def expanded(rrule, first, limit=200):
    """The days of the rule, and whether that is all of them."""
    expansion = expand(datetime.fromisoformat(f"{first}T09:00"), rrule, NEW_YORK, limit=limit)
    assert all(start.hour == 9 for start in expansion.starts)
    return [f"{start:%Y-%m-%d}" for start in expansion.starts], expansion.complete


def listed(text):
    """`1997-09 2 9, 1997-10 7` as days."""
    months = (part.split() for part in text.split(","))
    return [f"{month}-{int(day):02}" for month, *days in months for day in days]


JANUARY = " ".join(map(str, range(1, 32)))
ENDED = [
    ("FREQ=DAILY;COUNT=10", "1997-09-02", "1997-09 2 3 4 5 6 7 8 9 10 11"),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", "1997-09 2 12 22, 1997-10 2 12"),
    (
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998-01-01",
        f"1998-01 {JANUARY}, 1999-01 {JANUARY}, 2000-01 {JANUARY}",
    ),
    (
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        "1998-01-01",
        f"1998-01 {JANUARY}, 1999-01 {JANUARY}, 2000-01 {JANUARY}",
    ),
    ("FREQ=WEEKLY;COUNT=10", "1997-09-02", "1997-09 2 9 16 23 30, 1997-10 7 14 21 28, 1997-11 4"),
    (
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09-02",
        "1997-09 2 9 16 23 30, 1997-10 7 14 21 28, 1997-11 4 11 18 25, 1997-12 2 9 16 23",
    ),
    (
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997-09-02",
        "1997-09 2 4 9 11 16 18 23 25 30, 1997-10 2",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09-01",
        (
            "1997-09 1 3 5 15 17 19 29, 1997-10 1 3 13 15 17 27 29 31, "
            "1997-11 10 12 14 24 26 28, 1997-12 8 10 12 22"
        ),
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09-02",
        "1997-09 2 4 16 18 30, 1997-10 2 14 16",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09-05",
        (
            "1997-09 5, 1997-10 3, 1997-11 7, 1997-12 5, 1998-01 2, "
            "1998-02 6, 1998-03 6, 1998-04 3, 1998-05 1, 1998-06 5"
        ),
    ),
    (
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09-05",
        "1997-09 5, 1997-10 3, 1997-11 7, 1997-12 5",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09-07",
        "1997-09 7 28, 1997-11 2 30, 1998-01 4 25, 1998-03 1 29, 1998-05 3 31",
    ),
    (
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09-22",
        "1997-09 22, 1997-10 20, 1997-11 17, 1997-12 22, 1998-01 19, 1998-02 16",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09-02",
        "1997-09 2 15, 1997-10 2 15, 1997-11 2 15, 1997-12 2 15, 1998-01 2 15",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09-30",
        "1997-09 30, 1997-10 1 31, 1997-11 1 30, 1997-12 1 31, 1998-01 1 31, 1998-02 1",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09-10",
        "1997-09 10 11 12 13 14 15, 1999-03 10 11 12 13",
    ),
    (
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06-10",
        (
            "1997-06 10, 1997-07 10, 1998-06 10, 1998-07 10, 1999-06 10, 1999-07 10, 2000-06 10, 2000-07 10, "
            "2001-06 10, 2001-07 10"
        ),
    ),
    (
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997-03-10",
        (
            "1997-03 10, 1999-01 10, 1999-02 10, 1999-03 10, 2001-01 10, 2001-02 10, 2001-03 10, 2003-01 10, "
            "2003-02 10, 2003-03 10"
        ),
    ),
    (
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01-01",
        (
            "1997-01 1, 1997-04 10, 1997-07 19, 2000-01 1, 2000-04 9, 2000-07 18, 2003-01 1, 2003-04 10, "
            "2003-07 19, 2006-01 1"
        ),
    ),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "1997-09 4, 1997-10 7, 1997-11 6"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1997-08 5 10 19 24"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1997-08 5 17 19 31"),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "2007-01 15 30, 2007-02 15, 2007-03 15 30"),
]

ENDLESS = [
    ("FREQ=DAILY;INTERVAL=2", "1997-09-02", "1997-09 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30, 1997-10 2 4"),
    (
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09-02",
        "1997-09 2 16 30, 1997-10 14 28, 1997-11 11 25, 1997-12 9 23, 1998-01 6 20, 1998-02 3 17",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09-28",
        "1997-09 28, 1997-10 29, 1997-11 28, 1997-12 29, 1998-01 29, 1998-02 26",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09-02",
        "1997-09 2 9 16 23 30, 1997-11 4 11 18 25, 1998-01 6 13 20 27, 1998-03 3 10 17 24 31",
    ),
    ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1997-05 19, 1998-05 18, 1999-05 17"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "1997-05 12, 1998-05 11, 1999-05 17"),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03-13",
        "1997-03 13 20 27, 1998-03 5 12 19 26, 1999-03 4 11 18 25",
    ),
    (
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06-05",
        "1997-06 5 12 19 26, 1997-07 3 10 17 24 31, 1997-08 7 14 21 28, 1998-06 4 11 18 25",
    ),
    (
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1997-09-02",
        "1998-02 13, 1998-03 13, 1998-11 13, 1999-08 13, 2000-10 13",
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09-13",
        (
            "1997-09 13, 1997-10 11, 1997-11 8, 1997-12 13, 1998-01 10, 1998-02 7, 1998-03 7, 1998-04 11, "
            "1998-05 9, 1998-06 13"
        ),
    ),
    (
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11-05",
        "1996-11 5, 2000-11 7, 2004-11 2",
    ),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997-09-29",
        "1997-09 29, 1997-10 30, 1997-11 27, 1997-12 30, 1998-01 29, 1998-02 26, 1998-03 30",
    ),
]

# What calendars disagree on, each with what the RFC's table says.
CONTENTIOUS = [
    # A day of the month alone: of every month that has it.
    ("FREQ=YEARLY;BYMONTHDAY=29", "2027-01-04", "2027-01 29, 2027-03 29, 2027-04 29"),
    # A month alone: the first date's day in it. No February has a 31st.
    ("FREQ=YEARLY;BYMONTH=2,3", "2027-01-31", "2027-03 31, 2028-03 31"),
    # A week alone: the weekday of the first date, not all seven.
    ("FREQ=YEARLY;BYWEEKNO=20", "2027-01-04", "2027-05 17, 2028-05 15, 2029-05 14"),
    # Week 1 begins in the year before; week 53 exists in some years only.
    ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2026-06-01", "2027-01 4, 2028-01 3, 2029-01 1, 2029-12 31"),
    ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=WE", "2029-06-01", "2030-01 2, 2031-01 1, 2031-12 31"),
    ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH", "2020-01-01", "2020-12 31, 2026-12 31, 2032-12 30"),
    ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=SA", "2020-01-01", "2021-01 2, 2027-01 2, 2033-01 1"),
    ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH", "2026-01-01", "2026-12 31, 2027-12 30, 2028-12 28"),
    ("FREQ=YEARLY;BYWEEKNO=52;BYDAY=SU", "2021-06-01", "2022-01 2, 2023-01 1, 2023-12 31"),
    ("FREQ=YEARLY;BYWEEKNO=-52;BYDAY=MO", "2024-06-01", "2024-12 30, 2026-01 5, 2027-01 4"),
    ("FREQ=YEARLY;BYWEEKNO=-53;BYDAY=MO", "2019-06-01", "2019-12 30, 2025-12 29, 2031-12 29"),
    # With weeks from Sunday on, 1 January 2027, a Friday, is in week 52 of the year before.
    ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU", "2026-06-01", "2027-01 3, 2028-01 2, 2028-12 31"),
    # 29 February: leap years only, and 2100 is none.
    ("FREQ=YEARLY", "2088-02-29", "2088-02 29, 2092-02 29, 2096-02 29, 2104-02 29"),
    ("FREQ=YEARLY;INTERVAL=3", "2028-02-29", "2028-02 29, 2040-02 29"),
    # The 31st skips short months; every second month from there keeps step.
    ("FREQ=MONTHLY", "2027-01-31", "2027-01 31, 2027-03 31, 2027-05 31, 2027-07 31, 2027-08 31"),
    ("FREQ=MONTHLY;INTERVAL=3", "2027-01-31", "2027-01 31, 2027-07 31, 2027-10 31, 2028-01 31"),
    # Day 366, from the front and from the back.
    ("FREQ=YEARLY;BYYEARDAY=366", "2027-01-01", "2028-12 31, 2032-12 31, 2036-12 31"),
    ("FREQ=YEARLY;BYYEARDAY=-366", "2027-01-01", "2028-01 1, 2032-01 1, 2036-01 1"),
    ("FREQ=YEARLY;BYYEARDAY=-1", "2027-01-01", "2027-12 31, 2028-12 31"),
    # One ordinal does not limit the weekdays beside it.
    ("FREQ=MONTHLY;BYDAY=MO,1TU", "2027-01-01", "2027-01 4 5 11 18 25, 2027-02 1 2 8"),
    # An ordinal counts within the month where months are named, else within the year.
    ("FREQ=YEARLY;BYMONTH=1,7;BYDAY=-1FR", "2027-01-01", "2027-01 29, 2027-07 30, 2028-01 28"),
    ("FREQ=YEARLY;BYDAY=-1SU", "2027-01-01", "2027-12 26, 2028-12 31, 2029-12 30"),
    ("FREQ=YEARLY;BYDAY=53FR", "2027-01-01", "2027-12 31, 2032-12 31"),
    # The set of a week is the whole week's, also where it begins before the first date.
    ("FREQ=WEEKLY;BYDAY=WE,FR;BYSETPOS=1", "2027-01-08", "2027-01 13 20 27"),
    ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=1,-1", "2027-01-01", "2027-01 4, 2027-12 27, 2028-01 3"),
    # A first date that does not match its rule is not one of its dates.
    ("FREQ=WEEKLY;BYDAY=TU", "2027-01-04", "2027-01 5 12"),
]  # fmt: skip


@pytest.mark.parametrize(("rrule", "first", "days"), ENDED)
def test_a_rule_with_an_end_gives_all_its_days(rrule, first, days):
    assert expanded(rrule, first) == (listed(days), True)


@pytest.mark.parametrize(("rrule", "first", "days"), ENDLESS + CONTENTIOUS)
def test_a_rule_without_an_end_gives_as_many_days_as_asked_for(rrule, first, days):
    assert expanded(rrule, first, limit=len(listed(days))) == (listed(days), False)


def test_an_end_on_the_day_before_christmas_keeps_the_day_before_it():
    days, complete = expanded("FREQ=DAILY;UNTIL=19971224T000000Z", "1997-09-02")

    assert (len(days), days[-1], complete) == (113, "1997-12-23", True)


def test_times_of_the_day_are_multiplied_out():
    rrule = "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40"

    starts = expand(datetime(1997, 9, 2, 9), rrule, NEW_YORK, limit=25).starts  # noqa: DTZ001 (wall time)

    assert [f"{start:%d %H:%M}" for start in starts[:3] + starts[-2:]] == [
        "02 09:00", "02 09:20", "02 09:40", "02 16:40", "03 09:00",
    ]  # fmt: skip
