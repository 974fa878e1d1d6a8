"""Prints how many bytes of the heap go to what no board has: pretended wires, and what makes a life short."""

import gc

import asyncio
import samen_node.app
import samen_node.hal.desktop
from samen_node.hal import pins, wifi
from samen_node.net import names, ntp

gc.collect()
before = gc.mem_alloc()

import lived
import random
import samen_node.hal.seeded
import samen_node.hal.wires.air
import samen_node.hal.wires.load
import samen_node.hal.wires.radar

gc.collect()
print(gc.mem_alloc() - before)
