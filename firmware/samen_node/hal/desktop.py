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
    """The computer's clock, as hal.clock.Clock; the computer itself keeps it right."""

    quality = "ntp"
    servers = ()
    steps = 1

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
    """`settings`: folder, and one of script (a list of moments) or seed; sensors; clock_unset_s, or ntp, a
    list of time servers to ask in place of the computer; stop_on_stdin: end when standard input is closed, so
    that no node outlives who started it.

    A sensor's `load` is its share of a seed's load. A file "button" in the folder is a pressed button. The
    board is its own watchdog, and its own network in place of Wi-Fi.
    """

    hardware = "desktop"
    index = 0
    chip = sys.implementation.name

    def __init__(self, settings):
        self.flash = settings["folder"]
        log.make_folder(self.flash)
        self.clock = Clock(settings.get("clock_unset_s", 0))
        if "ntp" in settings:
            from samen_node.hal import computer

            self.clock = computer.Clock(self.flash, settings["ntp"])
        self.wifi = self
        self._fed_at = None
        self._sensors = settings.get("sensors", [])
        self._day = _day(settings, self._sensors)
        self._stdin = None
        if settings.get("stop_on_stdin"):
            self._stdin = select.poll()
            self._stdin.register(sys.stdin, select.POLLIN)

    # --- wires --------------------------------------------------------------------------------

    def uart(self, name, baud, inverted=False):  # noqa: ARG002 - these wires carry bytes at any speed
        here = [each for each in self._sensors if each.get("uart") == name]
        driver = here[0]["driver"]
        if driver in ("pzem", "sdm"):
            from samen_node.hal.wires.modbus import Line

            return Line({each.get("address", 1): (each["driver"], self._meter(each)) for each in here})
        if driver == "p1":
            from samen_node.hal.wires.p1 import Port

            return Port(self._meter(here[0]), self.clock)
        from samen_node.hal.wires.radar import Radar

        return Radar(driver, self._moment, self.clock, self.tell)

    def i2c(self, name):  # noqa: ARG002 - what is there is an SCD41
        from samen_node.hal.wires.air import Air

        return Air(self._moment)

    def pin(self, name):  # noqa: ARG002 - a PIR
        return lambda: self._moment()["radar"] == "moving"

    def counter(self, name):
        from samen_node.hal.wires.load import Counter, Load

        meter = [each for each in self._sensors if each.get("counter") == name][0]
        return Counter(Load(_load_of(meter), self._moment, self.clock), meter["pulses_per_kwh"])

    def _meter(self, wanted):
        from samen_node.hal.wires.load import Load, Meter

        name = _load_of(wanted)
        return Meter(Load(name, self._moment, self.clock), self.flash + ".meter-" + name)

    def _moment(self):
        return self._day.at(self.clock.up())

    # --- the board itself ---------------------------------------------------------------------

    def rssi(self):
        return None

    def reset_cause(self):
        return "power_on"

    def watchdog(self):
        """Fed no more for a minute, it ends the process with code 4, as a chip would start again."""
        self.feed()
        return self

    def feed(self):
        self._fed_at = self.clock.up()

    def connected(self):
        """The network is always there, unless the script has "wifi": "off"."""
        return self._moment().get("wifi") != "off"

    async def look_up(self, host):
        return host  # the computer's own resolver keeps nobody waiting

    def step(self, now, connected):  # noqa: ARG002 - as Wi-Fi has it
        pass

    def free_heap(self):
        return gc.mem_free() if hasattr(gc, "mem_free") else 0

    def led(self, on):
        self.tell({"event": "led", "on": on})

    def light(self, name, on):
        """A colour of the light at the door: "free" or "busy"."""
        self.tell({"event": "light", "name": name, "on": on})

    def button(self):
        return _exists(self.flash + "/button")

    def reset(self):
        """End this process; whoever started it may start it again."""
        sys.exit(3)

    def tell(self, event):
        """One line of JSON for whoever watches this process; "ms" is the wall clock."""
        event["ms"] = int(time.time() * 1000)
        print(json.dumps(event))
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()

    def stopped(self):
        """Whether somebody asked this process to end: a file "stop" in its folder, or closed stdin."""
        if self._fed_at is not None and self.clock.up() - self._fed_at > 60:
            sys.exit(4)
        if self._stdin and self._stdin.poll(0):
            return True
        if not _exists(self.flash + "/stop"):
            return False
        log.erase(self.flash + "/stop")
        return True


def _exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def _load_of(sensor):
    """Under what name the script or the seed has what this meter measures."""
    return sensor.get("register", sensor["driver"])


def _day(settings, sensors):
    if "script" in settings:
        from samen_node.hal.script import Script

        return Script(settings["script"])
    from samen_node.hal.seeded import SeededDay

    metered = [each for each in sensors if each["driver"] in ("s0", "pzem", "sdm", "p1")]
    shares = {_load_of(each): each.get("load", 1) for each in metered}
    return SeededDay(settings.get("seed", 1), shares, settings.get("visits"))
