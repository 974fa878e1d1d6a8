"""Many workers look at one building in one night: one of them opens the finding, and nobody is told twice."""

from functools import partial

import pytest

from faults import racing
from samen.adapters.db.models import Site
from samen.services import findings_sweep
from samen.services.review import review
from support.wasting import Wasting, night_of

WORKERS = 8


class Race(racing.Start):
    """A charger that waits to be found, night after night."""

    def __init__(self, database):
        super().__init__(database)
        self.building = Wasting(database)
        self.building.counts("ventilation", lambda _: 0.06)
        with database.read() as session:
            self.found = review(session, session.get_one(Site, 1), night_of(0))

    def run(self):
        """How many workers kept the look, and how many findings and notices there are."""
        kept = self.at_once(*[partial(findings_sweep.keep, found=self.found, now=night_of(0))] * WORKERS)
        return kept.count(True), len(self.building.findings()), len(self.building.told(self.building.boss))


@pytest.fixture
def race(database):
    return Race(database)


def test_of_many_workers_exactly_one_keeps_the_look(race):
    assert race.run() == (1, 1, 1)


def test_the_index_alone_lets_one_finding_through(race, monkeypatch):
    monkeypatch.setattr(findings_sweep, "_first", lambda *_: True)

    _, opened, told = race.run()

    assert (opened, told) == (1, 1)


def test_the_same_catches_a_sweep_without_either(race, monkeypatch):
    monkeypatch.setattr(findings_sweep, "_first", lambda *_: True)
    with race.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_findings_current")

    with racing.unguarded(race, monkeypatch):
        _, opened, _ = race.run()

    assert opened > 1
