"""An MQTT 3.1.1 client on asyncio streams, QoS 0 and 1, that keeps coming back.

Sessions are clean: a node's own outbox outlives any broker's queue. A publish that the broker has
not acknowledged when the link falls raises LinkDown, and whoever holds the message sends it again.
"""

import asyncio
import random

from samen_node.net import packets

MAX_INBOUND = 4096


class LinkDown(OSError):
    """There is no link to the broker, or it fell before the broker answered."""


class Refused(OSError):
    """The broker said no; the argument is its return code (5: not authorised)."""


class _Reply:
    def __init__(self):
        self.event = asyncio.Event()
        self.value = None
        self.late = False


def node_link(config, board, tls, **more):
    """The node's link to its broker, as its configuration says; `more`: what else a Client takes."""
    return Client(
        config["host"],
        config["port"],
        config["device"],
        config["device"],
        config["password"],
        tls=tls,
        keepalive_s=config.get("keepalive_s", 30),
        backoff_s=config.get("backoff_s", (1, 60)),
        timeout_s=config.get("timeout_s", 10),
        network=board.wifi,
        **more,
    )


class Client:
    """One link to one broker, reconnecting until `stop`.

    `on_message(topic, payload)` is called for every message before it is acknowledged.
    `on_up()` is awaited after each connect (subscribe there). `will()` gives (topic, payload) for the
    coming connection. `tls`: an SSLContext or None. `backoff_s`: first and longest ceiling of the
    random wait between attempts. `timeout_s`: how long connecting may take; afterwards a peer that is
    silent for `keepalive_s` is gone. `network`, or None: whether it is `connected()`, without which
    nothing is tried, and `look_up(host)`, awaited for the address to connect to. `alive("link")`, if given,
    is called at least every two minutes.
    """

    def __init__(
        self,
        host,
        port,
        client_id,
        user=None,
        password=None,
        on_message=None,
        on_up=None,
        will=None,
        tls=None,
        keepalive_s=30,
        backoff_s=(1, 60),
        timeout_s=10,
        window=8,
        network=None,
        alive=None,
    ):
        self._address = (host, port)
        self._hello = (client_id, keepalive_s, user, password)
        self._on_message = on_message
        self._on_up = on_up
        self._will = will
        self._tls = tls
        self._quiet_s = keepalive_s / 2
        self._backoff_s = backoff_s
        self._timeout_s = timeout_s
        self._window = window
        self._network = network
        self._alive = alive or (lambda _task: None)
        self._streams = None
        self._sending = asyncio.Lock()
        self._room = asyncio.Event()
        self._replies = {}
        self._packet_id = 0
        self._attempts = 0
        self._stopping = False
        self._ended = asyncio.Event()
        self._heard = self._pinged = False
        self.connected = False
        self.connects = 0
        self.last_error = None

    # --- what the node calls ------------------------------------------------------------------

    async def run(self):
        """Connect, serve, and connect again, until `stop`."""
        while not self._stopping:
            self._alive("link")
            if self._network and not self._network.connected():
                self._attempts = 0  # what was in vain before says nothing of the time after
                await asyncio.sleep(0.5)
                continue
            try:
                await self._connect()
                await self._serve()
            except (OSError, EOFError, ValueError, asyncio.TimeoutError) as error:
                self.last_error = error
            await self._fall()
            if not self._stopping:
                await asyncio.sleep(self._pause())

    async def publish(self, topic, payload, qos=0, retain=False):
        """Send; with QoS 1 return once the broker has it. LinkDown otherwise."""
        if qos == 0:
            await self._send(packets.publish(topic, payload, None, retain))
        else:
            await self._ask(lambda packet_id: packets.publish(topic, payload, packet_id, retain))

    async def subscribe(self, filters, qos=1):
        """Subscribe to topic filters; Refused if the broker denies one."""
        codes = await self._ask(lambda packet_id: packets.subscribe(packet_id, filters, qos))
        if any(code & 0x80 for code in codes):
            raise Refused(0x80)

    def cut(self):
        """The network is gone: do not wait until the peer's silence says so."""
        self._ended.set()

    async def stop(self):
        """Say goodbye (the will is then not sent) and end `run`."""
        self._stopping = True
        try:
            await self._send(packets.DISCONNECT)
        except OSError:
            pass  # gone already
        await self._fall()

    # --- one connection -----------------------------------------------------------------------

    async def _connect(self):
        host, port = self._address
        address = await self._network.look_up(host) if self._network else host
        if self._tls:
            opening = asyncio.open_connection(address, port, ssl=self._tls, server_hostname=host)
        else:
            opening = asyncio.open_connection(address, port)
        self._streams = await asyncio.wait_for(opening, self._timeout_s)
        will = self._will() if self._will else None
        self._streams[1].write(packets.connect(*self._hello, will=will))
        await asyncio.wait_for(self._streams[1].drain(), self._timeout_s)
        kind, body = await asyncio.wait_for(self._packet(), self._timeout_s)
        self._pinged = False
        if kind != packets.CONNACK or len(body) != 2:
            raise ValueError("no CONNACK")
        # body[0], "session present", says nothing to a node that always starts clean
        if body[1]:
            raise Refused(body[1])
        self.connected = True
        self.connects += 1

    async def _serve(self):
        """Read until the link ends or goes silent; one timer watches over all that waits."""
        self._ended.clear()
        greeting = asyncio.create_task(self._greet())
        tasks = [asyncio.create_task(self._read()), greeting]
        try:
            self._heard = False
            while True:
                self._alive("link")
                try:
                    await asyncio.wait_for(self._ended.wait(), self._quiet_s)
                    return
                except asyncio.TimeoutError:
                    if greeting.done():
                        await greeting  # what failed in it by a fault of ours must not look like a link
                    await self._probe()
        finally:
            for task in tasks:
                task.cancel()

    async def _probe(self):
        """Ping a peer that was silent; one that stays silent, or owes an answer for long, is gone."""
        late = any(reply.late for reply in self._replies.values())
        if late or (self._pinged and not self._heard):
            raise LinkDown("the peer is gone")
        for reply in self._replies.values():
            reply.late = True
        self._pinged = not self._heard
        self._heard = False  # before the ping goes: its answer may be here at once
        if self._pinged:
            await asyncio.wait_for(self._send(packets.PINGREQ), self._timeout_s)

    async def _read(self):
        try:
            while True:
                kind, body = await self._packet()
                self._heard = True
                await self._take(kind, body)
        except (OSError, EOFError, ValueError) as error:
            self.last_error = error
        finally:
            self._ended.set()

    async def _greet(self):
        try:
            if self._on_up:
                await self._on_up()
            self._attempts = 0
        except OSError as error:
            self.last_error = error  # the reading side ends the connection

    async def _packet(self):
        reader = self._streams[0]
        kind = (await reader.readexactly(1))[0]
        length = shift = 0
        while True:
            digit = (await reader.readexactly(1))[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
            if shift > 21:
                raise ValueError("malformed length")
        if length <= MAX_INBOUND:
            return kind, (await reader.readexactly(length) if length else b"")
        return await self._skip(kind, length)

    async def _skip(self, kind, length):
        """Pass over a packet too large for the heap, but keep what its acknowledgement needs."""
        reader = self._streams[0]
        start = await reader.readexactly(256)
        topic_end = 2 + (start[0] << 8 | start[1])
        left = length - 256
        while left:
            left -= len(await reader.readexactly(min(left, 256)))
        if kind & 0xF0 == packets.PUBLISH and kind & 0x06 and topic_end <= 254:
            await self._send(packets.puback(start[topic_end] << 8 | start[topic_end + 1]))
        return 0, b""

    async def _take(self, kind, body):
        if kind & 0xF0 == packets.PUBLISH:
            topic, payload, packet_id = packets.parse_publish(kind & 0x0F, body)
            if self._on_message:
                self._on_message(topic, payload)
            if packet_id is not None:
                await self._send(packets.puback(packet_id))
        elif kind in (packets.PUBACK, packets.SUBACK) and len(body) >= 2:
            reply = self._replies.get(body[0] << 8 | body[1])
            if reply:
                reply.value = body[2:]
                reply.event.set()

    async def _send(self, packet):
        if not self.connected:
            raise LinkDown("not connected")
        async with self._sending:
            if not self._streams:
                raise LinkDown("fell while waiting")
            self._streams[1].write(packet)
            await self._streams[1].drain()

    async def _ask(self, make):
        """Send a packet with an id of its own and wait for its answer."""
        while self.connected and len(self._replies) >= self._window:
            self._room.clear()
            await self._room.wait()
        self._packet_id = self._packet_id % 65535 + 1
        packet_id, reply = self._packet_id, _Reply()
        self._replies[packet_id] = reply
        try:
            await self._send(make(packet_id))
            await reply.event.wait()
        finally:
            self._replies.pop(packet_id, None)
            self._room.set()
        if reply.value is None:
            raise LinkDown("no answer")
        return reply.value

    async def _fall(self):
        """Drop the connection and wake everyone who waits for an answer on it."""
        self.connected = False
        streams, self._streams = self._streams, None
        for reply in self._replies.values():
            reply.event.set()
        self._room.set()
        if streams:
            try:
                streams[1].close()
                await asyncio.wait_for(streams[1].wait_closed(), 1)
            except (OSError, asyncio.TimeoutError):
                pass  # it is gone either way

    def _pause(self):
        """Full jitter: after a broker's restart a fleet comes back spread out."""
        first, longest = self._backoff_s
        ceiling = min(longest, first * (1 << min(self._attempts, 16)))
        self._attempts += 1
        return random.uniform(0, ceiling)
