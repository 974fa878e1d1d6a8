"""Series: booked, edited in three reaches, cancelled, and what survives."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Quota, Series
from samen.domain.editing import Reach
from samen.domain.quota import Basis
from samen.services import booking, cancelling, editing, release
from samen.services.booking import Booked, Instead, Refused
from samen.services.editing import Change
from support.building import NOW, a_member, at, load_demo, span

WEEK = timedelta(days=7)


@pytest.fixture
def calendar(database):
    load_demo(database)
    return SeriesCalendar(database, a_member(database, "an@x.example"))


class SeriesCalendar:
    """The demo building's calendar, by the week."""

    def __init__(self, database, viewer):
        self.database, self.viewer = database, viewer

    def book(self, rrule="FREQ=WEEKLY;COUNT=4", start="09:00", end="10:00", space="iris", day=24, **more):
        with self.database.write() as session:
            ask = booking.Ask(space, span(start, end, day), "Cours", None, self.viewer, rrule=rrule, **more)
            answer = booking.request(session, ask, NOW)
            self.series_id = answer.series.id if isinstance(answer, Booked) else None
            return answer

    def edit(self, which, change, reach=Reach.THIS, now=NOW):
        with self.database.write() as session:
            one = self._rows(session)[which]
            return editing.edit(session, one.id, change, reach, self.viewer, now)

    def cancel(self, which, reach=Reach.THIS, now=NOW):
        with self.database.write() as session:
            return cancelling.cancel(session, self._rows(session)[which].id, self.viewer, now, reach)

    def dates(self):
        """`day clock space`, one a living date, over all series."""
        with self.database.read() as session:
            rows = session.scalars(select(Occurrence).order_by(Occurrence.starts_at))
            return [
                f"{one.starts_at + timedelta(hours=1):%d.%m %H:%M} {one.space.slug}"
                for one in rows
                if one.status in (OccurrenceStatus.CONFIRMED, OccurrenceStatus.PENDING)
            ]

    def _rows(self, session):
        query = select(Occurrence).where(Occurrence.series_id == self.series_id)
        return session.scalars(query.order_by(Occurrence.original_start)).all()


def test_a_weekly_series_has_a_row_and_a_claim_for_each_date(calendar):
    answer = calendar.book()

    assert [f"{one.starts_at:%d.%m}" for one in answer.occurrences] == ["24.11", "01.12", "08.12", "15.12"]
    with calendar.database.read() as session:
        assert len(session.scalars(select(Claim)).all()) == 4


def test_a_clash_is_told_date_by_date_with_a_way_out_for_each(calendar):
    calendar.book(rrule=None, day=24)

    answer = calendar.book()

    assert [f"{one.during.start:%d.%m}" for one in answer.dates] == ["24.11"]
    assert answer.dates[0].alternatives
    assert [refusal.code for refusal in answer.refusals] == ["taken"]


def test_an_alternative_can_be_taken_for_one_date(calendar):
    calendar.book(rrule=None, day=24)
    other = {at("09:00", 24): Instead("canal", span("09:00", "10:00", 24))}

    answer = calendar.book(instead=other)

    assert isinstance(answer, Booked)
    assert "24.11 09:00 canal" in calendar.dates()
    assert [one.moved for one in answer.occurrences] == [True, False, False, False]


def test_clashing_dates_may_be_left_out_and_added_again_later(calendar):
    first = calendar.book(rrule=None, day=24)
    answer = calendar.book(skip_conflicts=True)
    assert [one.start for one in answer.skipped] == [at("09:00", 24)]
    with calendar.database.write() as session:
        cancelling.cancel(session, first.occurrences[0].id, calendar.viewer, NOW)

    with calendar.database.write() as session:
        series = session.get_one(Series, calendar.series_id)
        left = editing.dates_left_out(series, NOW)
        editing.add_back(session, series.id, left[0].start, calendar.viewer, NOW)

    assert len(calendar.dates()) == 4


