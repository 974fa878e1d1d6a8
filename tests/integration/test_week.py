"""A week of every space, as one viewer may see it, on both engines."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import event, select, update

from samen.adapters.db.models import Blackout, OccurrenceStatus, Site, Space, SpaceHours
from samen.domain.interval import Interval
from samen.services import booking, calendar, placing
from support.building import NOW, Calendar, a_member, at, load_demo, span

MONDAY = date(2026, 11, 23)
TUESDAY, SUNDAY = 1, 6


@pytest.fixture
def book(database):
    load_demo(database)
    return Calendar(database, a_member(database, "an@rue.test"))


def week_of(book, viewer=None, now=NOW):
    """By slug, the seven days."""
    with book.database.read() as session:
        site = session.scalars(select(Site)).one()
        found = calendar.week(session, site, MONDAY, viewer or book.viewer, now)
        return {one.space.slug: one.days for one in found}


def reserve(book, space, during, now=NOW):
    with book.database.write() as session:
        ask = booking.Ask(space, during, "Réunion", None, book.viewer)
        assert isinstance(booking.request(session, ask, now), booking.Booked)


def test_a_booking_leaves_the_rest_of_the_day_free(book):
    book.ask("10:00", "12:00")

    monday, tuesday, *_ = week_of(book)["iris"]

    assert [one.during for one in monday.held] == [span("10:00", "12:00")]
    assert monday.free == (span("08:00", "10:00"), span("12:00", "22:00"))
    assert (tuesday.held, tuesday.free) == ((), (span("08:00", "22:00", 24),))


def test_a_whole_shows_in_its_parts_and_a_part_in_its_whole_each_once(book):
    manager = a_member(book.database, "m@rue.test", "jeugdhuis-nova")
    book.ask("10:00", "11:00", space="zenne-noord")
    book.ask("14:00", "15:00", space="zenne", viewer=manager)

    days = {slug: week_of(book)[slug][0].held for slug in ("zenne", "zenne-noord", "zenne-zuid")}

    assert {slug: len(held) for slug, held in days.items()} == {"zenne": 2, "zenne-noord": 2, "zenne-zuid": 1}


def test_it_says_whose_and_how_firm_and_nothing_of_what(book):
    lea = a_member(book.database, "lea@rue.test", "collectif-senne")
    book.ask("10:00", "11:00", space="zenne", viewer=lea)

    (seen,) = week_of(book)["zenne"][0].held
    (own,) = week_of(book, lea)["zenne"][0].held

    assert (seen.status, seen.tint, seen.mine, own.mine) == (OccurrenceStatus.PENDING, 1, False, True)
    assert not hasattr(seen, "title")


def test_hours_of_a_weekday_and_closures_are_kept_to(book):
    with book.database.write() as session:
        iris = session.scalars(select(Space).where(Space.slug == "iris")).one()
        iris.hours = [SpaceHours(weekday=TUESDAY, opening=time(7), closing=time(12))]
        shut = span("09:00", "10:00", 24)
        closure = Blackout(site_id=iris.site_id, space_id=iris.id, starts_at=shut.start, ends_at=shut.end)
        closure.reason = "Travaux"
        session.add(closure)

    days = week_of(book)

    assert days["iris"][TUESDAY].free == (span("07:00", "09:00", 24), span("10:00", "12:00", 24))
    assert (days["atelier"][SUNDAY].open_during, days["atelier"][SUNDAY].free) == (None, ())


def test_what_is_over_is_no_longer_offered(book):
    days = week_of(book, now=NOW + timedelta(days=2))["iris"]

    assert [bool(day.free) for day in days] == [False, False, True, True, True, True, True]


def test_what_was_given_back_is_free_again(book):
    booked = book.ask("10:00", "12:00")
    book.cancel(booked)

    monday = week_of(book)["iris"][0]

    assert (monday.held, monday.free) == ((), (span("08:00", "22:00"),))


def test_the_longest_booking_with_the_longest_buffers_is_found_at_the_end_of_both(book):
    with book.database.write() as session:
        longest = {"before_min": 1440, "after_min": 1440, "opening": time(0), "closing": time.max}
        session.execute(update(Space).where(Space.slug == "iris").values(**longest))
    reserve(book, "iris", span("00:00", "23:45", 22), now=NOW - timedelta(days=5))

    with book.database.read() as session:
        iris = session.scalars(select(Space).where(Space.slug == "iris")).one()
        held = placing.busy(session, iris, span("21:30", "21:45", 23))

    assert held == (Interval(at("00:00", 21), at("23:45", 23)),)


def test_a_full_week_asks_no_more_questions_than_an_empty_one(book):
    empty = questions(book)
    for day in range(23, 30):
        for space in ("iris", "marolles", "canal", "keuken"):
            reserve(book, space, span("10:00", "11:00", day))

    assert questions(book) == empty <= 9


def questions(book) -> int:
    """How often the database is asked for a week."""
    asked = []

    def note(*_arguments):
        asked.append(1)

    event.listen(book.database.engine, "before_cursor_execute", note)
    week_of(book)
    event.remove(book.database.engine, "before_cursor_execute", note)
    return len(asked)
