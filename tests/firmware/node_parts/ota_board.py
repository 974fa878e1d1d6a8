"""A board on the desk: MicroPython runs main.py, and starts again whenever it ends, as a chip does."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

from node_parts.nodes import A_VISIT, QUICK
from samen.adapters.firmware import Release
from samen.services.updates import manifest_of

DEVICE = "node-hall"
HEAP = "140K"  # words of 64 bits; on a board's, test_board_heap has it live in 96 KiB


class OtaBoard:
    """`compiled`: the firmware that lies beside main.py. `starts`: how often it has started."""

    def __init__(
        self,
        port: int,
        folder: Path,
        micropython: str,
        compiled: Path,
        password: str,
        heap: str = HEAP,
        **settings: Any,
    ):
        self.folder = folder
        self.flash = folder / "flash"
        self.flash.mkdir(parents=True)
        shutil.copytree(compiled, folder, ignore=shutil.ignore_patterns("main.*"), dirs_exist_ok=True)
        firmware = Path(__file__).parents[3] / "firmware"
        shutil.copy(firmware / "main.py", folder)
        (folder / "config.json").write_text(json.dumps(self._config(port, password, settings)))
        self._command = [
            micropython,
            "-X",
            f"heapsize={heap}",
            str(folder / "main.py"),
            str(folder / "config.json"),
        ]
        self._environment = {**os.environ, "MICROPYPATH": f".frozen:{folder}"}
        self._over = False
        self._process: subprocess.Popen | None = None
        self.starts = 0
        self._thread = threading.Thread(target=self._start_again_and_again, daemon=True)

    def plug_in(self) -> None:
        """From now on it runs."""
        self._thread.start()

    def _config(self, port: int, password: str, settings: dict[str, Any]) -> dict[str, Any]:
        return {
            "site": "bota75",
            "device": DEVICE,
            "password": password,
            "mqtt_url": f"mqtt://127.0.0.1:{port}",
            "folder": str(self.flash),
            "streams": ["occupancy"],
            "script": A_VISIT,
            "occupancy_s": 1,
            "ask_again_s": 1,
            "healthy_s": 0,
            **QUICK,
            **settings,
        }

    def lay(self, release: Release, slot: str, missing: int = 0) -> None:
        """Put files into a slot as an update that was begun leaves them: all but the last ones."""
        files = sorted(release.files.items())[: len(release.files) - missing]
        for path, content in [("manifest", manifest_of(release)), *files]:
            target = self.flash / slot / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def holds(self, slot: str) -> int:
        """How many compiled files are in a slot."""
        return len(list((self.flash / slot).rglob("*.mpy")))

    def kill(self) -> None:
        """Kill -9 whatever runs; it starts again."""
        if self._process is not None:
            self._process.kill()

    def remove(self) -> None:
        """No more starts."""
        self._over = True
        self.kill()
        self._thread.join(10)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _start_again_and_again(self) -> None:
        with (self.folder / "log").open("ab") as log:
            while not self._over:
                self.starts += 1
                self._process = subprocess.Popen(
                    self._command, env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
                )
                self._process.wait()
