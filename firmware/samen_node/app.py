"""The node: sensors → readings → outbox → server, and the server's orders back."""

import asyncio
import gc
import os
import sys
from binascii import hexlify

from samen_node import FIRMWARE, contract, telemetry
from samen_node.delivery import Delivery
from samen_node.life import Life
from samen_node.net.mqtt import node_link
from samen_node.orders import Orders
from samen_node.outbox import USUAL_BYTES, Outbox
from samen_node.press import LongPress
from samen_node.sensing import Sensing
from samen_node.settings import Settings
from samen_node.snapshot import Snapshot
from samen_node.wishes import Wishes

_HEARD = ("ack", "cfg/desired", "cmd", "ota/desired", "next")
_POLL_S = 0.1  # how soon what a sensor says is noticed; `poll_s` in the configuration


class Node:
    """One node. `config`: site, device, password, host, port, streams, sensors and any setting's start
    value; `board`: see hal; `tls`: an SSLContext or None. `mode`, `healthy`: see Life; in mode "safe" nothing
    is sensed or kept."""

    def __init__(self, config, board, tls=None, mode="normal", healthy=None):
        self._config = config
        self._board = board
        self._clock = board.clock
        self._poll_s = config.get("poll_s", _POLL_S)
        self._mode = mode
        self.life = Life(board, config, mode, healthy)
        self._wishes = Wishes(board.flash, mode, config.get("trial_s", 600))
        self._streams = [] if mode == "safe" else config["streams"]
        self._settings = Settings(board.flash + "/settings", config)
        self.outbox, self._sensing, self._light = self._make_parts()
        operations = {"identify": self._identify, "report": self._report, "restart": self._restart}
        self._orders = Orders(self._settings, operations)
        self._tls = tls
        self._link = self._make_link(tls)
        self._delivery = Delivery(
            self.outbox,
            self._publish,
            lambda: self._link.connected,
            self._clock.up,
            self._settings,
            self.life.alive,
        )
        self._snapshot = Snapshot(self._settings)
        self._herald = self._make_herald()
        self._press = LongPress(config.get("press_s", 10))
        self._sid = None
        self._gathered = []
        self._due = {}
        self._answers = []
        self._clock_told = 0
        self._state_stale = False
        self._dark_at = None

    async def run(self):
        """Until the board says stop or the node is to start again; then the server is told `offline` before
        the link goes. A task that fails ends it all: the node had better start again than live on half."""
        tasks = [self._link.run(), self._delivery.live(), self._delivery.backlog(), self._converse()]
        if self._clock.servers:
            from samen_node.net import ntp

            tasks.append(ntp.run(self._clock, self._board.wifi, self.life.alive))
        tasks = [asyncio.create_task(task) for task in tasks]
        while not self._board.stopped() and not self.life.ending:
            for task in tasks:
                if task.done():
                    await task
                    raise RuntimeError("a task has ended")
            self._see_to_board(self._clock.up())
            self._sense()
            self._heed_button()
            await asyncio.sleep(self._poll_s)
        await self._leave()
        for task in tasks:
            task.cancel()

    # --- sensing ------------------------------------------------------------------------------

    def _sense(self):
        for stream, d in self._sensing.poll(self._clock.up()):
            self._keep(stream, d)
        self._put_down()
        if self._light:
            self._light.shine(self._clock.utc())

    def _make_parts(self):
        """(outbox, sensing, door light or None)."""
        directory = self._board.flash + "/outbox"
        if self._mode == "safe":
            from samen_node.safe import NoOutbox, NoSensing

            return NoOutbox(directory), NoSensing(), None
        outbox = Outbox(directory, self._config.get("outbox_bytes", USUAL_BYTES))
        sensing = Sensing(self._config, self._board, self._settings, outbox.boot)
        return outbox, sensing, self._make_light()

    def _make_light(self):
        """The light at a door, where the configuration says that there is one."""
        if not any(wanted["driver"] == "door" for wanted in self._config.get("sensors", [])):
            return None
        from samen_node.lights import DoorLight

        return DoorLight(self._board.light, self._board.flash + "/next")

    def _is_due(self, name):
        now = self._clock.up()
        if now < self._due.get(name, 0):
            return False
        self._due[name] = now + self._settings[name + "_s"]
        return True

    def _stamp(self):
        utc = self._clock.utc()
        return utc, (self._clock.quality if utc is not None else "none"), int(self._clock.up())

    def _keep(self, stream, d):
        """Stamp a reading, once; `_put_down` keeps all of one moment."""
        gc.collect()
        try:
            record = telemetry.write(stream, self.outbox.next_seq, self._stamp(), d)
        except contract.ContractError as error:  # a sensor that says what cannot be
            self._refused(error)
            return
        seq = self.outbox.gather(record)
        told = {"event": stream, "state": d["state"]} if stream == "occupancy" else None
        self._gathered.append((seq, record, told))
        self._snapshot.take(stream, d, self._clock.up())
        self._state_stale = True

    def _put_down(self):
        """Put what was gathered in flash, in one write, and only then offer it to the link."""
        gathered, self._gathered = self._gathered, []
        if not gathered:
            return
        try:
            self.outbox.flush()
        except OSError as error:  # the outbox tells the gap
            self._board.tell({"event": "flash", "why": str(error)})
            return
        for seq, record, told in gathered:
            self._delivery.offer(seq, record)
            if told:
                told.update(boot=self.outbox.boot, seq=seq)
                self._board.tell(told)

    # --- the link -----------------------------------------------------------------------------

    def _make_link(self, tls):
        hears = {"on_message": self._hear, "on_up": self._greet, "will": self._will}
        return node_link(self._config, self._board, tls, alive=self.life.alive, **hears)

    def _make_herald(self):
        prefix = self._config.get("discovery", "homeassistant")
        if not prefix or self._mode == "safe":
            return None
        from samen_node.herald import Herald

        who = {"site": self._config["site"], "device": self._config["device"]}
        who["hw"], who["fw"] = self._board.hardware, FIRMWARE
        return Herald(prefix, who, self._settings, self._link, self._clock.up)

    def _see_to_board(self, now):
        """Once a second."""
        if now < self._due.get("board", 0):
            return
        self._due["board"] = now + 1
        if self._wishes.restart(now):
            self.life.end_at = now
        if self.life.tick(now):
            self._answers += self._wishes.confirmed()
        link, wifi = self._link, self._board.wifi
        wifi.step(now, link.connected)
        if not wifi.connected():
            link.cut()
        if link.last_error is not None and not link.connected:
            self._board.tell({"event": "link", "why": repr(link.last_error)})
            link.last_error = None
        if self._dark_at is not None and now >= self._dark_at:
            self._identify({"on": False})

    def _topic(self, leaf):
        return contract.topic(self._config["site"], self._config["device"], leaf)

    async def _publish(self, leaf, payload, retain=False):
        await self._link.publish(self._topic(leaf), payload, 1, retain)

    async def _say(self, leaf, message, retain=False):
        message["v"] = contract.VERSION
        try:
            payload = contract.encode(message)
        except contract.ContractError as error:  # too long: it would be so at every start
            self._refused(error)
            return
        await self._publish(leaf, payload, retain)

    def _refused(self, error):
        self._board.tell({"event": "refused", "why": str(error)})

    def _status(self, state):
        return {"v": contract.VERSION, "state": state, "sid": self._sid}

    def _will(self):
        self._sid = "%d-%s" % (self.outbox.boot, hexlify(os.urandom(3)).decode())
        return self._topic("status"), contract.encode(self._status("offline"))

    async def _greet(self):
        await self._link.subscribe([self._topic(leaf) for leaf in _HEARD])
        await self._say("status", self._status("online"), True)
        await self._say("meta", self._meta(), True)
        self.life.met_broker()
        self._answers += self._wishes.fate()
        if self._tls and self._clock.servers:
            self._clock.trust()
        # Only now, or what is stored there of an earlier connection would look like a late will.
        await self._link.subscribe([self._topic("status")])
        self._delivery.link_is_up()
        self._clock_told = 0
        self._state_stale = True
        self._due["diag"] = self._clock.up() + 5
        if self._herald:
            await self._herald.link_is_up()

    async def _converse(self):
        """For ever: everything that is neither a reading nor a replay."""
        while True:
            self.life.alive("converse")
            await asyncio.sleep(self._poll_s)
            if self._link.connected:
                try:
                    await self._answer()
                    await self._tell_clock()
                    await self._tell_state()
                    if self._herald:
                        await self._herald.step()
                except OSError:
                    pass  # said again on the next link

    async def _answer(self):
        while self._answers:
            leaf, message, retain = self._answers[0]
            await self._say(leaf, message, retain)
            self._answers.pop(0)
        if self._is_due("diag"):
            payload = contract.encode(self._diag())
            await self._link.publish(self._topic("diag"), payload)

    async def _tell_clock(self):
        utc = self._clock.utc()
        steps = self._clock.steps
        if utc is not None and self._clock_told != steps and self._mode != "safe":
            boot = self.outbox.boot
            await self._say("t/clock", {"boot": boot, "up": int(self._clock.up()), "utc": utc})
            self._clock_told = steps

    async def _tell_state(self):
        if self._state_stale:
            self._state_stale = False
            ts, quality, up = self._stamp()
            fresh = self._snapshot.fresh(up)
            await self._say("state", {"ts": ts, "tq": quality, "up": up, "d": fresh}, True)
            if self._herald:
                self._herald.measured(fresh)

    async def _leave(self):
        self._sensing.save(self._clock.up())
        try:
            await self._say("status", self._status("updating" if self._wishes.waits else "offline"), True)
        except OSError:
            pass  # the will says it
        await self._link.stop()

    # --- what the server says -----------------------------------------------------------------

    def _hear(self, topic, payload):
        if self._herald and self._herald.hears(topic, payload):
            return
        try:
            leaf = contract.parse_topic(topic)[2]
            # A wish is read in a start of its own.
            message = None if leaf == "ota/desired" else contract.decode(leaf, payload)
        except (contract.ContractError, MemoryError) as error:
            self._refused(error)
            return
        self._contradict(leaf, message)
        self._obey(leaf, message, payload)

    def _obey(self, leaf, message, payload):
        if leaf == "ack":
            self._delivery.acked(message["boot"], message["got"])
        elif leaf == "cmd":
            self._answers += self._orders.command(message, self._clock.utc())
        elif leaf == "cfg/desired":
            self._answers += self._orders.configure(message)
            self._sensing.refresh()
            self._due.clear()  # a shorter interval begins now
            if self._herald:
                self._herald.renew()
        elif leaf == "ota/desired":
            self._wishes.hear(payload)
        elif leaf == "next" and self._light:
            self._light.plan(message, payload)

    def _contradict(self, leaf, message):
        """A late will of a connection that is gone must not be what stays at the broker."""
        if leaf == "status" and message["state"] == "offline" and message["sid"] != self._sid:
            self._answers.append(("status", self._status("online"), True))

    def _heed_button(self):
        """A long press is a factory reset; the light says when letting go will make it one."""
        ready = self._press.ready
        if self._press.ended(self._clock.up(), self._board.button()):
            from samen_node import provision

            provision.forget(self._config["path"], self._config)
            self._board.reset()
        elif self._press.ready != ready:
            self._board.led(self._press.ready)

    def _identify(self, args):
        on, lit_s = bool(args.get("on", True)), args.get("s")
        self._board.led(on)
        lit_s = lit_s if type(lit_s) in (int, float) else 60
        self._dark_at = self._clock.up() + lit_s if on else None

    def _report(self, args):  # noqa: ARG002 - every operation takes its arguments
        self._sensing.refresh()

    def _restart(self, args):  # noqa: ARG002 - every operation takes its arguments
        self.life.end_at = self._clock.up() + 2  # the answer leaves before

    # --- what the node says of itself ---------------------------------------------------------

    def _meta(self):
        from samen_node import about

        told = about.meta(self._config, self._board, FIRMWARE, self._streams, self.life)
        del sys.modules["samen_node.about"]
        delattr(sys.modules["samen_node"], "about")
        return told

    def _diag(self):
        diag = self.life.diag()
        diag["v"] = contract.VERSION
        diag["depth"] = self.outbox.depth()
        diag["drops"] = self.outbox.dropped
        diag["reconnects"] = max(0, self._link.connects - 1)
        diag["crc"] = self._sensing.bad()
        return diag
