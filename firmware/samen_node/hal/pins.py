"""An ESP32's wires, by the names in boards/: see hardware/pins.toml. Never yet run on silicon."""

import json
import sys
import time

import machine

_PULSE_MS = 20  # an S0 pulse lasts 30 ms at the least, and so does the pause after it


def of_board(name):
    """The pins of boards/NAME.json, which stands beside samen_node."""
    for folder in sys.path:
        try:
            with open(folder + "/boards/" + name + ".json") as file:
                return json.load(file)
        except OSError:
            pass  # not in this folder
    raise OSError("no board file: " + name)


class Uart:
    """`read()`: what has come since the last call, b"" where nothing did."""

    def __init__(self, wire, baud, inverted):
        # A telegram of the P1 port comes in one piece and may be long; inverted, for the port is.
        options = {"rxbuf": 4096, "invert": machine.UART.INV_RX} if inverted else {"rxbuf": 1024}
        self._uart = machine.UART(wire["id"], baud, tx=wire["tx"], rx=wire["rx"], timeout=0, **options)

    def read(self):
        return self._uart.read() or b""

    def write(self, data):
        self._uart.write(data)


class I2c:
    """`write(address, bytes)`, `read(address, n)`: OSError where nothing answers."""

    def __init__(self, wire):
        scl, sda = machine.Pin(wire["scl"]), machine.Pin(wire["sda"])
        self._bus = machine.I2C(wire["id"], scl=scl, sda=sda, freq=100000)

    def write(self, address, data):
        self._bus.writeto(address, data)

    def read(self, address, size):
        return self._bus.readfrom(address, size)


class Counted:
    """Pulses counted by the chip itself: an S0 output that closes pulls its pin down."""

    def __init__(self, unit, number):
        pin = machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP)
        # The longest filter there is, of 12 µs: a pulse lasts 30 ms at the least.
        self._counter = machine.Counter(unit, pin, edge=machine.Counter.FALLING, filter_ns=12700)

    def take(self):
        """The pulses since the last call."""
        return self._counter.value(0)


class Interrupted:
    """Pulses counted by an interrupt, on a chip without a counter (ESP32-C3)."""

    def __init__(self, number):
        self._count = self._taken = 0
        self._at = time.ticks_ms()
        self._pin = machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP)
        self._pin.irq(self._fell, machine.Pin.IRQ_FALLING)

    def _fell(self, pin):  # noqa: ARG002 - an interrupt's handler is given its pin
        now = time.ticks_ms()
        if time.ticks_diff(now, self._at) >= _PULSE_MS:  # else a contact that bounces
            self._count += 1
        self._at = now

    def take(self):
        """The pulses since the last call."""
        count = self._count  # read once: another may come in between
        fresh, self._taken = count - self._taken, count
        return fresh


def counter(unit, number):
    return Counted(unit, number) if hasattr(machine, "Counter") else Interrupted(number)
