"""`samen ingest` and `samen tick` as processes: from a message to a bucket, and a clean end."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from samen.adapters.db.models import EnergyRollup, Reading
from samen.adapters.mqtt import Unavailable
from samen.cli.ingest import Intake
from support.brokers import BROKERS, a_broker, a_client
from support.building import NOW, load_demo
from support.nodes_words import SITE, energy
from support.ports import eventually
from support.server import SAMEN, environment, running


@pytest.fixture(params=list(BROKERS))
def broker(request, tmp_path):
    with a_broker(request.param, tmp_path) as up:
        yield up


def test_a_message_is_stored_acked_and_rolled_up(sqlite_database, broker, tmp_path):
    load_demo(sqlite_database)
    env = environment(sqlite_database.url, broker.port)
    start = datetime.now(UTC) - timedelta(minutes=30)
    acks = []

    with running((*SAMEN, "ingest"), env, tmp_path / "log"), a_client(broker.port) as node:
        node.on_message = lambda _client, _data, message: acks.append(json.loads(message.payload))
        node.subscribe(f"samen/v1/{SITE}/node-meters/ack", 1)
        for reading in (energy(1000, 1, start), energy(1500, 2, start + timedelta(minutes=5))):
            eventually(lambda reading=reading: is_acked(node, reading, acks), within=20, every=0.2)
    tick = subprocess.run(
        [sys.executable, *SAMEN, "tick", "--once"], env=env, capture_output=True, check=True
    )

    assert b"1 rolled up" in tick.stdout
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(Reading)) == 2
        assert session.scalar(select(func.max(EnergyRollup.amount))) == pytest.approx(500)


def is_acked(node, reading, acks):
    """Say it as a node does: again until it is acked."""
    seq = json.loads(reading.payload)["seq"]
    node.publish(reading.topic, reading.payload, qos=1)
    return any(first <= seq <= last for ack in acks for first, last in ack["got"])


@pytest.mark.parametrize("command", ["ingest", "tick"])
def test_told_to_stop_it_ends_well_and_soon(sqlite_database, broker, tmp_path, command):
    log = tmp_path / "log"
    with running((*SAMEN, command), environment(sqlite_database.url, broker.port), log) as process:
        eventually(lambda: process.poll() is None and listens_for_signals(process.pid))

        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0


def listens_for_signals(pid):
    """Whether the process has a handler for SIGTERM yet."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line for line in status if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1


def acked_in(publications) -> set[int]:
    """The readings that are acked among all that is told."""
    acks = [json.loads(told.payload) for told in publications if told.topic.endswith("/ack")]
    return {seq for ack in acks for first, last in ack["got"] for seq in range(first, last + 1)}


def test_a_database_that_is_away_is_no_reason_to_drop_a_message(sqlite_database):
    load_demo(sqlite_database)
    intake = Intake(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(text("ALTER TABLE readings RENAME TO away"))

    with pytest.raises(Unavailable):
        intake([energy(1000, 1, NOW)])

    with sqlite_database.write() as session:
        session.execute(text("ALTER TABLE away RENAME TO readings"))
    assert acked_in(intake([energy(1000, 1, NOW)])) == {1}


def test_a_message_the_database_will_not_have_goes_alone(sqlite_database):
    load_demo(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(text(
            "CREATE TRIGGER picky BEFORE INSERT ON readings WHEN NEW.seq = 3 "
            "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        ))  # fmt: skip

    answers = Intake(sqlite_database)([energy(1000 + n, n, NOW) for n in range(6)])

    assert acked_in(answers) == {0, 1, 2, 4, 5}
