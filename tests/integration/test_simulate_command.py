"""`samen simulate` as it is used: a broker, nodes of the firmware's own code, and an end."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from samen.adapters.db.models import (
    Claim,
    Device,
    DeviceState,
    OccupancyReading,
    Occurrence,
    Quarantined,
    Reading,
    Space,
)
from samen.cli.simulate import simulate as simulate_command
from samen.services import devices
from support.brokers import a_broker
from support.building import Calendar, a_member, load_demo
from support.ports import eventually, free_port
from support.server import SAMEN, environment, running

NODES = 3
SECRETIVE = Path(__file__).parent.parent / "firmware" / "node_parts" / "secretive_fleet.py"


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    with a_broker("mosquitto", tmp_path) as broker:
        yield broker.port


@pytest.fixture
def simulate(tmp_path, port, monkeypatch):
    """Runs the command in an empty folder; without a database unless one is named."""
    monkeypatch.delenv("SAMEN_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*options: str, at: int = port) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command(at), *options], capture_output=True, text=True, timeout=100)

    return run


def command(port: int, seconds: int = 2) -> list[str]:
    given = ["--devices", str(NODES), "--mqtt", f"mqtt://127.0.0.1:{port}", "--seconds", str(seconds)]
    return [sys.executable, *SAMEN, "simulate", *given]


def at_work(folder: Path) -> list[str]:
    """Command lines of fleets whose nodes live in the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text().replace("\0", " ")
        except OSError:
            continue
        if str(folder) in words and "simulated.fleet" in words:
            found.append(words)
    return found


def test_with_a_broker_alone_it_acks_and_counts_what_its_nodes_say(simulate, tmp_path):
    done = simulate("--json")

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["made"] >= NODES * 2
    assert (report["received"], report["missing"], report["dropped"]) == (report["made"], 0, 0)
    assert report["cpu_s"] > 0
    eventually(lambda: not at_work(tmp_path))


def test_faults_of_every_kind_lose_nothing_that_is_not_told(simulate):
    done = simulate("--json", "--seconds", "14", "--faults", "all", "--seed", "93")

    report = json.loads(done.stdout)
    assert (done.returncode, report["missing"]) == (0, 0), done.stderr
    assert report["blows"] >= 2


def test_with_a_database_its_nodes_are_devices_apart_and_their_readings_are_stored(
    sqlite_database, simulate, port, tmp_path, monkeypatch
):
    load_demo(sqlite_database)
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)

    with ingest(sqlite_database, port, tmp_path / "ingest.log"):
        # The air is measured after some seven seconds.
        first, second = (simulate("--json", "--seconds", "9") for _ in range(2))
        eventually(lambda: states(sqlite_database) == [DeviceState.OFFLINE] * NODES)

    assert [json.loads(done.stdout)["missing"] for done in (first, second)] == [0, 0], first.stderr
    made = sum(json.loads(done.stdout)["made"] for done in (first, second))
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(Reading)) >= made
        assert session.scalars(select(Reading.boot).distinct()).all() == [1, 2]
        assert session.scalars(select(Reading.stream).distinct()).all() == ["climate"]
        assert session.scalars(select(Quarantined)).all() == []


def test_a_node_that_keeps_readings_to_itself_is_found_out(asked, monkeypatch):
    monkeypatch.setattr("samen.adapters.fleet.PROGRAM", (str(SECRETIVE),))
    monkeypatch.setattr("samen.cli.simulated_run.GRACE_S", 2)

    answer = asked()

    assert answer.exit_code == 1, answer.output
    assert "readings are missing" in answer.output


def test_nodes_that_do_not_answer_are_told(asked, monkeypatch):
    monkeypatch.setattr("samen.adapters.fleet.PROGRAM", ("-c", "import sys; sys.stdin.read()"))
    monkeypatch.setattr("samen.cli.simulated_run.GRACE_S", 0.5)

    answer = asked()

    assert answer.exit_code == 1
    assert f"{NODES} nodes are silent" in answer.output


