"""A smart meter's P1 port: of a telegram a second, one now and then becomes a reading."""

from samen_node.drivers import p1

_PEAKS_S = 86400  # months that are over change once a month
_FRESH_S = 15  # older meters send a telegram every ten seconds


class SmartMeter:
    def __init__(self, uart):
        self._uart = uart
        self._parser = p1.Parser()
        self._newest = None
        self._heard_at = 0
        self._peaks_due = 0

    @property
    def bad(self):
        return self._parser.bad

    def poll(self, now):
        for telegram in self._parser.feed(self._uart.read()):
            self._newest = telegram
            self._heard_at = now

    def reading(self, now):
        """The `p1` reading of the newest telegram; None where the port has been silent."""
        telegram, self._newest = self._newest, None
        if telegram is None or now - self._heard_at >= _FRESH_S:
            return None
        peaks = now >= self._peaks_due
        if peaks:
            self._peaks_due = now + _PEAKS_S
        return telegram.told(peaks)
