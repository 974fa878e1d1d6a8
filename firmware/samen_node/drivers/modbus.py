"""Modbus RTU, as far as meters need it: asking for input registers and finding the answer.

From "MODBUS over Serial Line Specification and Implementation Guide V1.02" and "MODBUS Application Protocol
V1.1b3", function 04. Registers are big-endian, the CRC is little-endian.
"""

import struct

from samen_node.drivers.crc import crc16

_READ_INPUT = 4
_AROUND = 5  # address, function and length before the registers, the CRC after them


def request(address, register, count):
    """The bytes that ask the meter at `address` for `count` registers from `register` on."""
    ask = struct.pack(">BBHH", address, _READ_INPUT, register, count)
    return ask + struct.pack("<H", crc16(ask, 0xFFFF))


def registers(frame):
    """The registers' bytes in a whole answer; ValueError where it is not one, or its CRC is wrong."""
    if len(frame) < _AROUND or frame[1] != _READ_INPUT or frame[2] != len(frame) - _AROUND:
        raise ValueError("frame")
    if crc16(frame, 0xFFFF) != 0:  # a message with its own CRC always sums up to 0
        raise ValueError("crc")
    return frame[3:-2]


class Answer:
    """The answer to one `request`, out of whatever arrives: the echo of a half-duplex line, noise, and what
    others say are passed over. `bad` counts answers refused for their CRC. A meter's no is no answer."""

    def __init__(self, request):
        self._size = _AROUND + 2 * (request[4] << 8 | request[5])
        self._head = request[:2] + bytes([self._size - _AROUND])
        self._heard = b""
        self.bad = 0

    def feed(self, data):
        """The whole frame once it is there, or None; nothing more comes after it."""
        self._heard += data
        at = self._heard.find(self._head)
        while at >= 0 and len(self._heard) >= at + self._size:
            frame = self._heard[at : at + self._size]
            if crc16(frame, 0xFFFF) == 0:
                return frame
            self.bad += 1
            self._heard = self._heard[at + 1 :]
            at = self._heard.find(self._head)
        # A line that never rests must not fill the memory.
        self._heard = self._heard[at if at >= 0 else -2 :]
        return None
