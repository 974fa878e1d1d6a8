"""Calendars written and read: clock-change nights, exceptions, and whatever other programs write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.adapters.ical_in import IcsFault, Unreadable, read_events
from samen.adapters.ical_out import Invitee, feed, scheduling
from samen.domain.calendar_event import Date, Kept, Standing, bare_event, date_event, events_of
from samen.domain.calendar_file import Plan, plan
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.domain.series import BadRule, expand
from support.feed_reading import events_in, seen_in

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HORIZON = NOW + timedelta(days=400)
HOUR = timedelta(hours=1)
NIGHTS = ["2027-03-28", "2027-10-31", "2028-03-26", "2028-10-29"]
RULES = {
    "daily": "FREQ=DAILY;COUNT=9",
    "daily until": "FREQ=DAILY;UNTIL={until}",
    "weekly": "FREQ=WEEKLY;COUNT=4",
    "weekends": "FREQ=WEEKLY;BYDAY=SA,SU;COUNT=8",
}


def a_series(starts, rrule, length=HOUR, without=(), **more) -> Kept:
    """A series booked in Brussels, with a row for every date but those `without`, counted from 0."""
    starts_local = datetime.fromisoformat(starts)
    starts = [start.astimezone(UTC) for start in expand(starts_local, rrule, BRUSSELS).starts]
    dates = [a_date(start, length) for place, start in enumerate(starts) if place not in without]
    return Kept(
        uid="0f2b@samen",
        zone=BRUSSELS,
        starts_local=starts_local,
        length=length,
        rrule=rrule,
        title="Chœur",
        place="Iris, Bota 75",
        tenant="Atelier Rue",
        sequence=3,
        made_at=NOW,
        dates=tuple(dates),
        **more,
    )


def a_date(start, length=HOUR, **more) -> Date:
    said = {"standing": Standing.CONFIRMED, "sequence": 0, "title": "Chœur", "place": "Iris, Bota 75"}
    return Date(original_start=start, **{"during": Interval(start, start + length), **said, **more})


def changed(kept, place, **more) -> Kept:
    """The series with one of its dates changed."""
    dates = list(kept.dates)
    dates[place] = replace(dates[place], **more)
    return replace(kept, dates=tuple(dates))


def written(kept) -> bytes:
    return feed("Iris", BRUSSELS, events_of(kept), lambda event: "http://house.test/day")


def rows(kept):
    return sorted((one.during.start, one.during.end) for one in kept.dates if one.here)


def read(content):
    return sorted((one.start, one.end) for one in seen_in(content))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("clock", ["01:30", "02:00", "02:30", "03:00", "23:30"])
@pytest.mark.parametrize("night", NIGHTS)
def test_across_a_clock_change_a_reader_finds_the_instants_of_the_rows(night, clock, rule):
    before = datetime.fromisoformat(f"{night}T{clock}") - timedelta(days=7)
    rrule = RULES[rule].format(until=f"{before + timedelta(days=9):%Y%m%dT%H%M%S}")

    kept = a_series(f"{before:%Y-%m-%d %H:%M}", rrule, timedelta(hours=2))

    assert read(written(kept)) == rows(kept)


def test_a_date_that_was_left_out_is_an_exdate_and_a_missing_night_too():
    kept = a_series("2027-03-25 02:30", "FREQ=DAILY;COUNT=6", without=[1])

    (event,) = events_in(written(kept))

    assert event["EXDATE"].to_ical() == b"20270326T023000,20270328T023000"
    assert event["RRULE"].to_ical() == b"FREQ=DAILY;UNTIL=20270331T003000Z"
    assert read(written(kept)) == rows(kept)


def test_a_plain_rule_is_sent_as_it_was_given():
    kept = a_series("2027-01-04 09:00", "FREQ=WEEKLY;COUNT=5")

    (event,) = events_in(written(kept))

    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=5"
    assert event["DTSTART"].params["TZID"] == "Europe/Brussels"


def test_what_differs_is_told_by_itself_and_what_ended_is_kept():
    weekly = a_series("2027-01-04 09:00", "FREQ=WEEKLY;COUNT=5")
    later = Interval(weekly.dates[1].during.start + HOUR, weekly.dates[1].during.end + HOUR)
    kept = changed(weekly, 1, during=later, sequence=1)
    kept = changed(kept, 2, standing=Standing.CANCELLED, sequence=2)
    kept = changed(kept, 4, title="Fête", sequence=3)

    shown = seen_in(written(kept))

    assert [(one.start, one.status, one.title) for one in shown] == [
        (one.during.start, one.standing.value, one.title) for one in kept.dates
    ]
    assert [int(event["SEQUENCE"]) for event in events_in(written(kept))] == [3, 1, 2, 3]


def test_a_request_for_a_series_is_tentative_as_a_whole():
    weekly = a_series("2027-01-04 09:00", "FREQ=WEEKLY;COUNT=2")
    kept = replace(weekly, dates=tuple(replace(one, standing=Standing.TENTATIVE) for one in weekly.dates))

    (event,) = events_in(written(kept))

    assert event["STATUS"] == "TENTATIVE"


def test_a_date_in_another_space_is_missing_here_and_stands_alone_there():
    weekly = a_series("2027-01-04 09:00", "FREQ=WEEKLY;COUNT=3")
    here = changed(weekly, 1, here=False)
    there = replace(
        weekly, here=False, dates=tuple(replace(one, here=one == weekly.dates[1]) for one in weekly.dates)
    )

    assert read(written(here)) == rows(here)
    (event,) = events_in(written(there))
    assert event["RECURRENCE-ID"].dt == weekly.dates[1].original_start
    assert event["UID"] == events_in(written(here))[0]["UID"]


def test_a_date_that_the_rule_no_longer_gives_is_not_lost():
    weekly = a_series("2027-01-04 09:00", "FREQ=WEEKLY;COUNT=3")
    outside = a_date(datetime(2027, 1, 13, 10, tzinfo=UTC))
    kept = replace(weekly, dates=(*weekly.dates, outside))

    assert read(written(kept)) == rows(kept)


def test_a_series_booked_only_in_part_ends_where_its_rows_do():
    endless = a_series("2027-01-04 09:00", "FREQ=WEEKLY")
    kept = replace(endless, dates=endless.dates[:10])

    assert read(written(kept)) == rows(kept)


def test_the_second_half_past_two_of_an_october_night_is_told_apart():
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    kept = replace(a_series("2027-10-31 02:30", None), dates=(a_date(second),))

    assert read(written(kept)) == [(second, second + HOUR)]


def test_an_invitation_names_its_people_and_a_cancellation_its_series():
    kept = a_series("2027-01-04 09:00", "FREQ=WEEKLY;COUNT=3")
    an = Invitee("an@rue.test", "An", "samen@house.test", "Bota 75")

    request = scheduling("REQUEST", [date_event(kept, kept.dates[1].original_start)], an, NOW)
    cancel = scheduling("CANCEL", [bare_event(kept)], an, NOW)

    (asked,), (ended,) = events_in(request), events_in(cancel)
    assert asked["RECURRENCE-ID"].dt == kept.dates[1].original_start
    assert (asked["ATTENDEE"], asked["ATTENDEE"].params["PARTSTAT"]) == ("mailto:an@rue.test", "ACCEPTED")
    assert asked["ORGANIZER"] == "mailto:samen@house.test"
    assert (b"METHOD:CANCEL" in cancel, ended["STATUS"], "RECURRENCE-ID" in ended) == (
        True,
        "CANCELLED",
        False,
    )


def a_file(*lines) -> bytes:
    body = [f"BEGIN:VEVENT\nUID:1@else\n{event}\nEND:VEVENT" for event in lines]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *body, "END:VCALENDAR", ""]).encode()


def planned(*lines) -> Plan | Refusal:
    (event,) = read_events(a_file(*lines), BRUSSELS)
    assert not isinstance(event, Unreadable), event
    return plan(event, BRUSSELS, NOW, HORIZON)


def dates_of(answer) -> list[str]:
    """Local starts of the dates that a plan books by themselves."""
    return [f"{one.during.start.astimezone(BRUSSELS):%m-%d %H:%M}" for one in answer.singles]


@pytest.mark.parametrize(
    ("start", "local"),
    [
        ("DTSTART;TZID=Europe/Brussels:20270111T090000", "01-11 09:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20270111T090000", "01-11 09:00"),
        ("DTSTART;TZID=/vendor.example/20210101/Europe/Brussels:20270111T090000", "01-11 09:00"),
        ("DTSTART;TZID=America/New_York:20270111T090000", "01-11 15:00"),
        ("DTSTART:20270111T090000", "01-11 09:00"),
        ("DTSTART:20270111T090000Z", "01-11 10:00"),
    ],
)
def test_times_are_read_in_the_zone_they_name(start, local):
    assert dates_of(planned(f"{start}\nDURATION:PT1H")) == [local]


def test_a_day_lasts_from_midnight_to_midnight_even_when_the_clock_changes():
    (one,) = planned("DTSTART;VALUE=DATE:20270328").singles

    assert one.during.length == timedelta(hours=23)


def test_a_series_keeps_its_rule_its_gaps_and_its_changes():
    answer = planned(
        "SUMMARY:Chœur\nDTSTART;TZID=Europe/Brussels:20270104T190000\nDTEND;TZID=Europe/Brussels:20270104T210000\n"
        "RRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=Europe/Brussels:20270111T190000",
        "SUMMARY:Fête\nRECURRENCE-ID;TZID=Europe/Brussels:20270118T190000\n"
        "DTSTART;TZID=Europe/Brussels:20270119T180000\nDURATION:PT1H",
        "RECURRENCE-ID:20270125T180000Z\nSTATUS:CANCELLED\nDTSTART:20270125T180000Z",
    )

    assert (answer.rrule, answer.singles) == ("FREQ=WEEKLY;UNTIL=20270201T180000Z", ())
    assert [(start.day, during and during.start.day) for start, during in answer.moved.items()] == [
        (11, None),
        (18, 19),
        (25, None),
    ]
    assert list(answer.titles.values()) == ["Fête"]


def test_past_dates_are_left_and_counted_and_a_rule_without_end_is_cut():
    answer = planned("DTSTART;TZID=Europe/Brussels:20261102T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY")

    assert (answer.over, answer.cut) == (3, True)
    assert answer.first.start == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_rule_in_another_zone_becomes_single_dates_at_the_instants_it_means():
    answer = planned("DTSTART:20270322T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2")

    assert (answer.rrule, dates_of(answer)) == (None, ["03-22 09:00", "03-29 10:00"])


def test_added_dates_stand_beside_the_series():
    answer = planned(
        "DTSTART:20270104T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2\n"
        "RDATE:20270106T190000\nRDATE;VALUE=PERIOD:20270107T190000/PT2H"
    )

    assert (answer.rrule is not None, dates_of(answer)) == (True, ["01-06 19:00", "01-07 19:00"])
    assert answer.singles[1].during.length == 2 * HOUR


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("DTSTART:20270111T090000", "event_no_end"),
        ("DTSTART:20270111T090000\nDTEND:20270111T080000", "event_no_end"),
        ("DTEND:20270111T080000", "event_unreadable"),
        ("DTSTART:yesterday\nDURATION:PT1H", "event_unreadable"),
        ("DTSTART:00010101T090000\nDURATION:PT1H", "event_unreadable"),
        ("DTSTART:20270111T090000\nDTSTART:20270112T090000\nDURATION:PT1H", "event_unreadable"),
        ("DTSTART;TZID=Middle/Earth:20270111T090000\nDURATION:PT1H", "event_unknown_zone"),
        ("DTSTART;TZID=Europe:20270111T090000\nDURATION:PT1H", "event_unknown_zone"),
        ("DTSTART:20270111T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "event_rules"),
        ("RECURRENCE-ID;RANGE=THISANDFUTURE:20270111T090000\nDTSTART:20270111T090000", "event_range"),
    ],
)
def test_an_event_that_cannot_be_understood_is_refused_with_the_reason(event, code):
    (found,) = read_events(a_file(event), BRUSSELS)

    assert isinstance(found, Unreadable)
    assert found.refusal.code == code


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("RRULE:FREQ=DAILY;COUNT=100000", "too_far_ahead"),
        ("RRULE:FREQ=WEEKLY;UNTIL=20400101T000000Z", "too_far_ahead"),
        (
            "RDATE:"
            + ",".join(
                f"2027{day // 28 + 1:02}{day % 28 + 1:02}T{hour:02}0000"
                for day in range(200)
                for hour in range(9, 16)
            ),
            "too_many_dates",
        ),
    ],
)
def test_more_than_can_be_booked_is_refused(rule, code):
    answer = planned(f"DTSTART:20270111T090000\nDURATION:PT1H\n{rule}")

    assert isinstance(answer, Refusal)
    assert answer.code == code


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "there is no VCALENDAR"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"),
        (b"\0" * 100, "NUL"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "it breaks off within VEVENT"),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", "END:VEVENT without its BEGIN"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 100_000, "nested too deep"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 2001, "more than 2000 events"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_calendar_says_so_in_a_line(content, said):
    with pytest.raises(IcsFault, match=said):
        read_events(content, BRUSSELS)


PIECES = st.sampled_from(
    [
        *"\n\r;:,=/TZ+-09 ",
        "BEGIN:VEVENT\n",
        "END:VEVENT\n",
        "BEGIN:VALARM\n",
        "RRULE:FREQ=SECONDLY\n",
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\n",
        "DURATION:-P99999999D\n",
        "DTSTART:99991231T235959\n",
        "EXDATE:20270111\n",
        "RDATE;VALUE=PERIOD:20270111T090000/20270110T090000\n",
        ";TZID=",
        "\N{SNOWMAN}",
        "20270111T090000",
    ]
)
SOUND = a_file(
    "SUMMARY:Chœur\nDTSTART;TZID=Europe/Brussels:20270104T190000\nDTEND;TZID=Europe/Brussels:20270104T210000\n"
    "RRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=Europe/Brussels:20270111T190000\nSEQUENCE:1",
    "RECURRENCE-ID;TZID=Europe/Brussels:20270118T190000\nDTSTART:20270119T180000Z\nDURATION:PT1H",
).decode()


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 12), PIECES), min_size=1, max_size=6))
def test_a_spoilt_file_gets_an_answer(mutations):
    text = SOUND
    for place, cut, piece in mutations:
        text = text[:place] + piece + text[place + cut :]

    assert understood(text.encode())


def understood(content) -> bool:
    """Whether each event has a plan or a refusal, or the file a fault; anything else raises."""
    try:
        events = read_events(content, BRUSSELS)
    except IcsFault:
        return True
    for event in events:
        if not isinstance(event, Unreadable):
            try:
                plan(event, BRUSSELS, NOW, HORIZON)
            except BadRule:
                continue
    return True
