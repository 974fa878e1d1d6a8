"""Calendars of other programs: what is booked of them, what is refused, and that nothing is half done."""

import json
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import func, select

from samen.adapters.db.models import Claim, Occurrence, Series, Space
from samen.cli.imports import imports
from samen.domain.access import Role
from support.building import BRUSSELS, NOW, Calendar, a_member, load_demo

CHOIR = """BEGIN:VEVENT
UID:choir@else
SUMMARY:Chœur
DTSTART;TZID=Romance Standard Time:20261130T190000
DTEND;TZID=Romance Standard Time:20261130T210000
RRULE:FREQ=WEEKLY;COUNT=5
EXDATE;TZID=Romance Standard Time:20261207T190000
RDATE;TZID=Romance Standard Time:20261210T190000
END:VEVENT
BEGIN:VEVENT
UID:choir@else
SUMMARY:Fête du chœur
RECURRENCE-ID;TZID=Romance Standard Time:20261214T190000
DTSTART;TZID=Romance Standard Time:20261215T180000
DTEND;TZID=Romance Standard Time:20261215T210000
END:VEVENT
BEGIN:VEVENT
UID:choir@else
RECURRENCE-ID;TZID=Romance Standard Time:20261221T190000
DTSTART;TZID=Romance Standard Time:20261221T190000
STATUS:CANCELLED
END:VEVENT"""


def an_event(name, *lines, summary="", lasting="PT1H"):
    """An event of another program."""
    said = (f"UID:{name}@else", f"SUMMARY:{summary or name}", f"DURATION:{lasting}", *lines)
    return "\n".join(["BEGIN:VEVENT", *said, "END:VEVENT"])


MEETING = an_event("meeting", "DTSTART:20261126T100000", summary="Réunion")
GONE = an_event("gone", "DTSTART:20261127T100000", "STATUS:CANCELLED")
PAST = an_event("past", "DTSTART:20261102T100000")
NIGHT = an_event("night", "DTSTART:20261126T230000", lasting="PT30M")
DAY = an_event("day", "DTSTART;VALUE=DATE:20261126", lasting="P1D")
BROKEN = an_event("broken", "DTSTART:soon")
TOO_FINE = an_event("bomb", "DTSTART:20261126T100000", "RRULE:FREQ=SECONDLY")


@pytest.fixture(name="importing")
def importing_into(monkeypatch, tmp_path):
    """Gives the command over a database, with people of one tenant."""

    def over(database):
        load_demo(database)
        a_member(database, "an@rue.test")
        a_member(database, "ada@rue.test", role=Role.TENANT_ADMIN)
        monkeypatch.setenv("SAMEN_DATABASE_URL", database.url)
        return lambda *events, **more: run_over(tmp_path / "calendar.ics", events, **more)

    return over


def run_over(file, events, more=("--tenant", "atelier-rue"), space="iris"):
    """`samen import calendar` of these events, or of raw bytes."""
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *map(str, events), "END:VCALENDAR", ""])
    file.write_bytes(events[0] if isinstance(events[0], bytes) else text.encode())
    with time_machine.travel(NOW, tick=False):
        return CliRunner().invoke(imports, ["calendar", str(file), "--space", space, *more])


@pytest.fixture
def run(importing, sqlite_database):
    return importing(sqlite_database)


def dates(database):
    """Local start, title and hours of every date stored."""
    with database.read() as session:
        rows = session.scalars(select(Occurrence).order_by(Occurrence.starts_at)).all()
        return [
            (
                f"{row.starts_at.astimezone(BRUSSELS):%m-%d %H:%M}",
                row.title or row.series.title,
                (row.ends_at - row.starts_at) / timedelta(hours=1),
            )
            for row in rows
        ]


def report(answer) -> dict:
    return {event["uid"]: event for event in json.loads(answer.stdout)["events"]}


def test_a_series_comes_with_its_gaps_its_changes_and_its_added_dates(importing, database):
    answer = importing(database)(CHOIR, MEETING)

    assert answer.exit_code == 0, answer.output
    assert dates(database) == [
        ("11-26 10:00", "Réunion", 1),
        ("11-30 19:00", "Chœur", 2),
        ("12-10 19:00", "Chœur", 2),
        ("12-15 18:00", "Fête du chœur", 3),
        ("12-28 19:00", "Chœur", 2),
    ]
    assert "iris: 2 events imported with 5 dates" in answer.output


def test_a_second_import_changes_nothing_and_says_so(run, sqlite_database):
    run(CHOIR, MEETING)
    before = dates(sqlite_database)

    again = run(CHOIR, MEETING)

    assert (again.exit_code, dates(sqlite_database)) == (0, before)
    assert again.output.count("known: ") == 2


