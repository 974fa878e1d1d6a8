"""A board's wires on a pretended chip: what the pins are asked for. No chip has run this yet."""

import os
import sys

from node_parts.ground import a_folder, raises

BOARD = (
    b'{"board":"pretended","uarts":{"radar":{"id":1,"tx":17,"rx":18},"p1":{"id":2,"tx":10,"rx":11}},'
    b'"i2c":{"air":{"id":0,"scl":9,"sda":8}},"pins":{"pir":4,"button":0,"led":21,"free":5,"busy":6},'
    b'"counters":{"s0":7}}'
)


class Pin:
    """`levels` by number, for all pins of the chip."""

    IN, OUT, PULL_UP, IRQ_FALLING = "in", "out", "up", "falling"
    levels = {}

    def __init__(self, number, mode=None, pull=None):
        self.number = number
        self.asked = (mode, pull)

    def value(self, *new):
        if new:
            Pin.levels[self.number] = new[0]
        return Pin.levels.get(self.number, 1)

    def irq(self, handler, trigger):
        self.handler = handler


class UART:
    INV_RX = 4

    def __init__(self, number, baud, **options):
        self.number, self.baud, self.options = number, baud, options
        self.waiting = None
        self.sent = []

    def read(self):
        waiting, self.waiting = self.waiting, None
        return waiting

    def write(self, data):
        self.sent.append(data)


class I2C:
    def __init__(self, number, scl, sda, freq):
        self.asked = (number, scl.number, sda.number, freq)

    def writeto(self, address, data):
        raise OSError(19)

    def readfrom(self, address, size):
        return bytes(size)


class Counter:
    RISING, FALLING = 1, 2

    def __init__(self, unit, pin, edge, filter_ns):
        self.asked = (unit, pin.number, edge)
        self.count = 0

    def value(self, new):
        count, self.count = self.count, new
        return count


class Chip:
    """The module `machine` of a chip with or without a pulse counter."""

    def __init__(self, counts):
        self.Pin, self.UART, self.I2C = Pin, UART, I2C
        if counts:
            self.Counter = Counter


class Ticks:
    now = 1000

    def ticks_ms(self):
        return self.now

    def ticks_diff(self, after, before):
        return after - before


def pins_of(counts=True):
    """hal.pins on such a chip, whatever module `machine` there is here."""
    kept = sys.modules.get("machine")
    sys.modules["machine"] = Chip(counts)
    sys.modules.pop("samen_node.hal.pins", None)
    from samen_node.hal import pins

    if pins.machine is not sys.modules["machine"]:
        pins.machine = sys.modules["machine"]
    if kept is None:
        del sys.modules["machine"]
    else:
        sys.modules["machine"] = kept
    pins.time = Ticks()
    return pins


def test_a_boards_file_is_found_beside_the_code_and_is_missed_by_name():
    pins = pins_of()
    folder = a_folder()
    os.mkdir(folder + "/boards")
    with open(folder + "/boards/pretended.json", "wb") as file:
        file.write(BOARD)
    sys.path.append(folder)

    try:
        assert pins.of_board("pretended")["i2c"]["air"]["scl"] == 9
        assert "other" in str(raises(OSError, pins.of_board, "other"))
    finally:
        sys.path.remove(folder)


def test_a_uart_never_waits_and_turns_the_smart_meters_line_over():
    pins = pins_of()

    radar = pins.Uart({"id": 1, "tx": 17, "rx": 18}, 256000, False)
    port = pins.Uart({"id": 2, "tx": 10, "rx": 11}, 115200, True)

    assert radar.read() == b""
    radar._uart.waiting = b"\xf4"
    assert radar.read() == b"\xf4"
    assert radar._uart.options["timeout"] == 0
    assert "invert" not in radar._uart.options
    assert port._uart.options["invert"] == UART.INV_RX
    assert port._uart.options["rxbuf"] > 3500  # the longest telegram


def test_a_bus_says_so_where_nothing_answers():
    bus = pins_of().I2c({"id": 0, "scl": 9, "sda": 8})

    raises(OSError, bus.write, 0x62, b"\x21\xb1")
    assert bus.read(0x62, 3) == bytes(3)


def test_a_chip_with_a_counter_counts_by_itself():
    counter = pins_of().counter(0, 7)

    counter._counter.count = 5

    assert [counter.take(), counter.take()] == [5, 0]
    assert counter._counter.asked == (0, 7, Counter.FALLING)


def test_a_chip_without_one_counts_interrupts_and_no_bounces():
    pins = pins_of(counts=False)
    counter = pins.counter(0, 3)

    for at in (2000, 2001, 2003, 3000, 4000, 4019):
        pins.time.now = at
        counter._pin.handler(counter._pin)

    assert [counter.take(), counter.take()] == [3, 0]
