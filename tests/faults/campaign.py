"""A building of ten real nodes in which ingest, broker and nodes are killed again and again.

The nodes are the firmware's own files on the real MicroPython; the ledger of what they kept is their own
event log (every occupancy reading, with boot and seq, is told there once it is in flash) and their numbering:
a node counts every reading, so a number that is missing below a higher one was lost.
"""

import json
import random
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path

from sqlalchemy import func, select, update

from samen.adapters.db import Database
from samen.adapters.db.models import (
    Device,
    EnergyRollup,
    IndexReading,
    Meter,
    MeterKind,
    Reading,
    ReadingGap,
    Register,
    Site,
    Space,
    Step,
    Unit,
)
from samen.adapters.nodes import NodeConfig, start_node, stop_node
from samen.cli.tick import catch_up
from support.brokers import Mosquitto
from support.ports import eventually
from support.server import SAMEN, environment

NODES = 10
REGISTERS = ("1.8.0", "s0.1", "s0.2")
QUICK = {"resend_s": 2, "replay_s": 0.1, "backoff_s": (0.1, 0.5), "timeout_s": 3, "diag_s": 1}
# The usual pace would send most of a hurried campaign round by way of replay.
FAST = ("--rate", "1000", "--burst", "100000")


def a_building(database: Database) -> None:
    """Ten rooms, a node in each, three registers a node."""
    now = datetime.now(UTC)
    with database.write() as session:
        site = Site(slug="campaign", name="Campaign", timezone="Europe/Brussels")
        session.add(site)
        session.flush()
        for number in range(NODES):
            _a_room(session, site, number, now)


def _a_room(session, site: Site, number: int, now: datetime) -> None:
    hours = {"opening": clock(0), "closing": clock(23)}
    room = Space(site_id=site.id, slug=f"room-{number}", name="Room", capacity=5, area_m2=20.0, **hours)
    session.add(room)
    session.flush()
    node = Device(
        slug=name_of(number), name="Node", site_id=site.id, space_id=room.id,
        streams=["occupancy", "energy"], created_at=now,
    )  # fmt: skip
    meter = Meter(slug=f"meter-{number}", name="Meter", kind=MeterKind.ELECTRICITY, site_id=site.id)
    session.add_all([node, meter])
    session.flush()
    session.add_all(
        Register(meter_id=meter.id, code=code, unit=Unit.WH, device_id=node.id) for code in REGISTERS
    )


def name_of(number: int) -> str:
    return f"node-{number}"


