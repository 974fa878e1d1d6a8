"""Setting a node up over its serial port, by the lines of JSON that samen_node.provision speaks."""

from __future__ import annotations

import json
import os
import select
import termios
import time
import tty
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

SPEED = termios.B115200
ASKS_AGAIN_S = 2.0
DRAINS_S = 0.3


class Silent(Exception):
    """Nothing on this port speaks as a node that is being set up."""


class Line:
    """An open port. `events()` gives each event that the node tells, until `seconds` have passed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._kept = b""

    def say(self, message: Mapping[str, Any]) -> None:
        """Send one line."""
        os.write(self._port, json.dumps(message).encode() + b"\n")

    def events(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What the node tells of its set-up; other lines (the chip's own at its start) are left out."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            if select.select([self._port], [], [], left)[0]:
                more = os.read(self._port, 4096)
                if not more:
                    raise Silent("the port is gone")
                yield from self._heard(more)

    def _heard(self, more: bytes) -> Iterator[dict[str, Any]]:
        *lines, self._kept = (self._kept + more).split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("event") == "setup":
                yield event


@contextmanager
def waiting(path: Path, seconds: float) -> Iterator[tuple[Line, dict[str, Any]]]:
    """The port of a node that waits to be set up, and how it stands. Raises Silent.

    It is opened again and again: while a chip starts, its USB port goes and comes.
    """
    ends = time.monotonic() + seconds
    while True:
        with ExitStack() as stack:
            try:
                line = Line(_opened(path, stack))
                event = _hello(line)
            except (OSError, termios.error, Silent) as error:
                if time.monotonic() >= ends:
                    raise Silent(f"no node that waits to be set up answers on {path}: {error}") from error
                time.sleep(0.1)
                continue
            yield line, event
            return


def _opened(path: Path, stack: ExitStack) -> int:
    """The port, as raw bytes at 115200 bit/s."""
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    stack.callback(os.close, port)
    tty.setraw(port)
    settings = termios.tcgetattr(port)
    settings[4] = settings[5] = SPEED
    termios.tcsetattr(port, termios.TCSANOW, settings)
    return port


def _hello(line: Line) -> dict[str, Any]:
    line.say({})
    for event in line.events(ASKS_AGAIN_S):
        return event
    raise Silent("it says nothing")


def set_up(line: Line, given: Mapping[str, str], seconds: float) -> dict[str, Any]:
    """Hand over Wi-Fi and code; the event that says how it ended: done, or why not. Raises Silent."""
    try:
        for _stale in line.events(DRAINS_S):
            pass
        line.say(given)
        for event in line.events(seconds):
            if event["state"] not in {"new", "working"}:
                return event
    except OSError as error:
        raise Silent(f"the port is gone: {error}") from error
    raise Silent("the node did not say how it ended")
