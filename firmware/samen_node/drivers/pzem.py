"""The PZEM-004T v3 meter by Peacefair: Modbus RTU, 9600 baud, 8N1. Mains: an electrician's work.

From "PZEM-004T V3.0 User Manual", section 2.3: ten input registers, of 32 bits the low half first. The index
goes back to 0 after 9,999,999 Wh.
"""

import struct

from samen_node.drivers import modbus

BAUD = 9600


def request(address):
    """The bytes that ask for all that the meter measures."""
    return modbus.request(address, 0, 10)


def parse(frame):
    """What the meter measures; ValueError where the answer is broken or its CRC is wrong."""
    inside = modbus.registers(frame)
    if len(inside) != 20:
        raise ValueError("length")
    v, a, a_high, w, w_high, wh, wh_high, hz, factor, alarm = struct.unpack(">10H", inside)
    return {
        "voltage_v": v / 10,
        "current_a": (a | a_high << 16) / 1000,
        "power_w": (w | w_high << 16) / 10,
        "energy_wh": wh | wh_high << 16,
        "frequency_hz": hz / 10,
        "power_factor": factor / 100,
        "alarm": alarm == 0xFFFF,
    }
