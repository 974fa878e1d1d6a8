"""What nodes say, as messages: readings with sensible defaults."""

import json
from datetime import datetime

from samen.adapters.message import Message
from samen_node import contract

SITE = "bota75"


def message(device: str, leaf: str, body: dict, site: str = SITE, retained: bool = False) -> Message:
    """Any message that keeps the contract's envelope."""
    return Message(contract.topic(site, device, leaf), json.dumps({"v": 1, **body}).encode(), retained)


def stamp(seq: int, at: datetime | None, up: int = 0) -> dict:
    """A reading's identity and time; no `at`: the node's clock is not set."""
    seconds = None if at is None else int(at.timestamp())
    return {"seq": seq, "ts": seconds, "tq": "ntp" if at else "none", "up": up}


def energy(
    wh: int, seq: int, at: datetime | None, device="node-meters", boot=1, r="1.8.0", gen=0, w=None, up=0
) -> Message:
    """A register's index."""
    said = {"r": r, "wh": wh, "w": w, "gen": gen}
    return message(device, "t/energy", {"boot": boot, **stamp(seq, at, up), "d": said})


def occupancy(state: str, seq: int, at: datetime | None, device="node-iris", boot=1, up=0) -> Message:
    """A room's state."""
    said = {"state": state, "conf": 90, "ev": [], "n": None}
    return message(device, "t/occupancy", {"boot": boot, **stamp(seq, at, up), "d": said})


def climate(t: float, seq: int, at: datetime, device="node-iris", boot=1) -> Message:
    """A room's temperature."""
    said = {"t": t, "rh": 41, "co2": 640}
    return message(device, "t/climate", {"boot": boot, **stamp(seq, at), "d": said})


def replay(*readings: Message) -> Message:
    """The same readings, told again together."""
    bodies = [json.loads(reading.payload) for reading in readings]
    streams = [reading.topic.rpartition("/")[2] for reading in readings]
    items = [
        {"s": stream, **{name: body[name] for name in ("seq", "ts", "tq", "up", "d")}}
        for stream, body in zip(streams, bodies, strict=True)
    ]
    site, device, _ = contract.parse_topic(readings[0].topic)
    return message(device, "replay", {"boot": bodies[0]["boot"], "items": items}, site)


def status(state: str, sid: str, device="node-iris", retained=False) -> Message:
    """A node's word on itself, or its will."""
    return message(device, "status", {"state": state, "sid": sid}, retained=retained)


def clock(boot: int, up: int, utc: datetime, device: str) -> Message:
    """A boot's first sight of the time."""
    return message(device, "t/clock", {"boot": boot, "up": up, "utc": int(utc.timestamp())})
