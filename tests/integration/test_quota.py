"""A tenant's quota is shared by its members, and no two of them can spend the same hours."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import delete, event, select

from samen.adapters.db import locks
from samen.adapters.db.models import Occurrence, OccurrenceStatus, Quota
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Period
from samen.services import booking, quota
from samen.services.booking import Booked
from support.building import NOW, Calendar, a_member, at, codes, load_demo, span

MONDAY = Interval(at("00:00"), at("00:00", day=24))


@pytest.fixture
def furnished(database):
    load_demo(database)
    return database


@pytest.fixture
def plain(sqlite_database):
    load_demo(sqlite_database)
    return sqlite_database


def allot(database, viewer, hours, period=Period.WEEK, basis=Basis.BOOKED):
    with database.write() as session:
        session.execute(delete(Quota).where(Quota.tenant_id == viewer.tenant_id))
        session.add(Quota(tenant_id=viewer.tenant_id, period=period, hours=hours, basis=basis))


def use(database, viewer, now=NOW):
    with database.read() as session:
        (one,) = quota.usage(session, viewer.tenant_id, now)
        return one


def mark(database, **facts):
    """Let the only occurrence have these facts."""
    with database.write() as session:
        occurrence = session.scalars(select(Occurrence)).one()
        for name, fact in facts.items():
            setattr(occurrence, name, fact)


def test_members_of_a_tenant_spend_one_quota(furnished):
    an, ben = (a_member(furnished, f"{name}@rue.test") for name in ("an", "ben"))
    lea = a_member(furnished, "lea@senne.test", "collectif-senne")
    allot(furnished, an, 3)
    calendar = Calendar(furnished, an)
    assert isinstance(calendar.ask("09:00", "11:00"), Booked)

    answer = calendar.ask("11:00", "13:00", viewer=ben)

    assert codes(answer) == ["over_quota"]
    assert isinstance(calendar.ask("11:00", "13:00", viewer=lea), Booked)
    assert isinstance(calendar.ask("13:00", "14:00", viewer=ben), Booked)


def test_a_refusal_tells_what_is_left_and_until_when(plain):
    an = a_member(plain, "an@rue.test")
    allot(plain, an, 3)
    calendar = Calendar(plain, an)
    calendar.ask("09:00", "11:00")

    (refusal,) = calendar.ask("11:00", "13:00").refusals

    told = {name: refusal.facts[name] for name in ("left", "limit", "booked", "wanted", "period")}
    assert told == {"left": 1.0, "limit": 3.0, "booked": 2.0, "wanted": 2.0, "period": Period.WEEK}
    assert [refusal.facts[name].isoformat() for name in ("from", "until")] == ["2026-11-23", "2026-11-30"]


def test_the_next_week_has_a_quota_of_its_own(plain):
    an = a_member(plain, "an@rue.test")
    allot(plain, an, 2)
    calendar = Calendar(plain, an)
    calendar.ask("09:00", "11:00")

    with plain.write() as session:
        ask = booking.Ask("iris", span("09:00", "11:00", day=30), "Réunion", None, an)
        assert isinstance(booking.request(session, ask, NOW), Booked)


def test_evenings_and_large_rooms_weigh_more(plain):
    an = a_member(plain, "an@rue.test")
    allot(plain, an, 10)
    calendar = Calendar(plain, an)

    calendar.ask("17:00", "19:00", space="zenne")

    assert use(plain, an).booked == pytest.approx(2 * (1 + 1.5))


@pytest.mark.parametrize(
    ("facts", "basis", "left"),
    [
        ({}, Basis.BOOKED, 8),
        ({"status": OccurrenceStatus.CANCELLED, "ended_at": NOW}, Basis.BOOKED, 10),
        ({"status": OccurrenceStatus.DECLINED, "ended_at": at("09:30")}, Basis.BOOKED, 10),
        ({"status": OccurrenceStatus.RELEASED, "ended_at": at("10:00"), "used": True}, Basis.BOOKED, 9),
        ({"status": OccurrenceStatus.RELEASED, "ended_at": at("09:15"), "used": False}, Basis.BOOKED, 8),
        ({"status": OccurrenceStatus.RELEASED, "ended_at": at("09:15"), "used": False}, Basis.USED, 10),
        ({"used": False}, Basis.USED, 10),
    ],
)
def test_what_is_given_back_is_left_again(plain, facts, basis, left):
    an = a_member(plain, "an@rue.test")
    allot(plain, an, 10, basis=basis)
    Calendar(plain, an).ask("09:00", "11:00")

    mark(plain, **facts)

    assert use(plain, an).left == pytest.approx(left)


def test_used_hours_are_those_that_are_over(plain):
    an = a_member(plain, "an@rue.test")
    allot(plain, an, 10)
    Calendar(plain, an).ask("09:00", "11:00")

    assert use(plain, an).used == 0
    assert use(plain, an, at("10:30")).used == pytest.approx(1.5)
    assert use(plain, an, at("12:00")).used == pytest.approx(2)


def test_hours_are_told_by_space(plain):
    an = a_member(plain, "an@rue.test")
    calendar = Calendar(plain, an)
    calendar.ask("09:00", "11:00")
    calendar.ask("19:00", "20:00", space="canal")

    with plain.read() as session:
        told = quota.hours_by_space(session, an.tenant_id, MONDAY, at("09:30"))

    assert [(one.space, one.booked, one.used) for one in told] == [("Iris", 2.0, 0.5), ("Canal", 1.0, 0.0)]


@pytest.mark.parametrize("hours", [10_000, 0.5], ids=["far below", "broken"])
def test_a_quota_asks_the_database_as_often_for_a_year_as_for_a_day(plain, hours):
    an = a_member(plain, "an@rue.test")
    allot(plain, an, hours)
    day, year = ([(span("09:00", "10:00", day=23 + n % 7), 1.0) for n in range(count)] for count in (1, 365))

    assert questions(plain, an, day) == questions(plain, an, year)


def questions(database, viewer, wanted):
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with database.read() as session:
        quota.over(session, viewer.tenant_id, wanted, NOW)
    return len(asked)


def two_at_once(database, viewers):
    """Each books two hours in a room of their own, at the same moment; how many got them."""
    barrier = Barrier(2)

    def book(viewer, space):
        with database.write() as session:
            ask = booking.Ask(space, span("09:00", "11:00"), "Réunion", None, viewer)
            if session.get_bind().dialect.name != "sqlite":  # there, writers are one at a time by themselves
                barrier.wait(10)
            return isinstance(booking.request(session, ask, NOW), Booked)

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(book, viewers, ("iris", "canal")))


def race(database, trials):
    """For each trial, how many of two won; the tenant has two hours."""
    viewers = [a_member(database, f"{name}@rue.test") for name in ("an", "ben")]
    allot(database, viewers[0], 2)
    won = []
    for _ in range(trials):
        won.append(two_at_once(database, viewers))
        with database.write() as session:
            for occurrence in session.scalars(select(Occurrence)):
                session.delete(occurrence)
    return won


def test_of_two_who_book_the_last_hours_at_once_one_wins(furnished):
    assert race(furnished, trials=10) == [1] * 10


def test_without_the_turn_the_same_hours_are_spent_twice(postgres, migrated_template, monkeypatch):
    from samen.adapters.db import Database

    database = Database(postgres.new_database(migrated_template))
    load_demo(database)

    def not_the_tenants(session, kind, ids):
        if kind != locks.TENANT:
            locks.take_turn(session, kind, ids)

    for module in (booking, quota):
        monkeypatch.setattr(module, "take_turn", not_the_tenants)
    assert 2 in race(database, trials=10)
    database.dispose()
