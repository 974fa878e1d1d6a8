"""Where simulated nodes' readings arrive: in a database, or, where there is none, here."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog

from samen.adapters.db import Database
from samen.adapters.db.schema import is_current
from samen.adapters.message import Message, Publication
from samen.adapters.mqtt import Watch
from samen.cli import BadInput, No
from samen.config import Broker, Settings
from samen.domain.interval import Interval
from samen.domain.tally import Key, Received
from samen.services import simulated_nodes
from samen.services.simulated_nodes import Enrolled
from samen_node import contract

if TYPE_CHECKING:
    from samen.cli.simulated_run import Plan

SITE = "simulated"
STREAMS, REGISTERS = ("occupancy", "energy", "climate"), ("1.8.0",)
TOPICS = tuple(f"{contract.ROOT}/{SITE}/+/{leaf}" for leaf in ("t/+", "replay", "gap"))
CONNECT_S = 10.0
log = structlog.get_logger(__name__)


class Ear(Protocol):
    """The nodes to play, and what has arrived of their readings since."""

    @property
    def nodes(self) -> Sequence[Enrolled]:
        """In the order of their numbers."""
        ...

    def received(self) -> Mapping[Key, Received]:
        """Of each device and boot of this run."""
        ...


@contextmanager
def an_ear(plan: Plan) -> Iterator[Ear]:
    """The database's, if there is one, else this process's own. Raises BadInput and No."""
    _demand_broker(plan.broker)
    url = Settings.from_env().database_url
    if "SAMEN_DATABASE_URL" in os.environ or Path(url.removeprefix("sqlite:///")).exists():
        database = Database(url)
        try:
            yield Stored(database, plan)
        finally:
            database.dispose()
        return
    if plan.from_bookings or plan.site:
        raise BadInput("there is no database: set SAMEN_DATABASE_URL")
    if plan.broker.tls:
        raise BadInput("--mqtt: without a database, mqtt:// alone")
    acking = Acking(plan.broker, plan.devices)
    try:
        yield acking
    finally:
        acking.stop()


def _demand_broker(broker: Broker) -> None:
    try:
        socket.create_connection((broker.host, broker.port), CONNECT_S).close()
    except OSError as error:
        raise No(f"no broker answers at {broker.host}:{broker.port}: {error}") from error


class Stored:
    """The devices of the site, enrolled where they are not, and what the server has stored of them."""

    def __init__(self, database: Database, plan: Plan) -> None:
        self._database = database
        if not is_current(database.engine):
            raise No("the database is not of this version: samen migrate")
        now = datetime.now(UTC)
        window = Interval(now, now + timedelta(seconds=plan.seconds)) if plan.from_bookings else None
        try:
            with database.write() as session:
                until = window.end if window else None
                devices = simulated_nodes.enrol(session, plan.site, plan.devices, now, until)
                self.nodes = simulated_nodes.described(session, devices, window, plan.seed)
        except simulated_nodes.Refusal as refusal:
            raise No(str(refusal)) from refusal
        self._since = {node.device: node.boot for node in self.nodes}

    def received(self) -> Mapping[Key, Received]:
        with self._database.read() as session:
            return simulated_nodes.received(session, self._since)


class Acking:
    """Hears the nodes itself and acks every reading, as a server does; `stop()` it."""

    def __init__(self, broker: Broker, count: int) -> None:
        names = [simulated_nodes.name_of(number) for number in range(1, count + 1)]
        self.nodes = [Enrolled(name, SITE, STREAMS, REGISTERS, 0) for name in names]
        self._names = frozenset(names)
        self._boots: defaultdict[Key, _Boot] = defaultdict(_Boot)
        self._lock = threading.Lock()
        self._watch = Watch(broker, TOPICS, self._hear)
        deadline = time.monotonic() + CONNECT_S
        while not self._watch.connected:
            if time.monotonic() > deadline:
                self._watch.stop()
                raise No(f"the broker at {broker.host}:{broker.port} does not let this command in")
            time.sleep(0.05)

    def received(self) -> Mapping[Key, Received]:
        with self._lock:
            return {key: boot.received() for key, boot in self._boots.items()}

    def stop(self) -> None:
        """Leave the broker."""
        self._watch.stop()

    def _hear(self, message: Message) -> None:
        try:
            _, device, leaf = contract.parse_topic(message.topic)
            body = contract.decode(leaf, message.payload)
        except contract.ContractError as error:
            log.warning("refused", topic=message.topic, reason=str(error))
            return
        if device in self._names and not message.retained:
            self._watch.say(self._take(device, leaf, body))

    def _take(self, device: str, leaf: str, body: Mapping[str, object]) -> list[Publication]:
        with self._lock:
            if leaf == "gap":
                boot, first, last = (int(str(body[name])) for name in ("boot", "from", "to"))
                self._boots[device, boot].drop(first, last)
                return [_ack(device, {"v": contract.VERSION, "boot": boot, "got": [[first, last]]})]
            seqs: defaultdict[int, list[int]] = defaultdict(list)
            for reading in contract.readings(leaf, dict(body)):
                self._boots[device, reading["boot"]].take(reading["seq"])
                seqs[reading["boot"]].append(reading["seq"])
        return [_ack(device, ack) for boot, some in seqs.items() for ack in contract.ack(boot, some)]


def _ack(device: str, body: Mapping[str, object]) -> Publication:
    return Publication(contract.topic(SITE, device, "ack"), contract.encode(dict(body)))


class _Boot:
    """What has come of one boot: everything below `_whole`, and some beyond."""

    def __init__(self) -> None:
        self._whole = 0
        self._beyond: set[int] = set()
        self._dropped: set[tuple[int, int]] = set()

    def take(self, seq: int) -> None:
        """One reading, for the first time or again."""
        if seq >= self._whole:
            self._beyond.add(seq)
        while self._whole in self._beyond:
            self._beyond.discard(self._whole)
            self._whole += 1

    def drop(self, first: int, last: int) -> None:
        """A gap that was told, for the first time or again."""
        self._dropped.add((first, last))

    def received(self) -> Received:
        highest = max(self._beyond, default=self._whole - 1)
        dropped = sum(last - first + 1 for first, last in self._dropped)
        return Received(self._whole + len(self._beyond), highest, dropped)
