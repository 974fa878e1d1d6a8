"""What an electrician would refuse: rules that say in a sentence what is wrong with a circuit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from wiring.circuit import BOARD, Circuit, End
from wiring.source import RAILS

Rule = Callable[[Circuit], Iterator[str]]
_DRIVES = ("output", "both", "open", "rail", "ground")
_LAMP_MA = (2, 12)  # seen from across a room · what a GPIO gives with ease
_SUPPLY_MA = 1000


def faults(circuit: Circuit) -> list[str]:
    """Every fault of the circuit, each a sentence; none when it may be built."""
    return [fault for rule in _RULES for fault in rule(circuit)]


def every_pin_is_on_one_net(circuit: Circuit) -> Iterator[str]:
    """A pin on two nets joins them; a pin on none was forgotten, unless it is unused."""
    ends = [end.name for end in circuit.ends()]
    for part, bought in circuit.node.parts.items():
        for pin, said in bought.pins.items():
            wanted = 0 if said.kind == "unused" else 1
            if (count := ends.count(f"{part}.{pin}")) != wanted:
                yield f"{part}.{pin} is on {count} nets, and should be on {wanted}"


def gpios_are_used_once(circuit: Circuit) -> Iterator[str]:
    """Two functions of one node on one GPIO, or on one UART."""
    for one, other in combinations(circuit.board_ends(), 2):
        if one.gpio == other.gpio:
            yield f"{one.pin} and {other.pin} are both on GPIO {one.gpio}"
    uarts = circuit.board.file["uarts"]
    for name, another in combinations(sorted({_uart(end) for end in circuit.board_ends()} - {""}), 2):
        if uarts[name]["id"] == uarts[another]["id"]:
            yield f"{name} and {another} are both on UART {uarts[name]['id']}"


def gpios_are_fit(circuit: Circuit) -> Iterator[str]:
    """Pins of flash, USB and console; pins that decide how the chip starts; inputs that cannot drive."""
    board = circuit.board
    for end in circuit.board_ends():
        if end.gpio in board.reserved:
            yield f"{end.pin} is on GPIO {end.gpio}, which is not free"
        if end.gpio in board.strapping:
            yield f"{end.pin} is on GPIO {end.gpio}, which decides how the chip starts"
        if end.gpio in board.input_only and end.said.kind != "input":
            yield f"{end.pin} is on GPIO {end.gpio}, which only listens"
        if end.gpio is not None and len(board.places(end.gpio)) != 1:
            yield f"{end.pin} is on GPIO {end.gpio}, which is on no header"


def one_drives_and_all_are_driven(circuit: Circuit) -> Iterator[str]:
    """Two outputs fight; an input that nothing drives reads noise."""
    for net, ends in circuit.nets.items():
        kinds = [end.said.kind for end in ends]
        if kinds.count("output") + kinds.count("rail") > 1:
            yield f"two outputs meet on {net}"
        if "input" in kinds and not any(kind in _DRIVES for kind in kinds):
            yield f"nothing drives {net}"
        if len(ends) < 2:
            yield f"{net} ends nowhere"


def open_collectors_are_pulled_up(circuit: Circuit) -> Iterator[str]:
    """A switch to ground needs a resistor to 3.3 V."""
    for net, ends in circuit.nets.items():
        if any(end.said.kind == "open" for end in ends) and "3V3" not in _behind_resistors(circuit, net):
            yield f"nothing pulls {net} up to 3.3 V"


def voltages_agree(circuit: Circuit) -> Iterator[str]:
    """An output above what an input bears; a supply outside its range."""
    for net, ends in circuit.nets.items():
        given = [end.said.level_v for end in ends if end.said.kind in ("output", "rail")]
        highest = max(given, default=0.0)
        for end in ends:
            if end.said.kind in ("input", "both") and highest > end.said.level_v:
                yield f"{end.name} bears {end.said.level_v} V, and {net} has {highest} V"
            if end.said.kind == "supply":
                yield from _supply_fault(net, end)


def _supply_fault(net: str, end: End) -> Iterator[str]:
    low, high = end.said.volts if isinstance(end.said.volts, list) else (0.0, 0.0)
    if not low <= RAILS.get(net, -1.0) <= high:
        yield f"{end.name} wants {low} to {high} V, and is on {net}"


def grounds_are_ground(circuit: Circuit) -> Iterator[str]:
    """A ground pin anywhere else."""
    for net, ends in circuit.nets.items():
        for end in ends:
            if end.said.kind == "ground" and net != "GND":
                yield f"{end.name} is a ground, and is on {net}"


def currents_suffice(circuit: Circuit) -> Iterator[str]:
    """More than the board's regulator or the power supply gives."""
    on_3v3, on_5v = milliamps(circuit)
    if on_3v3 > circuit.board.regulator_ma:
        yield f"{on_3v3} mA at 3.3 V; the regulator gives {circuit.board.regulator_ma}"
    if on_3v3 + on_5v > _SUPPLY_MA:
        yield f"{on_3v3 + on_5v} mA at 5 V; the power supply gives {_SUPPLY_MA}"


