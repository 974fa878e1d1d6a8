"""Many sweeps, one no-show: freed, told and offered once; and never under the feet of who checks in."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, func, select, true

from faults import racing
from samen.adapters.db.models import AuditEntry, Notice, Occurrence, Quota, Waiting, WaitState
from samen.services import release
from samen.services.booking import Refused
from support.building import at
from support.watching import Watched

TRIALS = {2: 10, 4: 10, 8: 5, 16: 3}
FREED_ONCE = {"released": 1, "told": 1, "offered": 1, "noted": 1}


class Race(racing.Start):
    """A day of no-shows in one room, an hour each, warned of and waited for by somebody else."""

    def __init__(self, database):
        super().__init__(database)
        self.building = Watched(database)
        with database.write() as session:
            session.execute(delete(Quota))

    def run(self, space, *steps):
        """For each trial: what became of it, and what the steps that were taken at once answered."""
        self.building.hears("empty", "07:30", "18:30", f"node-{space}")
        for hour in range(8, 8 + TRIALS[len(steps)]):
            found = self._warned(space, f"{hour:02}:00", f"{hour:02}:50")
            before, now = self._counted(), at(f"{hour:02}:16")
            answers = self.at_once(*(partial(step, self, found, now) for step in steps))
            yield self._counted() - before, self.building.one(found.occurrence_id), answers

    def _warned(self, space, start, end):
        """A booking that the sweep is about to free."""
        self.building.booked(start, end, space)
        self.building.waits(start, end, space)
        for minutes in (0, 8):
            release.sweep(self.building.database, at(start) + timedelta(minutes=minutes))
        with self.building.database.read() as session:
            (found,) = release.due(session, at(start) + timedelta(minutes=16))
        return found

    def _counted(self):
        counts = {
            "told": select(func.count()).where(Notice.code == "no_show_released"),
            "offered": select(func.count()).where(Waiting.state == WaitState.OFFERED),
            "noted": select(func.count()).where(AuditEntry.action == "booking.released"),
            "released": select(func.count()).where(Occurrence.used.is_(False)),
        }
        with self.building.database.read() as session:
            return Counter({name: session.scalar(query) for name, query in counts.items()})


def sweep(_race, found, now, session):
    return release.look(session, found, now) is not None


def check_in(race, found, now, session):
    return not isinstance(release.check_in(session, found.occurrence_id, race.building.an, now), Refused)


@pytest.fixture
def race(database):
    return Race(database)


@pytest.fixture
def unguarded(race, monkeypatch):
    """A sweep that looks before it acts."""
    monkeypatch.setattr(release, "_as_found", lambda *_: true())
    with racing.unguarded(race, monkeypatch):
        yield race


def one_way_or_the_other(outcome, stands, answers):
    """Either it was freed and the check-in refused, or kept and nobody told."""
    freed = (dict(outcome), stands.status.value, stands.checked_in_at, answers)
    kept = (dict(outcome), stands.status.value, stands.checked_in_at is not None, answers)
    was_freed = freed == (FREED_ONCE, "released", None, [True, False])
    return was_freed or kept == ({}, "confirmed", True, [False, True])


@pytest.mark.parametrize(("workers", "space"), [(2, "iris"), (8, "canal"), (16, "marolles")])
def test_of_many_sweeps_exactly_one_frees(race, workers, space):
    for outcome, stands, answers in race.run(space, *[sweep] * workers):
        assert (dict(outcome), stands.status.value, answers.count(True)) == (FREED_ONCE, "released", 1)


def test_a_check_in_keeps_the_room_or_comes_too_late(race):
    assert all(one_way_or_the_other(*trial) for trial in race.run("iris", sweep, check_in))


def test_the_same_catches_a_sweep_that_looks_before_it_acts(unguarded):
    trials = unguarded.run("iris", *[sweep] * 8)

    assert any(dict(outcome) != FREED_ONCE for outcome, _, _ in trials)


def test_the_same_catches_a_sweep_that_frees_under_who_checks_in(unguarded):
    trials = unguarded.run("iris", sweep, check_in, sweep, check_in)

    assert any(
        stands.status.value == "released" and stands.checked_in_at is not None for _, stands, _ in trials
    )
