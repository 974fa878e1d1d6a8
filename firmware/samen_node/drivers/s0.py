"""An S0 output: so many pulses per kWh. What they add up to is samen_node.pulse's to keep."""


class Pulses:
    """Passes on pulses that can be true. `most_w`: what the connection can carry; more is a disturbance on
    the wire (a loose contact, a motor nearby), and none of it is counted. `bad` counts these refusals."""

    def __init__(self, pulses_per_kwh, most_w=100000):
        self._most_hz = most_w * pulses_per_kwh / 3600000
        self._since = None
        self.bad = 0

    def take(self, now, count):
        """How many of `count` pulses since the last call to believe: all or none; `now`: steady seconds."""
        before, self._since = self._since, now
        # At the first call nobody knows how long they took to come. Two may come at once at any rate.
        if before is not None and count > (now - before) * self._most_hz + 2:
            self.bad += 1
            return 0
        return count
