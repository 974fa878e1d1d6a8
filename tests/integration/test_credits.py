"""Credits on both engines: settled once, corrected by further entries, never charged on silence."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from samen.adapters.db.models import CreditEntry, Occurrence, Tenant
from samen.cli.credits import nightly_settle
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services import cancelling, measured_use
from samen.services.credits import change_rules
from support.building import NOW, a_member, at
from support.crediting import Settled
from support.web import Clock


@pytest.fixture
def house(database):
    return Settled(database)


@pytest.fixture
def cheap(sqlite_database):
    return Settled(sqlite_database)


def test_settling_twice_changes_nothing(house):
    house.used()

    first, again, next_night = house.settle(), house.settle(), house.settle(days=2)

    assert (first, again, next_night) == (5, 0, 0)
    assert house.lines() == [("used", -2.0), ("share", 0.5)]
    assert house.lines(house.bo) == [("share", 0.5)]
    assert house.hours()["atelier-rue"] == -1.5
    assert sum(house.hours().values()) == 0
    assert house.deeds().count("credits.settled") == 1


def test_a_sensor_that_tells_late_corrects_by_a_further_entry(house):
    house.booked("10:00", "12:00")
    house.sweep("12:00")
    house.settle()
    before = house.lines()

    house.hears("occupied", "09:50", "12:05")
    house.settle(days=2)

    assert before == [("silent", 0.0)]
    assert house.lines() == [("silent", 0.0), ("used", -2.0), ("share", 0.5)]
    assert house.settle(days=3) == 0


def test_a_silent_sensor_is_never_charged_and_an_empty_room_is(house):
    house.booked("14:00", "16:00")
    house.not_used()
    house.sweep("16:00")

    house.settle()

    assert sorted(house.lines()) == [("no_show", -2.0), ("share", 0.5), ("silent", 0.0)]


def test_what_was_settled_stays_though_rules_change(cheap):
    cheap.used()
    cheap.settle()

    cheap.rules(weight=3.0)
    with cheap.database.write() as session:
        assert change_rules(session, 12, cheap.boss, NOW) is None

    assert cheap.settle(days=2) == 0


def test_a_cancellation_is_charged_from_two_days_before(cheap):
    early, late = cheap.booked("10:00", "12:00"), cheap.booked("14:00", "15:00")
    for booked, ahead in ((early, timedelta(hours=49)), (late, timedelta(hours=47))):
        with cheap.database.write() as session:
            cancelling.cancel(session, booked, cheap.an, cheap.one(booked).starts_at - ahead)

    cheap.settle()

    assert sorted(cheap.lines()) == [("cancelled_in_time", 0.0), ("cancelled_late", -1.0), ("share", 0.25)]


def test_a_room_without_a_sensor_is_charged_as_booked(cheap):
    cheap.booked("10:00", "12:00", "zenne-noord")

    cheap.settle()

    assert cheap.lines()[0] == ("no_sensor", -2.0)


def test_a_new_quarter_begins_with_half_and_late_words_are_halved_too(house):
    house.used()
    house.booked("14:00", "16:00")
    house.settle()
    new_year = (date(2027, 1, 1) - date(2026, 11, 23)).days

    house.settle(days=new_year)
    halved = house.hours()["atelier-rue"]
    with house.database.write() as session:
        session.execute(update(Occurrence).values(used=True))
    entry = house.taken()

    assert halved == -0.75
    assert house.settle(days=new_year) == 0
    assert house.disputes(entry) is None
    assert house.decides(entry, 1.0) == "upheld"
    assert house.hours()["atelier-rue"] == -1.5 + 0.75 + (1.0 - 0.25)


def test_a_dispute_is_decided_once_and_adds_an_entry(house):
    house.not_used()
    house.settle()
    entry = house.taken()

    assert house.disputes(entry) is None
    assert house.disputes(entry) == Refusal("already_disputed")
    assert house.decides(entry, 9.0) == Refusal("more_than_was_taken", {"hours": 2.0})
    assert house.decides(entry, 2.0) == "upheld"

    assert house.decides(entry, 0.0) == Refusal("already_decided")
    assert house.lines() == [("no_show", -2.0), ("share", 0.5), ("upheld", 2.0), ("share", -0.5)]
    assert set(house.hours().values()) == {0.0}
    assert house.told(house.boss) == ["credit_disputed"]
    assert "credit_decided" in house.told(house.an)
    assert house.settle(days=2) == 0


def test_nobody_disputes_anothers_entry_or_what_gave_them_something(cheap):
    cheap.not_used()
    cheap.settle()
    entry = cheap.taken()

    assert cheap.disputes(entry, cheap.bo) == Refusal("no_such_entry")
    assert cheap.disputes(entry + 1).code in {"nothing_was_taken", "no_such_entry"}
    assert cheap.disputes(entry, reason=" ") == Refusal("reason_needed")


def test_the_night_is_settled_from_three_in_the_morning(cheap):
    clock = Clock(at("23:30"))
    job = nightly_settle(clock)
    cheap.used()

    first = job(cheap.database)
    clock.now = at("02:30", 24)
    at_night = job(cheap.database)
    clock.now = at("03:00", 24)

    assert (first, at_night, job(cheap.database), job(cheap.database)) == (0, 0, 5, 0)


def test_a_newcomer_shares_from_its_first_day(cheap):
    cheap.used()
    cheap.settle()
    with cheap.database.write() as session:
        session.add(Tenant(slug="new", name="New"))
    late = a_member(cheap.database, "n@new.test", "new")

    cheap.settle(days=2)

    assert cheap.lines(late) == []
    assert cheap.hours()["new"] == 0


def test_use_is_measured_and_what_no_sensor_knows_is_apart(cheap):
    cheap.used()
    cheap.not_used("14:00", "15:00")
    cheap.booked("16:00", "17:00", "zenne-noord")
    cheap.sweep("17:00")
    day = Interval(at("00:00"), at("00:00", 24))

    with cheap.database.read() as session:
        found = measured_use.measured_use(session, day, day.end)[cheap.an.tenant_id]
        an, bo = (session.get_one(Tenant, who.tenant_id) for who in (cheap.an, cheap.bo))
        shares = [measured_use.used_share(session, one, day) for one in (an, bo)]

    assert (found.booked, found.used, found.unknown) == (4.0, 2.0, 1.0)
    assert shares == [pytest.approx(2 / 3), None]


def test_every_line_of_the_ledger_has_its_counterpart(cheap):
    for start, end in (("09:00", "10:40"), ("11:00", "12:20"), ("13:00", "13:20")):
        cheap.used(start, end)

    cheap.settle()

    with cheap.database.read() as session:
        sums = defaultdict(int)
        for on, seconds in session.execute(
            select(CreditEntry.on_date, func.sum(CreditEntry.seconds)).group_by(CreditEntry.on_date)
        ):
            sums[on] += seconds
    assert dict(sums) == {date(2026, 11, 23): 0}
