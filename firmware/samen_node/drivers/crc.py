"""The CRC-16 that Modbus and smart meters share: polynomial 0x8005, lowest bit first."""

# What each half byte does to the sum.
_HALVES = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip


def crc16(message, crc):
    """The sum over `message` from `crc` on: 0xFFFF in Modbus, 0 in a telegram."""
    for byte in message:
        crc ^= byte
        crc = crc >> 4 ^ _HALVES[crc & 15]
        crc = crc >> 4 ^ _HALVES[crc & 15]
    return crc
