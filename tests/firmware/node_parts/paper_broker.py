"""A broker and the server behind it, for one node, in time that is counted: bytes in, bytes out."""

import heapq
from collections import Counter

from samen_node import contract
from samen_node.net import packets

ANSWERS_AFTER_S = 0.02
COMMITS_AFTER_S = 0.3
FOREVER_S = 1e9
CONNECT, SUBSCRIBE, PING = 0x10, 0x82, 0xC0


class PaperBroker:
    """`heard` counts messages by leaf, `stored` holds each reading's (boot, seq), `copies` counts those
    that came again. While `away` is true it hears and says nothing, like a peer that has lost its power."""

    def __init__(self, site: str, device: str):
        self._place = (site, device)
        self._due: list[tuple[float, int, bytes]] = []
        self._made = 0
        self._packet_id = 0
        self.away = False
        self.heard: Counter[str] = Counter()
        self.stored: set[tuple[int, int]] = set()
        self.copies = 0

    def say(self, at: float, leaf: str, message: dict) -> None:
        """Publish at an instant."""
        payload = contract.encode({"v": 1, **message})
        self._packet_id = self._packet_id % 65535 + 1
        packet = packets.publish(contract.topic(*self._place, leaf), payload, self._packet_id)
        self._put(at, packet)

    def due(self) -> float:
        """When there will be something to say."""
        return self._due[0][0] if self._due else FOREVER_S

    def speak(self, now: float) -> bytes:
        """All that is due by now."""
        said = b""
        while self.due() <= now:
            said += heapq.heappop(self._due)[2]
        return b"" if self.away else said

    def hear(self, now: float, sent: bytes) -> None:
        """Whole packets of the node."""
        while sent:
            length, start = _length(sent)
            if not self.away:
                self._take(now, sent[0], sent[start : start + length])
            sent = sent[start + length :]

    def _put(self, at: float, packet: bytes) -> None:
        self._made += 1
        heapq.heappush(self._due, (at, self._made, packet))

    def _take(self, now: float, kind: int, body: bytes) -> None:
        soon = now + ANSWERS_AFTER_S
        if kind == CONNECT:
            self._due.clear()
            self._put(soon, bytes([packets.CONNACK, 2, 0, 0]))
        elif kind == SUBSCRIBE:
            granted = _filters(body)
            self._put(soon, bytes([packets.SUBACK, 2 + granted]) + body[:2] + b"\x01" * granted)
        elif kind == PING:
            self._put(soon, bytes([packets.PINGRESP, 0]))
        elif kind & 0xF0 == packets.PUBLISH:
            topic, payload, packet_id = packets.parse_publish(kind & 0x0F, body)
            if packet_id is not None:
                self._put(soon, packets.puback(packet_id))
            if topic.startswith(contract.ROOT):
                self._serve(now, contract.parse_topic(topic)[2], payload)
            else:
                self.heard[topic] += 1  # for Home Assistant

    def _serve(self, now: float, leaf: str, payload: bytes) -> None:
        """As the server does: what breaks the contract raises, what is stored is acknowledged."""
        self.heard[leaf] += 1
        message = contract.decode(leaf, payload)
        seqs: dict[int, list[int]] = {}
        for reading in contract.readings(leaf, message):
            key = (reading["boot"], reading["seq"])
            self.copies += key in self.stored
            self.stored.add(key)
            seqs.setdefault(key[0], []).append(key[1])
        for boot, all_of_it in seqs.items():
            for ack in contract.ack(boot, all_of_it):
                self.say(now + COMMITS_AFTER_S, "ack", ack)


def _filters(body: bytes) -> int:
    """How many topics a SUBSCRIBE asks for."""
    count, at = 0, 2
    while at < len(body):
        at += 3 + int.from_bytes(body[at : at + 2], "big")
        count += 1
    return count


def _length(packet: bytes) -> tuple[int, int]:
    """A packet's remaining length, and where it begins."""
    length = shift = 0
    for at in range(1, 5):
        length |= (packet[at] & 0x7F) << shift
        shift += 7
        if not packet[at] & 0x80:
            return length, at + 1
    raise ValueError("malformed length")
