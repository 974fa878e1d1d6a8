"""Several workers, and those who book meanwhile: a night is settled once, a contested time has one holder."""

from functools import partial

import pytest
from sqlalchemy import func, select

from faults import racing
from samen.adapters.db.models import Claim, CreditEntry
from samen.services import booking, contest, waitlist
from samen.services.booking import Booked
from samen.services.credits import settle
from support.building import at, span
from support.crediting import AFTER, DAY, Opening, Settled

WORKERS = 4


class Nights(racing.Start):
    """A day that waits to be settled."""

    def __init__(self, database):
        super().__init__(database)
        self.house = Settled(database)
        self.house.settle(days=0)
        self.house.used()

    def run(self):
        """How often each line was written."""
        self.at_once(*[partial(settle, now=at("04:00", 24))] * WORKERS)
        with self.database.read() as session:
            lines = (CreditEntry.tenant_id, CreditEntry.key)
            return set(session.scalars(select(func.count(CreditEntry.id)).group_by(*lines)))


class Noon(racing.Start):
    """A date that has just opened, which two associations asked for, and a third would book."""

    def __init__(self, database):
        super().__init__(database)
        self.house = Opening(database)
        for who in ("an", "bo"):
            self.house.asks(who, "10:00", "12:00")

    def run(self):
        """How many have the time at the end, and whether somebody booked it who had not asked."""
        workers = [partial(contest.settle, now=AFTER)] * WORKERS
        *_, answer = self.at_once(*workers, self._book)
        with self.database.read() as session:
            held = session.scalar(select(func.count()).select_from(Claim).where(Claim.active))
        return held, isinstance(answer, Booked)

    def _book(self, session):
        ask = booking.Ask("iris", span("10:00", "12:00", DAY), "Réunion", None, self.house.people["cy"])
        return booking.request(session, ask, AFTER)


@pytest.fixture
def nights(database):
    return Nights(database)


@pytest.fixture
def noon(database):
    return Noon(database)


def test_of_many_workers_one_settles_the_night(nights):
    assert nights.run() == {1}


def test_the_same_catches_workers_that_do_not_wait_for_one_another(nights, monkeypatch):
    with racing.unguarded(nights, monkeypatch):
        written = nights.run()

    assert max(written) > 1


def test_of_two_contested_requests_one_is_granted_whoever_runs_and_books_meanwhile(noon):
    assert noon.run() == (1, False)
    assert noon.told() == {"contest_won": 1, "contest_lost": 1}


def test_the_same_catches_a_decision_that_looks_before_it_acts(noon, monkeypatch):
    monkeypatch.setattr(waitlist, "turn", lambda *_: True)

    with racing.unguarded(noon, monkeypatch):
        held, _ = noon.run()

    assert held > 1
