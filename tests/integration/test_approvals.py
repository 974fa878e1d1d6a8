"""Requests on both engines: what a yes means, who says it, and what it does to the others who asked."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import Invite, Mail, Notice, OccurrenceStatus, Series, Space, Tenant
from samen.adapters.db.models import Waiting as Wait
from samen.domain.access import Role
from samen.domain.rules import Approval
from samen.services import approvals, booking, cancelling, waitlist
from samen.services.booking import Booked, Refused
from support.building import NOW, a_member, at, codes, load_demo, span

CONFIRMED, DECLINED, PENDING = (
    OccurrenceStatus.CONFIRMED,
    OccurrenceStatus.DECLINED,
    OccurrenceStatus.PENDING,
)


class Desk:
    """Two tenants that ask for Iris, whose owner is a third; requests do not hold it, unless said."""

    def __init__(self, database, holds=False):
        load_demo(database)
        self.database = database
        self.people = {
            "bo": a_member(database, "bo@senne.test", "collectif-senne"),
            "cy": a_member(database, "cy@nova.test", "jeugdhuis-nova"),
            "ada": a_member(database, "ada@rue.test", role=Role.TENANT_ADMIN),
            "eva": a_member(database, "eva@senne.test", "collectif-senne", Role.TENANT_ADMIN),
            "manager": a_member(database, "m@pixel.test", "radio-pixel", Role.MANAGER),
        }
        with database.write() as session:
            owner = session.scalars(select(Tenant.id).where(Tenant.slug == "atelier-rue")).one()
            iris = update(Space).where(Space.slug == "iris")
            session.execute(iris.values(owner_id=owner, approval=Approval.OTHERS, pending_holds=holds))

    def asks(self, who, start, end, space="iris", rrule=None, title="Réunion"):
        with self.database.write() as session:
            ask = booking.Ask(space, span(start, end, 24), title, None, self.people[who], rrule=rrule)
            answer = booking.request(session, ask, NOW)
            assert isinstance(answer, Booked), answer
            return answer.series.id

    def waiting(self, who):
        with self.database.read() as session:
            found = approvals.waiting(session, self.people[who], NOW)
            session.expunge_all()
            return found

    def approve(self, who, series_id, dates=None):
        with self.database.write() as session:
            return approvals.approve(session, series_id, self.people[who], NOW, dates)

    def decline(self, who, series_id, reason="", dates=None):
        with self.database.write() as session:
            return approvals.decline(session, series_id, self.people[who], reason, NOW, dates)

    def stands(self, series_id):
        with self.database.read() as session:
            return [one.status for one in session.get_one(Series, series_id).occurrences]

    def dates(self, series_id):
        with self.database.read() as session:
            return [one.id for one in session.get_one(Series, series_id).occurrences]

    def mails(self, who):
        with self.database.read() as session:
            mine = select(Mail).where(Mail.member_id == self.people[who].member_id).order_by(Mail.id)
            return [(mail.code, mail.invite) for mail in session.scalars(mine)]


@pytest.fixture
def desk(database):
    return Desk(database)


@pytest.fixture
def cheap(sqlite_database):
    return Desk(sqlite_database)


def test_a_yes_confirms_and_declines_who_asked_for_the_same(desk):
    bo, cy = desk.asks("bo", "10:00", "12:00"), desk.asks("cy", "11:00", "13:00")

    answer = desk.approve("ada", bo)

    assert [one.series_id for one in answer.declined] == [cy]
    assert (desk.stands(bo), desk.stands(cy)) == ([CONFIRMED], [DECLINED])
    assert desk.mails("bo") == [("request_approved", Invite.REQUEST)]
    assert desk.mails("cy") == [("request_overtaken", None)]
    assert codes(desk.approve("ada", cy)) == ["already_decided"]


def test_a_confirmed_request_holds_its_space_and_is_watched(cheap):
    bo = cheap.asks("bo", "10:00", "12:00")

    answer = cheap.approve("ada", bo)

    assert [one.look_at for one in answer.occurrences] == [at("10:00", 24)]
    with cheap.database.write() as session:
        ask = booking.Ask("iris", span("11:00", "12:00", 24), "Réunion", None, cheap.people["ada"])
        assert codes(booking.request(session, ask, NOW)) == ["taken"]


def test_nothing_is_half_approved(desk):
    bo = desk.asks("bo", "10:00", "12:00", rrule="FREQ=DAILY;COUNT=3")
    with desk.database.write() as session:
        ask = booking.Ask("iris", span("11:00", "12:00", 25), "Réunion", None, desk.people["ada"])
        assert isinstance(booking.request(session, ask, NOW), Booked)

    refused = desk.approve("ada", bo)

    assert codes(refused) == ["taken"]
    assert [one.during for one in refused.dates] == [span("10:00", "12:00", 25)]
    assert desk.stands(bo) == [PENDING] * 3


def test_some_dates_are_approved_and_others_declined(cheap):
    bo = cheap.asks("bo", "10:00", "12:00", rrule="FREQ=DAILY;COUNT=3")
    first, second, third = cheap.dates(bo)

    assert len(cheap.approve("ada", bo, [first, third]).occurrences) == 2
    assert cheap.stands(bo) == [CONFIRMED, PENDING, CONFIRMED]
    assert codes(cheap.approve("ada", bo, [first, second])) == ["already_decided"]
    cheap.decline("ada", bo, "Travaux", [second])

    assert cheap.stands(bo) == [CONFIRMED, DECLINED, CONFIRMED]


def test_a_no_is_told_with_its_reason_and_frees_for_who_waits(sqlite_database):
    desk = Desk(sqlite_database, holds=True)
    bo = desk.asks("bo", "10:00", "12:00")
    with desk.database.write() as session:
        wish = waitlist.Wish("iris", span("10:00", "12:00", 24), "Atelier", None, desk.people["cy"])
        waiting_id = waitlist.join(session, wish, NOW).id

    desk.decline("ada", bo, "Travaux")

    with desk.database.read() as session:
        assert session.get_one(Wait, waiting_id).offer.status is OccurrenceStatus.HELD
        told = session.scalars(select(Notice).where(Notice.code == "request_declined")).one()
        assert (told.member_id, told.facts["reason"]) == (desk.people["bo"].member_id, "Travaux")
    assert desk.stands(bo) == [DECLINED]


def test_a_request_is_shown_with_rivals_and_what_a_yes_declines(desk):
    bo = desk.asks("bo", "10:00", "12:00", rrule="FREQ=DAILY;COUNT=3", title="Danse")
    desk.asks("cy", "11:00", "13:00", rrule="FREQ=DAILY;COUNT=2")

    first, second = sorted(desk.waiting("ada"), key=lambda request: request.series.title)

    assert (first.series.id, first.series.title) == (bo, "Danse")
    assert [len(date.rivals) for date in first.dates] == [1, 1, 0]
    assert [(each.tenant, each.dates) for each in first.declines] == [("jeugdhuis-nova", 2)]
    assert [(each.tenant, each.dates) for each in second.declines] == [("collectif-senne", 2)]
    assert [date.clashes for date in first.dates] == [(), (), ()]


def test_a_request_for_what_is_taken_since_is_shown_with_the_clash(cheap):
    cheap.asks("bo", "10:00", "12:00")
    with cheap.database.write() as session:
        ask = booking.Ask("iris", span("11:00", "12:00", 24), "Réunion", None, cheap.people["ada"])
        booking.request(session, ask, NOW)

    (request,) = cheap.waiting("ada")

    assert [other.claimed for other in request.dates[0].clashes] == [span("11:00", "12:00", 24)]


def test_admins_decide_for_their_own_space_and_managers_for_all(cheap):
    bo = cheap.asks("bo", "10:00", "12:00")

    assert [len(cheap.waiting(who)) for who in ("bo", "cy", "ada", "eva", "manager")] == [0, 0, 1, 0, 1]
    assert codes(cheap.approve("eva", bo)) == ["no_such_request"]
    assert codes(cheap.decline("bo", bo)) == ["no_such_request"]
    assert not isinstance(cheap.approve("manager", bo), Refused)


def test_a_request_shows_how_its_tenant_stands_with_it(cheap):
    cheap.asks("bo", "10:00", "12:00")

    (request,) = cheap.waiting("ada")

    assert [use.booked for use in request.quotas] == [2.0] * len(request.quotas) != []


def test_what_was_decided_or_is_over_is_decided_no_more(cheap):
    bo, cy = cheap.asks("bo", "10:00", "12:00"), cheap.asks("cy", "14:00", "15:00")
    cheap.decline("ada", bo)
    with cheap.database.write() as session:
        (one,) = session.get_one(Series, cy).occurrences
        cancelling.cancel(session, one.id, cheap.people["cy"], NOW)

    assert [codes(cheap.approve("ada", one)) for one in (bo, cy)] == [["already_decided"]] * 2
    with cheap.database.write() as session:
        late = at("12:00", 24) + timedelta(days=1)
        assert codes(approvals.approve(session, bo, cheap.people["ada"], late)) == ["already_decided"]


def test_a_booking_that_waits_again_leaves_the_calendar_with_a_no(cheap):
    bo = cheap.asks("bo", "10:00", "12:00")
    cheap.approve("ada", bo)
    with cheap.database.write() as session:
        session.execute(update(Series).where(Series.id == bo).values(title="Danse"))
        (one,) = session.get_one(Series, bo).occurrences
        one.status = PENDING

    cheap.decline("ada", bo)

    assert cheap.mails("bo")[-1] == ("request_declined", Invite.CANCEL)
