"""A node started as a board starts it: by main.py, again and again in the same flash."""

import json
import subprocess
from pathlib import Path
from typing import Any

from node_parts.nodes import A_VISIT, DEVICE, QUICK

METER = {"driver": "s0", "counter": "1.8.0", "register": "1.8.0", "pulses_per_kwh": 10000, "most_w": 10**9}
SENSORS = [{"driver": "ld2410", "uart": "radar"}, METER]
PROGRAM = Path(__file__).parent / "failing_node.py"


class BootedNode:
    """`fails`: see failing_node.py. Each `start` is the next start of the same node."""

    def __init__(
        self, port: int, folder: Path, interpreter: list[str], environment: dict[str, str], **more: Any
    ):
        self.flash = folder / "flash"
        self._config = folder / "config.json"
        self._log = folder / "log"
        self._environment = environment
        self._command = [*interpreter, str(PROGRAM), str(self._config)]
        self.config: dict[str, Any] = {
            "site": "bota75",
            "device": DEVICE,
            "password": "secret",
            "mqtt_url": f"mqtt://127.0.0.1:{port}",
            "folder": str(self.flash),
            "streams": ["occupancy", "energy"],
            "sensors": SENSORS,
            "script": A_VISIT,
            "stop_on_stdin": True,
            "fails": "",
            "energy_s": 1,
            **QUICK,
            **more,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        self._config.write_text(json.dumps(self.config))
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        return self.process

    def start_and_fail(self) -> int:
        """The code with which the process ends by itself."""
        code = self.start().wait(20)
        self._forget()
        return code

    def stop(self) -> int:
        assert self.process
        assert self.process.stdin
        self.process.stdin.close()
        code = self.process.wait(10)
        self._forget()
        return code

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self._forget()

    def told(self, event: str) -> list[dict[str, Any]]:
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line["event"] == event]

    def log(self) -> str:
        return self._log.read_text()

    def _forget(self) -> None:
        assert self.process
        assert self.process.stdin
        self.process.stdin.close()
        self.process = None
