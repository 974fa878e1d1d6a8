"""What pins.toml says, as values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HARDWARE = Path(__file__).parent.parent
RAILS = {"5V": 5.0, "3V3": 3.3, "GND": 0.0}
_GROUND_NAMES = ("G", "GND")


@dataclass(frozen=True)
class Board:
    """A development board. `headers`: names in order, by header. `file`: its board file, to the letter."""

    name: str
    title: str
    headers: dict[str, list[str]]
    file: dict[str, Any]
    strapping: list[int]
    reserved: list[int]
    input_only: list[int]
    built_in: list[str]
    ma_3v3: int
    regulator_ma: int
    eur: list[float]
    source: str
    flash: str
    pcnt: bool

    def gpio(self, function: str) -> int:
        """The GPIO of a function such as "uarts.radar.tx" or "pins.pir"; KeyError if the board has none."""
        found: Any = self.file
        for step in function.split("."):
            found = found[step]
        return int(found)

    def places(self, rail_or_gpio: str | int) -> list[str]:
        """Where a rail or a GPIO is on the headers: ["J1-4"]; none for what no header carries."""
        names = _names(rail_or_gpio)
        return [
            f"{header}-{number}"
            for header, printed in self.headers.items()
            for number, name in enumerate(printed, 1)
            if name in names
        ]

    def printed(self, gpio: int) -> str:
        """The name of a GPIO as the board's guide has it."""
        return next(name for names in self.headers.values() for name in names if name in _names(gpio))

    def board_file(self) -> dict[str, Any]:
        """What the firmware reads."""
        return {"board": self.name, **self.file}


def _names(rail_or_gpio: str | int) -> tuple[str, ...]:
    if rail_or_gpio == "GND":
        return _GROUND_NAMES
    if isinstance(rail_or_gpio, str):
        return (rail_or_gpio,)
    return (str(rail_or_gpio), f"IO{rail_or_gpio}")


@dataclass(frozen=True)
class PartPin:
    """A pin of a part; `volts` and `ma` as pins.toml explains for each `kind`."""

    kind: str
    volts: float | list[float] = 0.0
    ma: int = 0

    @property
    def level_v(self) -> float:
        """The one voltage of a pin that has one: what it gives, or bears."""
        return 0.0 if isinstance(self.volts, list) else float(self.volts)


@dataclass(frozen=True)
class Part:
    """A thing to buy and wire; `mains`: an electrician's work is on its other side."""

    title: str
    letter: str
    eur: list[float]
    pins: dict[str, PartPin]
    source: str = ""
    mains: bool = False
    ohms: float | None = None
    forward_v: float | None = None


@dataclass(frozen=True)
class Node:
    """A kind of node: its parts by name, and its nets as lists of "part.pin"."""

    name: str
    title: str
    does: str
    parts: dict[str, Part]
    nets: dict[str, list[str]]
    sensors: list[dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """All of pins.toml."""

    priced: str
    boards: dict[str, Board]
    nodes: dict[str, Node]
    common: list[dict[str, Any]] = field(default_factory=list)


def read(text: str) -> Plan:
    """The plan in the text of a pins.toml; KeyError or TypeError name what it lacks or has too much."""
    said = tomllib.loads(text)
    parts = {name: _part(part) for name, part in said["parts"].items()}
    return Plan(
        priced=said["priced"],
        boards={name: Board(name=name, **board) for name, board in said["boards"].items()},
        nodes={name: _node(name, node, parts) for name, node in said["nodes"].items()},
        common=said["common"],
    )


def pins_toml() -> str:
    """The text of the project's own pins.toml."""
    return (HARDWARE / "pins.toml").read_text(encoding="utf-8")


def _part(said: dict[str, Any]) -> Part:
    pins = {name: PartPin(**pin) for name, pin in said["pins"].items()}
    return Part(**{**said, "pins": pins})


def _node(name: str, said: dict[str, Any], parts: dict[str, Part]) -> Node:
    return Node(
        name=name, **{**said, "parts": {called: parts[kind] for called, kind in said["parts"].items()}}
    )
