"""MQTT: batches handled before they are acknowledged, and a light subscription for live changes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from samen.adapters.message import Message, Publication
from samen.config import Broker

BATCH_SIZE = 500
# A batch closes 50 ms after its first message, or sooner when the line falls quiet: a broker sends no more
# than its in-flight window (Mosquitto: 20) before the first acknowledgement.
BATCH_S = 0.05
QUIET_S = 0.005
# While the database is away QoS 1 waits at the broker; QoS 0 has nowhere to wait.
WAITING = 10_000
DRAIN_S = 5.0

Handle = Callable[[Sequence[Message]], Sequence[Publication]]
log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """A handler cannot store anything at the moment; the same batch is offered to it again."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    message: Message
    mid: int
    qos: int
    link: int


class Listener:
    """A client that keeps its subscription at the broker while it is away.

    Messages are acknowledged to the broker only after the handler has returned, which is after its commit.
    """

    def __init__(self, broker: Broker, topics: Sequence[str], handle: Handle, client_id: str) -> None:
        self._topics = topics
        self._handle = handle
        self._arrived: queue.Queue[_Arrived] = queue.Queue(WAITING)
        # Counts connections: the number of a message means nothing on the next one.
        self._link = 0
        self._client = _client(broker, client_id, keeps_session=True)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._address = (broker.host, broker.port)

    @property
    def connected(self) -> bool:
        """Whether the broker is there right now."""
        return self._client.is_connected()

    def run(self, stop: threading.Event) -> None:
        """Handle batches until `stop` is set; the batch in hand is finished."""
        self._client.connect_async(*self._address, keepalive=30)
        self._client.loop_start()
        try:
            while not stop.is_set():
                batch = self._collect()
                if batch:
                    self._settle(batch, stop)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _on_connect(
        self, client: Client, _userdata: object, _flags: ConnectFlags, code: ReasonCode, _: Properties | None
    ) -> None:
        if code.is_failure:
            log.warning("broker_refused", reason=str(code))
            return
        self._link += 1
        client.subscribe([(topic, 1) for topic in self._topics])
        log.info("broker_connected", host=self._address[0], port=self._address[1])

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        arrived = _Arrived(_received(message), message.mid, message.qos, self._link)
        try:
            self._arrived.put(arrived, block=message.qos > 0)
        except queue.Full:
            log.warning("dropped", topic=arrived.message.topic)

    def _collect(self) -> list[_Arrived]:
        try:
            batch = [self._arrived.get(timeout=0.2)]
        except queue.Empty:
            return []
        closes = time.monotonic() + BATCH_S
        while len(batch) < BATCH_SIZE and time.monotonic() < closes:
            try:
                batch.append(self._arrived.get(timeout=QUIET_S))
            except queue.Empty:
                break
        return batch

    def _settle(self, batch: Sequence[_Arrived], stop: threading.Event) -> None:
        """Handle a batch, then publish what follows from it, then acknowledge it."""
        publications = self._insist([arrived.message for arrived in batch], stop)
        if publications is None:
            return
        sent = [self._client.publish(p.topic, p.payload, p.qos, p.retain) for p in publications]
        for arrived in batch:
            if arrived.qos and arrived.link == self._link:
                self._client.ack(arrived.mid, arrived.qos)
        if stop.is_set() and sent and self.connected:
            sent[-1].wait_for_publish(DRAIN_S)

    def _insist(self, messages: Sequence[Message], stop: threading.Event) -> Sequence[Publication] | None:
        """Try until the handler has stored the batch; None if told to stop first."""
        pause = 0.1
        while True:
            try:
                return self._handle(messages)
            except Unavailable as reason:
                log.warning("cannot_store", messages=len(messages), reason=str(reason), again_in=pause)
            if stop.wait(pause):
                return None
            pause = min(pause * 2, 5.0)


def listen(
    broker: Broker, topics: Sequence[str], handle: Handle, stop: threading.Event, client_id: str
) -> None:
    """Hand every message on `topics` to `handle` in batches until `stop`, each at least once.

    `handle` commits and returns what to publish; it raises Unavailable where it cannot commit now. The
    client id must be this listener's alone: the broker keeps its messages under that name.
    """
    Listener(broker, topics, handle, client_id).run(stop)


def say(broker: Broker, publications: Sequence[Publication]) -> bool:
    """Connect, publish and leave, for who seldom has something to say; False where it could not be said."""
    if not publications:
        return True
    client, ready = _client(broker, "", keeps_session=False), threading.Event()
    client.on_connect = lambda *_: ready.set()
    try:
        client.connect(broker.host, broker.port)
    except OSError as error:
        log.warning("not_said", messages=len(publications), reason=str(error))
        return False
    client.loop_start()
    try:
        if not ready.wait(DRAIN_S):
            return False
        sent = [client.publish(p.topic, p.payload, p.qos, p.retain) for p in publications]
        sent[-1].wait_for_publish(DRAIN_S)
        return sent[-1].is_published()
    finally:
        client.disconnect()
        client.loop_stop()


class Watch:
    """A subscription for what happens now: nothing is kept while it is away.

    `handle` is called on the client's own thread, once a message. `links` counts how often it met the broker:
    one that was away may have forgotten what it was to keep.
    """

    def __init__(self, broker: Broker, topics: Sequence[str], handle: Callable[[Message], None]) -> None:
        self._topics = topics
        self._handle = handle
        self.links = 0
        self._client = _client(broker, "", keeps_session=False)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect_async(broker.host, broker.port, keepalive=30)
        self._client.loop_start()

    @property
    def connected(self) -> bool:
        """Whether the broker is there right now."""
        return self._client.is_connected()

    def say(self, publications: Sequence[Publication]) -> None:
        """Publish on the same connection, without waiting; also from within `handle`."""
        for one in publications:
            self._client.publish(one.topic, one.payload, one.qos, one.retain)

    def stop(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: Client, _userdata: object, _flags: ConnectFlags, code: ReasonCode, _: Properties | None
    ) -> None:
        if code.is_failure:
            return
        self.links += 1
        if self._topics:
            client.subscribe([(topic, 0) for topic in self._topics])

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._handle(_received(message))


def _client(broker: Broker, client_id: str, *, keeps_session: bool) -> Client:
    # MQTT 3.1.1: the embedded broker speaks version 5 on another port only, and nothing here needs it.
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not keeps_session,
        protocol=MQTTv311,
        manual_ack=keeps_session,
    )
    client.on_disconnect = _on_disconnect
    client.reconnect_delay_set(min_delay=1, max_delay=30)
    client.max_queued_messages_set(0)
    client.max_inflight_messages_set(200)
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password)
    if broker.tls:
        client.tls_set()
    return client


def _on_disconnect(
    _client: Client, _userdata: object, _flags: DisconnectFlags, code: ReasonCode, _: Properties | None
) -> None:
    if code.is_failure:
        log.warning("broker_lost", reason=str(code))


def _received(message: MQTTMessage) -> Message:
    try:
        topic = message.topic
    except UnicodeDecodeError:
        # No broker should let it through; it is quarantined as any topic that is not ours.
        topic = ""
    return Message(topic, bytes(message.payload), bool(message.retain))