def test_one_refused_event_keeps_all_out_and_is_named(run, sqlite_database):
    answer = run(CHOIR, NIGHT, BROKEN, more=("--tenant", "atelier-rue", "--json"))

    told = report(answer)
    assert (answer.exit_code, dates(sqlite_database)) == (1, [])
    assert answer.stderr == "Error: 2 of 3 events are refused; nothing was imported\n"
    assert [told[uid]["outcome"] for uid in told] == ["imported", "refused", "refused"]
    assert told["night@else"]["refusals"][0]["code"] == "outside_opening_hours"
    assert told["night@else"]["refused_at"] == ["2026-11-26T23:00:00+01:00"]
    assert "DTSTART" in told["broken@else"]["refusals"][0]["text"]


def test_refused_events_can_be_passed_over(run, sqlite_database):
    answer = run(MEETING, NIGHT, more=("--tenant", "atelier-rue", "--skip-refused"))

    assert (answer.exit_code, len(dates(sqlite_database))) == (0, 1)
    assert "refused: night: It is open from" in answer.output


def test_a_series_that_clashes_once_is_refused_whole(importing, database):
    run = importing(database)
    an = a_member(database, "bo@rue.test")
    Calendar(database, an).ask("19:00", "20:00")
    one = CHOIR.replace("20261130T", "20261123T")

    answer = run(one, MEETING, more=("--tenant", "atelier-rue", "--skip-refused"))

    assert answer.exit_code == 0
    assert [title for _, title, _ in dates(database)] == ["Réunion", "Réunion"]
    assert "2026-11-23 19:00" in answer.output
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 2


def test_what_is_cancelled_or_over_is_passed_by_with_a_word(run, sqlite_database):
    answer = run(GONE, PAST)

    assert (answer.exit_code, dates(sqlite_database)) == (0, [])
    assert "cancelled: gone" in answer.output
    assert "over: past" in answer.output


def test_past_dates_of_a_series_are_left_and_the_rest_keeps_its_rule(run, sqlite_database):
    answer = run(CHOIR.partition("\nEXDATE")[0].replace("20261130T", "20261102T") + "\nEND:VEVENT")

    with sqlite_database.read() as session:
        series = session.scalars(select(Series)).one()
        assert (series.starts_local.day, series.rrule) == (23, "FREQ=WEEKLY;UNTIL=20261130T180000Z")
    assert "over: 3" in answer.output


def test_a_rule_without_end_reaches_as_far_as_the_space_may_be_booked(run, sqlite_database):
    endless = CHOIR.partition("\nEXDATE")[0].replace(";COUNT=5", "") + "\nEND:VEVENT"

    answer = run(endless)

    with sqlite_database.read() as session:
        last = session.scalar(select(func.max(Occurrence.ends_at)))
        days = session.scalars(select(Space.horizon_days).where(Space.slug == "iris")).one()
    assert timedelta(days=days - 7) < last - NOW <= timedelta(days=days)
    assert "it goes on beyond what can be booked today" in answer.output


@pytest.mark.parametrize("event", [DAY, TOO_FINE], ids=["a whole day", "every second"])
def test_what_no_room_can_hold_is_refused(run, sqlite_database, event):
    answer = run(event)

    assert (answer.exit_code, dates(sqlite_database)) == (1, [])
    assert "refused: " in answer.output


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "there is no VCALENDAR in it"),
        (b"\x00\x01\x02", "NUL"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "it breaks off within VEVENT"),
        (b"A" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
    ids=["empty", "binary", "torn", "giant"],
)
def test_a_file_that_is_no_calendar_is_bad_input(run, sqlite_database, content, complaint):
    answer = run(content)

    assert (answer.exit_code, answer.stderr.count("\n"), dates(sqlite_database)) == (2, 1, [])
    assert complaint in answer.stderr


@pytest.mark.parametrize(
    ("more", "space", "complaint"),
    [
        ((), "cellar", "no space is called 'cellar'"),
        (("--tenant", "nobody"), "iris", "no tenant is called 'nobody'"),
        (("--tenant", "radio-pixel"), "iris", "nobody may book for radio-pixel"),
        (("--as", "eve@else.test"), "iris", "eve@else.test may not book"),
    ],
)
def test_where_and_for_whom_must_be_known(run, more, space, complaint):
    answer = run(MEETING, more=more, space=space)

    assert answer.exit_code == 2
    assert complaint in answer.stderr


@pytest.mark.parametrize(
    ("more", "email"),
    [
        ((), "ada@rue.test"),
        (("--tenant", "atelier-rue"), "ada@rue.test"),
        (("--as", "An@rue.test"), "an@rue.test"),
    ],
)
def test_it_is_booked_in_somebodys_name(run, sqlite_database, more, email):
    run(MEETING, more=more)

    with sqlite_database.read() as session:
        series = session.scalars(select(Series)).one()
        assert (series.booked_by.email, series.source_uid) == (email, "meeting@else")
