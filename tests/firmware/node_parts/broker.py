"""A private Mosquitto on a loopback port of its own."""

import shutil
import signal
import subprocess
from pathlib import Path

from support.ports import answers, eventually, free_port

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")


class Mosquitto:
    """`users`: name → password, else anyone may in; `access`: the text of an access file;
    `certificate`, `key`: PEM files, for TLS."""

    def __init__(
        self,
        folder: Path,
        users: dict[str, str] | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        access: str | None = None,
    ):
        assert MOSQUITTO, "apt-get install mosquitto"
        folder.mkdir()
        self.port = free_port()
        self._log = folder / "log"
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "log_type all"]
        lines += [f"allow_anonymous {'false' if users else 'true'}", "user root"]
        if users:
            lines.append(f"password_file {self._passwords(folder, users)}")
        if access:
            (folder / "access").write_text(access)
            lines.append(f"acl_file {folder / 'access'}")
        if certificate:
            lines += [f"certfile {certificate}", f"keyfile {key}"]
        self._config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", self._config], stdout=log, stderr=log)
        eventually(lambda: answers(self.port), within=10)

    def kill(self) -> None:
        """As a power cut does: nothing is said to anyone."""
        self._process.kill()
        self._process.wait()

    def set_password(self, name: str, password: str) -> None:
        """Change the password while the broker runs."""
        self._passwords(self._config.parent, {name: password})
        self._process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        return self._log.read_text()

    @staticmethod
    def _passwords(folder: Path, users: dict[str, str]) -> Path:
        path = folder / "passwords"
        path.touch(mode=0o600)
        for name, password in users.items():
            subprocess.run(["mosquitto_passwd", "-b", path, name, password], check=True)
        return path
