"""The ESP32 board: real pins, Wi-Fi and clock. Never yet run on silicon. Needs MicroPython 1.27 or later."""

import gc
import json
import time

import machine
import network
import ntptime

from samen_node.hal import pins

_EPOCH_2000 = 946684800  # the ESP32 port counts seconds from 2000
_SET_AFTER = 1577836800  # a clock before 2020 was never set


class Clock:
    """`up()` steady seconds since start; `utc()` Unix seconds, or None while the clock is unset."""

    quality = "ntp"

    def __init__(self):
        self._last = time.ticks_ms()
        self._up_ms = 0

    def up(self):
        now = time.ticks_ms()
        self._up_ms += time.ticks_diff(now, self._last)
        self._last = now
        return self._up_ms / 1000

    def utc(self):
        seconds = time.time()
        if time.gmtime(0)[0] == 2000:
            seconds += _EPOCH_2000
        return seconds if seconds > _SET_AFTER else None


class Board:
    """`settings`: board, the name of a file in boards/; wifi (name, password); folder."""

    hardware = "samen-1"

    def __init__(self, settings):
        self.flash = settings.get("folder", "/samen")
        self.clock = Clock()
        self.chip = settings["board"]
        self._wires = pins.of_board(self.chip)
        self._outputs = {}
        self._counters = 0
        self._button = machine.Pin(self._wires["pins"]["button"], machine.Pin.IN, machine.Pin.PULL_UP)
        self._wifi = network.WLAN(network.STA_IF)
        self._wifi.active(True)
        self._wifi.connect(*settings["wifi"])
        self._ask_time()

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
        return self._wifi.status("rssi") if self._wifi.isconnected() else None

    def reset_cause(self):
        return str(machine.reset_cause())

    def free_heap(self):
        return gc.mem_free()

    def tell(self, event):
        print(json.dumps(event))

    def stopped(self):
        """Never; called several times a second, it also sees to the clock."""
        if self.clock.utc() is None and self._wifi.isconnected():
            self._ask_time()
        return False

    def _ask_time(self):
        try:
            ntptime.settime()
        except OSError:
            pass  # no network yet: readings say that the clock is unset
