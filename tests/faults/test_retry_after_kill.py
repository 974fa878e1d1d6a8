"""Killed between the commit and the answer: a retry with the same key finds one booking, and its answer."""

import http.client
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from faults.dying_server import LAST_WORDS
from samen.adapters.db.models import IdempotencyKey, Member, Occurrence, Quota
from samen.domain.access import Scope
from samen.domain.interval import at_wall
from samen.services import login
from support.building import BRUSSELS, a_member, load_demo
from support.ports import free_port
from support.server import environment, web_server

# On each of two engines: 200 in all.
TRIES = 100
DYING = (str(Path(__file__).with_name("dying_server.py")),)
FORGETFUL = (*DYING, "--forgetful")
FELL = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class House:
    """A server that falls when asked to, and a program that books an hour of its own at each try."""

    def __init__(self, database, folder):
        load_demo(database)
        self.database, self.last_words, self.log = database, folder / "last words", folder / "serve.log"
        viewer = a_member(database, "an@rue.test")
        with database.write() as session:
            session.execute(delete(Quota))
            an = session.get_one(Member, viewer.member_id)
            self.token = login.create_token(session, an, [Scope.BOOKINGS], "test", datetime.now(UTC))

    def tries(self, program, count):
        """For each try: how the booking was told, asked for again after the fall."""
        env = environment(self.database.url, free_port(), **{LAST_WORDS: str(self.last_words)})
        with web_server(env, self.log, program) as port:
            for number in range(count):
                moment = ("commit", "answer")[number % 2]
                with pytest.raises(FELL):
                    self._book(port, number, moment)
                yield number, moment, self._book(port, number)

    def _book(self, port, number, die=None):
        on = datetime.now(UTC).date() + timedelta(days=7 + number // 14)
        start = at_wall(on, time(8 + number % 14), BRUSSELS)
        body = {"space": "iris", "start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": f"try-{number}"} | ({"X-Die": die} if die else {})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("POST", "/api/v1/bookings", json.dumps({**body, "title": "Once"}), headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Idempotency-Replayed"), answer.read()
        finally:
            connection.close()

    def first_answer(self, number, moment):
        """What the server that fell had to say."""
        if moment == "answer":
            return self.last_words.read_bytes()
        with self.database.read() as session:
            kept = select(IdempotencyKey.body).where(IdempotencyKey.key == f"try-{number}")
            return session.scalars(kept).one().encode()

    def bookings(self):
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Occurrence))


@pytest.fixture
def house(database, tmp_path):
    return House(database, tmp_path)


def test_a_retry_after_a_kill_finds_one_booking_and_its_answer(house):
    for number, moment, (status, replayed, body) in house.tries(DYING, TRIES):
        assert (status, replayed, house.bookings()) == (201, "true", number + 1)
        assert body == house.first_answer(number, moment)


def test_the_same_catches_a_server_that_forgets_its_answers(house):
    for number, _, (status, replayed, _) in house.tries(FORGETFUL, 4):
        assert (status, replayed, house.bookings()) == (409, None, number + 1)
