"""Samen's own commands, run as processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import samen
from support.ports import answers, eventually, free_port

PACKAGES = [str(Path(samen.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]


def environment(database_url: str, mqtt_port: int, **more: str) -> dict[str, str]:
    """The environment of an installation of its own."""
    return os.environ | {
        "SAMEN_DATABASE_URL": database_url,
        "SAMEN_MQTT_URL": f"mqtt://127.0.0.1:{mqtt_port}",
        "SAMEN_SECRET_KEY": "a-secret-of-the-tests-alone",
        "SAMEN_BASE_URL": "http://127.0.0.1",
        **more,
    }


@contextmanager
def running(arguments: Sequence[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block, gently at first; its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, *arguments], env=env, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


SAMEN = ("-c", "from samen.cli import main; main()")


@contextmanager
def web_server(env: dict[str, str], log: Path, program: Sequence[str] = SAMEN) -> Iterator[int]:
    """`samen serve` on a free port; gives the port once it answers."""
    port = free_port()
    with running([*program, "serve", "--port", str(port)], env, log) as process:
        eventually(lambda: answers(port) or _fallen(process, log), within=30)
        yield port


def _fallen(process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()[-3000:]
    return False
