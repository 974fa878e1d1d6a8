"""The node's life in a heap of a board's size: its link is two files, and whoever sleeps lets time leap.

/flash/config.json is the node's configuration and holds besides `poll_s`, `tell_s`: how often to tell the heap,
`hours`: how long to live, and `leak`: how many bytes to keep for nothing each hour. What a board has loaded besides
(its pins, Wi-Fi, name and time look-ups) is loaded here too, and does nothing.
"""

import asyncio
import gc
import json
import time

import host
from samen_node import app
from samen_node.hal import pins, wifi
from samen_node.hal.desktop import Board
from samen_node.net import names, ntp

_arrived = asyncio.Event()
_kept = []


class _Link:
    """Both streams of a connection."""

    def __init__(self):
        self._in = open("/wire/in", "rb", 0)
        self._in.seek(0, 2)
        self._out = open("/wire/out", "ab", 0)
        self._gathered = b""

    async def readexactly(self, count):
        found = self._in.read(count)
        while len(found) < count:
            _arrived.clear()
            await _arrived.wait()
            found += self._in.read(count - len(found))
        return found

    def write(self, packet):
        self._gathered += packet

    async def drain(self):
        await asyncio.sleep(0)
        self._out.write(self._gathered)
        self._gathered = b""

    def close(self):
        pass

    async def wait_closed(self):
        self._in.close()
        self._out.close()


async def open_connection(host, port):
    link = _Link()
    return link, link


class _Life:
    def __init__(self, config, board):
        self._clock = board.clock
        self._tell_ms = int(config["tell_s"] * 1000)
        self._leak = config["leak"]
        self._told = time.ticks_ms()
        self._hours = 0

    def idle(self, ms):
        host.call("idle", str(ms))
        _arrived.set()
        if time.ticks_diff(time.ticks_ms(), self._told) >= self._tell_ms:
            self._told = time.ticks_ms()
            self._tell()

    def _tell(self):
        up = self._clock.up()
        while self._hours < int(up / 3600):
            self._hours += 1
            if self._leak:
                _kept.append(bytearray(self._leak))
        gc.collect()
        print('{"event":"heap","up":%d,"free":%d}' % (up, gc.mem_free()))


def main():
    with open("/flash/config.json") as file:
        config = json.load(file)
    gc.threshold(4096)
    app._POLL_S = config["poll_s"]
    board = Board(config)
    board.stopped = lambda: board.clock.up() >= config["hours"] * 3600
    asyncio.open_connection = open_connection
    asyncio.idle = _Life(config, board).idle
    asyncio.run(app.Node(config, board).run())
