"""The SDM120 and SDM630 meters by Eastron: Modbus RTU, 2400 baud (SDM120) or 9600, 8N1.

From "SDM120-Modbus" and "SDM630-Modbus V2 Smart Meter Modbus Protocol Implementation": input registers in
pairs, each a big-endian float. An index is in kWh; from 16,384 kWh on, such a float goes in steps of 2 Wh.
"""

import struct

from samen_node.drivers import modbus

_POWER = {120: 0x000C, 630: 0x0034}  # W, of all phases together
_INDEXES = 0x0048  # kWh taken, then kWh given back


def request(address, register, count):
    """The bytes that ask for `count` registers, two for each value."""
    return modbus.request(address, register, count)


def questions(address, model):
    """What to ask, one after the other: [W], then [kWh taken, kWh given back]; `model`: 120 or 630."""
    return request(address, _POWER[model], 2), request(address, _INDEXES, 4)


def parse(frame):
    """The values of an answer; ValueError where it is broken, its CRC is wrong, or one is no number."""
    inside = modbus.registers(frame)
    if len(inside) % 4:
        raise ValueError("length")
    values = list(struct.unpack(">%df" % (len(inside) // 4), inside))
    if any(value - value != 0 for value in values):
        raise ValueError("number")
    return values
