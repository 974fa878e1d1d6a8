"""Several workers, one hold or one slot: one wins, and a copy that only looks before it acts does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from faults.test_race import OVERLAPS
from faults.unguarded import _no_transaction, _no_turn, drop_constraint
from samen.adapters.db import Database, engine
from samen.adapters.db.models import Occurrence, OccurrenceStatus, Quota, Space, Waiting, WaitState
from samen.domain.access import Role
from samen.domain.rules import Approval
from samen.services import approvals, booking, cancelling, placing, quota, rivals, standing, waitlist
from samen.services.approvals import Decided
from samen.services.booking import Booked
from support.building import NOW, a_member, an_hour, at, load_demo

TRIALS = 30
IN_TIME, TOO_LATE = NOW + timedelta(minutes=29), NOW + timedelta(minutes=30)


class Race:
    """Steps that are taken at once, each in a session of its own; trial by trial in an hour of its own."""

    forgives = ()

    def __init__(self, database):
        self.database = database
        self.an = a_member(database, "an@rue.test")
        self.bo = a_member(database, "bo@senne.test", "collectif-senne")
        self.cy = a_member(database, "cy@nova.test", "jeugdhuis-nova")
        self.manager = a_member(database, "m@pixel.test", "radio-pixel", Role.MANAGER)

    def run(self, trial):
        """The answers, trial by trial."""
        with ThreadPoolExecutor(3) as pool:
            for number in range(TRIALS):
                yield trial(self, pool, _hour(number))

    def at_once(self, pool, *steps):
        barrier = Barrier(len(steps))

        def take(step):
            barrier.wait(30)
            try:
                with self.database.write() as session:
                    return step(session)
            except self.forgives:
                return False

        return list(pool.map(take, steps))

    def book(self, who, during):
        with self.database.write() as session:
            answer = booking.request(session, booking.Ask("iris", during, "Réunion", None, who), NOW)
            assert isinstance(answer, Booked), answer
            return answer

    def wait(self, who, during):
        with self.database.write() as session:
            return waitlist.join(session, waitlist.Wish("iris", during, "Atelier", None, who), NOW).id

    def overlaps(self):
        with self.database.read() as session:
            return session.scalar(OVERLAPS)


def _hour(number):
    return an_hour(at("08:00", 24) + timedelta(days=number // 12, hours=number % 12))


def an_offer(race, pool, during):
    """Bo says yes twice in time while the sweep is too late: one of the three must win. True when one did."""
    booked = race.book(race.an, during)
    bo, cy = race.wait(race.bo, during), race.wait(race.cy, during)
    with race.database.write() as session:
        cancelling.cancel(session, booked.occurrences[0].id, race.an, NOW)

    def accept(session):
        return isinstance(waitlist.accept(session, bo, race.bo, IN_TIME), Booked)

    def sweep(session):
        waitlist.expire(session, TOO_LATE)

    yes = race.at_once(pool, accept, accept, sweep)
    with race.database.read() as session:
        first, second = (session.get_one(Waiting, one) for one in (bo, cy))
        ends = (
            yes.count(True),
            first.state,
            session.get_one(Occurrence, first.offer_id).status,
            second.state,
        )
    return ends in {
        (1, WaitState.TAKEN, OccurrenceStatus.CONFIRMED, WaitState.WAITING),
        (0, WaitState.LAPSED, OccurrenceStatus.LAPSED, WaitState.OFFERED),
    }


def two_rivals(race, pool, during):
    """Two who decide say yes to two rivals at once. True when one of them did."""
    asked = [race.book(who, during).series.id for who in (race.bo, race.cy)]

    def approve(series_id):
        return lambda session: isinstance(approvals.approve(session, series_id, race.manager, NOW), Decided)

    return sum(race.at_once(pool, *map(approve, asked))) == 1


@pytest.fixture
def race(database):
    load_demo(database)
    with database.write() as session:
        session.execute(update(Space).where(Space.slug == "iris").values(pending_holds=False))
        session.execute(delete(Quota))
    return Race(database)


@pytest.fixture
def unguarded(race, monkeypatch):
    """Without constraint and turns; without them an engine may also end a step with an error."""
    drop_constraint(race.database)
    monkeypatch.setattr(engine.Database, "_turn", _no_turn)
    monkeypatch.setattr(engine, "_begin_sqlite", _no_transaction)
    for module in (waitlist, approvals, booking, placing, quota):
        monkeypatch.setattr(module, "take_turn", lambda *_: None)
    guarded, race.database, race.forgives = race.database, Database(race.database.url), DBAPIError
    yield race
    race.database.dispose()
    race.database = guarded


def _look_then_change(session, ids, stands, values):
    seen = list(session.scalars(select(Occurrence.id).where(Occurrence.id.in_(list(ids)), stands)))
    session.execute(update(Occurrence).where(Occurrence.id.in_(seen)).values(**values))
    return seen


def _look_then_turn(session, one, was, becomes):
    seen = session.scalar(select(Waiting.state).where(Waiting.id == one.id)) is was
    if seen:
        session.execute(update(Waiting).where(Waiting.id == one.id).values(state=becomes))
    return seen


def _confirmed_others(session, dates):
    found = rivals.others(session, dates)
    return {one: [other for other in others if not other.pending] for one, others in found.items()}


def _ask_first(race):
    with race.database.write() as session:
        session.execute(update(Space).where(Space.slug == "iris").values(approval=Approval.ALWAYS))


def test_of_two_who_say_yes_and_a_sweep_exactly_one_wins(race):
    assert list(race.run(an_offer)) == [True] * TRIALS
    assert race.overlaps() == 0


def test_the_same_catches_a_waitlist_that_looks_before_it_acts(unguarded, monkeypatch):
    monkeypatch.setattr(standing, "_change", _look_then_change)
    monkeypatch.setattr(waitlist, "turn", _look_then_turn)

    assert not all(unguarded.run(an_offer))


def test_of_two_who_approve_rivals_exactly_one_wins(race):
    _ask_first(race)

    assert list(race.run(two_rivals)) == [True] * TRIALS
    assert race.overlaps() == 0


def test_the_same_catches_approvals_that_look_before_they_act(unguarded, monkeypatch):
    _ask_first(unguarded)
    # Only what is confirmed is looked at, as the systems of the field do it.
    monkeypatch.setattr(approvals, "others", _confirmed_others)

    assert not all(unguarded.run(two_rivals))
    assert unguarded.overlaps() > 0