def milliamps(circuit: Circuit) -> tuple[int, int]:
    """The most that may be drawn at once: at 3.3 V, the chip's radio included, and by parts at 5 V."""
    drawn = {rail: sum(end.said.ma for end in circuit.nets.get(rail, [])) for rail in ("3V3", "5V")}
    return circuit.board.ma_3v3 + drawn["3V3"], drawn["5V"]


def lamps_are_bright_and_safe(circuit: Circuit) -> Iterator[str]:
    """An LED without its resistor, or with one that gives too little or too much."""
    lowest, highest = _LAMP_MA
    for lamp, part in circuit.node.parts.items():
        if part.forward_v is None:
            continue
        ohms = _series_ohms(circuit, lamp)
        current_ma = 1000 * (3.3 - part.forward_v) / ohms if ohms else float("inf")
        if not lowest <= current_ma <= highest:
            yield f"{lamp} gets {current_ma:.0f} mA"


def sensors_are_wired(circuit: Circuit) -> Iterator[str]:
    """A sensor in the configuration whose pins no net of this node has."""
    for sensor in circuit.node.sensors:
        for kind, group in (("uart", "uarts"), ("i2c", "i2c"), ("pin", "pins"), ("counter", "counters")):
            if kind in sensor and not any(net.startswith(f"{group}.{sensor[kind]}") for net in circuit.nets):
                yield f"{sensor['driver']} is on {kind} {sensor[kind]!r}, which is not wired"


def _uart(end: End) -> str:
    group, name = end.pin.split(".")[:2]
    return name if group == "uarts" else ""


def _behind_resistors(circuit: Circuit, net: str) -> set[str]:
    """The nets on the other side of this net's resistors."""
    found = set()
    for end in circuit.nets[net]:
        if end.part != BOARD and circuit.node.parts[end.part].ohms:
            found |= {other for other, ends in circuit.nets.items() if other != net and _has(ends, end.part)}
    return found


def _has(ends: list[End], part: str) -> bool:
    return any(end.part == part for end in ends)


def _series_ohms(circuit: Circuit, lamp: str) -> float | None:
    """The resistor between a GPIO and the lamp's anode."""
    anode = next((ends for ends in circuit.nets.values() if f"{lamp}.A" in [end.name for end in ends]), [])
    for end in anode:
        if end.part != BOARD and (ohms := circuit.node.parts[end.part].ohms):
            return ohms
    return None


_RULES: tuple[Rule, ...] = (
    every_pin_is_on_one_net,
    gpios_are_used_once,
    gpios_are_fit,
    one_drives_and_all_are_driven,
    open_collectors_are_pulled_up,
    voltages_agree,
    grounds_are_ground,
    currents_suffice,
    lamps_are_bright_and_safe,
    sensors_are_wired,
)
