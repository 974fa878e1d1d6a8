"""The ESP32 board: real pins, Wi-Fi and clock. Never yet run on silicon.

A PIR on a pin gives presence and a pulse counter the energy; radar and air sensors join when their
drivers do. Needs MicroPython 1.27 or later.
"""

import gc
import json
import time

import esp32
import machine
import network
import ntptime

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
    """`settings`: wifi (name, password), pir_pin, pulse_pins by register, led_pin, folder."""

    hardware = "samen-room-1"
    chip = "esp32"

    def __init__(self, settings):
        self.flash = settings.get("folder", "/samen")
        self.clock = Clock()
        self._wifi = network.WLAN(network.STA_IF)
        self._wifi.active(True)
        self._wifi.connect(*settings["wifi"])
        self._pir = machine.Pin(settings["pir_pin"], machine.Pin.IN)
        self._led = machine.Pin(settings["led_pin"], machine.Pin.OUT)
        self._counters = {}
        for number, (register, pin) in enumerate(settings.get("pulse_pins", {}).items()):
            self._counters[register] = esp32.PCNT(number, pin=machine.Pin(pin), rising=esp32.PCNT.INCREMENT)
            self._counters[register].start()
        self._ask_time()

    def presence(self):
        """(moving, still): a PIR sees movement only."""
        return bool(self._pir.value()), False

    def air(self):
        return {}

    def pulses(self, register, pulses_per_kwh):  # noqa: ARG002 - a real meter knows its own
        """Pulses of the register's meter since the last call."""
        counter = self._counters[register]
        count = counter.value()
        counter.value(0)
        return count

    def rssi(self):
        return self._wifi.status("rssi") if self._wifi.isconnected() else None

    def reset_cause(self):
        return str(machine.reset_cause())

    def free_heap(self):
        return gc.mem_free()

    def led(self, on):
        self._led.value(on)

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
