"""Folders that are filled anew each time, and hold nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

_MARK = ".samen"


class NotOurs(Exception):
    """The folder holds what was not made here, or cannot be made; the message says which."""


def begin(folder: Path) -> None:
    """Make the folder, empty but for its mark; what an earlier `begin` led to is removed. Raises NotOurs."""
    is_ours = (folder / _MARK).is_file() or (folder.is_dir() and not any(folder.iterdir()))
    if folder.exists() and not is_ours:
        raise NotOurs(f"{folder} is in use for something else")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        (folder / _MARK).touch()
    except OSError as error:
        raise NotOurs(f"{folder}: {error.strerror}") from error
