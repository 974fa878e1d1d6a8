"""Programs that end with the one that starts them, even when that one is killed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

# Asked of the kernel (prctl PR_SET_PDEATHSIG, SIGKILL) between fork and exec, by a Python of its own: code
# run there in a process with threads may never come back. Whoever is orphaned already goes at once.
_LEASH = """import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9)
os.getppid() == int(sys.argv[1]) or sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])"""


def leashed(command: Sequence[str]) -> list[str]:
    """The command, such that the kernel kills it when the thread that starts it ends (on Linux alone).

    `command[0]` is a whole path. Start it from a thread that lives as long as the program may.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]