def test_moving_all_moves_plain_dates_and_leaves_exceptions_where_they_are(calendar):
    calendar.book()
    calendar.edit(1, Change(start=at("15:00", 24) + WEEK, end=at("16:00", 24) + WEEK))
    calendar.cancel(2)

    answer = calendar.edit(0, Change(start=at("11:00", 24)), Reach.ALL)

    assert not isinstance(answer, Refused)
    assert calendar.dates() == ["24.11 11:00 iris", "01.12 15:00 iris", "15.12 11:00 iris"]


def test_this_and_following_splits_the_series(calendar):
    calendar.book()
    before = calendar.series_id

    answer = calendar.edit(2, Change(space="canal", title="Cours avancé"), Reach.FOLLOWING)

    assert answer.series.id != before
    assert [one[-5:] for one in calendar.dates()] == [" iris", " iris", "canal", "canal"]
    with calendar.database.read() as session:
        first, second = (session.get_one(Series, one) for one in (before, answer.series.id))
        assert (first.rrule, first.title) == ("FREQ=WEEKLY;UNTIL=20261201T080000Z", "Cours")
        assert (second.rrule, second.title) == ("FREQ=WEEKLY;COUNT=2", "Cours avancé")


def test_what_is_over_is_never_edited(calendar):
    calendar.book()
    later = NOW + timedelta(days=5)

    calendar.edit(1, Change(start=at("11:00", 24) + WEEK), Reach.ALL, now=later)

    assert [one[6:11] for one in calendar.dates()] == ["09:00", "11:00", "11:00", "11:00"]


def test_a_single_booking_can_become_a_series(calendar):
    calendar.book(rrule=None)

    calendar.edit(0, Change(rrule="FREQ=WEEKLY;COUNT=3"), Reach.ALL)

    assert calendar.dates() == ["24.11 09:00 iris", "01.12 09:00 iris", "08.12 09:00 iris"]


def test_a_cancelled_date_never_comes_back_whatever_the_rule_becomes(calendar):
    calendar.book()
    calendar.cancel(1)

    calendar.edit(0, Change(rrule="FREQ=WEEKLY;INTERVAL=2;COUNT=2"), Reach.ALL)
    calendar.edit(0, Change(rrule="FREQ=WEEKLY;COUNT=4"), Reach.ALL)

    assert calendar.dates() == ["24.11 09:00 iris", "08.12 09:00 iris", "15.12 09:00 iris"]


def test_a_moved_date_outside_the_new_rule_stands_alone(calendar):
    calendar.book()
    calendar.edit(1, Change(space="canal"))

    calendar.edit(0, Change(rrule="FREQ=WEEKLY;INTERVAL=2;COUNT=2"), Reach.ALL)

    assert calendar.dates() == ["24.11 09:00 iris", "01.12 09:00 canal", "08.12 09:00 iris"]


def test_an_edit_that_clashes_changes_nothing_unless_told_to_skip(calendar):
    calendar.book(rrule=None, start="11:00", end="12:00", day=24)
    calendar.book()

    refused = calendar.edit(0, Change(start=at("11:00", 24)), Reach.ALL)
    kept = calendar.dates()
    skipped = calendar.edit(0, Change(start=at("11:00", 24), skip_conflicts=True), Reach.ALL)

    assert isinstance(refused, Refused)
    assert len([one for one in kept if "09:00" in one]) == 4
    assert [one.start for one in skipped.skipped] == [at("11:00", 24)]
    assert calendar.dates()[:3] == ["24.11 09:00 iris", "24.11 11:00 iris", "01.12 11:00 iris"]


