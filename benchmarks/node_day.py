"""A node whose day takes minutes: MicroPython runs it for bench_node.py, with a configuration's path.

Where every task sleeps and the server owes no ack, the clock jumps to when the first of them wakes; sensors
are looked at each two seconds. Flash is littlefs on a chip that counts. Each hour of its own the node tells
what that has worn, and the most that was alive in its heap.
"""

import asyncio
import asyncio.core as core
import gc
import json
import sys

from node_parts.chip import Chip

from samen_node import app, run
from samen_node.hal import desktop

_OWED_MS = 50  # how long an answer is waited for at a time
_MINUTE_S = 60
_poll = core.IOQueue.wait_io_event
_ticks = core.ticks


class Flight:
    """The time that was jumped over, in milliseconds; `owes()` says whether an answer is to come."""

    ms = 0

    def owes(self):
        return False

    def ticks(self):
        return core.ticks_add(_ticks(), self.ms)

    def wait_io_event(self, queue, dt):
        moment = _OWED_MS if self.owes() else 0
        before = _ticks()
        _poll(queue, min(dt, moment) if dt >= 0 else moment)
        slept = core.ticks_diff(_ticks(), before)
        if dt > slept and slept >= moment:
            self.ms += dt - slept


class Clock(desktop.Clock):
    def utc(self):
        return 1795378504 + int(self.up())


async def tell_each_hour(board, chip):
    """For ever."""
    most = minutes = 0
    while True:
        await asyncio.sleep(_MINUTE_S)
        gc.collect()
        most = max(most, gc.mem_alloc())
        minutes += 1
        if minutes % 60 == 0:
            told = chip.wear()
            told.update(event="hour", hour=minutes // 60, heap=most)
            board.tell(told)


async def live(config, chip, flight):
    board = desktop.Board(config)
    node = app.Node(config, board)
    flight.owes = lambda: node.outbox.depth() > 0
    watcher = asyncio.create_task(tell_each_hour(board, chip))
    await node.run()
    watcher.cancel()


def main(path):
    with open(path) as file:
        config = json.load(file)
    flight = Flight()
    core.ticks = desktop._ticks_ms = flight.ticks
    core.IOQueue.wait_io_event = lambda queue, dt: flight.wait_io_event(queue, dt)
    desktop.Clock = Clock
    run.locate(config)
    chip = Chip(config["chip"])
    config["folder"] = chip.mount()
    config["poll_s"] = 2
    gc.threshold(4096)
    asyncio.run(live(config, chip, flight))


main(sys.argv[1])
