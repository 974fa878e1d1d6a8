"""The source of a WireViz drawing: YAML, which takes JSON's lists and strings as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from wiring.circuit import BOARD, Circuit, End, Wire

_GAUGE = "0.25 mm2"


def wireviz(circuit: Circuit) -> str:
    """The whole file: connectors are the board and the parts, cables the wires between two of them."""
    cables = _cables(circuit)
    lines = ["# Written by `make wiring` from hardware/pins.toml.", *_options(), "connectors:"]
    lines += _board(circuit)
    for name in circuit.node.parts:
        lines += _part(circuit, name)
    lines.append("cables:")
    for number, wires in enumerate(cables.values(), 1):
        lines.append(f"  W{number}:")
        lines.append(f"    {{category: bundle, gauge: {_GAUGE}, colors: {_list(w.colour for w in wires)}}}")
    lines.append("connections:")
    for number, ((start, end), wires) in enumerate(cables.items(), 1):
        lines.append(f"  - - {_string(start)}: {_list(_label(circuit, wire.start) for wire in wires)}")
        lines.append(f"    - W{number}: {list(range(1, len(wires) + 1))}")
        lines.append(f"    - {_string(end)}: {_list(_label(circuit, wire.end) for wire in wires)}")
    return "\n".join(lines) + "\n"


def _options() -> Iterator[str]:
    yield "options: {fontname: DejaVu Sans, color_mode: full, bgcolor_connector: WH}"


def _cables(circuit: Circuit) -> dict[tuple[str, str], list[Wire]]:
    cables: dict[tuple[str, str], list[Wire]] = {}
    for wire in circuit.wires():
        if wire.start.part != wire.end.part:
            cables.setdefault((wire.start.part, wire.end.part), []).append(wire)
    return cables


def _board(circuit: Circuit) -> Iterator[str]:
    used = [end for end in circuit.ends() if end.part == BOARD]
    yield f"  {BOARD}:"
    yield f"    type: {_string(circuit.board.title)}"
    yield "    show_pincount: false"
    yield f"    pinlabels: {_list(_label(circuit, end) for end in used)}"


def _part(circuit: Circuit, name: str) -> Iterator[str]:
    part = circuit.node.parts[name]
    wired = {end.pin for end in circuit.ends() if end.part == name}
    numbered = all(pin.isdigit() for pin in wired)  # then a name beside each number says nothing
    yield f"  {_string(name)}:"
    yield f"    type: {_string(part.title)}"
    yield "    show_pincount: false"
    if numbered:
        yield f"    pins: [{', '.join(sorted(wired))}]"
    else:
        yield f"    pinlabels: {_list(pin for pin in part.pins if pin in wired)}"
    if part.mains:
        yield "    bgcolor_title: OG"
        yield "    notes: Its other side is mains - an electrician's work"
    loops = [wire for wire in circuit.wires() if wire.start.part == wire.end.part == name]
    if loops:
        numbers = [pin for pin in part.pins if pin in wired]
        pairs = [[numbers.index(wire.start.pin) + 1, numbers.index(wire.end.pin) + 1] for wire in loops]
        yield f"    loops: {pairs}"


def _label(circuit: Circuit, end: End) -> str:
    """What stands beside the pin: of the board its printed name, place and use."""
    board = circuit.board
    if end.part != BOARD:
        return end.pin
    if end.gpio is None:
        return f"{end.pin} ({board.places(end.pin)[0]})"
    return f"{board.printed(end.gpio)} ({board.places(end.gpio)[0]}) {end.pin.split('.', 1)[1]}"


def _list(words: Iterable[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _string(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
