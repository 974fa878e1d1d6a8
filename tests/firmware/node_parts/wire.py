"""What sensors would send: bytes built from values, the other way round than the drivers read them."""

import struct

from samen_node.drivers import scd4x
from samen_node.drivers.crc import crc16

ENGINEERING = b"\x08\x08" + bytes(range(18)) + b"\x7b\x01"


def of_ld2410(report, more=b""):
    """A frame of the LD2410; with `more`, of its engineering mode."""
    state = report[0] | report[1] << 1
    inside = b"\x01" if more else b"\x02"
    inside += b"\xaa" + struct.pack("<BHBHBH", state, *report[2:]) + more + b"\x55\x00"
    return b"\xf4\xf3\xf2\xf1" + struct.pack("<H", len(inside)) + inside + b"\xf8\xf7\xf6\xf5"


def of_ld2450(targets):
    """A frame of the LD2450 with up to three (x, y, speed, resolution)."""
    places = [struct.pack("<HHHH", *[_raw(value) for value in each[:3]], each[3]) for each in targets]
    return b"\xaa\xff\x03\x00" + b"".join(places + [bytes(8)] * (3 - len(places))) + b"\x55\xcc"


def _raw(value):
    return 0x8000 + value if value >= 0 else -value


def of_words(*words):
    """Words as an SCD4x sends them."""
    parts = [struct.pack(">H", word) for word in words]
    return b"".join(part + bytes([scd4x.crc8(part)]) for part in parts)


def of_registers(inside, address=1):
    """A meter's answer with these bytes in its registers."""
    answer = bytes([address, 4, len(inside)]) + inside
    return answer + struct.pack("<H", crc16(answer, 0xFFFF))


def of_telegram(lines, name="FLU5\\253770234_A"):
    """A smart meter's telegram."""
    body = "/" + name + "\r\n\r\n" + "".join(line + "\r\n" for line in lines) + "!"
    return body.encode() + ("%04X\r\n" % crc16(body.encode(), 0)).encode()
