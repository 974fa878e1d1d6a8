"""Many clients, one slot: exactly one wins, on both engines, over HTTP and two server processes."""

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from faults.unguarded import drop_constraint
from samen.adapters.db.models import Member
from samen.domain.access import Scope
from samen.domain.interval import at_wall
from samen.services import login
from support.building import BRUSSELS, a_member, load_demo
from support.ports import free_port
from support.server import SAMEN, environment, web_server

TRIALS = 30
UNGUARDED = (str(Path(__file__).with_name("unguarded.py")),)
OVERLAPS = text(
    "SELECT count(*) FROM claims a JOIN claims b ON a.id < b.id AND a.space_id = b.space_id "
    "AND a.active AND b.active AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
)


class Race:
    """Clients with a connection each to one of two servers on the same database."""

    def __init__(self, ports, tokens):
        self.ports, self.tokens = ports, tokens

    def run(self, clients, trials=TRIALS):
        """How often each status was answered, trial by trial."""
        barrier = Barrier(clients)
        with ThreadPoolExecutor(clients) as pool:
            answers = list(pool.map(lambda n: self._client(n, barrier, clients, trials), range(clients)))
        return [Counter(statuses) for statuses in zip(*answers, strict=True)]

    def _client(self, number, barrier, clients, trials):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[number % 2], timeout=60)
        statuses = []
        for trial in range(trials):
            barrier.wait(60)
            statuses.append(_book(connection, self.tokens[number], *_slot(clients, trial)))
        connection.close()
        return statuses


def _slot(clients, trial):
    """An hour of its own for each trial, between 8 and 22, from next week on."""
    on = datetime.now(UTC).date() + timedelta(days=7 + clients * 3 + trial // 14)
    start = at_wall(on, time(8 + trial % 14), BRUSSELS)
    return start, start + timedelta(hours=1)


def _book(connection, token, start, end):
    body = {"space": "iris", "start": start.isoformat(), "end": end.isoformat(), "title": "Race"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/bookings", json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.fixture
def tokens(database):
    load_demo(database)
    viewers = [a_member(database, f"racer{n}@rue.test") for n in range(16)]
    with database.write() as session:
        racers = [session.get_one(Member, viewer.member_id) for viewer in viewers]
        now = datetime.now(UTC)
        return [login.create_token(session, racer, [Scope.BOOKINGS], "test", now) for racer in racers]


def _race(database, tokens, folder, program, sizes):
    env = environment(database.url, free_port())
    log = folder / "serve.log"
    with web_server(env, log, program) as one, web_server(env, log, program) as two:
        race = Race((one, two), tokens)
        return {clients: race.run(clients) for clients in sizes}


def _overlaps(database):
    with database.read() as session:
        return session.scalar(OVERLAPS)


@pytest.mark.timeout(240)
def test_of_many_clients_for_one_slot_exactly_one_wins(database, tokens, tmp_path):
    outcomes = _race(database, tokens, tmp_path, SAMEN, (2, 8, 16))

    for clients, trials in outcomes.items():
        assert trials == [Counter({201: 1, 409: clients - 1})] * TRIALS
    assert _overlaps(database) == 0


@pytest.mark.timeout(240)
def test_the_same_race_catches_a_copy_without_constraint_and_lock(database, tokens, tmp_path):
    drop_constraint(database)

    outcomes = _race(database, tokens, tmp_path, UNGUARDED, (8,))

    doubled = sum(trial[201] > 1 for trial in outcomes[8])
    print(f"the control booked twice in {doubled} of {TRIALS} trials")
    assert doubled > 0
    assert _overlaps(database) > 0
