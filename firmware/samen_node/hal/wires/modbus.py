"""Meters at a Modbus line: PZEM-004T, SDM120 and SDM630."""

import struct

from samen_node.drivers.crc import crc16


class Line:
    """`meters` by address: (driver, hal.wires.load.Meter)."""

    def __init__(self, meters):
        self._meters = meters
        self._answer = b""

    def read(self):
        answer, self._answer = self._answer, b""
        return answer

    def write(self, question):
        address, function, register, count = struct.unpack(">BBHH", question[:6])
        if address in self._meters and function == 4:
            driver, meter = self._meters[address]
            registers = _pzem(meter) if driver == "pzem" else _sdm(meter, register, count)
            answer = struct.pack(">BBB", address, 4, len(registers)) + registers
            self._answer = answer + struct.pack("<H", crc16(answer, 0xFFFF))


def _pzem(meter):
    """230.1 V, 50 Hz; 32 bits come with the low half first."""
    shown = [2301]
    for value in (round(meter.watts() / 0.2301), round(meter.watts() * 10), meter.wh()):
        shown += [value & 0xFFFF, value >> 16 & 0xFFFF]
    return struct.pack(">10H", *shown, 500, 98, 0)


def _sdm(meter, register, count):
    """Power where a register below 0x48 is asked for, else the indexes."""
    values = (meter.watts(), 0) if register < 0x48 else (meter.wh() / 1000, 0)
    return struct.pack(">2f", *values)[: 2 * count]
