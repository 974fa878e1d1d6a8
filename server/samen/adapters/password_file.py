"""Mosquitto's password file, in which the nodes' lines are ours; the others stay as they are.

Mosquitto reads it again on SIGHUP. Its format, of mosquitto_passwd 2.0: name:$7$iterations$salt$hash, with
PBKDF2-HMAC-SHA512, salt and hash in base64.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# As mosquitto_passwd has it: our passwords are random, and need no slow hash.
ITERATIONS = 101


def put(path: Path, user: str, password: str) -> None:
    """Let the user in with this password and no other. Raises OSError where the file cannot be written."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    line = f"{user}:$7${ITERATIONS}${b64encode(salt).decode()}${b64encode(digest).decode()}"
    with _changing(path, user) as others:
        others.append(line)


def remove(path: Path, user: str) -> None:
    """Let the user in no more. Raises OSError where the file cannot be written."""
    with _changing(path, user):
        pass


@contextmanager
def _changing(path: Path, user: str) -> Iterator[list[str]]:
    """The lines of everybody else, to add to; the file is replaced as a whole, one writer at a time."""
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.partition(":")[0] != user]
        yield kept
        _replace(path, "".join(f"{line}\n" for line in kept))


def _replace(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, new)
        with suppress(PermissionError):  # the broker's group, where we are in it
            os.chown(new, -1, path.stat().st_gid)
    new.replace(path)
