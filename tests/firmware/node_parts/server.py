"""The server's side of the contract, in memory: keeps what it hears and acks readings."""

import re
import threading
from collections import defaultdict

import paho.mqtt.client as paho

from samen_node import contract


class AckingServer:
    """`readings`: (device, boot, seq) → reading; `heard`: leaf → messages in order. While `acking` is
    false nothing is acknowledged. `bodies`: for each reading every form of its bytes that came."""

    def __init__(self, port: int):
        self.acking = True
        self.readings: dict[tuple[str, int, int], dict] = {}
        self.heard: dict[str, list[dict]] = defaultdict(list)
        self.refused: list[tuple[str, bytes]] = []
        self.bodies: dict[tuple[int, int], set[bytes]] = defaultdict(set)
        self.copies = 0
        self._lock = threading.Lock()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._take
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_connect = self._client.on_message = (
            None  # its last sockets close with the last reference
        )

    def say(self, device: str, leaf: str, message: dict, retain: bool = False) -> None:
        self.say_bytes(device, leaf, contract.encode({"v": 1, **message}), retain)

    def say_bytes(self, device: str, leaf: str, payload: bytes, retain: bool = False) -> None:
        self._client.publish(contract.topic("bota75", device, leaf), payload, qos=1, retain=retain)

    def seqs(self, boot: int) -> list[int]:
        with self._lock:
            return sorted(seq for _, b, seq in self.readings if b == boot)

    def _subscribe(self, client: paho.Client, *_: object) -> None:
        client.subscribe(contract.ROOT + "/#", qos=1)

    def _take(self, client: paho.Client, _userdata: object, received: paho.MQTTMessage) -> None:
        _, device, leaf = contract.parse_topic(received.topic)
        if leaf in ("ack", "cmd", "cfg/desired", "ota/desired", "ota/part", "next"):
            return
        try:
            message = contract.decode(leaf, received.payload)
        except contract.ContractError:
            self.refused.append((leaf, received.payload))
            return
        with self._lock:
            self.heard[leaf].append(message)
            stored = self._store(device, contract.readings(leaf, message))
            self._keep_bodies(leaf, message, received.payload)
        if self.acking:
            for boot, seqs in stored.items():
                for ack in contract.ack(boot, seqs):
                    client.publish(contract.topic("bota75", device, "ack"), contract.encode(ack), qos=1)

    def _store(self, device: str, readings: list[dict]) -> dict[int, list[int]]:
        stored = defaultdict(list)
        for reading in readings:
            key = (device, reading["boot"], reading["seq"])
            self.copies += key in self.readings
            self.readings[key] = reading
            stored[reading["boot"]].append(reading["seq"])
        return stored

    def _keep_bodies(self, leaf: str, message: dict, payload: bytes) -> None:
        """The bytes of each reading without its envelope: a resend must not change one of them."""
        if leaf == "replay":
            for text in payload[payload.index(b"[") + 1 : -2].split(b',{"s":'):
                body = b"{" + text.partition(b",")[2]
                seq = re.search(rb'"seq":(\d+)', body)
                assert seq
                self.bodies[(message["boot"], int(seq[1]))].add(body)
        elif "seq" in message:
            body = b"{" + payload.split(b",", 2)[2]
            self.bodies[(message["boot"], message["seq"])].add(body)
