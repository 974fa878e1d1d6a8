"""A pulse output (S0) as an energy index: whole Wh that never run back, kept in flash."""

import struct

from samen_node.store import log

_KEPT = "<QI"  # pulses, and how many of them are a kWh


class PulseCounter:
    """The index of one register.

    `path`: its file. `pulses_per_kwh`: as printed on the meter; where it is changed, the energy counted so
    far stays. `fresh_generation`: the generation to begin when nothing legible is stored; the boot number,
    which counts up, never names two.
    """

    def __init__(self, path, pulses_per_kwh, fresh_generation):
        self._path = path
        self._pulses_per_kwh = pulses_per_kwh
        self.generation = fresh_generation & 0xFFFF
        self._pulses = 0
        self._gap_s = None
        self._last_at = None
        self._mark = None
        self._saved = None
        self._read()

    def pulse(self, now, count=1):
        """Count pulses that came until `now` (steady seconds)."""
        if not count:
            return
        self._pulses += count
        self._last_at = now
        if self._mark is None:
            self._mark = (now, self._pulses)

    def reading(self, register, now):
        """The `energy` reading of the contract. What is told is saved first: after a kill the index
        goes on from there or above, never below."""
        self._save()
        wh = self._pulses * 1000 // self._pulses_per_kwh
        return {"r": register, "wh": wh, "w": self._power(now), "gen": self.generation}

    def _power(self, now):
        if self._mark is None:
            return None
        before, pulses = self._mark
        if self._pulses > pulses:
            self._gap_s = (self._last_at - before) / (self._pulses - pulses)
            self._mark = (self._last_at, self._pulses)
        if self._gap_s is None:
            return None
        # No pulse for longer than the mean gap: the load has fallen at least that far.
        seconds = max(self._gap_s, now - self._last_at, 0.001)
        return round(3600000 / (self._pulses_per_kwh * seconds))

    def _save(self):
        if self._pulses != self._saved:
            kept = struct.pack(_KEPT, self._pulses, self._pulses_per_kwh)
            log.replace(self._path, log.pack(self.generation, kept))
            self._saved = self._pulses

    def _read(self):
        try:
            for generation, payload in log.records(self._path):
                if payload is not None and len(payload) == struct.calcsize(_KEPT):
                    self.generation = generation
                    pulses, per_kwh = struct.unpack(_KEPT, payload)
                    # Rounded up: the index never runs back.
                    self._pulses = -(-pulses * self._pulses_per_kwh // per_kwh)
                    self._saved = self._pulses if per_kwh == self._pulses_per_kwh else None
        except OSError:
            pass  # a new meter
