"""MQTT 3.1.1 packets as bytes (OASIS standard, chapter 3): only what a node sends and reads."""

import struct

CONNACK = 0x20
PUBLISH = 0x30
PUBACK = 0x40
SUBACK = 0x90
PINGRESP = 0xD0
PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"


def _frame(kind, *parts):
    """Head and parts in one piece, copied once: two writes would wait for each other on a slow link."""
    head = bytearray([kind])
    length = sum(len(part) for part in parts)
    while True:
        length, digit = length >> 7, length & 0x7F
        head.append(digit | 0x80 if length else digit)
        if not length:
            return b"".join((head,) + parts)


def _field(value):
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(raw)) + raw


def connect(client_id, keepalive_s, user=None, password=None, will=None):
    """CONNECT with a clean session; `will` is (topic, payload), QoS 1 and retained."""
    flags = 0x02
    body = _field(client_id)
    if will:
        flags |= 0x04 | 0x08 | 0x20
        body += _field(will[0]) + _field(will[1])
    if user is not None:
        flags |= 0x80
        body += _field(user)
    if password is not None:
        flags |= 0x40
        body += _field(password)
    return _frame(0x10, b"\x00\x04MQTT\x04" + struct.pack(">BH", flags, keepalive_s) + body)


def publish(topic, payload, packet_id=None, retain=False):
    """PUBLISH with QoS 1 where a packet id is given, else QoS 0."""
    head = _field(topic)
    if packet_id is None:
        return _frame(PUBLISH | retain, head, payload)
    return _frame(PUBLISH | 0x02 | retain, head, struct.pack(">H", packet_id), payload)


def puback(packet_id):
    """PUBACK of a received QoS 1 message."""
    return struct.pack(">BBH", PUBACK, 2, packet_id)


def subscribe(packet_id, filters, qos):
    """SUBSCRIBE to several topic filters with one QoS."""
    body = struct.pack(">H", packet_id)
    for name in filters:
        body += _field(name) + bytes([qos])
    return _frame(0x82, body)


def parse_publish(flags, body):
    """(topic, payload, packet id or None) of a PUBLISH body; ValueError where it is malformed."""
    qos = flags >> 1 & 3
    start = 2 + (body[0] << 8 | body[1]) if len(body) >= 2 else 2
    if qos > 1 or len(body) < start + 2 * qos:
        raise ValueError("malformed PUBLISH")
    packet_id = struct.unpack_from(">H", body, start)[0] if qos else None
    return body[2:start].decode(), body[start + 2 * qos :], packet_id
