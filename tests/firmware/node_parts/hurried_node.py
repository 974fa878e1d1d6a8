"""A node that lives fast: a week in minutes.

Its clock leaps whenever the server has all that there is, or the link is down, so that no more is in the
air than on a wall. Its configuration adds host and port, "patient": whether it waits for the server so,
"tell_s": after how many seconds it tells each time how its chip has worn, and for that flash chip of its own
"chip": the path of its file, and "blocks".
"""

import asyncio
import gc
import json
import select
import sys

from samen_node import app
from samen_node.hal import desktop


LEAP_S = 4  # an air sensor that is asked more seldom begins anew each time
POLL_S = 0.005


class HurriedClock(desktop.Clock):
    ahead = 0

    def up(self):
        return desktop.Clock.up(self) + self.ahead

    def utc(self):
        return 1795378504 + int(self.up())


class HurriedBoard(desktop.Board):
    def __init__(self, config, chip):
        desktop.Board.__init__(self, config)
        self.clock = HurriedClock()
        self.end = select.poll()
        self.end.register(sys.stdin, select.POLLIN)
        self.config = config
        self.chip = chip
        self.told = 0

    def stopped(self):
        node = self.node
        if not (self.config["patient"] and node._link.connected and node.outbox.depth()):
            self.clock.ahead += LEAP_S
        if self.clock.up() >= self.told * self.config["tell_s"]:
            self.look()
        return bool(self.end.poll(0))

    def look(self):
        gc.collect()
        told = self.chip.wear() if self.chip else {}
        told.update(event="wear", up=self.told * self.config["tell_s"], free=gc.mem_free())
        self.tell(told)
        self.told += 1


def main(path):
    with open(path) as file:
        config = json.load(file)
    gc.threshold(4096)
    config["poll_s"] = POLL_S
    config["silent_s"] = 1000000  # the link's pauses are a wall's
    chip = None
    if "chip" in config:
        from node_parts.chip import Chip

        chip = Chip(config["chip"], config.get("blocks", 512))
        config["folder"] = chip.mount()
    board = HurriedBoard(config, chip)
    board.node = app.Node(config, board)
    asyncio.run(board.node.run())


main(sys.argv[1])
