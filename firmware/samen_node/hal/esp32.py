"""The ESP32 board: real pins, Wi-Fi and clock. Never yet run on silicon. Needs MicroPython 1.27 or later."""

import gc
import json
import time

import machine
import network

from samen_node.hal import pins
from samen_node.hal.clock import Clock
from samen_node.hal.wifi import Wifi

_EPOCH_2000 = 946684800  # the ESP32 port counts seconds from 2000
_WATCHDOG_MS = 60000  # a TLS handshake and an erased flash block take seconds at most


class System:
    """The chip's own clock: it outlives a restart, and its memory knows whether a server had set it."""

    def ticks_ms(self):
        return time.ticks_ms()

    def read(self):
        return time.time() + _epoch(), machine.RTC().memory() == b"set"

    def write(self, seconds, sure):
        year, month, day, hour, minute, second = time.gmtime(seconds - _epoch())[:6]
        machine.RTC().datetime((year, month, day, 0, hour, minute, second, 0))
        machine.RTC().memory(b"set" if sure else b"")


def _epoch():
    return _EPOCH_2000 if time.gmtime(0)[0] == 2000 else 0


class Board:
    """`settings`: board, the name of a file in boards/; wifi (name and password of each network, the first
    preferred); ntp (servers); folder."""

    hardware = "samen-1"

    def __init__(self, settings):
        self.flash = settings.get("folder", "/samen")
        self.clock = Clock(self.flash + "/clock", System(), settings.get("ntp", ["pool.ntp.org"]))
        self.chip = settings["board"]
        self._wires = pins.of_board(self.chip)
        self._outputs = {}
        self._counters = 0
        self._button = machine.Pin(self._wires["pins"]["button"], machine.Pin.IN, machine.Pin.PULL_UP)
        self._radio = network.WLAN(network.STA_IF)
        self.wifi = Wifi(self._radio, settings["wifi"])

    # --- wires --------------------------------------------------------------------------------

    def uart(self, name, baud, inverted=False):
        return pins.Uart(self._wires["uarts"][name], baud, inverted)

    def i2c(self, name):
        return pins.I2c(self._wires["i2c"][name])

    def pin(self, name):
        """A call of what this gives says whether the pin is high."""
        value = machine.Pin(self._wires["pins"][name], machine.Pin.IN).value
        return lambda: bool(value())

    def counter(self, name):
        self._counters += 1
        return pins.counter(self._counters - 1, self._wires["counters"][name])

    def led(self, on):
        self.light("led", on)

    def light(self, name, on):
        """A colour of the light at the door: "free" or "busy"."""
        if name not in self._outputs:
            self._outputs[name] = machine.Pin(self._wires["pins"][name], machine.Pin.OUT)
        self._outputs[name].value(on)

    def button(self):
        """Whether it is pressed: it joins its pin to ground."""
        return not self._button.value()

    # --- the board itself ---------------------------------------------------------------------

    def rssi(self):
        return self._radio.status("rssi") if self._radio.isconnected() else None

    def reset_cause(self):
        causes = {
            machine.PWRON_RESET: "power_on",
            machine.HARD_RESET: "hard",
            machine.WDT_RESET: "watchdog",
            machine.DEEPSLEEP_RESET: "deep_sleep",
            machine.SOFT_RESET: "soft",
        }
        return causes.get(machine.reset_cause(), "unknown")

    def watchdog(self):
        return machine.WDT(timeout=_WATCHDOG_MS)

    def reset(self):
        machine.reset()

    def free_heap(self):
        return gc.mem_free()

    def tell(self, event):
        print(json.dumps(event))

    def stopped(self):
        return False
