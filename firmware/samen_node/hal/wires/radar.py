"""Radars at a UART: a report each second, and at once when something changes."""

# What stands around a report, and the report by what is seen. LD2410: state, distance and energy of what
# moves and of what is still, distance of the nearest: 2.3 m away. LD2450: x, y, speed and the length of a
# gate for each of three targets; the top bit says positive.
_LD2410 = (b"\xf4\xf3\xf2\xf1\x0d\x00\x02\xaa", b"\x55\x00\xf8\xf7\xf6\xf5")
_LD2450 = (b"\xaa\xff\x03\x00", b"\x55\xcc")
_SEEN_2410 = {
    "none": bytes(9),
    "moving": b"\x01\xe6\x00\x50\x00\x00\x00\xe6\x00",
    "still": b"\x02\x00\x00\x00\xe6\x00\x50\xe6\x00",
}
_SEEN_2450 = {
    "none": bytes(24),
    "moving": b"\x2c\x81\xd0\x87\x28\x80\x68\x01" + bytes(16),
    "still": b"\x2c\x81\xd0\x87\x00\x80\x68\x01" + bytes(16),
}


class Radar:
    """`driver`: ld2410 or ld2450; `tell` hears of every change."""

    def __init__(self, driver, moment, clock, tell):
        self._frame, self._seen = (_LD2410, _SEEN_2410)
        if driver == "ld2450":
            self._frame, self._seen = (_LD2450, _SEEN_2450)
        self._moment = moment
        self._clock = clock
        self._tell = tell
        self._says = None
        self._due = 0

    def read(self):
        says = self._moment()["radar"]
        now = self._clock.up()
        if says != self._says:
            self._says = says
            self._due = 0
            self._tell({"event": "radar", "radar": says})
        if says == "silent" or now < self._due:
            return b""
        self._due = now + 1
        return self._frame[0] + self._seen[says] + self._frame[1]

    def write(self, data):
        """A radar takes its orders without a word that matters here."""
