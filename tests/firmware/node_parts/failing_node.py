"""A board's entry whose node fails: failing_node.py CONFIG.json, with "fails" in the configuration.

"sensing": it raises where it sees to its sensors, but not in safe mode. "task": a task of it raises.
"silence": a task of it reports no more. "": it does not fail.
"""

import asyncio
import json
import sys

import main

from samen_node.app import Node
from samen_node.delivery import Delivery

with open(sys.argv[1]) as file:
    FAILS = json.load(file)["fails"]


class FailingNode(Node):
    def _see_to_board(self, now):
        if FAILS == "sensing" and now > 0.5 and self._mode != "safe":
            raise KeyError("no such sensor")
        Node._see_to_board(self, now)


class FailingDelivery(Delivery):
    async def backlog(self):
        await asyncio.sleep(0.5)
        if FAILS == "task":
            raise ValueError("a batch of nothing")
        while FAILS == "silence":
            await asyncio.sleep(0.1)
        await Delivery.backlog(self)


from samen_node import app, run

app.Delivery = FailingDelivery
app.Node = run.Node = FailingNode
main.main(sys.argv[1])
