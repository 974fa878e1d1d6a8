"""hardware/pins.toml: every circuit may be built, and every file made from it says the same."""

import hashlib
import json
import re
from dataclasses import replace

import pytest

from wiring.files import DRAWINGS, NETLISTS, PICTURES, circuits, stale, written
from wiring.netlist import joined_by, joined_in
from wiring.rules import faults
from wiring.source import HARDWARE, pins_toml, read

PLAN = read(pins_toml())
CIRCUITS = circuits(PLAN)


def test_every_node_may_be_built_on_every_board():
    found = {name: faults(circuit) for name, circuit in CIRCUITS.items()}

    assert len(found) == len(PLAN.nodes) * len(PLAN.boards) == 18
    assert not any(found.values()), found


def test_every_written_file_says_what_pins_toml_says():
    differing = [path.name for path, text in written(PLAN).items() if path.read_text("utf-8") != text]

    assert not differing, "make wiring mends this"
    assert not stale(PLAN)


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_netlist_joins_what_pins_toml_joins(name: str):
    netlist = (NETLISTS / f"{name}.net").read_text("utf-8")

    assert joined_by(netlist) == joined_in(CIRCUITS[name]), "make drawings mends this"


def test_every_picture_was_drawn_from_today_s_source():
    drawn = json.loads((PICTURES / "drawn.json").read_text("utf-8"))

    paths = [*DRAWINGS.glob("*.yml"), HARDWARE / "privacy-notice.typ"]
    sources = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    assert drawn == sources, "make drawings mends this"
    assert all((PICTURES / f"{name}.svg").stat().st_size > 10_000 for name in CIRCUITS)


def test_a_pin_moved_in_pins_toml_alone_is_noticed_everywhere():
    moved = read(mistaken("pins = { pir = 4,", "pins = { pir = 12,"))

    differing = {path.name for path, text in written(moved).items() if path.read_text("utf-8") != text}
    name = "room-esp32-s3"
    netlist = (NETLISTS / f"{name}.net").read_text("utf-8")
    assert differing == {"esp32-s3.json", f"{name}.yml", "wiring.md"}
    assert joined_by(netlist) != joined_in(circuits(moved)[name])


MISTAKES = {
    "two functions on a pin": ("led = 21,", "led = 4,", "pins.pir and pins.led are both on GPIO 4"),
    "a pin of the flash": ("led = 21,", "led = 36,", "which is not free"),
    "a pin that decides how the chip starts": ("led = 4,", "led = 12,", "decides how the chip starts"),
    "an output on a pin that only listens": ("led = 4,", "led = 34,", "which only listens"),
    "a pin that no header has": ("led = 21,", "led = 33,", "which is on no header"),
    "5 V on an input for 3.3 V": (
        'HV2 = { kind = "both", volts = 5.5 }',
        'HV2 = { kind = "both", volts = 3.6 }',
        "shifter.HV2 bears 3.6 V, and from_meter has 5.0 V",
    ),
    "a supply on the wrong rail": (
        '5V = ["radar.VCC"]\n3V3 = [',
        '3V3 = ["radar.VCC", ',
        "radar.VCC wants 4.8 to 5.5 V, and is on 3V3",
    ),
    "a ground that is none": ('"air.GND", ', "", "air.GND is on 0 nets"),
    "transmitter to transmitter": (
        '"uarts.radar.rx" = ["radar.TX"]\n"uarts.radar.tx" = ["radar.RX"]',
        '"uarts.radar.rx" = ["radar.RX"]\n"uarts.radar.tx" = ["radar.TX"]',
        "two outputs meet on uarts.radar.tx",
    ),
    "a listener to a listener": (
        '"uarts.radar.rx" = ["radar.TX"]\n"uarts.radar.tx" = ["radar.RX"]',
        '"uarts.radar.rx" = ["radar.RX"]\n"uarts.radar.tx" = ["radar.TX"]',
        "nothing drives uarts.radar.rx",
    ),
    "no pull-up": (
        '3V3 = ["pull_up.1"]\nGND = ["meter.S0-", ',
        'GND = ["meter.S0-", "pull_up.1", ',
        "nothing pulls counters.s0 up to 3.3 V",
    ),
    "too much for the regulator": ("ma = 205", "ma = 405", "906 mA at 3.3 V; the regulator gives 800"),
    "too small a resistor": ("ohms = 150", "ohms = 47", "free gets 26 mA"),
    "a sensor that is not wired": ('pin = "pir" }', 'pin = "door" }', "pir is on pin 'door'"),
    "a wire that ends nowhere": ('lamp = ["series.2", "lamp.A"]', 'lamp = ["series.2"]', "lamp ends nowhere"),
    "a ground pin on a signal": (
        'A = ["bus.A", "meter.A"]',
        'A = ["bus.A", "meter.A", "bus.GND"]',
        "bus.GND is a ground, and is on A",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str):
    right, wrong, sentence = MISTAKES[mistake]

    found = [
        fault for circuit in circuits(read(mistaken(right, wrong))).values() for fault in faults(circuit)
    ]

    assert any(sentence in fault for fault in found), found


def test_two_sensors_on_one_uart_are_named():
    node = PLAN.nodes["room"]
    greedy = replace(node, nets=node.nets | {"uarts.p1.rx": ["radar.OUT"]})

    found = faults(circuits(replace(PLAN, nodes={"room": greedy}))["room-esp32"])

    assert "p1 and radar are both on UART 1" in found


def test_a_wire_to_what_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"room: there is no 'air\.SDO'"):
        circuits(read(mistaken('["air.SDA"]', '["air.SDO"]')))


def test_no_third_party_part_lacks_its_source():
    bought = {part.title: part for node in PLAN.nodes.values() for part in node.parts.values()}

    lacking = [title for title, part in bought.items() if part.letter in "UX" and not part.source]
    assert not lacking


def test_prices_are_dated_estimates():
    bill = next(text for path, text in written(PLAN).items() if path.name == "bill-of-materials.md")

    assert re.search(r"estimates, made in \w+ 20\d\d", bill)
    for node in PLAN.nodes.values():
        assert re.search(rf"## {re.escape(node.title)}\n(.+\n)+\n.*\(estimate, {PLAN.priced}\)", bill)


def mistaken(right: str, wrong: str) -> str:
    """pins.toml with every `right` made `wrong`; it must be there."""
    text = pins_toml()
    assert right in text
    return text.replace(right, wrong)
