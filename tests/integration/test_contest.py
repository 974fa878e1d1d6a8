"""Requests for dates that are not open yet: gathered, decided by credit once they are; nobody slips in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import AuditEntry, Notice, Occurrence, Waiting
from samen.domain.contest import lot
from samen.domain.rules import Approval
from samen.services import booking, cancelling, waitlist
from samen.services.booking import Booked
from support.building import at, codes, span
from support.crediting import AFTER, BEFORE, OPENS, Opening


@pytest.fixture
def house(database):
    return Opening(database)


@pytest.fixture
def cheap(sqlite_database):
    return Opening(sqlite_database)


def test_the_most_credit_gets_what_several_asked_for(house):
    house.credit("bo", 3)
    first, second = house.asks("an", "10:00", "12:00"), house.asks("bo", "11:00", "13:00")
    alone = house.asks("cy", "15:00", "16:00")

    swept = house.sweep()

    assert swept == 3
    assert house.decision(first) == (False, "credit")
    assert house.decision(second) == (True, "credit")
    assert house.decision(alone) == (True, "uncontested")
    assert house.holders() == [house.people["bo"].tenant_id, house.people["cy"].tenant_id]
    assert (house.told("an"), house.told("bo")) == (["contest_lost"], ["contest_won"])
    assert house.sweep() == 0


def test_lots_are_drawn_from_a_seed_that_is_told(house):
    first, second = house.asks("an", "10:00", "12:00"), house.asks("bo", "10:00", "12:00")

    house.sweep()

    with house.database.read() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "contest.decided")).one()
        published = (noted.facts["seed"], noted.previous)
        seed = session.get_one(Waiting, first).decision["seed"]
    luckier = lot(seed, "atelier-rue") < lot(seed, "collectif-senne")
    assert published == (seed, seed)
    assert house.decision(first) == (luckier, "lottery")
    assert house.decision(second) == (not luckier, "lottery")


def test_nobody_books_what_waits_to_be_decided_and_anybody_what_does_not(house):
    house.asks("an", "10:00", "12:00")

    before = house.books("bo", "10:00", "11:00")
    open_but_undecided = house.books("bo", "10:00", "11:00", AFTER)
    beside = house.books("bo", "14:00", "15:00", AFTER)
    house.sweep()

    assert codes(before) == ["gathers_requests"]
    assert codes(open_but_undecided) == ["being_decided"]
    assert isinstance(beside, Booked)
    assert codes(house.books("bo", "10:00", "11:00", AFTER)) == ["taken"]


def test_a_date_that_opens_later_than_is_gathered_is_too_far_ahead(cheap):
    early = OPENS - timedelta(days=5, minutes=1)

    assert codes(cheap.asks("an", "10:00", "12:00", early)) == ["too_far_ahead"]
    assert codes(cheap.books("an", "10:00", "12:00", early)) == ["too_far_ahead"]


def test_who_loses_stays_in_line_and_is_offered_what_is_given_back(cheap):
    cheap.credit("bo", 3)
    loser, winner = cheap.asks("an", "10:00", "12:00"), cheap.asks("bo", "10:00", "12:00")
    cheap.sweep()

    with cheap.database.write() as session:
        won = session.get_one(Waiting, winner).offer_id
        cancelling.cancel(session, won, cheap.people["bo"], AFTER)

    with cheap.database.read() as session:
        assert session.get_one(Waiting, loser).state.value == "offered"


def test_what_the_manager_took_before_is_lost_to_all_and_they_hear_why(cheap):
    wish = cheap.asks("an", "10:00", "12:00")
    assert isinstance(cheap.books("boss", "10:00", "11:00"), Booked)

    cheap.sweep()

    assert cheap.decision(wish) == (False, None)
    assert cheap.told("an") == ["contest_lost"]


def test_a_request_that_was_withdrawn_is_not_decided(cheap):
    wish = cheap.asks("an", "10:00", "12:00")
    with cheap.database.write() as session:
        waitlist.withdraw(session, wish, cheap.people["an"], BEFORE)

    assert cheap.sweep() == 0
    assert isinstance(cheap.books("bo", "10:00", "12:00", AFTER), Booked)


def test_where_a_yes_is_needed_what_is_won_waits_for_it(cheap):
    cheap.rules(approval=Approval.ALWAYS)
    cheap.asks("an", "10:00", "12:00")

    cheap.sweep()

    with cheap.database.read() as session:
        assert session.scalars(select(Occurrence)).one().status.value == "pending"
        told = session.scalars(select(Notice.code).where(Notice.member_id == cheap.boss.member_id)).all()
    assert told == ["request_waits"]


def test_an_endless_series_ends_with_the_last_date_that_is_open(cheap):
    with cheap.database.write() as session:
        viewer = cheap.people["an"]
        ask = booking.Ask("iris", span("10:00", "11:00", 20), "Cours", None, viewer, rrule="FREQ=WEEKLY")
        before_noon = booking.request(session, ask, at("09:00", 20))

    assert [one.starts_at for one in before_noon.occurrences] == [at("10:00", 20), at("10:00", 27)]
