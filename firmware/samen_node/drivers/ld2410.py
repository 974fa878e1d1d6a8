"""The LD2410 radar, which sees moving and still people: 256000 baud, 8N1, about ten reports a second.

From "HLK-LD2410 Serial Communication Protocol V1.02", sections 2.1 to 2.3. A frame has no checksum: of two
frames out of which exactly one frame's length is lost, one may be made that nobody can tell from a true one.
"""

import struct
from collections import namedtuple

from samen_node.drivers.frames import Frames

BAUD = 256000

# Distances in cm, energies 0 to 100; what is not seen keeps a meaningless distance.
Report = namedtuple(
    "Report",
    ("moving", "still", "moving_cm", "moving_energy", "still_cm", "still_energy", "distance_cm"),
)

# How long what follows a frame's length may be, by its first byte: 2, a basic report; 1, in the engineering
# mode, the same and then values for each gate (35 bytes in all where there are nine).
_SHORTEST, _LONGEST = 13, {2: 13, 1: 64}
_FOLLOWS = 0xAA
_TAIL = b"\x55\x00\xf8\xf7\xf6\xf5"


class Parser(Frames):
    """`feed(bytes)` gives the `Report`s."""

    head = b"\xf4\xf3\xf2\xf1"

    def _size(self, begun):
        if len(begun) < 8:
            return 8
        length = begun[4] | begun[5] << 8
        if _SHORTEST <= length <= _LONGEST.get(begun[6], 0) and begun[7] == _FOLLOWS:
            return length + 10
        return 0  # of no bytes, nothing can be read

    def _read(self, frame):
        if frame[-6:] != _TAIL or frame[8] > 3:  # above 3 it measures its own noise, not people
            return None
        state, move, move_energy, still, still_energy, distance = struct.unpack("<BHBHBH", frame[8:17])
        return Report(bool(state & 1), bool(state & 2), move, move_energy, still, still_energy, distance)


def commands(gates, empty_s):
    """Frames to write, each at least 50 ms after the one before: look no further than `gates` (1 to 8, of
    75 cm each), and say "nobody" after `empty_s` seconds without anybody. The radar keeps it without power,
    and is silent between the first and the last."""
    values = struct.pack("<HIHIHI", 0, gates, 1, gates, 2, empty_s)
    return _command(0xFF, b"\x01\x00"), _command(0x60, values), _command(0xFE, b"")


def _command(word, value):
    return b"\xfd\xfc\xfb\xfa" + struct.pack("<HH", len(value) + 2, word) + value + b"\x04\x03\x02\x01"
