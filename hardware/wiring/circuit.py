"""One node on one board: its nets with every end that meets there, and the wires to solder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from wiring.source import RAILS, Board, Node, PartPin

_OUTPUTS = ("tx", "led", "free", "busy")
_BOARD_BEARS_V = 3.6
_RAIL_COLOURS = {"5V": "RD", "3V3": "OG", "GND": "BK"}
_COLOURS = ("YE", "GN", "BU", "WH", "VT", "GY", "BN", "PK")
BOARD = "board"


@dataclass(frozen=True)
class End:
    """One pin on a net; `part` is "board" for the board, whose `pin` is a rail or a function."""

    part: str
    pin: str
    said: PartPin
    gpio: int | None = None

    @property
    def name(self) -> str:
        """As pins.toml names it."""
        return f"{self.part}.{self.pin}"


@dataclass(frozen=True)
class Wire:
    """One wire to solder; its colour as IEC 60757 abbreviates it."""

    net: str
    start: End
    end: End
    colour: str


@dataclass(frozen=True)
class Circuit:
    """A node on a board."""

    board: Board
    node: Node
    nets: dict[str, list[End]]

    def ends(self) -> Iterator[End]:
        """Every end of every net."""
        for ends in self.nets.values():
            yield from ends

    def board_ends(self) -> list[End]:
        """The GPIOs in use."""
        return [end for end in self.ends() if end.gpio is not None]

    def wires(self) -> list[Wire]:
        """A star on each net: from the board, or from the first end where the board has no part in it."""
        colours = cycle(_COLOURS)
        wires = []
        for net, (hub, *others) in self.nets.items():
            colour = _RAIL_COLOURS.get(net) or next(colours)
            wires += [Wire(net, hub, end, colour) for end in others]
        return wires

    def references(self) -> dict[str, str]:
        """Each part's reference: letter and number, counted in the order of pins.toml."""
        counts: dict[str, int] = {}
        references = {}
        for name, part in self.node.parts.items():
            counts[part.letter] = counts.get(part.letter, 0) + 1
            references[name] = f"{part.letter}{counts[part.letter]}"
        return references


def lay(board: Board, node: Node) -> Circuit:
    """The node on the board; ValueError names an end that does not exist."""
    return Circuit(board, node, {net: _ends(board, node, net, named) for net, named in node.nets.items()})


def _ends(board: Board, node: Node, net: str, named: list[str]) -> list[End]:
    ends = [_part_end(node, name) for name in named]
    own = _board_end(board, net)
    return [own, *ends] if own else ends


def _board_end(board: Board, net: str) -> End | None:
    if net in RAILS:
        kind = "ground" if net == "GND" else "rail"
        return End(BOARD, net, PartPin(kind, RAILS[net]))
    if "." not in net:
        return None
    try:
        return End(BOARD, net, _function_pin(net), board.gpio(net))
    except (KeyError, TypeError):
        raise ValueError(f"{board.name} has no {net!r}") from None


def _function_pin(function: str) -> PartPin:
    if function.startswith("i2c."):
        return PartPin("both", _BOARD_BEARS_V)
    if function.rsplit(".", 1)[1] in _OUTPUTS:
        return PartPin("output", 3.3)
    return PartPin("input", _BOARD_BEARS_V)


def _part_end(node: Node, name: str) -> End:
    part, _, pin = name.partition(".")
    if part not in node.parts or pin not in node.parts[part].pins:
        raise ValueError(f"{node.name}: there is no {name!r}")
    return End(part, pin, node.parts[part].pins[pin])
