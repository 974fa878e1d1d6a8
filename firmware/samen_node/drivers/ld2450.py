"""The LD2450 radar, which says where up to three people are: 256000 baud, 8N1, ten frames a second.

From "HLK-LD2450 Serial Communication Protocol V1.03", section 2.3. A frame has no checksum: see ld2410.
Where people are never leaves the node.
"""

import struct
from collections import namedtuple

from samen_node.drivers.frames import Frames

BAUD = 256000

# x to the right and y ahead in mm, speed in cm/s with its sign, the length of a distance gate in mm.
Target = namedtuple("Target", ("x_mm", "y_mm", "speed_cm_s", "resolution_mm"))

_SIZE = 30
_NOBODY = bytes(8)


class Parser(Frames):
    """`feed(bytes)` gives for each frame its `Target`s; an empty list is an empty room."""

    head = b"\xaa\xff\x03\x00"

    def _size(self, begun):  # noqa: ARG002 - every frame has the same
        return _SIZE

    def _read(self, frame):
        if frame[-2:] != b"\x55\xcc":
            return None
        return [_target(frame[at : at + 8]) for at in (4, 12, 20) if frame[at : at + 8] != _NOBODY]


def _target(part):
    x, y, speed, resolution = struct.unpack("<HHHH", part)
    return Target(_signed(x), _signed(y), _signed(speed), resolution)


def _signed(raw):
    """Not two's complement: the top bit says positive, the others how much."""
    return raw - 0x8000 if raw & 0x8000 else -raw
