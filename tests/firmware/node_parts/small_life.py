"""A node's life on 32-bit words: compiled, under a heap of a board's size, in time that leaps."""

import json
from pathlib import Path
from typing import Any

from node_parts.paper_broker import PaperBroker
from node_parts.small_words import START_NS, SmallWords, compile_parts

HOUR_S = 3600
VISIT_S = 50  # a node remembers its last sixteen orders: so it soon remembers as many as it ever will
SENSORS = [
    {"driver": "ld2410", "uart": "radar"},
    {"driver": "scd4x", "i2c": "air"},
    {"driver": "s0", "counter": "1.8.0", "register": "1.8.0", "pulses_per_kwh": 1000},
]
CONFIG = {
    "site": "bota75",
    "device": "node-1",
    "password": "secret",
    "host": "broker",
    "port": 1883,
    "folder": "/flash/node",
    "streams": ["occupancy", "energy", "climate"],
    "sensors": SENSORS,
    "seed": 7,
    "leak": 0,
    "poll_s": 2,  # a board looks ten times a second; so a life is sooner over
    "tell_s": 97,  # at every moment of what a visit sets off in turn
}


class SmallLife:
    """`away`: hours of life between which there is no broker. Every minute or so the server tells the room's
    next occurrences, orders and configures. `code` is how the node ended.

    `heap` is what a board's node has: what only this one needs comes on top, `weight` bytes of it."""

    def __init__(self, compiled: Path, folder: Path, heap: int, hours: float, **config: Any):
        self._away = config.pop("away", (0, 0))
        self.broker = PaperBroker(CONFIG["site"], CONFIG["device"])
        self._next_visit = 0.0
        folders = {f"/{name}": folder / name for name in ("lib", "flash", "wire")}
        compile_parts(compiled, folders["/lib"])
        folders["/flash"].mkdir()
        folders["/wire"].mkdir()
        (folders["/flash"] / "config.json").write_text(json.dumps(CONFIG | {"hours": hours} | config))
        self._into = (folders["/wire"] / "in").open("wb", buffering=0)
        (folders["/wire"] / "out").touch()
        self._from = (folders["/wire"] / "out").open("rb", buffering=0)
        self._log = folder / "log"
        words = SmallWords(folders, self._sleep)
        with self._into, self._from:
            words.run("import weight", 4 * heap, self._log)
            self.weight = int(self._log.read_text())
            self.code = words.run("import lived; lived.main()", heap + self.weight, self._log)
        self.lived_s = self._seconds(words.now_ns)

    def free(self) -> list[int]:
        """What was free after each collection, in order."""
        lines = [line for line in self._log.read_text().splitlines() if '"heap"' in line]
        return [json.loads(line)["free"] for line in lines]

    def error(self) -> str:
        return self._log.with_suffix(".error").read_text() + self._log.read_text()[-300:]

    def _sleep(self, now_ns: int, until_ns: int) -> int:
        """Let the broker hear and speak; the node wakes when it wants, or when there is word for it."""
        now = self._seconds(now_ns)
        self._turn(now)
        self.broker.hear(now, self._from.read())
        wakes_ns = min(until_ns, max(now_ns, START_NS + int(self.broker.due() * 1e9) + 1))
        self._into.write(self.broker.speak(self._seconds(wakes_ns)))
        return wakes_ns

    def _turn(self, now: float) -> None:
        """What the server does of itself."""
        self.broker.away = self._away[0] <= now / HOUR_S < self._away[1]
        if now < self._next_visit:
            return
        self._next_visit = now + VISIT_S
        start = START_NS // 10**9 + int(now)
        visits = [start + n * HOUR_S for n in range(8)]
        items = [{"start": at, "end": at + 1800, "state": "booked"} for at in visits]
        self.broker.say(now + 10, "next", {"items": items})
        self.broker.say(
            now + 20, "cmd", {"id": str(start), "op": "report", "exp": start + HOUR_S, "args": {}}
        )
        self.broker.say(now + 30, "cfg/desired", {"rev": start, "set": {"hold_s": 60 + int(now) % 60}})

    @staticmethod
    def _seconds(ns: int) -> float:
        return (ns - START_NS) / 1e9
