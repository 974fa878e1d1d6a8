"""Tells Home Assistant what this node measures: an entity at a time, and again when it asks.

The list of entities is in the heap only while it is being told. Whoever has just connected first hears
its settings and reads its sensors, so the telling waits a little.
"""

import os
import sys

import samen_node
from samen_node.net.mqtt import Refused

_SETTLE_S = 5
_SPREAD_S = 10  # a whole building must not answer Home Assistant's birth in one second


class Herald:
    """`prefix`: Home Assistant's own, usually "homeassistant". `who`: site, device, hw and fw. `settings`
    give the intervals; `up()` is asked for steady seconds."""

    def __init__(self, prefix, who, settings, link, up):
        self._prefix = prefix
        self._who = who
        self._settings = settings
        self._link = link
        self._up = up
        self._snapshot = {}
        self._told = 0
        self._welcome = False
        self._due = None
        self._left = None

    async def link_is_up(self):
        """Ask to hear Home Assistant's birth. A broker that refuses is told nothing: one that ends the
        connection over a forbidden topic would do so for ever."""
        self._end()
        self._welcome = False
        try:
            await self._link.subscribe([self._prefix + "/status"], 0)
        except Refused:
            return
        self._welcome = True
        self._due = self._up() + _SETTLE_S

    def hears(self, topic, payload):
        """Whether this message is Home Assistant's; when it has just started, it is told everything."""
        if topic != self._prefix + "/status":
            return False
        if payload == b"online":
            self.renew(os.urandom(1)[0] * _SPREAD_S / 255)
        return True

    def renew(self, after_s=0):
        """Tell everything again: intervals have changed, or somebody has forgotten."""
        self._due = self._up() + after_s

    def measured(self, snapshot):
        """Take the newest snapshot; what it never held before is told soon."""
        self._snapshot = snapshot
        if _width(snapshot) > self._told and self._due is None:
            self.renew()

    async def step(self):
        """Tell one entity, if there is any to tell. OSError when the link falls."""
        try:
            if self._left is not None:
                await self._tell_next()
            elif self._welcome and self._due is not None and self._up() >= self._due:
                self._begin()
        except MemoryError:
            self._end()  # readings come first; Home Assistant asks again
        except OSError:
            self._end()  # the next link wants the room, and tells all of it anew
            raise

    def _begin(self):
        self._due = None
        self._told = _width(self._snapshot)
        from samen_node import discovery

        self._left = discovery.entities(self._prefix, self._who, self._settings, self._snapshot)

    async def _tell_next(self):
        for topic, payload in self._left:
            await self._link.publish(topic, payload, 1, True)
            return
        self._end()

    def _end(self):
        self._left = None
        if sys.modules.pop("samen_node.discovery", None) and hasattr(samen_node, "discovery"):
            del samen_node.discovery


def _width(snapshot):
    """How many values a snapshot holds."""
    return sum(len(part) for part in snapshot.values())
