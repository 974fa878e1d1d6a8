"""Brokers on loopback: Mosquitto as a site runs it, and the embedded one."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from samen.adapters.broker import start_broker
from samen.config import Broker
from support.ports import answers, eventually, free_port

CONFIG = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 1000
max_queued_messages 1000000
"""


class MosquittoMissing(Exception):
    """The program is not on this machine."""


class Mosquitto:
    """A broker that keeps nothing on disk; `kill` and `start` it as often as one likes."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        if program is None:
            raise MosquittoMissing("Mosquitto is not installed: `make test` installs it (apt: mosquitto)")
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(CONFIG.format(port=self.port))
        self._command = [program, "-c", str(config)]
        self._log = folder / "mosquitto.log"
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        eventually(lambda: answers(self.port))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    stop = kill


class Embedded:
    """The broker inside, behind the same handle."""

    def __init__(self, _folder: Path) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self._broker = start_broker("127.0.0.1", self.port)

    def kill(self) -> None:
        self._broker.stop()

    stop = kill


BROKERS = {"mosquitto": Mosquitto, "embedded": Embedded}


@contextmanager
def a_broker(kind: str, folder: Path) -> Iterator[Mosquitto | Embedded]:
    """A running broker of that kind, stopped with the block."""
    broker = BROKERS[kind](folder)
    try:
        yield broker
    finally:
        broker.stop()


def at(port: int) -> Broker:
    """The settings that lead to a loopback port."""
    return Broker("127.0.0.1", port)


@contextmanager
def a_client(port: int, client_id: str = "", **options) -> Iterator[Client]:
    """Another program's MQTT client, connected."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, **options)
    client.connect("127.0.0.1", port)
    client.loop_start()
    eventually(client.is_connected)
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
