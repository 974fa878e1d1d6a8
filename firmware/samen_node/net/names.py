"""Host names to IPv4 addresses, without blocking: a board's own resolver stops every task for seconds.

DNS as in RFC 1035; names under .local are asked of the neighbours, by one-shot multicast (RFC 6762, 5.1 and
6.7: the answer comes to us alone, and repeats number and question).
"""

import os

from samen_node.net import udp

_MDNS = ("224.0.0.251", 5353)
_PORT = 53


async def address_of(name, server, port=_PORT):
    """The address of `name` by the resolver at `server`; a name in figures is its own. OSError if unknown."""
    if name.replace(".", "").isdigit():
        return name
    asked = question(name, os.urandom(2))
    where = _MDNS if name.endswith(".local") else (server, port)
    found = await udp.ask(where, asked, lambda reply: answer(reply, asked))
    if not found:
        raise OSError("no address for " + name)
    return found


def question(name, number):
    """A query for the A record of `name`; `number`: two bytes that the answer repeats."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return number + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"


def answer(reply, asked):
    """The first address in `reply`; "" where it says that there is none; None if it answers something else
    than `asked`, or is no DNS message."""
    if reply[:2] != asked[:2] or reply[12 : len(asked)] != asked[12:] or not reply[2] & 0x80:
        return None
    try:
        return "" if reply[3] & 15 else _first_address(reply, len(asked))
    except IndexError:
        return None  # cut short


def _first_address(reply, at):
    for _ in range(_number(reply, 6)):
        at = _behind_name(reply, at)
        kind, size = _number(reply, at), _number(reply, at + 8)
        at += 10
        if kind == 1 and size == 4:
            return "%d.%d.%d.%d" % (reply[at], reply[at + 1], reply[at + 2], reply[at + 3])
        at += size
    return ""


def _number(reply, at):
    return reply[at] << 8 | reply[at + 1]


def _behind_name(reply, at):
    while reply[at]:
        if reply[at] & 0xC0:  # a pointer to a name said before: two bytes
            return at + 2
        at += reply[at] + 1
    return at + 1
