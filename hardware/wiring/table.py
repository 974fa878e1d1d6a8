"""wiring.md: every wire of every node, with the pin on each board."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wiring.circuit import BOARD, Circuit, End, Wire, lay
from wiring.rules import milliamps
from wiring.source import Board, Node, Plan

COLOURS = {
    "RD": "red", "OG": "orange", "BK": "black", "YE": "yellow", "GN": "green", "BU": "blue", "WH": "white",
    "VT": "violet", "GY": "grey", "BN": "brown", "PK": "pink",
}  # fmt: skip

_HEAD = """\
# Wiring tables

*Written by `make wiring` from [pins.toml](pins.toml): change it there.*

A row is a wire. Of the board it gives the printed name and, in brackets, the header and the number on it,
counted as in the board's guide. Rails (5V, 3V3, GND) may come from any pin of that name. **Go by the names
printed on your parts, not by where a pin sits**: makers differ. Colours are a proposal; red, orange and black
are worth keeping.
"""


def wiring_tables(plan: Plan) -> str:
    """The whole page."""
    lines = [_HEAD, *_board_list(plan)]
    for node in plan.nodes.values():
        lines += ["", *_node_section(plan, node)]
    return "\n".join(lines) + "\n"


def _board_list(plan: Plan) -> Iterator[str]:
    yield "| board file | board | flash | S0 pulses counted by |"
    yield "|---|---|---|---|"
    for board in plan.boards.values():
        counted = "its counter (PCNT)" if board.pcnt else "an interrupt a pulse"
        yield f"| `{board.name}` | {board.title} | {board.flash} | {counted} |"


def _node_section(plan: Plan, node: Node) -> Iterator[str]:
    circuits = [lay(board, node) for board in plan.boards.values()]
    yield f"## {node.title}"
    yield f"It {node.does}."
    yield ""
    yield from _parts(circuits[0])
    yield ""
    yield "| wire | " + " | ".join(f"{board.name}" for board in plan.boards.values()) + " | to |"
    yield "|---|" + "---|" * (len(circuits) + 1)
    for wires in zip(*(circuit.wires() for circuit in circuits), strict=True):
        yield _row(circuits, wires)
    yield ""
    yield from _figures(circuits)


def _parts(circuit: Circuit) -> Iterator[str]:
    references = circuit.references()
    for name, part in circuit.node.parts.items():
        warning = " **Its other side is mains: an electrician's work.**" if part.mains else ""
        yield f"- *{name}* ({references[name]}): {part.title}.{warning}"


def _row(circuits: list[Circuit], wires: tuple[Wire, ...]) -> str:
    starts = [_start(circuit.board, wire.start) for circuit, wire in zip(circuits, wires, strict=True)]
    return f"| {COLOURS[wires[0].colour]} | " + " | ".join(starts) + f" | {_pin(wires[0].end)} |"


def _start(board: Board, end: End) -> str:
    if end.part != BOARD:
        return _pin(end)
    if end.gpio is None:
        return f"**{end.pin}**"
    return f"**{board.printed(end.gpio)}** ({', '.join(board.places(end.gpio))})"


def _pin(end: End) -> str:
    return f"{end.part} {end.pin}"


def _figures(circuits: list[Circuit]) -> Iterator[str]:
    on_3v3, on_5v = milliamps(circuits[0])
    yield f"At most {on_3v3} mA at 3.3 V, the radio's peaks among them, and {on_5v} mA more at 5 V."
    if circuits[0].node.sensors:
        yield ""
        yield "In the node's configuration:"
        yield ""
        yield "```json"
        yield f'"sensors": {json.dumps(circuits[0].node.sensors)}'
        yield "```"
