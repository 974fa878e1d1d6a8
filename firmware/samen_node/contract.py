"""Topics and messages between a node and the server: the one definition, version 1.

The server and the simulator import this very file, so it stays within what MicroPython
knows: no typing import, no dataclasses. A message is a dict; `decode` is the only way in.
"""

import json
import sys

MYPY = False  # mypy takes this name for true; an interpreter never does
if MYPY:
    from typing import Any

VERSION = 1
ROOT = "samen/v1"
MAX_PAYLOAD = 2048

STREAMS = ("occupancy", "energy", "climate", "p1")
EARLIEST_TS = 1577836800  # 2020-01-01: no node is older
LATEST_TS = 4102444800  # 2100-01-01
_SLUG = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."


class ContractError(ValueError):
    """A topic or payload that breaks the contract; `code` is a slug, `detail` names the field."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code + ": " + detail)
        self.code = code
        self.detail = detail


# --- topics -----------------------------------------------------------------------------------


def topic(site: str, device: str, leaf: str) -> str:
    """Full topic of a leaf such as "t/energy"; ContractError("bad_topic") if it cannot exist.

    Of "zones/plan", `device` is the zone: the server alone publishes it, on {site}/zones/{zone}/plan.
    """
    if leaf == "zones/plan":
        return "/".join((ROOT, _slug(site), "zones", _slug(device), "plan"))
    return "/".join((ROOT, _slug(site), _slug(device), _known(leaf)))


def parse_topic(topic: str) -> "tuple[str, str, str]":
    """Split a full topic into (site, device, leaf); ContractError("bad_topic") otherwise."""
    parts = topic.split("/", 4)
    if len(parts) != 5 or parts[0] + "/" + parts[1] != ROOT:
        raise ContractError("bad_topic", topic[:80])
    if parts[3] == "zones" and parts[4][-5:] == "/plan":
        parts[3:] = [parts[4][:-5], "zones/plan"]
    elif parts[4] == "zones/plan":
        raise ContractError("bad_topic", topic[:80])
    return _slug(parts[2]), _slug(parts[3]), _known(parts[4])


def _slug(name: str) -> str:
    if not 0 < len(name) <= 64 or any(c not in _SLUG for c in name):
        raise ContractError("bad_topic", name[:80])
    return name


def _known(leaf: str) -> str:
    if leaf not in _read and not _line(leaf) and " " + leaf + " " not in _SAID or leaf[:1] == "@":
        raise ContractError("bad_topic", leaf[:80])
    return leaf


# --- what each message holds ----------------------------------------------------------------------
# A line a message: its leaf and its fields, name=kind; name?=kind may be absent, kind? may be null.
# Kinds: int:low:high, num:low:high (whole or not), text:most or text:fewest:most (characters), flag,
# scalar (null, flag, number or text), a|b|c (one of these words), span ([first, last]), count,
# instant, list:most:kind, table:most:kind (by name), is:@part. A bare @part stands for its fields.
# Text, for it takes a fifth of the heap that the same takes as objects. Here is what a node reads; what it
# says and never reads stands in samen_node.receipts, and has a name here.

_SAID = " meta state t/clock replay gap diag cfg/reported cmd/res ota/status ota/want zones/plan "
_SCHEMAS = """
status state=online|offline|sleeping|updating sid=text:32
t/occupancy boot=count @stamp d=is:@occupancy
t/energy boot=count @stamp d=is:@energy
t/climate boot=count @stamp d=is:@climate
t/p1 boot=count @stamp d=table:48:pair
ack boot=count got=list:256:span
cfg/desired rev=count set=table:32:scalar
cmd id=text:64 op=text:64 exp=instant args?=table:32:scalar
ota/desired version=text:64 size=int:1:16777216 sha256=text:64:64 hmac=text:64:64 attempt?=count
ota/part version=text:64 file=text:0:64 at=count data=text:0:1400
next items=list:32:is:@occurrence until?=instant
@stamp seq=count ts=instant? tq=ntp|rtc|none up=count
@occupancy state=empty|entering|occupied|hold|unknown conf=int:0:100 \
ev=list:8:pir|radar_move|radar_still|co2 n?=span?
@energy r=text:24 wh=int:0:1000000000000 w=num:-1000000000:1000000000? gen?=int:0:65535
@climate t?=num:-60:90? rh?=num:0:100? co2?=num:0:40000?
@occurrence start=instant end=instant state=booked|held|blackout
"""
# Schemas already read. A node has more time than heap: it reads a schema again for each message.
_read: "dict[str, Any]" = {}
_KEEPS_READ = sys.implementation.name != "micropython"


def learn(schemas: str, checks: "dict[str, Any]") -> None:
    """Add messages, with the checks of kinds that no other has."""
    global _SCHEMAS  # noqa: PLW0603 - a node that never reads them has none of it in its heap
    _SCHEMAS += schemas
    _CHECKS.update(checks)


def _line(schema: str) -> str:
    """The fields of a schema, as written; empty where there is none of that name."""
    start = _SCHEMAS.find("\n" + schema + " ") + len(schema) + 2
    return _SCHEMAS[start : _SCHEMAS.find("\n", start)] if start > len(schema) + 1 else ""


def _fields(schema: str) -> "list[tuple[str, bool, Any]]":
    if schema in _read:
        return _read[schema]
    fields = []
    for field in _line(schema).split():
        name, _, kind = field.partition("=")
        if kind:
            fields.append((name.rstrip("?"), name[-1] == "?", _kind(kind)))
        else:
            fields += _fields(name)
    if _KEEPS_READ:
        _read[schema] = fields
    return fields


def _kind(text: str) -> "tuple[Any, bool, Any, Any]":
    """(check, may be null, two arguments of the check)."""
    nullable = text[-1] == "?"
    text = text.rstrip("?")
    if text == "count":  # boot, seq and up fit a signed 32-bit column
        return _integer, nullable, 0, 2147483647
    if text == "instant":
        return _integer, nullable, EARLIEST_TS, LATEST_TS
    head, _, rest = text.partition(":")
    if head in ("list", "table"):
        most, _, inner = rest.partition(":")
        return _CHECKS[head], nullable, _kind(inner), int(most)
    if head in ("int", "num", "text"):
        bounds = [int(bound) for bound in rest.split(":")]
        return _CHECKS[head], nullable, (1 if len(bounds) == 1 else bounds[0]), bounds[-1]
    if head == "is":
        return record, nullable, rest, None
    if "|" in text:
        return _one_of, nullable, text.split("|"), None
    return _CHECKS[head], nullable, None, None


# --- checks: each takes (value, the field's name, two arguments), returns the clean value or raises -----


def bad_field(name: str) -> ContractError:
    return ContractError("bad_field", name)


def _apply(kind: "Any", value: "Any", name: str) -> "Any":
    check, nullable, a, b = kind
    return None if value is None and nullable else check(value, name, a, b)


def record(value: "Any", name: str, schema: str, _b: None) -> "dict[str, Any]":
    """A dict with the fields of a schema, as `decode` takes it; ContractError("bad_field") otherwise."""
    if type(value) is not dict:
        raise bad_field(name)
    clean = {}
    for field, optional, kind in _fields(schema):
        if field in value:
            clean[field] = _apply(kind, value[field], field)
        elif not optional:
            raise bad_field(field)
    if not _consistent(schema, clean):
        raise bad_field(name)
    return clean


def _consistent(schema: str, record: "dict[str, Any]") -> bool:
    """What no single field can say."""
    if "tq" in record and (record["ts"] is None) != (record["tq"] == "none"):
        return False
    if schema == "gap":
        return bool(record["from"] <= record["to"])
    if schema == "@occurrence":
        return bool(record["start"] < record["end"])
    if schema == "@step":
        return bool(record["from"] < record["until"])
    if schema == "zones/plan":
        return _in_order(record["steps"]) and bool(record["at"] < record["valid_until"])
    if schema == "@climate":
        return len(record) > 0
    some = {"replay": "items", "ack": "got"}.get(schema)
    return some is None or len(record[some]) > 0


def _in_order(steps: "list[dict[str, Any]]") -> bool:
    return all(steps[n - 1]["until"] <= steps[n]["from"] for n in range(1, len(steps)))


def _integer(value: "Any", name: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:  # a bool is no number here
        raise bad_field(name)
    return value


def _number(value: "Any", name: str, low: int, high: int) -> "Any":
    if type(value) not in (int, float) or not low <= value <= high:  # NaN fails both bounds
        raise bad_field(name)
    return value


def _text(value: "Any", name: str, shortest: int, longest: int) -> str:
    if type(value) is not str or not shortest <= len(value) <= longest:
        raise bad_field(name)
    # Control characters and lone surrogates cannot be stored by every database.
    if any(c < " " or "\ud7ff" < c < "\ue000" for c in value):
        raise bad_field(name)
    return value


def _one_of(value: "Any", name: str, words: "list[str]", _b: None) -> str:
    if type(value) is not str or value not in words:
        raise bad_field(name)
    return value


def _flag(value: "Any", name: str, _a: None, _b: None) -> bool:
    if type(value) is not bool:
        raise bad_field(name)
    return value


def _scalar(value: "Any", name: str, _a: None, _b: None) -> "Any":
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        return _text(value, name, 0, 200)
    return _number(value, name, -1000000000, 1000000000)


def _many(value: "Any", name: str, kind: "Any", most: int) -> "list[Any]":
    if type(value) is not list or len(value) > most:
        raise bad_field(name)
    return [_apply(kind, item, name) for item in value]


def _table(value: "Any", name: str, kind: "Any", most: int) -> "dict[str, Any]":
    if type(value) is not dict or len(value) > most:
        raise bad_field(name)
    return {_text(k, name, 1, 64): _apply(kind, v, name) for k, v in value.items()}


def _pair(value: "Any", name: str, _a: None, _b: None) -> "list[Any]":
    if type(value) is not list or len(value) != 2 or not (value[1] is None or type(value[1]) is str):
        raise bad_field(name)
    return [_scalar(part, name, None, None) for part in value]


def _span(value: "Any", name: str, _a: None, _b: None) -> "list[int]":
    if type(value) is not list or len(value) != 2:
        raise bad_field(name)
    first, last = [_integer(part, name, 0, 2147483647) for part in value]
    if first > last:
        raise bad_field(name)
    return [first, last]


_CHECKS: "dict[str, Any]" = {
    "int": _integer,
    "num": _number,
    "text": _text,
    "flag": _flag,
    "scalar": _scalar,
    "list": _many,
    "table": _table,
    "pair": _pair,
    "span": _span,
}


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
    _known(leaf)
    value = _parse(payload)
    if type(value.get("v")) is not int or value["v"] != VERSION:
        raise ContractError("wrong_version", str(value.get("v"))[:20])
    clean = record(value, leaf, leaf, None)
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


if _KEEPS_READ:  # the receiving half, which no node needs in its heap
    from samen_node.receipts import ack as ack
    from samen_node.receipts import identity as identity
    from samen_node.receipts import ranges as ranges
    from samen_node.receipts import readings as readings
