"""The server's half of the contract: what nodes say, what a message brought, and how that is acknowledged.

Import these from samen_node.contract; they stand apart only to spare a node's heap.
"""

import json

from samen_node import contract

MYPY = False
if MYPY:
    from typing import Any

_LARGEST = 2147483647
# As contract has them: see there.
_SCHEMAS = """
meta hw=text:64 fw=text:64 git=text:0:64 chip=text:64 caps=list:16:text:64 contract=count \
streams=table:8:table:16:text:0:16 reset?=text:64 mode?=normal|trial|safe crash?=text:0:200
state ts=instant? tq=ntp|rtc|none up=count d=is:@snapshot
t/clock boot=count up=count utc=instant
replay boot=count items=list:64:item
gap boot=count from=count to=count why=flash_full|torn|refused
diag up=count rssi=int:-150:0? reset=text:64 heap=count depth=count drops=count reconnects=count \
crc=table:16:count flash?=count low?=list:2:heap|flash net?=count
cfg/reported rev=count set=table:32:scalar errors=table:32:text:64
cmd/res id=text:64 ok=flag detail?=text:0:200
ota/status version=text:64 state=loading|staged|trial|confirmed|rolled_back|refused \
detail?=text:0:200 attempt?=count
ota/want version=text:64 file=text:0:64 at=count n=int:1:1024
zones/plan zone=text:64 at=instant now=is:@setpoint steps=list:32:is:@step valid_until=instant steering=flag
@item/occupancy s=text:16 @stamp d=is:@occupancy
@item/energy s=text:16 @stamp d=is:@energy
@item/climate s=text:16 @stamp d=is:@climate
@item/p1 s=text:16 @stamp d=table:48:pair
@snapshot occupancy?=is:@occupancy energy?=table:16:is:@energy climate?=is:@climate p1?=table:48:pair
@setpoint t=num:-60:90 vent=off|low|on
@step from=instant until=instant @setpoint
"""


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


def _item(value: "Any", name: str, _a: None, _b: None) -> "dict[str, Any]":
    if type(value) is not dict or value.get("s") not in contract.STREAMS:
        raise contract.bad_field(name)
    return contract.record(value, name, "@item/" + value["s"], None)


contract.learn(_SCHEMAS, {"item": _item})
