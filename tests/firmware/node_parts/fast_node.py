"""A node on MicroPython whose time flies while nothing happens: fast_node.py CONFIG.json.

Where every task sleeps and no packet comes within a moment, the clock jumps to when the first of them
wakes. Each time a day has passed it says so. "gives_up" in the configuration makes it the control: a node
that, as others do, tries so many times and then no more.
"""

import asyncio.core as core
import json
import sys

from samen_node import app, run
from samen_node.app import Node
from samen_node.hal import desktop
from samen_node.net import mqtt

DAY_S = 86400
MOMENT_MS = 30
with open(sys.argv[1]) as file:
    GIVES_UP = json.load(file).get("gives_up", 1000000)

_ticks = core.ticks
_poll = core.IOQueue.wait_io_event
flown_ms = 0


def ticks():
    return core.ticks_add(_ticks(), flown_ms)


def wait_io_event(queue, dt):
    global flown_ms
    # A link gets the time to answer; without one nothing can come.
    moment = MOMENT_MS if queue.map else 0
    before = _ticks()
    _poll(queue, dt if 0 <= dt < moment else moment if dt else 0)
    slept = core.ticks_diff(_ticks(), before)
    if dt > moment and slept >= moment:
        flown_ms += dt - slept


class FlyingClock(desktop.Clock):
    def utc(self):
        return None  # what is not dated needs no computer's clock


class PatientClient(mqtt.Client):
    attempts = 0

    def _pause(self):
        PatientClient.attempts += 1
        return super()._pause() if PatientClient.attempts < GIVES_UP else 1000 * DAY_S


class FlyingNode(Node):
    days = 0

    def _see_to_board(self, now):
        Node._see_to_board(self, now)
        if now > (self.days + 1) * DAY_S:
            self.days += 1
            tried, up = PatientClient.attempts, self._link.connects
            self._board.tell({"event": "day", "attempts": tried, "connects": up})


core.ticks = ticks
core.IOQueue.wait_io_event = wait_io_event
desktop._ticks_ms = ticks
desktop.Clock = FlyingClock
mqtt.Client = PatientClient
app._POLL_S = 20
app.Node = run.Node = FlyingNode
run.main(sys.argv[1])
