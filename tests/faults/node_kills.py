"""Four real nodes that write, trim and drop, each killed and started again at random instants.

A real Mosquitto stands between them and a real ingest, which is stopped for a while now and then, so that the
outboxes, small as they are, run full. The ledger of what was promised is the nodes' own: `ledger_node.py`.
"""

import json
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import func, select

from faults.campaign import FAST, QUICK, REGISTERS, a_building, name_of
from samen.adapters.db import Database
from samen.adapters.db.models import Device, IndexReading, Reading, ReadingGap
from samen.adapters.nodes import NodeConfig, start_node, stop_node
from samen_node.outbox import Outbox
from support.brokers import Mosquitto
from support.ports import eventually
from support.server import SAMEN, environment

PROGRAM = Path(__file__).parent.parent / "firmware" / "node_parts" / "ledger_node.py"
NODES = 4
OUTBOX_BYTES = 4_000  # some 30 readings: full within a second of an ingest that stands still
PACE = {"replay_s": 0.02, "outbox_bytes": OUTBOX_BYTES, "keepalive_s": 5}
Owed = set[tuple[str, int, int]]


class NodeKills:
    """The nodes, what they run against, and what came of it.

    `controls`: what is broken about each node in turn, see `ledger_node.py`.
    """

    def __init__(self, database: Database, folder: Path, seed: int = 1, controls: Sequence[str] = ()):
        self._database = database
        self._folder = folder
        self._random = random.Random(seed)
        self._controls = dict(zip(map(name_of, range(NODES)), controls, strict=False))
        self._moment = threading.Event()
        self._frozen = False
        self._logs: list[Path] = []
        self._nodes: dict[str, subprocess.Popen[bytes]] = {}
        self.starts: dict[str, int] = defaultdict(int)
        self.found_dead: list[str] = []

    def __enter__(self):
        with ExitStack() as stack:
            stack.callback(self._end)
            a_building(self._database)
            self._broker = Mosquitto(self._folder)
            env = environment(self._database.url, self._broker.port)
            with (self._folder / "ingest.log").open("ab") as log:
                command = [sys.executable, *SAMEN, "ingest", *FAST]
                self._ingest = subprocess.Popen(command, env=env, stdout=log, stderr=log)
            for number in range(NODES):
                self._start(name_of(number))
            eventually(self._stored, within=30)
            stack.pop_all()
        return self

    def __exit__(self, *_):
        self._end()

    def _end(self):
        for process in self._nodes.values():
            stop_node(process)
        self._freeze(False)
        self._ingest.terminate()
        self._ingest.wait()
        self._broker.stop()

    # --- what is done ---------------------------------------------------------------------------

    def run(self, kills: int):
        """Kill so many nodes, one at a time, each at any instant of a second or so since its start."""
        for number in range(kills):
            if number % 10 == 4:
                self._freeze(not self._frozen)
            self._moment.wait(self._random.random() * 0.5)
            self._kill(self._random.choice(sorted(self._nodes)))
        self._freeze(False)

    def drain(self, within: float = 40):
        """End the nodes in peace, start them without sensors, and wait until all is accounted for."""
        for name, process in self._nodes.items():
            stop_node(process)
            self._start(name, quiet=True)
        eventually(lambda: self.lost() == set(), within, every=0.3)

    def stop(self):
        """End the nodes, and leave in their flash what is there."""
        for process in self._nodes.values():
            stop_node(process)

    def _kill(self, name: str):
        process = self._nodes[name]
        if process.poll() is not None:
            self.found_dead.append(f"{name}: {self._log(name).read_text()[-500:]}")
        process.kill()
        process.wait()
        process.stdin.close()
        self._start(name)

    def _freeze(self, wanted: bool):
        if wanted != self._frozen:
            self._ingest.send_signal(signal.SIGSTOP if wanted else signal.SIGCONT)
            self._frozen = wanted

    def _start(self, name: str, quiet: bool = False):
        self.starts[name] += 1
        log = self._log(name)
        if log.exists():  # a node's log begins anew with each start
            self._logs.append(log.rename(log.with_suffix(f".{self.starts[name]}.log")))
        watts = dict.fromkeys(REGISTERS, 2_000_000.0)
        config = NodeConfig(
            site="campaign",
            device=name,
            password="",
            mqtt_url=f"mqtt://127.0.0.1:{self._broker.port}",
            streams=() if quiet else ("occupancy", "energy"),
            registers=() if quiet else REGISTERS,
            script=[{"at": 0, "radar": "still", "w": watts}],
            energy_s=0.1,
            occupancy_s=0.3,
            settings=QUICK | PACE | {"control": self._controls.get(name)},
        )
        self._nodes[name] = start_node(config, self._folder / "nodes", program=PROGRAM)

    def _log(self, name: str) -> Path:
        return self._folder / "nodes" / f"{name}.log"

    # --- what came of it ------------------------------------------------------------------------

    def promised(self) -> Owed:
        """Every reading that a node said it keeps."""
        spans = [told for log in self._all_logs() for told in _told(log, "kept")]
        return {(name, boot, seq) for name, boot, first, last in spans for seq in range(first, last + 1)}

    def boots(self) -> dict[str, list[int]]:
        """The boots that each node told of, in order."""
        boots = defaultdict(list)
        for name, boot, _, _ in (told for log in self._all_logs() for told in _told(log, "boot")):
            boots[name].append(boot)
        return boots

    def lost(self) -> Owed:
        """Promised readings that are neither in the database nor in a gap that the server was told of."""
        return self.promised() - self._in_database() - self.gaps()

    def lost_for_good(self) -> Owed:
        """Of these, what no flash holds either."""
        kept = set()
        for name in self._nodes:
            outbox = Outbox(str(self._folder / "nodes" / name / "outbox"), OUTBOX_BYTES)
            kept |= {(name, boot, seq) for boot, seq, _ in outbox.pending(1_000_000)}
            kept |= {(name, boot, seq) for boot, a, b in outbox.gaps() for seq in range(a, b + 1)}
        return self.lost() - kept

    def gaps(self) -> Owed:
        """What the server was told is gone."""
        chosen = select(Device.slug, ReadingGap.boot, ReadingGap.first, ReadingGap.last)
        with self._database.read() as session:
            rows = session.execute(chosen.join_from(ReadingGap, Device)).all()
        return {(name, boot, seq) for name, boot, first, last in rows for seq in range(first, last + 1)}

    def double(self) -> int:
        """Facts that the database holds more than once for one reading."""
        energy = select(func.count()).select_from(Reading).where(Reading.stream == "energy")
        facts = select(func.count()).select_from(IndexReading)
        with self._database.read() as session:
            return session.scalar(facts) - session.scalar(energy)

    def backward(self) -> list[tuple[int, int, int]]:
        """Readings (register, boot, seq) whose index is below an earlier one's, or of another generation."""
        chosen = select(
            IndexReading.register_id,
            IndexReading.boot,
            IndexReading.seq,
            IndexReading.gen,
            IndexReading.index,
        )
        ordered = chosen.order_by(IndexReading.register_id, IndexReading.boot, IndexReading.seq)
        wrong, before = [], None
        with self._database.read() as session:
            for register, boot, seq, gen, index in session.execute(ordered):
                if before and before[0] == register and (before[1] != gen or before[2] > index):
                    wrong.append((register, boot, seq))
                before = register, gen, index
        return wrong

    def _stored(self) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(Reading))

    def _in_database(self) -> Owed:
        with self._database.read() as session:
            rows = session.execute(select(Device.slug, Reading.boot, Reading.seq).join_from(Reading, Device))
            return {tuple(row) for row in rows}

    def _all_logs(self) -> list[Path]:
        return [*self._logs, *(self._log(name) for name in self._nodes)]


def _told(log: Path, event: str) -> list[tuple[str, int, int, int]]:
    """(node, boot, first, last) of each such line; one that a kill cut short was never told."""
    name = log.name.partition(".")[0]
    lines = [line for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    told = [line for line in map(json.loads, lines) if line["event"] == event]
    return [(name, line["boot"], line["first"], line["last"]) for line in told]
