"""The node: sensors → readings → outbox → server, and the server's orders back."""

import asyncio
import gc
import os
from binascii import hexlify

from samen_node import contract, telemetry
from samen_node.delivery import Delivery
from samen_node.net.mqtt import Client
from samen_node.orders import Orders
from samen_node.outbox import USUAL_BYTES, Outbox
from samen_node.sensing import Sensing
from samen_node.settings import Settings
from samen_node.snapshot import Snapshot

FIRMWARE = "0.1.0"
_HEARD = ("ack", "cfg/desired", "cmd", "ota/desired", "next")
_POLL_S = 0.1  # how soon what a sensor says is noticed; `poll_s` in the configuration


class Node:
    """One node. `config`: site, device, password, host, port, streams, sensors and any setting's start
    value; `board`: see hal; `tls`: an SSLContext or None."""

    def __init__(self, config, board, tls=None):
        self._config = config
        self._board = board
        self._clock = board.clock
        self._poll_s = config.get("poll_s", _POLL_S)
        self._streams = config["streams"]
        self._settings = Settings(board.flash + "/settings", config)
        self.outbox = Outbox(board.flash + "/outbox", config.get("outbox_bytes", USUAL_BYTES))
        self._sensing = Sensing(config, board, self._settings, self.outbox.boot)
        self._light = self._make_light()
        operations = {"identify": self._identify, "report": self._report}
        self._orders = Orders(self._settings, operations)
        self._link = self._make_link(tls)
        self._delivery = Delivery(
            self.outbox, self._publish, lambda: self._link.connected, self._clock.up, self._settings
        )
        self._snapshot = Snapshot(self._settings)
        self._herald = self._make_herald()
        self._sid = None
        self._gathered = []
        self._due = {}
        self._answers = []
        self._clock_told = False
        self._state_stale = False

    async def run(self):
        """Until the board says stop; then the server is told `offline` before the link goes."""
        tasks = [self._link.run(), self._delivery.live(), self._delivery.backlog(), self._converse()]
        tasks = [asyncio.create_task(task) for task in tasks]
        # A task that ended has failed: the node had better start again than live on half.
        while not self._board.stopped() and not any(task.done() for task in tasks):
            self._sense()
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
            self._board.tell({"event": "refused", "why": str(error)})
            return
        seq = self.outbox.gather(record)
        told = {"event": stream, "state": d["state"]} if stream == "occupancy" else None
        self._gathered.append((seq, record, told))
        self._snapshot.take(stream, d, self._clock.up())
        self._state_stale = True

    def _put_down(self):
        """Put what was gathered in flash, in one write, and only then offer it to the link."""
        gathered, self._gathered = self._gathered, []
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
        config = self._config
        return Client(
            config["host"],
            config["port"],
            config["device"],
            config["device"],
            config["password"],
            on_message=self._hear,
            on_up=self._greet,
            will=self._will,
            tls=tls,
            keepalive_s=config.get("keepalive_s", 30),
            backoff_s=config.get("backoff_s", (1, 60)),
            timeout_s=config.get("timeout_s", 10),
        )

    def _make_herald(self):
        prefix = self._config.get("discovery", "homeassistant")
        if not prefix:
            return None
        from samen_node.herald import Herald

        who = {"site": self._config["site"], "device": self._config["device"]}
        who["hw"], who["fw"] = self._board.hardware, FIRMWARE
        return Herald(prefix, who, self._settings, self._link, self._clock.up)

    def _topic(self, leaf):
        return contract.topic(self._config["site"], self._config["device"], leaf)

    async def _publish(self, leaf, payload, retain=False):
        await self._link.publish(self._topic(leaf), payload, 1, retain)

    async def _say(self, leaf, message, retain=False):
        message["v"] = contract.VERSION
        await self._publish(leaf, contract.encode(message), retain)

    def _status(self, state):
        return {"v": contract.VERSION, "state": state, "sid": self._sid}

    def _will(self):
        self._sid = "%d-%s" % (self.outbox.boot, hexlify(os.urandom(3)).decode())
        return self._topic("status"), contract.encode(self._status("offline"))

    async def _greet(self):
        await self._link.subscribe([self._topic(leaf) for leaf in _HEARD])
        await self._say("status", self._status("online"), True)
        await self._say("meta", self._meta(), True)
        self._delivery.link_is_up()
        self._clock_told = False
        self._state_stale = True
        self._due["diag"] = self._clock.up() + 5
        if self._herald:
            await self._herald.link_is_up()

    async def _converse(self):
        """For ever: everything that is neither a reading nor a replay."""
        while True:
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
        if utc is not None and not self._clock_told:
            boot = self.outbox.boot
            await self._say("t/clock", {"boot": boot, "up": int(self._clock.up()), "utc": utc})
            self._clock_told = True

    async def _tell_state(self):
        if self._state_stale:
            self._state_stale = False
            ts, quality, up = self._stamp()
            fresh = self._snapshot.fresh(up)
            await self._say("state", {"ts": ts, "tq": quality, "up": up, "d": fresh}, True)
            if self._herald:
                self._herald.measured(fresh)

    async def _leave(self):
        try:
            await self._say("status", self._status("offline"), True)
        except OSError:
            pass  # the will says it
        await self._link.stop()

    # --- what the server says -----------------------------------------------------------------

    def _hear(self, topic, payload):
        if self._herald and self._herald.hears(topic, payload):
            return
        try:
            leaf = contract.parse_topic(topic)[2]
            message = contract.decode(leaf, payload)
        except (contract.ContractError, MemoryError) as error:
            self._board.tell({"event": "refused", "why": str(error)})
            return
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
        elif leaf == "next" and self._light:
            self._light.plan(message, payload)

    def _identify(self, args):
        self._board.led(bool(args.get("on", True)))

    def _report(self, args):  # noqa: ARG002 - every operation takes its arguments
        self._sensing.refresh()

    # --- what the node says of itself ---------------------------------------------------------

    def _meta(self):
        units = {
            "occupancy": {"conf": "%"},
            "energy": {"wh": "Wh", "w": "W"},
            "climate": {"t": "°C", "rh": "%", "co2": "ppm"},
            "p1": {},  # each value has its own
        }
        return {
            "hw": self._board.hardware,
            "fw": FIRMWARE,
            "git": self._config.get("git", ""),
            "chip": self._board.chip,
            "caps": ["identify", "report", "replay"],
            "contract": contract.VERSION,
            "streams": {name: units[name] for name in self._streams},
        }

    def _diag(self):
        return {
            "v": contract.VERSION,
            "up": int(self._clock.up()),
            "rssi": self._board.rssi(),
            "reset": self._board.reset_cause(),
            "heap": self._board.free_heap(),
            "depth": self.outbox.depth(),
            "drops": self.outbox.dropped,
            "reconnects": max(0, self._link.connects - 1),
            "crc": self._sensing.bad(),
        }
