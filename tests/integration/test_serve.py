"""`samen serve` as a process of its own."""

import http.client
import json
import os
import signal
import time
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime

import pytest
from paho.mqtt import publish

from samen.adapters.db.models import Member
from samen.domain.access import Scope
from samen.services import login
from support.building import a_member, load_demo
from support.ports import answers, eventually, free_port
from support.server import SAMEN, environment, running, web_server


@pytest.fixture
def token(sqlite_database):
    load_demo(sqlite_database)
    viewer = a_member(sqlite_database, "an@rue.test")
    with sqlite_database.write() as session:
        member = session.get_one(Member, viewer.member_id)
        return login.create_token(session, member, list(Scope), "test", datetime.now(UTC))


@contextmanager
def asked(port, path, token=None):
    """The answer while its connection is open."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        with connection.getresponse() as answer:
            yield answer


def _status(port, path, token=None):
    with asked(port, path, token) as answer:
        return answer.status


def test_serving_names_no_software_and_no_version(sqlite_database, token, tmp_path):
    env = environment(sqlite_database.url, free_port())

    with web_server(env, tmp_path / "log") as port, asked(port, "/api/v1/spaces", token) as answer:
        served_by = answer.getheader("Server")

    assert (answer.status, served_by) == (200, "samen")


def test_an_open_stream_does_not_hold_up_the_end(sqlite_database, token, tmp_path):
    env = environment(sqlite_database.url, free_port())

    with ExitStack() as stack, web_server(env, tmp_path / "log") as port:
        stream = stack.enter_context(asked(port, "/api/v1/events", token))
        assert stream.readline().startswith(b"retry:")
        told_to_end = time.monotonic()

    # Left alone, the stream would hold the worker for all of its 10 s of grace.
    assert time.monotonic() - told_to_end < 9


def test_other_pages_answer_while_every_stream_is_taken(sqlite_database, token, tmp_path):
    env = environment(sqlite_database.url, free_port())

    with web_server(env, tmp_path / "log") as port, ExitStack() as stack:
        streams = [stack.enter_context(asked(port, "/api/v1/events", token)) for _ in range(65)]
        began = time.monotonic()
        page = _status(port, "/api/v1/spaces", token)
        waited = time.monotonic() - began

    assert [stream.status for stream in streams] == [200] * 64 + [503]
    assert page == 200
    assert waited < 2


def test_a_secret_of_ones_own_is_asked_for(sqlite_database, tmp_path):
    env = environment(sqlite_database.url, free_port(), SAMEN_SECRET_KEY="changeme-changeme")

    with running([*SAMEN, "serve", "--port", str(free_port())], env, tmp_path / "log") as process:
        assert process.wait(20) == 2

    assert "SAMEN_SECRET_KEY" in (tmp_path / "log").read_text()


def test_with_an_embedded_broker_one_command_is_ready_and_ends_as_one(sqlite_database, token, tmp_path):
    mqtt = free_port()
    env = environment(sqlite_database.url, mqtt, SAMEN_MQTT_URL=f"embedded://127.0.0.1:{mqtt}")

    with web_server(env, tmp_path / "log") as port:
        eventually(lambda: _status(port, "/readyz") == 200, within=60)

    assert not answers(mqtt)
    assert not answers(port)


def test_when_serve_is_killed_nothing_goes_on_writing(sqlite_database, token, tmp_path):
    mqtt, port = free_port(), free_port()
    env = environment(sqlite_database.url, mqtt, SAMEN_MQTT_URL=f"embedded://127.0.0.1:{mqtt}")

    with running([*SAMEN, "serve", "--port", str(port)], env, tmp_path / "log") as process:
        eventually(lambda: answers(port), within=60)
        os.kill(process.pid, signal.SIGKILL)

        eventually(lambda: not answers(port) and not answers(mqtt), within=60)


def _say_occupied(mqtt, space):
    """What the room's node publishes when somebody comes in."""
    reading = {"v": 1, "boot": 1, "seq": 1, "ts": int(time.time()), "tq": "ntp", "up": 9}
    reading["d"] = {"state": "occupied", "conf": 90, "ev": ["pir"], "n": None}
    publish.single(
        f"samen/v1/bota75/node-{space}/t/occupancy",
        json.dumps(reading),
        qos=1,
        hostname="127.0.0.1",
        port=mqtt,
    )


def _next_room(stream):
    while not (line := stream.readline()).startswith(b"data: "):
        assert line, "the stream ended"
    return json.loads(line[6:])


def test_a_reading_soon_reaches_an_open_stream(sqlite_database, token, tmp_path):
    mqtt = free_port()
    env = environment(sqlite_database.url, mqtt, SAMEN_MQTT_URL=f"embedded://127.0.0.1:{mqtt}")

    with web_server(env, tmp_path / "log") as port:
        eventually(
            lambda: _status(port, "/readyz") == 200 and b"broker_connected" in _log(tmp_path), within=60
        )
        with asked(port, "/api/v1/events", token) as stream:
            said_at = time.monotonic()
            _say_occupied(mqtt, "iris")
            rooms = iter(lambda: _next_room(stream), None)
            told = next(room for room in rooms if room["space"] == "iris")
            waited = time.monotonic() - said_at

    assert (told["occupancy"], told["state"]) == ("occupied", "in_use")
    assert waited < 2


def _log(folder):
    return (folder / "log").read_bytes()
