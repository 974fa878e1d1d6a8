"""A meter with an S0 output, whose pulses the node counts."""

from samen_node.drivers.s0 import Pulses
from samen_node.pulse import PulseCounter
from samen_node.sensors import register_path


class PulseMeter:
    """`poll(now)`, `readings(now)` and `bad`, as every meter has them."""

    def __init__(self, wanted, board, boot):
        self._register = wanted["register"]
        self._counter = board.counter(wanted["counter"])
        self._pulses = Pulses(wanted["pulses_per_kwh"], wanted.get("most_w", 100000))
        self._index = PulseCounter(register_path(board, self._register), wanted["pulses_per_kwh"], boot)

    @property
    def bad(self):
        return self._pulses.bad

    def poll(self, now):
        self._index.pulse(now, self._pulses.take(now, self._counter.take()))

    def readings(self, now):
        """The `energy` readings of the contract that are there to be told."""
        try:
            return [self._index.reading(self._register, now)]
        except OSError:
            return []  # flash is full: what is not saved is not told, and not lost either
