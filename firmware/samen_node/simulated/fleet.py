"""Many nodes in one process: `micropython -m samen_node.simulated.fleet CONFIG.json …`.

Each is samen_node.app.Node as it is, with a configuration as in samen_node.run and three things more:
`start_after_s`, `known_boot` (its boots are counted on from there) and `noise` (samen_node.simulated.noise).
On standard input an "m" asks for what each has made so far, told as {"event": "mark", "device", "boot",
"seq"}, `seq` being its next; its end ends them all.
"""

import asyncio
import gc
import json
import os
import select
import sys

from samen_node import outbox, run
from samen_node.app import Node
from samen_node.hal import desktop
from samen_node.store import log

_PAUSE_S = 0.1
_AGAIN_S = 1
_COLLECT_BYTES = 262144  # a heap for many: seldom, for each look goes through all of it


class Restart(Exception):
    """A node asked for a reset: it alone starts again."""


class Board(desktop.Board):
    """A desktop's board that stops when all do, and whose wires may be noisy."""

    def __init__(self, config, fleet):
        desktop.Board.__init__(self, config)
        self._fleet = fleet
        self._device = config["device"]
        self._noise = config.get("noise", 0)
        self._seed = config.get("seed", 1)

    def stopped(self):
        return self._fleet.ended

    def reset(self):
        raise Restart

    def button(self):
        return False

    def uart(self, name, baud, inverted=False):
        wire = desktop.Board.uart(self, name, baud, inverted)
        if self._noise:
            from samen_node.simulated.noise import Noisy

            return Noisy(wire, self._noise, self._seed)
        return wire

    def tell(self, event):
        """What a thousand nodes see each second nobody reads; what went wrong is told."""
        if event["event"] in ("mark", "refused", "again"):
            event["device"] = self._device
            desktop.Board.tell(self, event)


class Fleet:
    """All nodes of this process; `ended` once standard input has."""

    def __init__(self, configs):
        self.ended = False
        self._configs = configs
        self._living = []
        self._input = select.poll()
        self._input.register(sys.stdin, select.POLLIN)

    async def run(self):
        """Until standard input ends and every node has said goodbye."""
        lives = [asyncio.create_task(self._live(config)) for config in self._configs]
        while not self.ended:
            await asyncio.sleep(_PAUSE_S)
            if self._input.poll(0):
                self._listen()
        for life in lives:
            await life

    def _listen(self):
        if sys.stdin.buffer.read(1):
            for board, node in self._living:
                board.tell({"event": "mark", "boot": node.outbox.boot, "seq": node.outbox.next_seq})
        else:
            self.ended = True

    async def _live(self, config):
        """One node, from its first start on; one that ends by itself starts again, as a board would."""
        await asyncio.sleep(config.get("start_after_s", 0))
        tls = run.locate(config)
        _count_boots_from(config["folder"], config.get("known_boot", 0))
        while not self.ended:
            board = Board(config, self)
            why = None
            try:
                await self._one_boot(board, Node(config, board, tls))
            except Exception as error:  # noqa: BLE001 - whatever fails in one node is no other node's
                why = repr(error)
            if not self.ended:
                board.tell({"event": "again", "why": why})
                await asyncio.sleep(_AGAIN_S)

    async def _one_boot(self, board, node):
        alive = (board, node)
        self._living.append(alive)
        try:
            await node.run()
        finally:
            self._living.remove(alive)


def _count_boots_from(flash, boot):
    """A new flash must not begin with boots that the server has readings of already."""
    path = flash + "/outbox"
    log.make_folder(flash)
    log.make_folder(path)
    if "boot" not in os.listdir(path):
        outbox.start_after(path, boot)


def main(paths):
    """Run the nodes of these configurations."""
    configs = []
    for path in paths:
        with open(path) as file:
            configs.append(json.load(file))
    gc.threshold(_COLLECT_BYTES)
    asyncio.run(Fleet(configs).run())


if __name__ == "__main__":
    main(sys.argv[1:])
