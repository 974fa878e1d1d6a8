"""The nights on which clocks change, 2027 and 2028 in Brussels: booked, edited, told, and read elsewhere."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select, update

from samen.adapters.db.models import FeedKind, Occurrence, Quota, Space
from samen.domain.editing import Reach
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Period
from samen.domain.rules import END_OF_DAY
from samen.services import booking, cancelling, editing, feeds, quota
from samen.services.booking import Booked
from samen.services.editing import Change, Edited
from samen.services.placing import ALIVE
from support.building import NOW, codes
from support.feed_reading import standing_in
from support.web import a_house

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SPRING = [datetime.fromisoformat(on) for on in ("2027-03-28", "2028-03-26")]
AUTUMN = [datetime.fromisoformat(on) for on in ("2027-10-31", "2028-10-29")]
NIGHTS = sorted(SPRING + AUTUMN)
AT_HALF_PAST_TWO = timedelta(hours=2, minutes=30)


def instant(local):
    """Of a wall time, reckoned by hand: the first of two, None where there is none."""
    for hours, is_summer in ((2, True), (1, False)):
        found = (local - hours * HOUR).replace(tzinfo=UTC)
        spring, autumn = (nights[local.year - 2027].replace(tzinfo=UTC) + HOUR for nights in (SPRING, AUTUMN))
        if (spring <= found < autumn) == is_summer:
            return found
    return None


def days_around(night):
    return [night + n * DAY for n in (-2, -1, 0, 1, 2, 3)]


def sundays_around(night):
    return [night + n * WEEK for n in (-1, 0, 1, 2)]


def last_sundays_around(night):
    months = range(night.month, min(night.month + 4, 13))
    firsts = [night.replace(day=1, month=month) for month in months]
    return [first - (first.isoweekday() % 7 or 7) * DAY for first in firsts]


# (rule, the days it gives around a night, wall time of the start, length)
SERIES = [
    ("FREQ=DAILY;COUNT=5", days_around, AT_HALF_PAST_TWO, HOUR),
    ("FREQ=WEEKLY;BYDAY=SU;COUNT=3", sundays_around, 4 * HOUR, HOUR),
    ("FREQ=MONTHLY;BYDAY=-1SU;COUNT=3", last_sundays_around, AT_HALF_PAST_TWO, 2 * HOUR),
    ("FREQ=WEEKLY;COUNT=3", sundays_around, 1 * HOUR, 3 * HOUR),
    ("FREQ=DAILY;COUNT=5", days_around, 0 * HOUR, 6 * HOUR),
]
SPACES = ["iris", "canal", "marolles", "zenne-noord", "zenne-zuid"]


class House:
    """A house that is open day and night, two years ahead."""

    def __init__(self, database):
        self.house, self.database = a_house(database), database
        self.an = self.house.people["an"]
        with database.write() as session:
            session.execute(delete(Quota))
            values = {"opening": time(0), "closing": END_OF_DAY, "horizon_days": 900, "longest_min": 1440}
            values |= {"closed_on_holidays": False}
            session.execute(update(Space).values(**values))

    def book(self, local, rrule=None, length=HOUR, space="iris", **more):
        return self.book_from(instant(local), rrule, length, space, **more)

    def book_from(self, start, rrule=None, length=HOUR, space="iris"):
        with self.database.write() as session:
            ask = booking.Ask(space, Interval(start, start + length), "Garde", None, self.an, rrule=rrule)
            return booking.request(session, ask, NOW)

    def edit(self, occurrence_id, reach=Reach.THIS, **change):
        with self.database.write() as session:
            answer = editing.edit(session, occurrence_id, Change(**change), reach, self.an, NOW)
            assert isinstance(answer, Edited), answer
            return answer

    def cancel(self, occurrence_id):
        with self.database.write() as session:
            cancelling.cancel(session, occurrence_id, self.an, NOW)

    def rows(self):
        """(space, from, until) of every date that stands."""
        with self.database.read() as session:
            standing = session.scalars(select(Occurrence).where(Occurrence.status.in_(ALIVE)))
            return sorted((one.space.slug, one.starts_at, one.ends_at) for one in standing)

    def read_elsewhere(self):
        """(from, until) of every date as a calendar program finds it in the feed."""
        with self.database.write() as session:
            token = feeds.make(session, self.an, FeedKind.PERSON, None, NOW).token
        feed = self.house.browser().get(f"/feeds/{token}.ics").data
        return [(one.start, one.end) for one in standing_in(feed)]

    def read_by_program(self, around):
        """(space, from, until) as the API tells them, ten weeks around."""
        program = self.house.program("an")
        begins, ends = (f"{around + n * 10 * WEEK:%Y-%m-%dT00:00:00Z}" for n in (-1, 1))
        told = program.get(f"/api/v1/occurrences?from={begins}&to={ends}").json
        moments = ((datetime.fromisoformat(one[end]) for end in ("start", "end")) for one in told)
        return sorted((one["space"], *ends) for one, ends in zip(told, moments, strict=True))


@pytest.fixture
def house(database):
    return House(database)


def series_around(night):
    """What each series must give: its space, the instants, and the wall times that do not exist."""
    for space, (rrule, days, at, length) in zip(SPACES, SERIES, strict=True):
        walls = [day + at for day in days(night)]
        count = int(rrule[-1])
        starts = [found for local in walls if (found := instant(local))][:count]
        missing = tuple(local for local in walls if instant(local) is None)
        yield space, rrule, walls[0], length, starts, missing


def test_series_have_the_instants_of_their_wall_times_wherever_they_are_read(house):
    expected, told = [], {}
    for night in NIGHTS:
        for space, rrule, first, length, starts, missing in series_around(night):
            answer = house.book(first, rrule, length, space)
            told[night, space] = answer.missing == missing
            expected += [(space, start, start + length) for start in starts]

    rows = house.rows()

    assert rows == sorted(expected)
    assert set(told.values()) == {True}
    assert house.read_elsewhere() == sorted((start, end) for _, start, end in rows)
    by_program = [one for night in NIGHTS for one in house.read_by_program(night)]
    assert sorted(by_program) == rows


def test_the_hour_that_does_not_exist_is_named_and_the_hour_that_occurs_twice_is_the_first(house):
    answers = {night: house.book(night - DAY + AT_HALF_PAST_TWO, "FREQ=DAILY;COUNT=3") for night in NIGHTS}

    assert {night: answer.missing for night, answer in answers.items()} == {
        night: (night + AT_HALF_PAST_TWO,) if night in SPRING else () for night in NIGHTS
    }
    on_the_night = [f"{answers[night].occurrences[1].starts_at:%d.%m %H:%M}" for night in AUTUMN]
    assert on_the_night == ["31.10 00:30", "29.10 00:30"]


def test_no_booking_goes_past_midnight_on_any_night(house):
    answers = [house.book(night - 2 * HOUR, length=8 * HOUR) for night in NIGHTS]

    assert [codes(answer) for answer in answers] == [["outside_opening_hours"]] * 4


def test_a_night_is_as_long_as_it_is_in_the_rows_and_in_the_hours_of_a_tenant(house):
    with house.database.write() as session:
        tenant = {"tenant_id": house.an.tenant_id, "hours": 100.0, "basis": Basis.BOOKED}
        session.add_all(Quota(period=period, **tenant) for period in Period)
    for night in NIGHTS:
        until_six = instant(night + 6 * HOUR) - instant(night)
        assert isinstance(house.book(night, length=until_six), Booked)

    assert [(end - start) / HOUR for _, start, end in house.rows()] == [5, 7, 5, 7]
    with house.database.read() as session:
        for night, hours in zip(NIGHTS, (5, 7, 5, 7), strict=True):
            uses = quota.usage(session, house.an.tenant_id, instant(night))
            month = quota.this_period(session, Period.MONTH, instant(night))
            (by_space,) = quota.hours_by_space(session, house.an.tenant_id, month, instant(night))
            assert {use.booked for use in uses} == {by_space.booked} == {hours}


@pytest.mark.parametrize("reach", Reach)
def test_a_series_edited_across_the_change_keeps_its_new_wall_time(house, reach):
    expected = []
    for night in NIGHTS:
        walls = [day + 10 * HOUR for day in sundays_around(night)]
        booked = house.book(walls[0], "FREQ=WEEKLY;COUNT=4")
        begins = instant(walls[1] + 4 * HOUR)
        house.edit(booked.occurrences[1].id, reach, start=begins, end=begins + 2 * HOUR)
        changed = {Reach.THIS: {1}, Reach.FOLLOWING: {1, 2, 3}, Reach.ALL: {0, 1, 2, 3}}[reach]
        for place, local in enumerate(walls):
            start = instant(local + 4 * HOUR if place in changed else local)
            expected.append(("iris", start, start + (2 if place in changed else 1) * HOUR))

    assert house.rows() == sorted(expected)
    assert house.read_elsewhere() == sorted((start, end) for _, start, end in expected)


@pytest.mark.parametrize("reach", [Reach.FOLLOWING, Reach.ALL])
def test_an_edit_into_the_changing_hour_says_which_time_does_not_exist(house, reach):
    missing, expected = {}, []
    for night in NIGHTS:
        booked = house.book(night - 2 * DAY + 4 * HOUR, "FREQ=DAILY;COUNT=5")
        start = instant(night - DAY + AT_HALF_PAST_TWO)
        answer = house.edit(booked.occurrences[1].id, reach, start=start, end=start + HOUR)
        missing[night] = answer.missing
        walls = [day + AT_HALF_PAST_TWO for day in days_around(night)]
        if reach is Reach.FOLLOWING:
            walls[0] = night - 2 * DAY + 4 * HOUR
        expected += [found for local in walls if (found := instant(local))][:5]

    assert [start for _, start, _ in house.rows()] == sorted(expected)
    assert missing == {night: (night + AT_HALF_PAST_TWO,) if night in SPRING else () for night in NIGHTS}
    assert house.read_elsewhere() == [(start, start + HOUR) for start in sorted(expected)]


def test_page_and_program_are_told_which_time_an_edit_loses(house):
    night = SPRING[0]
    by_page, by_program = (
        house.book(night - DAY + 4 * HOUR, "FREQ=DAILY;COUNT=3", space=space).occurrences[0].id
        for space in ("iris", "canal")
    )
    begins = instant(night - DAY + AT_HALF_PAST_TWO)
    form = {"space": "iris", "date": "2027-03-27", "start": "02:30", "end": "03:30", "title": "Garde"}
    form |= {"repeat": "daily", "times": "3", "reach": "all"}

    browser, program = house.house.browser("an"), house.house.program("an")
    page = browser.get(browser.post(f"/bookings/{by_page}/edit", form).headers["Location"]).text
    answer = program.call(
        "PATCH", f"/api/v1/occurrences/{by_program}?scope=all", json={"start": begins.isoformat()}
    )

    assert "Le dimanche 28 mars, cette heure n’existe pas." in page
    assert answer.json["missing"] == ["2027-03-28T02:30:00"]


def test_what_was_cancelled_or_moved_that_night_stays_so_through_the_changing_hour_and_back(house):
    expected = []
    for night in NIGHTS:
        cancelled = house.book(night - 2 * DAY + 4 * HOUR, "FREQ=DAILY;COUNT=5")
        moved = house.book(night - 2 * DAY + 4 * HOUR, "FREQ=DAILY;COUNT=5", space="marolles")
        house.cancel(cancelled.occurrences[2].id)
        house.edit(moved.occurrences[2].id, space="canal")
        expected.append(("canal", instant(night + 4 * HOUR), instant(night + 5 * HOUR)))
        for at in (AT_HALF_PAST_TWO, 4 * HOUR):
            for one in (cancelled, moved):
                start = instant(night - 2 * DAY + at)
                house.edit(one.occurrences[0].id, Reach.ALL, start=start, end=start + HOUR)

    rows = house.rows()

    assert [row for row in rows if row[0] == "canal"] == expected
    nights = {instant(night + 4 * HOUR) for night in NIGHTS}
    assert not nights & {start for space, start, _ in rows if space == "iris"}


@pytest.mark.parametrize("change", [{"title": "Veille"}, {"people": 3}, {"space": "canal"}])
def test_a_booking_in_the_second_of_two_hours_stays_there_when_it_is_edited(house, change):
    seconds = [instant(night + AT_HALF_PAST_TWO) + HOUR for night in AUTUMN]
    for start in seconds:
        house.edit(house.book_from(start).occurrences[0].id, **change)

    assert [(start, end) for _, start, end in house.rows()] == [(start, start + HOUR) for start in seconds]
    assert house.read_elsewhere() == [(start, start + HOUR) for start in seconds]


def test_a_booking_can_be_moved_into_the_second_of_two_hours(house):
    seconds = [instant(night + AT_HALF_PAST_TWO) + HOUR for night in AUTUMN]
    for night, start in zip(AUTUMN, seconds, strict=True):
        booked = house.book(night + 10 * HOUR).occurrences[0]
        house.edit(booked.id, start=start, end=start + HOUR)

    assert [start for _, start, _ in house.rows()] == seconds


def test_a_booking_in_the_second_of_two_hours_leaves_no_date_out(house):
    start = instant(AUTUMN[0] + AT_HALF_PAST_TWO) + HOUR
    booked = house.book_from(start)

    with house.database.read() as session:
        series = session.merge(booked.series)
        assert editing.dates_left_out(series, NOW) == []
