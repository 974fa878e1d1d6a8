"""What is drawn from the grid, as meters show it."""

from samen_node.store import log

_AHEAD_WH = 100


class Load:
    """One load: `name` is its key in the moment's "w"."""

    def __init__(self, name, moment, clock):
        self._name = name
        self._moment = moment
        self._clock = clock
        self._at = 0
        self._joules = 0

    def watts(self):
        return self._moment()["w"].get(self._name, 0)

    def joules(self):
        """What was drawn and not yet taken."""
        now = self._clock.up()
        self._joules += self.watts() * (now - self._at)
        self._at = now
        return self._joules

    def take(self, joules):
        self._joules -= joules


class Counter:
    """The S0 output of a meter: `take()` gives the pulses since the last call."""

    def __init__(self, load, pulses_per_kwh):
        self._load = load
        self._pulses_per_kwh = pulses_per_kwh

    def take(self):
        whole = int(self._load.joules() * self._pulses_per_kwh / 3600000)
        self._load.take(whole * 3600000 / self._pulses_per_kwh)
        return whole


class Meter:
    """A meter with an index of its own, which outlives the node: `path` keeps what it has reached."""

    def __init__(self, load, path):
        self._load = load
        self._path = path
        self._wh = self._promised = 0
        try:
            for wh, _ in log.records(path):
                self._wh = self._promised = wh
        except OSError:
            pass  # just installed

    def watts(self):
        return self._load.watts()

    def wh(self):
        whole = int(self._load.joules() / 3600)
        self._load.take(whole * 3600)
        self._wh += whole
        if self._wh >= self._promised:
            # Written ahead: a node that starts again finds the meter further on, never back.
            self._promised = self._wh + _AHEAD_WH
            log.replace(self._path, log.pack(self._promised, b""))
        return self._wh
