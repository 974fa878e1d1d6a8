"""The wall time on top of a steady count: set from a time server, never believed before a floor.

Whole milliseconds throughout: an ESP32's float has 24 bits, and would let Unix time move in steps of two
minutes.
"""

from samen_node.store import log

BUILT = 1795651200  # 2026-11-26: no clock is right that says less
_KEEP_EACH_S = 21600  # four flash writes a day
_STEP_MS = 2000
_DOUBTFUL_MS = 300000


class Clock:
    """`up()`: steady seconds since start. `utc()`: Unix seconds, or None while unset. `quality`: "ntp" once a
    server was believed, "rtc" where the time outlived a restart, else "none". `steps`: how often the time
    was set or has jumped. `servers`: whom to ask; none where the system keeps its clock itself.

    `path`: where the last sure time is kept. `system`: ticks_ms(); read(), which gives (Unix seconds, whether
    they were once set); write(Unix seconds, sure).
    """

    def __init__(self, path, system, servers=()):
        self._path = path
        self._system = system
        self.servers = servers
        self._last = system.ticks_ms()
        self._up_ms = 0
        self._offset_ms = None
        self._doubt_ms = None
        self.quality = "none"
        self.steps = 0
        self._kept = self._read()
        self._begin()

    def up(self):
        return self._steady() / 1000

    def utc(self):
        return None if self._offset_ms is None else (self._offset_ms + self._steady()) // 1000

    def floor(self):
        """The earliest time that can be true."""
        return max(BUILT, self._kept)

    def offer(self, utc_ms):
        """What a time server says; whether it is believed. A clock that is set moves by minutes only when a
        second answer agrees with the first."""
        offset = utc_ms - self._steady()
        if utc_ms < self.floor() * 1000 or not self._is_sure(offset):
            return False
        if self._offset_ms is None or abs(offset - self._offset_ms) >= _STEP_MS:
            self.steps += 1
        self._offset_ms = offset
        self.quality = "ntp"
        self._system.write(utc_ms // 1000, True)
        return True

    def trust(self):
        """A broker's certificate was found valid at this time: it is the floor from now on."""
        now = self.utc()
        if now is not None and now >= self._kept + _KEEP_EACH_S:
            try:
                log.replace(self._path, log.pack(now, b""))
            except OSError:
                return  # flash is full: the older floor holds
            self._kept = now

    def _begin(self):
        seconds, sure = self._system.read()
        if sure and seconds >= self.floor():
            self._offset_ms = seconds * 1000
            self.quality = "rtc"
            self.steps = 1
        elif seconds < self.floor():
            # Certificates are checked against this before any server could be asked; readings never are.
            self._system.write(self.floor(), False)

    def _is_sure(self, offset):
        if self._offset_ms is None or abs(offset - self._offset_ms) < _DOUBTFUL_MS:
            return True
        agreed = self._doubt_ms is not None and abs(offset - self._doubt_ms) < _STEP_MS
        self._doubt_ms = offset
        return agreed

    def _steady(self):
        now = self._system.ticks_ms()
        # MicroPython's ticks wrap around; what matters is how far they came since the last look.
        self._up_ms += (now - self._last) & 0x3FFFFFFF
        self._last = now
        return self._up_ms

    def _read(self):
        try:
            for seconds, payload in log.records(self._path):
                if payload is not None:
                    return seconds
        except OSError:
            pass  # never kept yet
        return 0
