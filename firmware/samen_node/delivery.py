"""Gets every kept reading to the server: live at once, the backlog oldest first, again until acked."""

import asyncio
import gc

from samen_node import telemetry

_FRESH = 8  # readings held in memory for the live topics; the rest waits in flash
_BATCH = 4  # some 500 bytes: a larger message is hard to place in a small, long-used heap
_IN_FLIGHT = 32
_START = (0, -1)


class Delivery:
    """`publish(leaf, payload)` is awaited and raises OSError when the link falls; `connected()` and
    `up()` are asked; `settings` gives resend_s and replay_s. `alive(task)`, if given, is called by the tasks
    "live" and "backlog" at least every two minutes."""

    def __init__(self, outbox, publish, connected, up, settings, alive=None):
        self._outbox = outbox
        self._publish = publish
        self._connected = connected
        self._up = up
        self._settings = settings
        self._alive = alive or (lambda _task: None)
        self._fresh = []
        self._wake = asyncio.Event()
        self._sent = {}
        self._told = []
        self._cursor = _START
        self._most = _BATCH

    def offer(self, seq, record):
        """A reading that was just put in the outbox."""
        if self._connected() and len(self._fresh) < _FRESH:
            self._sent[(self._outbox.boot, seq)] = self._up()
            self._fresh.append(record)
            self._wake.set()

    def acked(self, boot, spans):
        """The server has committed these seqs of a boot: now, and only now, flash is trimmed."""
        for first, last in spans:
            self._outbox.ack(boot, first, last)
            for key in [key for key in self._sent if key[0] == boot and first <= key[1] <= last]:
                del self._sent[key]

    def link_is_up(self):
        """Whatever was in the air on the old link counts as never sent; the walk begins anew."""
        self._sent.clear()
        self._told = []
        self._cursor = _START
        self._most = _BATCH

    async def live(self):
        """For ever: publish what is fresh."""
        while True:
            self._alive("live")
            await self._wake.wait()
            self._wake.clear()
            while self._fresh:
                self._alive("live")
                try:
                    await self._publish(*telemetry.live(self._outbox.boot, self._fresh[0]))
                except (OSError, MemoryError):
                    pass  # it stays in the outbox
                self._fresh.pop(0)

    async def backlog(self):
        """For ever: walk through the outbox from its oldest reading, a batch each replay_s."""
        while True:
            self._alive("backlog")
            self._wake.set()  # so that the other one reports as well, however long nothing is read
            await asyncio.sleep(self._settings["replay_s"])
            if self._connected():
                try:
                    await self._tell_gaps()
                    await self._step()
                except OSError:
                    self._cursor = _START
                except MemoryError:
                    # A heap that was long used is in pieces: smaller ones are found until the next link.
                    gc.collect()
                    self._most = 1

    async def _step(self):
        self._expire()
        if len(self._sent) >= _IN_FLIGHT or not self._outbox.depth():
            return
        items = self._outbox.pending(self._most, self._cursor)
        due = [item for item in items if item[:2] not in self._sent]
        if not due:
            # At the end of the outbox the walk begins anew: what was skipped may be overdue by then.
            self._cursor = items[-1][:2] if len(items) == self._most else _START
            return
        boot = due[0][0]
        payload, count = telemetry.replay(boot, [item[2] for item in due if item[0] == boot])
        for item in due[:count]:
            self._sent[item[:2]] = self._up()
        self._cursor = due[count - 1][:2]
        await self._publish("replay", payload)

    def _expire(self):
        limit = self._up() - self._settings["resend_s"]
        for key in [key for key, at in self._sent.items() if at <= limit]:
            del self._sent[key]

    async def _tell_gaps(self):
        for gap in self._outbox.gaps():
            if gap not in self._told:
                why = "torn" if gap in self._outbox.damaged else "flash_full"
                message = '{"v":1,"boot":%d,"from":%d,"to":%d,"why":"%s"}' % (gap + (why,))
                await self._publish("gap", message.encode())
                self._told = [g for g in self._told if g in self._outbox.gaps()] + [gap]
