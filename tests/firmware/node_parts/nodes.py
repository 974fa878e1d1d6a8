"""Simulated nodes of a test: short intervals, one room, one meter."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from node_parts.broker import Mosquitto
from samen.adapters.nodes import NodeConfig, start_node, stop_node
from samen_node.outbox import Outbox

DEVICE = "node-1"
QUICK = {
    "hold_s": 1,
    "resend_s": 1,
    "replay_s": 0.1,
    "diag_s": 1,
    "keepalive_s": 2,
    "backoff_s": [0.1, 0.5],
    "timeout_s": 2,
    "healthy_s": 0,
}
A_VISIT = [
    {"at": 0, "radar": "none", "t": 20.4, "rh": 41, "co2": 640, "w": {"1.8.0": 2351}},
    {"at": 1, "radar": "moving"},
    {"at": 2, "radar": "none"},
]


class RunningNode:
    """One node process. `program`: another file to run, a control."""

    def __init__(
        self,
        broker: Mosquitto,
        folder: Path,
        script: list[dict[str, Any]] = A_VISIT,
        program: Path | None = None,
        streams: Sequence[str] = ("occupancy", "energy", "climate"),
        sensors: Sequence[dict[str, Any]] | None = None,
        **settings: Any,
    ):
        self._folder = folder
        self.config = NodeConfig(
            "bota75",
            DEVICE,
            "secret",
            f"mqtt://127.0.0.1:{broker.port}",
            registers=["1.8.0"],
            streams=streams,
            sensors=sensors,
            script=script,
            energy_s=settings.pop("energy_s", 1),
            settings=QUICK | settings,
            heap="512K",
        )
        self.process = start_node(self.config, folder, program=program)

    def stop(self) -> None:
        stop_node(self.process)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def told(self, event: str) -> list[dict[str, Any]]:
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line["event"] == event]

    def log(self) -> str:
        return (self._folder / f"{DEVICE}.log").read_text()

    def kept(self) -> list[tuple[int, int]]:
        """What a stopped node still holds; reading it counts its boot up, like any start."""
        outbox = Outbox(str(self._folder / DEVICE / "outbox"), 262144)
        return [item[:2] for item in outbox.pending(100_000)]
