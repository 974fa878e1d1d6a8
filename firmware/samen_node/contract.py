"""Topics and messages between a node and the server: the one definition, version 1.

The server and the simulator import this very file, so it stays within what MicroPython
knows: no typing import, no dataclasses. A message is a dict; `decode` is the only way in.
"""

import json

MYPY = False  # mypy takes this name for true; an interpreter never does
if MYPY:
    from typing import Any

VERSION = 1
ROOT = "samen/v1"
MAX_PAYLOAD = 2048

STREAMS = ("occupancy", "energy", "climate", "p1")
TIME_QUALITIES = ("ntp", "rtc", "none")
EARLIEST_TS = 1577836800  # 2020-01-01: no node is older
LATEST_TS = 4102444800  # 2100-01-01
_COUNT = 2147483647  # boot, seq and up fit a signed 32-bit column
_SLUG = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."


class ContractError(ValueError):
    """A topic or payload that breaks the contract; `code` is a slug, `detail` names the field."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code + ": " + detail)
        self.code = code
        self.detail = detail


# --- topics -----------------------------------------------------------------------------------


def topic(site: str, device: str, leaf: str) -> str:
    """Full topic of a leaf such as "t/energy"; ContractError("bad_topic") if it cannot exist."""
    return "/".join((ROOT, _slug(site), _slug(device), _known(leaf)))


def parse_topic(topic: str) -> "tuple[str, str, str]":
    """Split a full topic into (site, device, leaf); ContractError("bad_topic") otherwise."""
    parts = topic.split("/", 4)
    if len(parts) != 5 or parts[0] + "/" + parts[1] != ROOT:
        raise ContractError("bad_topic", topic[:80])
    return _slug(parts[2]), _slug(parts[3]), _known(parts[4])


def _slug(name: str) -> str:
    if not 0 < len(name) <= 64 or any(c not in _SLUG for c in name):
        raise ContractError("bad_topic", name[:80])
    return name


def _known(leaf: str) -> str:
    if leaf not in _LEAVES:
        raise ContractError("bad_topic", leaf[:80])
    return leaf


# --- checks: each takes (value, where) and returns the clean value or raises ---------------------


def _bad(where: str) -> ContractError:
    return ContractError("bad_field", where)


def _integer(low: int, high: int) -> "Any":
    def check(value: "Any", where: str) -> int:
        if type(value) is not int or not low <= value <= high:  # a bool is no number here
            raise _bad(where)
        return value

    return check


def _number(low: int, high: int) -> "Any":
    def check(value: "Any", where: str) -> "int | float":
        if type(value) not in (int, float) or not low <= value <= high:  # NaN fails both bounds
            raise _bad(where)
        return value

    return check


def _text(longest: int, shortest: int = 1) -> "Any":
    def check(value: "Any", where: str) -> str:
        # Control characters and lone surrogates cannot be stored by every database.
        if type(value) is not str or not shortest <= len(value) <= longest:
            raise _bad(where)
        if any(c < " " or "\ud7ff" < c < "\ue000" for c in value):
            raise _bad(where)
        return value

    return check


def _one_of(*allowed: str) -> "Any":
    def check(value: "Any", where: str) -> str:
        if type(value) is not str or value not in allowed:
            raise _bad(where)
        return value

    return check


def _flag(value: "Any", where: str) -> bool:
    if type(value) is not bool:
        raise _bad(where)
    return value


def _or_null(inner: "Any") -> "Any":
    def check(value: "Any", where: str) -> "Any":
        return None if value is None else inner(value, where)

    return check


def _many(inner: "Any", fewest: int, most: int) -> "Any":
    def check(value: "Any", where: str) -> "list[Any]":
        if type(value) is not list or not fewest <= len(value) <= most:
            raise _bad(where)
        return [inner(item, where) for item in value]

    return check


def _table(key: "Any", inner: "Any", most: int) -> "Any":
    def check(value: "Any", where: str) -> "dict[str, Any]":
        if type(value) is not dict or len(value) > most:
            raise _bad(where)
        return {key(k, where): inner(v, where + "." + k) for k, v in value.items()}

    return check


def _record(needed: "dict[str, Any]", optional: "Any" = None) -> "Any":
    def check(value: "Any", where: str) -> "dict[str, Any]":
        if type(value) is not dict:
            raise _bad(where)
        clean = {}
        for name, inner in needed.items():
            if name not in value:
                raise _bad(where + "." + name)
            clean[name] = inner(value[name], where + "." + name)
        for name, inner in (optional or {}).items():
            if name in value:
                clean[name] = inner(value[name], where + "." + name)
        return clean

    return check


def _span(low: int, high: int) -> "Any":
    pair = _many(_integer(low, high), 2, 2)

    def check(value: "Any", where: str) -> "list[int]":
        first, last = pair(value, where)
        if first > last:
            raise _bad(where)
        return [first, last]

    return check


def _scalar(value: "Any", where: str) -> "Any":
    if value is None or type(value) is bool:
        return value
    return _word(value, where) if type(value) is str else _power(value, where)


# --- fields -------------------------------------------------------------------------------------

_count = _integer(0, _COUNT)
_instant = _integer(EARLIEST_TS, LATEST_TS)
_name = _text(64)
_word = _text(200, 0)
_power = _number(-1000000000, 1000000000)
_hex = _text(64, 64)


def _climate(value: "Any", where: str) -> "dict[str, Any]":
    clean = _CLIMATE(value, where)
    if not clean:
        raise _bad(where)
    return clean


def _p1_value(value: "Any", where: str) -> "list[Any]":
    if type(value) is not list or len(value) != 2:
        raise _bad(where)
    return [_scalar(value[0], where), _or_null(_text(8))(value[1], where)]


_CLIMATE = _record(
    {}, {"t": _or_null(_number(-60, 90)), "rh": _or_null(_number(0, 100)), "co2": _or_null(_number(0, 40000))}
)
_STATES = ("empty", "entering", "occupied", "hold", "unknown")
_D = {
    "occupancy": _record(
        {
            "state": _one_of(*_STATES),
            "conf": _integer(0, 100),
            "ev": _many(_one_of("pir", "radar_move", "radar_still", "co2"), 0, 8),
        },
        {"n": _or_null(_span(0, 10000))},
    ),
    # An index in whole Wh that never runs back: a reset or a new meter is a new generation.
    "energy": _record(
        {"r": _text(24), "wh": _integer(0, 1000000000000), "w": _or_null(_power)}, {"gen": _integer(0, 65535)}
    ),
    "climate": _climate,
    "p1": _table(_text(24), _p1_value, 48),
}

_STAMP = {"seq": _count, "ts": _or_null(_instant), "tq": _one_of(*TIME_QUALITIES), "up": _count}


def _stamped(head: "dict[str, Any]", d: "Any") -> "Any":
    fields = dict(_STAMP)
    fields.update(head)
    fields["d"] = d
    inner = _record(fields)

    def check(value: "Any", where: str) -> "dict[str, Any]":
        clean = inner(value, where)
        if (clean["ts"] is None) != (clean["tq"] == "none"):
            raise _bad(where + ".ts")
        return clean

    return check


def _replay_item(value: "Any", where: str) -> "dict[str, Any]":
    if type(value) is not dict or value.get("s") not in STREAMS:
        raise _bad(where + ".s")
    return _stamped({"s": _name}, _D[value["s"]])(value, where)


def _occurrence(value: "Any", where: str) -> "dict[str, Any]":
    clean = _OCCURRENCE(value, where)
    if clean["start"] >= clean["end"]:
        raise _bad(where + ".end")
    return clean


def _gap(value: "Any", where: str) -> "dict[str, Any]":
    clean = _GAP(value, where)
    if clean["from"] > clean["to"]:
        raise _bad(where + ".to")
    return clean


_OCCURRENCE = _record({"start": _instant, "end": _instant, "state": _one_of("booked", "held", "blackout")})
_GAP = _record(
    {"boot": _count, "from": _count, "to": _count, "why": _one_of("flash_full", "torn", "refused")}
)
_SETTINGS = _table(_name, _scalar, 32)
_SNAPSHOT = _record(
    {},
    {
        "occupancy": _D["occupancy"],
        "energy": _table(_text(24), _D["energy"], 16),  # by register
        "climate": _climate,
        "p1": _D["p1"],
    },
)

_LEAVES = {
    "status": _record({"state": _one_of("online", "offline", "sleeping", "updating"), "sid": _text(32)}),
    "meta": _record(
        {
            "hw": _name,
            "fw": _name,
            "git": _text(64, 0),
            "chip": _name,
            "caps": _many(_name, 0, 16),
            "contract": _count,
            "streams": _table(_name, _table(_name, _text(16, 0), 16), 8),
        }
    ),
    "state": _record({"ts": _or_null(_instant), "tq": _STAMP["tq"], "up": _count, "d": _SNAPSHOT}),
    "t/clock": _record({"boot": _count, "up": _count, "utc": _instant}),
    "replay": _record({"boot": _count, "items": _many(_replay_item, 1, 64)}),
    "ack": _record({"boot": _count, "got": _many(_span(0, _COUNT), 1, 256)}),
    "gap": _gap,
    "diag": _record(
        {
            "up": _count,
            "rssi": _or_null(_integer(-150, 0)),
            "reset": _name,
            "heap": _count,
            "depth": _count,
            "drops": _count,
            "reconnects": _count,
            "crc": _table(_name, _count, 16),
        }
    ),
    "cfg/desired": _record({"rev": _count, "set": _SETTINGS}),
    "cfg/reported": _record({"rev": _count, "set": _SETTINGS, "errors": _table(_name, _name, 32)}),
    "cmd": _record({"id": _name, "op": _name, "exp": _instant}, {"args": _SETTINGS}),
    "cmd/res": _record({"id": _name, "ok": _flag}, {"detail": _word}),
    "ota/desired": _record({"version": _name, "size": _integer(1, 16777216), "sha256": _hex, "hmac": _hex}),
    "ota/status": _record(
        {"version": _name, "state": _one_of("staged", "trial", "confirmed", "rolled_back")}, {"detail": _word}
    ),
    "next": _record({"items": _many(_occurrence, 0, 32)}),
}
for _stream in STREAMS:
    _LEAVES["t/" + _stream] = _stamped({"boot": _count}, _D[_stream])


# --- messages -------------------------------------------------------------------------------------


def encode(message: "dict[str, Any]") -> bytes:
    """Compact UTF-8 JSON; ContractError("oversized") above 2 KiB."""
    payload = json.dumps(message, separators=(",", ":")).encode()
    if len(payload) > MAX_PAYLOAD:
        raise ContractError("oversized", str(len(payload)))
    return payload


def decode(leaf: str, payload: bytes) -> "dict[str, Any]":
    """Parse and check one message: a dict of the known fields, "v" included.

    Raises ContractError with code oversized, not_json, wrong_version, bad_topic or bad_field, and
    nothing else, whatever the bytes. Keys the contract does not know are dropped.
    """
    check = _LEAVES[_known(leaf)]
    value = _parse(payload)
    if type(value.get("v")) is not int or value["v"] != VERSION:
        raise ContractError("wrong_version", str(value.get("v"))[:20])
    clean = check(value, leaf)
    clean["v"] = VERSION
    return clean


def _parse(payload: bytes) -> "dict[str, Any]":
    if len(payload) > MAX_PAYLOAD:
        raise ContractError("oversized", str(len(payload)))
    try:
        value = json.loads(payload.decode())
    except (ValueError, RuntimeError, MemoryError):  # RecursionError is a RuntimeError
        raise ContractError("not_json", "unreadable") from None
    if type(value) is not dict:
        raise ContractError("not_json", "not an object")
    return value


def readings(leaf: str, message: "dict[str, Any]") -> "list[dict[str, Any]]":
    """The readings of a decoded message: boot, seq, stream, ts, tq, up, d; none for other leaves."""
    if leaf == "replay":
        return [_reading(message["boot"], item["s"], item) for item in message["items"]]
    if leaf[:2] == "t/" and leaf[2:] in STREAMS:
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
        message = _parse(payload)
        boot = _count(message.get("boot"), "boot")
        items: "Any" = message.get("items") if leaf == "replay" else [message]
        seqs = [_count(item["seq"], "seq") for item in items if type(item) is dict and "seq" in item]
    except (ContractError, TypeError):
        return None
    return (boot, seqs) if seqs else None


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
    return [{"v": VERSION, "boot": boot, "got": spans[i : i + 80]} for i in range(0, len(spans), 80)]
