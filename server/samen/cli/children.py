"""Processes that belong together: started, kept alive, and ended as one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import structlog

# A child ends with its parent, however that ends: nothing may go on writing after a killed `serve`.
PROGRAM = """
from samen.cli.children import end_with_parent
end_with_parent()
from samen.cli import main
main()
"""
PR_SET_PDEATHSIG = 1
GRACE_S = 15.0
PAUSE_S = 1.0
log = structlog.get_logger(__name__)


def end_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel signal this process when the one that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)


class Child:
    """One `samen` command in a process of its own, started again when it ends by itself."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self._arguments = [sys.executable, "-c", PROGRAM, *arguments]
        self._environ = {**os.environ, **environ}
        self.name = arguments[0]
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(self._arguments, env=self._environ)  # noqa: S603 (our own commands)
        self._started = time.monotonic()

    def revive(self) -> None:
        """Start it again if it has ended, but not more than once a second."""
        code = self._process.poll()
        if code is not None and time.monotonic() - self._started > PAUSE_S:
            log.warning("child_ended", child=self.name, code=code)
            self._start()

    def terminate(self) -> None:
        """Ask it to finish."""
        self._process.terminate()

    def join(self, timeout: float) -> None:
        """Wait for it, and end it for good when it does not."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            log.warning("child_killed", child=self.name)
            self._process.kill()
            self._process.wait()


def keep_running(
    commands: Sequence[Sequence[str]], environ: Mapping[str, str], stop: threading.Event
) -> None:
    """Run `samen` commands side by side until `stop`, then end them all, the last started first."""
    children = [Child(arguments, environ) for arguments in commands]
    try:
        while not stop.wait(PAUSE_S / 2):
            for child in children:
                child.revive()
    finally:
        deadline = time.monotonic() + GRACE_S
        for child in reversed(children):
            child.terminate()
        for child in reversed(children):
            child.join(max(0.1, deadline - time.monotonic()))