@contextmanager
def ingest(database, port: int, log: Path) -> Iterator[None]:
    """Runs, and listens: what is said before that waits for a node to say it again."""
    with running([*SAMEN, "ingest"], environment(database.url, port), log):
        eventually(lambda: "broker_connected" in log.read_text(), within=30)
        yield


def states(database) -> list[DeviceState]:
    with database.read() as session:
        return list(session.scalars(select(Device.state).where(Device.slug.like("sim-%"))))


def test_people_come_as_they_have_booked(asked, sqlite_database, port, tmp_path, monkeypatch):
    load_demo(sqlite_database)
    iris_is_booked_now(sqlite_database)
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)
    monkeypatch.setattr("samen.domain.visits.FORGOTTEN", 0)

    with ingest(sqlite_database, port, tmp_path / "ingest.log"):
        answer = asked("--from-bookings", "--seconds", "4")

    assert answer.exit_code == 0, answer.output
    seen = states_of_rooms(sqlite_database)
    assert "occupied" in seen.pop("iris")
    assert set().union(*seen.values()) <= {"empty", "unknown"}


def iris_is_booked_now(database) -> None:
    booked = Calendar(database, a_member(database, "an@rue.test")).ask("09:00", "11:00", space="iris")
    now = datetime.now(UTC)
    times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    with database.write() as session:
        devices.revoke(session, "node-iris", "test", now)
        session.execute(update(Occurrence).values(times))
        session.execute(update(Claim).values(times))
    assert booked.occurrences


def states_of_rooms(database) -> dict[str, set[str]]:
    """What was said of each room."""
    found = defaultdict(set)
    with database.read() as session:
        said = select(Space.slug, OccupancyReading.state).join_from(OccupancyReading, Space)
        for room, state in session.execute(said):
            found[room].add(getattr(state, "value", state))
    return found


def test_no_node_outlives_the_command_even_when_that_is_killed(port, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "nodes-of-the-killed"
    asked = [*command(port, seconds=600), "--folder", str(folder)]
    with subprocess.Popen(asked, stderr=subprocess.DEVNULL) as process:
        eventually(lambda: list(folder.glob("nodes/sim-*/outbox")), within=30)
        assert at_work(folder)

        process.kill()

    eventually(lambda: not at_work(folder))


@pytest.fixture
def asked(tmp_path, port, monkeypatch):
    """The command's answer, from within this process."""
    monkeypatch.delenv("SAMEN_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *options, at=port: CliRunner().invoke(simulate_command, [*command(at)[4:], *options])


@pytest.mark.parametrize(
    ("options", "code", "complaint"),
    [
        (["--from-bookings"], 2, "there is no database"),
        (["--site", "bota75"], 2, "there is no database"),
        (["--faults", "rain"], 2, "'rain' is not one of"),
        (["--devices", "2001"], 2, "2001 is not in the range"),
        (["--seconds", "90000"], 2, "90000 is not in the range"),
        (["--mqtt", "mqtts://127.0.0.1"], 2, "--ca"),
        (["--mqtt", "mqtts://127.0.0.1", "--ca", __file__, "--faults", "wifi"], 2, "needs mqtt://"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(asked, options, code, complaint):
    answer = asked(*options)

    assert (answer.exit_code, complaint in answer.output) == (code, True), answer.output


def test_an_address_that_is_none_is_bad_use(asked):
    answer = asked("--mqtt", "http://127.0.0.1")

    assert "--mqtt: expected mqtt://" in str(answer.exception)


def test_without_a_broker_it_says_where_it_looked(asked):
    nowhere = free_port()

    answer = asked(at=nowhere)

    assert answer.exit_code == 1
    assert f"no broker answers at 127.0.0.1:{nowhere}" in answer.output


def test_an_empty_database_has_no_site_for_them(asked, sqlite_database, monkeypatch):
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)

    answer = asked()

    assert answer.exit_code == 1
    assert "samen site load" in answer.output


def test_the_help_says_what_it_does_with_a_database(asked):
    words = " ".join(asked("--help").output.split())

    assert "Real devices are never played" in words
    assert "Without a database" in words
