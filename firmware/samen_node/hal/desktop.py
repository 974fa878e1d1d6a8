"""A board that is a process: simulated sensors, a folder as flash, the computer's clock."""

import gc
import json
import os
import select
import sys
import time

from samen_node.store import log


def _monotonic_ms():
    return int(time.monotonic() * 1000)


_ticks_ms = getattr(time, "ticks_ms", _monotonic_ms)


class Clock:
    """`up()` steady seconds since start; `utc()` Unix seconds, or None while the clock is unset."""

    quality = "ntp"

    def __init__(self, unset_s=0):
        self._unset_s = unset_s
        self._last = _ticks_ms()
        self._up_ms = 0

    def up(self):
        now = _ticks_ms()
        # MicroPython's ticks wrap around; what matters is how far they came since the last look
        self._up_ms += (now - self._last) & 0x3FFFFFFF
        self._last = now
        return self._up_ms / 1000

    def utc(self):
        return int(time.time()) if self.up() >= self._unset_s else None


class Board:
    """`settings`: folder, and one of script (a list of moments) or seed; registers; clock_unset_s;
    stop_on_stdin: end when standard input is closed, so that no node outlives who started it."""

    hardware = "desktop"
    chip = sys.implementation.name

    def __init__(self, settings):
        self.flash = settings["folder"]
        log.make_folder(self.flash)
        self.clock = Clock(settings.get("clock_unset_s", 0))
        registers = settings.get("registers", [])
        self._day = _day(settings, registers)
        self._drawn = dict.fromkeys(registers, (0.0, 0.0))
        self._stdin = None
        if settings.get("stop_on_stdin"):
            self._stdin = select.poll()
            self._stdin.register(sys.stdin, select.POLLIN)
        self._radar = None

    def presence(self):
        """(moving, still) as the radar sees it, or None while it is silent."""
        radar = self._day.at(self.clock.up())["radar"]
        if radar != self._radar:
            self._radar = radar
            self.tell({"event": "radar", "radar": radar})
        return None if radar == "silent" else (radar == "moving", radar == "still")

    def air(self):
        """The `climate` reading's values that this board's sensors give."""
        moment = self._day.at(self.clock.up())
        return {name: moment[name] for name in ("t", "rh", "co2") if name in moment}

    def pulses(self, register, pulses_per_kwh):
        """Pulses of the register's meter since the last call."""
        now = self.clock.up()
        watts = self._day.at(now)["w"].get(register, 0)
        before, joules = self._drawn[register]
        joules += watts * (now - before)
        whole = int(joules * pulses_per_kwh / 3600000)
        self._drawn[register] = (now, joules - whole * 3600000 / pulses_per_kwh)
        return whole

    def rssi(self):
        return None

    def reset_cause(self):
        return "power_on"

    def free_heap(self):
        return gc.mem_free() if hasattr(gc, "mem_free") else 0

    def led(self, on):
        self.tell({"event": "led", "on": on})

    def tell(self, event):
        """One line of JSON for whoever watches this process; "ms" is the wall clock."""
        event["ms"] = int(time.time() * 1000)
        print(json.dumps(event))
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()

    def stopped(self):
        """Whether somebody asked this process to end: a file "stop" in its folder, or closed stdin."""
        if self._stdin and self._stdin.poll(0):
            return True
        try:
            os.stat(self.flash + "/stop")
        except OSError:
            return False
        log.erase(self.flash + "/stop")
        return True


def _day(settings, registers):
    if "script" in settings:
        from samen_node.hal.script import Script

        return Script(settings["script"])
    from samen_node.hal.seeded import SeededDay

    return SeededDay(settings.get("seed", 1), registers)