class Campaign:
    """Everything that runs, and what was done to it."""

    def __init__(self, database: Database, folder: Path, ingest=(*SAMEN, "ingest", *FAST), seed: int = 1):
        self.database = database
        self.folder = folder
        self.broker = Mosquitto(folder)
        self._program = ingest
        self._env = environment(database.url, self.broker.port)
        self._random = random.Random(seed)
        self._logs: list[Path] = []
        self._nodes: dict[int, subprocess.Popen[bytes]] = {}
        self._starts = 0
        self._ingest = self._tick = None
        self._moment = threading.Event()

    def __enter__(self):
        with ExitStack() as stack:
            stack.callback(self.stop)
            a_building(self.database)
            self._ingest = self._start(self._program, "ingest")
            self._tick = self._start((*SAMEN, "tick"), "tick")
            for number in range(NODES):
                self._nodes[number] = self._start_node(number)
            stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """End what is left of it."""
        for process in self._nodes.values():
            stop_node(process)
        for process in (self._ingest, self._tick):
            if process is not None:
                process.kill()
                process.wait()
        self.broker.stop()

    # --- what is done to it ---------------------------------------------------------------------

    def kill_ingest(self):
        self._ingest.kill()
        self._ingest.wait()
        self._ingest = self._start(self._program, "ingest")

    def kill_tick(self):
        self._tick.kill()
        self._tick.wait()
        self._tick = self._start((*SAMEN, "tick"), "tick")

    def kill_broker(self):
        self.broker.kill()
        self.broker.start()

    def kill_node(self):
        number = self._random.randrange(NODES)
        self._nodes[number].kill()
        self._nodes[number].wait()
        self._nodes[number].stdin.close()
        self._nodes[number] = self._start_node(number)

    def run(self, readings: int, kills: dict[str, int]):
        """Let the nodes report at least `readings`, with a fault after each equal share of them."""
        faults = [fault for fault, times in kills.items() for _ in range(times)]
        self._random.shuffle(faults)
        share = readings // (len(faults) + 1)
        for fault in faults:
            self._wait_for(self.stored() + share)
            # Not just after a commit, when there is little to lose: at any moment.
            self._moment.wait(self._random.random())
            getattr(self, f"kill_{fault}")()
        self._wait_for(max(readings, self.stored() + share))

    def _wait_for(self, readings: int):
        eventually(lambda: self.stored() >= readings, within=120, every=0.05)

    def drain(self, within: float = 60):
        """Stop sensing; nodes start once more to deliver what they still owe, until they owe nothing."""
        for process in self._nodes.values():
            stop_node(process)
        # What a node said of its depth before does not count.
        with self.database.write() as session:
            session.execute(update(Device).values(diag=None))
        self._nodes = {number: self._start_node(number, quiet=True) for number in self._nodes}
        eventually(self._owe_nothing, within, every=0.2)
        catch_up(self.database)

    def _owe_nothing(self) -> bool:
        with self.database.read() as session:
            words = session.scalars(select(Device.diag)).all()
        return all(word is not None and word["depth"] == 0 for word in words)

    # --- starting things ------------------------------------------------------------------------

    def _start(self, program, name: str):
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *program], env=self._env, stdout=log, stderr=log)

    def _start_node(self, number: int, quiet: bool = False):
        self._keep_log(number)
        watts = {code: 2_000_000.0 + 1000 * place for place, code in enumerate(REGISTERS)}
        config = NodeConfig(
            site="campaign",
            device=name_of(number),
            password="",
            mqtt_url=f"mqtt://127.0.0.1:{self.broker.port}",
            streams=() if quiet else ("occupancy", "energy"),
            registers=() if quiet else REGISTERS,
            script=[{"at": 0, "radar": "still", "w": watts}],
            energy_s=0.3,
            occupancy_s=0.3,
            settings=QUICK,
        )
        return start_node(config, self.folder / "nodes")

    def _keep_log(self, number: int):
        """A node's log begins anew with each start: keep the one before."""
        log = self.folder / "nodes" / f"{name_of(number)}.log"
        if log.exists():
            self._starts += 1
            self._logs.append(log.rename(log.with_suffix(f".{self._starts}.log")))

    # --- what came of it ------------------------------------------------------------------------

    def stored(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Reading))

    def lost(self) -> set[tuple[str, int, int]]:
        """Readings a node kept and the server does not have: told in a log, or numbered below another."""
        have, told_gone = self._server_side()
        owed = {reading for log in self._logs for reading in _told(log)}
        for (device, boot), seqs in _by_boot(have).items():
            owed |= {(device, boot, seq) for seq in range(max(seqs))}
        return owed - have - told_gone

    def _server_side(self):
        with self.database.read() as session:
            rows = session.execute(select(Device.slug, Reading.boot, Reading.seq).join_from(Reading, Device))
            have = {tuple(row) for row in rows}
            gaps = session.execute(
                select(Device.slug, ReadingGap.boot, ReadingGap.first, ReadingGap.last)
                .join_from(ReadingGap, Device)
                .where(ReadingGap.why == "torn")
            )
            torn = {(slug, boot, seq) for slug, boot, first, last in gaps for seq in range(first, last + 1)}
        return have, torn

    def double(self) -> int:
        """Facts that exist more than once for one reading."""
        with self.database.read() as session:
            energy = select(func.count()).select_from(Reading).where(Reading.stream == "energy")
            facts = select(func.count()).select_from(IndexReading)
            return session.scalar(facts) - session.scalar(energy)

    def energy_errors(self) -> dict[str, tuple[float, float]]:
        """Registers whose buckets do not add up to what the register counted, per step."""
        wrong = {}
        with self.database.read() as session:
            for register in session.scalars(select(Register.id)):
                true = _counted(session, register)
                for step in Step:
                    found = session.scalar(
                        select(func.coalesce(func.sum(EnergyRollup.amount), 0.0)).where(
                            EnergyRollup.register_id == register, EnergyRollup.step == step
                        )
                    )
                    if abs(found - true) > 1e-6 * max(1.0, true):
                        wrong[f"{register} {step.value}"] = (found, true)
        return wrong


def _counted(session, register: int) -> float:
    """What a register counted from its first second to its last, per gen: readings of one second are one."""
    rows = session.execute(
        select(IndexReading.gen, IndexReading.at, func.max(IndexReading.index))
        .where(IndexReading.register_id == register)
        .group_by(IndexReading.gen, IndexReading.at)
        .order_by(IndexReading.gen, IndexReading.at)
    )
    by_gen = defaultdict(list)
    for gen, _, index in rows:
        by_gen[gen].append(index)
    return sum(indexes[-1] - indexes[0] for indexes in by_gen.values())


def _told(log: Path) -> set[tuple[str, int, int]]:
    device = log.name.partition(".")[0]
    told = set()
    for line in log.read_bytes().splitlines():
        if line.startswith(b"{") and line.endswith(b"}"):
            event = json.loads(line)
            if event.get("event") == "occupancy":
                told.add((device, event["boot"], event["seq"]))
    return told


def _by_boot(readings):
    boots = defaultdict(set)
    for device, boot, seq in readings:
        boots[device, boot].add(seq)
    return boots
