"""Boards that are set up: one that is only claimed for, one that is a process, and a broker with accounts."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tty
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import samen_node
from samen_node import claim
from support.brokers import Mosquitto
from support.ports import eventually, free_port

CLAIM_NONCE = "00112233445566778899aabbccddeeff"


@dataclass
class ClaimingBoard:
    """A board into which somebody typed a set-up code."""

    code: str
    nonce: str = CLAIM_NONCE

    @property
    def question(self) -> dict[str, str]:
        return claim.ask(claim.code_of(self.code), self.nonce)

    def understands(self, answer: dict[str, str]) -> dict | None:
        return claim.understood(claim.code_of(self.code), self.nonce, json.dumps(answer).encode())

    def password(self, answer: dict[str, str]) -> str:
        return claim.password(claim.code_of(self.code), self.nonce, self.understands(answer)["nonce"])


class GuardedMosquitto(Mosquitto):
    """Lets in who stands in its password file, as it read it last."""

    def __init__(self, folder: Path, passwords: Path) -> None:
        self._passwords = passwords
        super().__init__(folder)

    def start(self) -> None:
        config = Path(self._command[-1])
        text = config.read_text().replace("allow_anonymous true", "allow_anonymous false")
        config.write_text(f"{text}password_file {self._passwords}\nuser root\n")
        super().start()

    def reload(self) -> None:
        """As an administrator's watch on the file does it."""
        self._process.send_signal(signal.SIGHUP)


RESTARTS = 3  # how a process ends that wants to be started again, as a chip is
WIFI = {"Maison": "12345678", "Voisin": "87654321"}


class BoardProcess:
    """A board out of its box: the real MicroPython, and a configuration that says what it is. `firmware`: a
    folder of compiled code, for a board's own heap.

    `serial`: its port, a terminal as USB gives one, where asked for; else its input stays open and silent.
    """

    def __init__(self, folder: Path, firmware: Path | None = None, serial: bool = False, **config: Any):
        folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.page = f"http://127.0.0.1:{self.port}/"
        self.config = folder / "config.json"
        self._log = folder / "log"
        self._compiled = firmware is not None
        self._firmware = firmware or Path(str(samen_node.__file__)).parent.parent
        self._pair = pty.openpty() if serial else None
        if self._pair:
            tty.setraw(self._pair[1])  # a cable does not echo
        self.dns_port = free_port()
        setup = {"port": self.port, "dns_port": self.dns_port, "networks": WIFI}
        start = {"folder": str(folder / "flash"), "setup": setup, "stop_on_stdin": True, **config}
        self.config.write_text(json.dumps(start))
        self.start()

    def start(self) -> None:
        micropython = shutil.which("micropython", path=str(Path(sys.prefix) / "bin"))
        assert micropython, "pip install 'samen[simulator]'"
        command = [micropython, "-X", f"heapsize={self._heap()}", "-m", "samen_node.run", str(self.config)]
        env = os.environ | {"MICROPYPATH": f".frozen:{self._firmware}"}
        with self._log.open("ab") as log:
            stdin, output = (self._pair[0], self._pair[0]) if self._pair else (subprocess.PIPE, log)
            self.process = subprocess.Popen(command, env=env, stdin=stdin, stdout=output, stderr=output)

    def _heap(self) -> str:
        """96 KiB, a board's own; once it measures, 64 bits ask for 140 where 32 ask for 96.
        From source the compiler takes its share.
        """
        if not self._compiled:
            return "512K"
        return "140K" if "device" in self.kept() else "96K"

    @property
    def serial(self) -> Path:
        """What a computer opens to talk to the board."""
        assert self._pair
        return Path(os.ttyname(self._pair[1]))

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def log(self) -> str:
        return self._log.read_text()

    def kept(self) -> dict[str, Any]:
        """Its configuration as it stands in flash."""
        return json.loads(self.config.read_text())

    def starts_again(self) -> None:
        """Wait until it ends itself, as a chip that resets; then start it, as power does."""
        eventually(lambda: self.process.poll() is not None, within=30)
        assert self.process.returncode == RESTARTS, self.log()
        self.dies()
        self.start()

    def dies(self) -> None:
        """As a power cut does it."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def end(self) -> None:
        self.dies()
        for end in self._pair or ():
            os.close(end)
