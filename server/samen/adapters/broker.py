"""The broker inside: iotcore, for a building that has none of its own.

It is a child process that ends with this one. It speaks MQTT 3.1.1 on its port, knows passwords but no
access rules by topic, sends again without setting DUP, and forgets sessions, queues and retained messages
when it stops: nodes keep every reading until it is acked, so that costs nothing (ADR 1, ADR 10).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from iotcore import Broker as Child

MAX_PAYLOAD = 20_480
MAX_CONNECTIONS = 1_000


class BrokerUnavailable(RuntimeError):
    """The broker cannot listen where it was told to; the message says why."""


class EmbeddedBroker:
    """A running broker; `stop()` ends it and frees its port."""

    def __init__(self, host: str, port: int, passwords: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="samen-broker-")
        self._child = self._make_child(host, port, passwords)
        try:
            self._child.start()
        except (OSError, RuntimeError) as error:
            self._folder.cleanup()
            raise BrokerUnavailable(f"no broker on {host}:{port}: {error}") from error

    @property
    def is_running(self) -> bool:
        """Whether the child is alive."""
        return bool(self._child.is_running)

    def stop(self) -> None:
        """End it; safe to call twice."""
        self._child.stop()
        self._folder.cleanup()

    def _make_child(self, host: str, port: int, passwords: Mapping[str, str] | None) -> Child:
        if passwords is None:
            limits = {"max_payload_size": MAX_PAYLOAD, "max_connections": MAX_CONNECTIONS}
            return Child(port, host, None, **limits)
        # Passwords are only to be had by way of a whole configuration file.
        path = Path(self._folder.name) / "broker.toml"
        path.touch(mode=0o600)
        path.write_text(_configuration(host, port, passwords))
        return Child(port, host, str(path))


def start_broker(host: str, port: int, passwords: Mapping[str, str] | None = None) -> EmbeddedBroker:
    """Start a broker and wait until it listens; with `passwords` only these users may connect.

    Raises BrokerUnavailable, for instance if the port is taken.
    """
    return EmbeddedBroker(host, port, passwords)


def _configuration(host: str, port: int, passwords: Mapping[str, str]) -> str:
    users = "\n".join(f"{json.dumps(user)} = {json.dumps(word)}" for user, word in passwords.items())
    return f"""id = 0
[router]
id = 0
max_connections = {MAX_CONNECTIONS}
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v4.1]
name = "v4-1"
listen = "{host}:{port}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = {MAX_PAYLOAD}
max_inflight_count = 100
[v4.1.connections.auth]
{users}
"""
