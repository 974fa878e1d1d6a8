"""Booking on both engines: the invariant, the rules, and giving back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from samen.adapters.db.models import AuditEntry, Claim, OccurrenceStatus
from samen.domain.access import Role
from samen.domain.interval import Interval
from samen.services.booking import Booked
from samen.services.cancelling import Cancelled
from support.building import NOW, Calendar, a_member, at, codes, load_demo, span


@pytest.fixture
def calendar(database):
    load_demo(database)
    return Calendar(database, a_member(database, "an@rue.test"))


def test_a_booking_may_start_when_the_previous_one_ends(calendar):
    calendar.ask("09:00", "11:00")

    answer = calendar.ask("11:00", "12:00")

    assert isinstance(answer, Booked)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("09:00", "11:00"),
        ("08:30", "09:15"),
        ("10:45", "12:00"),
        ("09:30", "10:30"),
        ("08:00", "12:00"),
    ],
)
def test_whatever_overlaps_is_refused_with_the_conflict_and_what_is_free(calendar, start, end):
    calendar.ask("09:00", "11:00")

    answer = calendar.ask(start, end)

    assert codes(answer) == ["taken"]
    assert answer.conflicts == (span("09:00", "11:00"),)
    assert len(answer.alternatives) == 3


def test_an_alternative_that_is_asked_for_is_accepted(calendar):
    calendar.ask("09:00", "11:00")
    refused = calendar.ask("10:00", "11:00", people=5)

    for offer in refused.alternatives:
        local = [moment.astimezone(at("00:00").tzinfo) for moment in (offer.during.start, offer.during.end)]
        assert local[0] < local[1]
        assert offer.during.length == span("10:00", "11:00").length


def test_a_whole_conflicts_with_its_parts_and_with_nothing_else(calendar):
    assert isinstance(calendar.ask("09:00", "10:00", space="zenne"), Booked)

    assert codes(calendar.ask("09:00", "10:00", space="zenne-noord")) == ["taken"]
    assert codes(calendar.ask("09:30", "10:30", space="zenne-zuid")) == ["taken"]
    assert isinstance(calendar.ask("09:00", "10:00", space="keuken"), Booked)


def test_two_parts_are_booked_apart_and_then_the_whole_is_taken(calendar):
    assert isinstance(calendar.ask("09:00", "10:00", space="zenne-noord"), Booked)
    assert isinstance(calendar.ask("09:00", "10:00", space="zenne-zuid"), Booked)

    assert codes(calendar.ask("09:00", "10:00", space="zenne")) == ["taken"]


def test_a_cancelled_slot_is_free_again_and_cancelled_only_once(calendar):
    booked = calendar.ask("09:00", "10:00")

    assert isinstance(calendar.cancel(booked), Cancelled)
    assert codes(calendar.cancel(booked)) == ["already_cancelled"]
    assert isinstance(calendar.ask("09:00", "10:00"), Booked)


def test_only_those_who_may_cancel_can(calendar, database):
    booked = calendar.ask("09:00", "10:00")
    neighbour = a_member(database, "bo@senne.test", tenant="collectif-senne", role=Role.TENANT_ADMIN)
    colleague = a_member(database, "cy@rue.test")

    assert codes(calendar.cancel(booked, viewer=neighbour)) == ["no_such_booking"]
    assert codes(calendar.cancel(booked, viewer=colleague)) == ["no_such_booking"]
    admin = a_member(database, "di@rue.test", role=Role.TENANT_ADMIN)
    assert isinstance(calendar.cancel(booked, viewer=admin), Cancelled)


def test_what_is_over_is_not_cancelled(calendar):
    booked = calendar.ask("09:00", "10:00")

    assert codes(calendar.cancel(booked, now=at("10:00"))) == ["already_over"]


def test_an_unknown_space_is_a_refusal(calendar):
    assert codes(calendar.ask("09:00", "10:00", space="cellar")) == ["unknown_space"]


def test_the_database_itself_refuses_an_overlapping_insert(calendar, database):
    booked = calendar.ask("09:00", "10:00")
    held = _claim_of(database, booked)

    with pytest.raises(IntegrityError, match="ex_claims_overlap"), database.write() as session:
        session.add(
            Claim(
                occurrence_id=held.occurrence_id,
                space_id=held.space_id,
                starts_at=at("09:59"),
                ends_at=at("11:00"),
            )
        )


@pytest.mark.parametrize("change", ["moved", "restored", "given another space"])
def test_the_database_itself_refuses_an_overlapping_update(calendar, database, change):
    calendar.ask("09:00", "10:00")
    later = _claim_of(database, calendar.ask("10:00", "11:00"))
    elsewhere = _claim_of(database, calendar.ask("09:00", "10:00", space="canal"))
    restored = _a_claim_set_aside(database, later, space_id=later.space_id)
    ways = {
        "moved": (later.id, {"starts_at": at("09:30")}),
        "given another space": (elsewhere.id, {"space_id": later.space_id}),
        "restored": (restored, {"active": True}),
    }

    claim, values = ways[change]

    with pytest.raises(IntegrityError, match="ex_claims_overlap"), database.write() as session:
        session.execute(update(Claim).where(Claim.id == claim).values(**values))


def test_the_booking_and_its_audit_entry_stand_or_fall_together(calendar, database):
    booked = calendar.ask("09:00", "10:00")
    calendar.ask("09:00", "10:00")

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1
    assert booked.occurrences[0].status is OccurrenceStatus.CONFIRMED
    assert booked.series.created_at == NOW


def _claim_of(database, booked):
    with database.read() as session:
        claim = session.scalars(select(Claim).where(Claim.occurrence_id == booked.occurrences[0].id)).one()
        session.expunge(claim)
        return claim


def _a_claim_set_aside(database, like, space_id):
    with database.write() as session:
        claim = Claim(
            occurrence_id=like.occurrence_id,
            space_id=space_id,
            starts_at=at("09:30"),
            ends_at=at("09:45"),
            active=False,
        )
        session.add(claim)
        session.flush()
        return claim.id


def test_no_claim_is_so_long_that_looking_nearby_would_miss_it(calendar):
    booked = calendar.ask("10:00", "11:00")
    far = Interval(at("10:00", day=24), at("10:00", day=24) + timedelta(days=5))

    with pytest.raises(IntegrityError, match="ck_claims_length"), calendar.database.write() as session:
        session.add(
            Claim(
                occurrence_id=booked.occurrences[0].id,
                space_id=booked.occurrences[0].space_id,
                starts_at=far.start,
                ends_at=far.end,
            )
        )