def test_weekdays_of_a_rule_move_along(calendar):
    calendar.book(rrule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4")

    calendar.edit(0, Change(start=at("09:00", 25)), Reach.ALL)

    assert [one[:5] for one in calendar.dates()] == ["25.11", "27.11", "02.12", "04.12"]


def test_cancelling_the_following_leaves_what_comes_before(calendar):
    calendar.book()

    calendar.cancel(2, Reach.FOLLOWING)

    assert calendar.dates() == ["24.11 09:00 iris", "01.12 09:00 iris"]


def test_a_date_that_moves_alone_obeys_the_rules_whatever_may_be_skipped(calendar):
    calendar.book()

    answer = calendar.edit(1, Change(start=at("05:00", 24) + WEEK, skip_conflicts=True))

    assert isinstance(answer, Refused)
    assert [refusal.code for refusal in answer.refusals] == ["outside_opening_hours"]
    assert [one[6:11] for one in calendar.dates()] == ["09:00"] * 4


def test_a_single_booking_that_cannot_move_is_refused_whatever_may_be_skipped(calendar):
    calendar.book(rrule=None, start="11:00", end="12:00")
    calendar.book(rrule=None)

    refused = calendar.edit(0, Change(start=at("11:00", 24), skip_conflicts=True))
    calendar.edit(0, Change(start=at("14:00", 24)))

    assert isinstance(refused, Refused)
    assert [one[6:11] for one in calendar.dates()] == ["11:00", "14:00"]


def test_a_single_booking_made_elsewhere_than_asked_can_be_moved(calendar):
    calendar.book(rrule=None, instead={at("09:00", 24): Instead("canal", span("10:00", "11:00", 24))})

    calendar.edit(0, Change(start=at("14:00", 24), end=at("15:00", 24)))

    assert [one[6:11] for one in calendar.dates()] == ["14:00"]


def test_dates_that_stay_count_against_the_quota_of_an_edit(calendar):
    with calendar.database.write() as session:
        session.execute(update(Quota).values(hours=5, basis=Basis.BOOKED))
    calendar.book("FREQ=DAILY;COUNT=3")

    answer = calendar.edit(0, Change(rrule="FREQ=DAILY;COUNT=6"), Reach.ALL)

    assert isinstance(answer, Refused)
    assert [refusal.code for refusal in answer.refusals] == ["over_quota"]


def test_who_cannot_follow_may_stand_in_the_way_of_the_next_who_stays_too(calendar):
    calendar.book(rrule=None, day=26)
    calendar.book("FREQ=DAILY;COUNT=2")

    answer = calendar.edit(0, Change(start=at("09:00", 25), skip_conflicts=True), Reach.ALL)

    assert not isinstance(answer, Refused)
    assert [f"{one.start:%d.%m}" for one in answer.skipped] == ["25.11", "26.11"]
    assert [one[:5] for one in calendar.dates()] == ["24.11", "25.11", "26.11"]


def test_a_tail_given_back_stays_given_back_when_its_series_changes(calendar):
    running = calendar.book(end="11:00").occurrences[0].id
    with calendar.database.write() as session:
        release.release(session, running, calendar.viewer, at("09:28", 24))

    calendar.edit(1, Change(space="canal"), Reach.ALL, now=at("09:29", 24))

    with calendar.database.read() as session:
        first = session.get_one(Occurrence, running)
        assert (first.space.slug, first.ends_at) == ("iris", at("09:30", 24))
    assert [one[12:] for one in calendar.dates()] == ["iris", "canal", "canal", "canal"]


@pytest.mark.parametrize("rrule", ["FREQ=WEEKLY;UNTIL=20261215T080000Z", "FREQ=WEEKLY;UNTIL=20261215"])
@pytest.mark.parametrize(("to", "days"), [("11:00", 0), ("08:00", 0), ("09:00", 2), ("09:00", -1)])
def test_a_series_that_is_shifted_keeps_as_many_dates_as_it_has(calendar, rrule, to, days):
    calendar.book(rrule)

    calendar.edit(0, Change(start=at(to, 24 + days)), Reach.ALL)

    assert len(calendar.dates()) == 4
    assert {one[6:11] for one in calendar.dates()} == {to}
