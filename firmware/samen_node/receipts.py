"""The server's half of the contract: what a message brought, and how that is acknowledged.

Import these from samen_node.contract; they stand apart only to spare a node's heap.
"""

import json

MYPY = False
if MYPY:
    from typing import Any

_LARGEST = 2147483647


def readings(leaf: str, message: "dict[str, Any]") -> "list[dict[str, Any]]":
    """The readings of a decoded message: boot, seq, stream, ts, tq, up, d; none for other leaves."""
    if leaf == "replay":
        return [_reading(message["boot"], item["s"], item) for item in message["items"]]
    if leaf[:2] == "t/" and "seq" in message:
        return [_reading(message["boot"], leaf[2:], message)]
    return []


def _reading(boot: int, stream: str, item: "dict[str, Any]") -> "dict[str, Any]":
    reading = {"boot": boot, "stream": stream}
    for name in ("seq", "ts", "tq", "up", "d"):
        reading[name] = item[name]
    return reading


def identity(leaf: str, payload: bytes) -> "tuple[int, list[int]] | None":
    """The (boot, seqs) a refused reading claims, where legible, so that a server which has put it in
    quarantine can ack it: one bad reading must not be sent again for ever. None otherwise."""
    try:
        message = json.loads(payload.decode())
        boot = message["boot"]
        seqs = [item["seq"] for item in (message["items"] if leaf == "replay" else [message])]
    except (ValueError, RuntimeError, LookupError, TypeError):
        return None
    legible = all(type(number) is int and 0 <= number <= _LARGEST for number in [boot] + seqs)
    return (boot, seqs) if legible and seqs else None


def ranges(seqs: "Any") -> "list[list[int]]":
    """Sorted closed ranges [[first, last], …] that cover exactly these numbers."""
    spans: "list[list[int]]" = []
    for seq in sorted(set(seqs)):
        if spans and spans[-1][1] + 1 == seq:
            spans[-1][1] = seq
        else:
            spans.append([seq, seq])
    return spans


def ack(boot: int, seqs: "Any") -> "list[dict[str, Any]]":
    """Messages that tell a node these seqs of a boot are committed; each fits one payload."""
    spans = ranges(seqs)
    # 80 spans of two ten-digit numbers stay below 2 KiB
    return [{"v": 1, "boot": boot, "got": spans[i : i + 80]} for i in range(0, len(spans), 80)]
