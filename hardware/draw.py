"""`make drawings`: of every node on every board a netlist by SKiDL, which checks it electrically, and a
picture by WireViz; and the notice for the door, by Typst.

Runs in an environment of its own (requirements/drawings.txt) and needs graphviz's `dot`. pictures/drawn.json
keeps what each picture was drawn from, so that the tests, which have neither tool, can tell an old one.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from wiring.circuit import BOARD, Circuit
from wiring.files import DRAWINGS, NETLISTS, PICTURES, circuits
from wiring.netlist import parse, pins_at, without, written_as
from wiring.source import HARDWARE, RAILS, pins_toml, read

_SAID = StringIO()
with redirect_stderr(_SAID):  # it misses KiCad's libraries, of which nothing is used
    import skidl
    from skidl.pin import pin_types

NOTICE = HARDWARE / "privacy-notice.typ"
_FUNCTIONS = {
    "input": "INPUT", "output": "OUTPUT", "both": "BIDIR", "open": "OPENCOLL", "supply": "PWRIN",
    "ground": "PWRIN", "passive": "PASSIVE", "unused": "NOCONNECT",
}  # fmt: skip
# When, where and by which run it was made: nothing of what is joined to what.
_NOISE = ("source", "date", "sheet", "fields", "sheetpath", "component_classes", "tstamps")


def netlist(circuit: Circuit) -> str:
    """SKiDL's netlist, in KiCad's format; SystemExit with its words where its check finds anything."""
    drawn = skidl.Circuit()
    parts = [_part(drawn, circuit, name) for name in circuit.node.parts]
    parts += [_header(drawn, circuit, name) for name in circuit.board.headers]
    pins = {(part.ref, pin.num): pin for part in parts for pin in part.pins}
    for name, ends in circuit.nets.items():
        net = skidl.Net(name, circuit=drawn)
        if name in RAILS:
            net.drive = skidl.POWER
        for end in ends:
            for part, pin in pins_at(circuit, end):
                net += pins[part, pin]
    return _checked(drawn)


def _checked(drawn: skidl.Circuit) -> str:
    drawn.ERC()
    if skidl.erc_logger.error.count or skidl.erc_logger.warning.count:
        sys.exit(f"SKiDL refuses this circuit:\n{_SAID.getvalue()}")
    with TemporaryDirectory() as folder, redirect_stderr(_SAID):
        path = Path(folder) / "netlist.net"
        drawn.generate_netlist(file_=str(path), tool=skidl.KICAD9)
        return written_as(without(parse(path.read_text(encoding="utf-8")), _NOISE)) + "\n"


def _part(drawn: skidl.Circuit, circuit: Circuit, name: str) -> skidl.Part:
    part = circuit.node.parts[name]
    pins = [_pin(pin, pin, said.kind) for pin, said in part.pins.items()]
    return _make(drawn, name, circuit.references()[name], part.title, pins)


def _header(drawn: skidl.Circuit, circuit: Circuit, header: str) -> skidl.Part:
    """One header of the board; pins without a wire are not to be connected."""
    kinds = {
        at: "passive" if end.gpio is None else end.said.kind
        for end in circuit.ends()
        if end.part == BOARD
        for at in pins_at(circuit, end)
    }
    names = circuit.board.headers[header]
    pins = [_pin(str(n), name, kinds.get((header, str(n)), "unused")) for n, name in enumerate(names, 1)]
    return _make(drawn, header, header, f"{circuit.board.title}, header {header}", pins)


def _make(drawn: skidl.Circuit, name: str, reference: str, value: str, pins: list[skidl.Pin]) -> skidl.Part:
    return skidl.Part(
        name=name, tag=name, tool=skidl.SKIDL, circuit=drawn, ref=reference, value=value, pins=pins
    )


def _pin(number: str, name: str, kind: str) -> skidl.Pin:
    return skidl.Pin(num=number, name=name, func=pin_types[_FUNCTIONS[kind]])


def picture(name: str) -> None:
    """Have WireViz draw one source."""
    source = DRAWINGS / f"{name}.yml"
    wireviz = Path(sys.executable).with_name("wireviz")
    done = subprocess.run(
        [wireviz, "-f", "s", "-o", str(PICTURES), source], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"wireviz, {name}: {done.stdout}{done.stderr}")


def notice(source: Path) -> None:
    """The page to print, the same bytes each time, and a picture of it."""
    typst.compile(
        source, source.with_suffix(".pdf"), ignore_system_fonts=True, pdf_standards=["ua-1"], timestamp=0
    )
    typst.compile(source, PICTURES / f"{source.stem}.png", ignore_system_fonts=True, format="png", ppi=80)


def main() -> None:
    """Everything, in a few seconds."""
    drawn = {}
    for folder in (NETLISTS, PICTURES):
        folder.mkdir(exist_ok=True)
    for name, circuit in circuits(read(pins_toml())).items():
        (NETLISTS / f"{name}.net").write_text(netlist(circuit), encoding="utf-8")
        picture(name)
        drawn[name] = _digest(DRAWINGS / f"{name}.yml")
    notice(NOTICE)
    drawn[NOTICE.stem] = _digest(NOTICE)
    (PICTURES / "drawn.json").write_text(json.dumps(drawn, indent=1) + "\n", encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
