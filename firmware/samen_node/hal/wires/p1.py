"""A smart meter's P1 port: a Belgian telegram every ten seconds (a real one: every second)."""

from samen_node.drivers.crc import crc16

_EVERY_S = 10
_TELEGRAM = (
    "/FLU5\\253770234_A\r\n\r\n0-0:96.1.4(50217)\r\n0-0:1.0.0(261126101500W)\r\n"
    "1-0:1.8.1(%s*kWh)\r\n1-0:1.8.2(%s*kWh)\r\n1-0:2.8.1(000000.000*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r\n"
    "0-0:96.14.0(0001)\r\n1-0:1.4.0(%s*kW)\r\n1-0:1.6.0(261103181500W)(04.212*kW)\r\n"
    "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(261101000000W)(261012181500S)(03.271*kW)\r\n"
    "1-0:1.7.0(%s*kW)\r\n1-0:2.7.0(00.000*kW)\r\n1-0:32.7.0(231.2*V)\r\n"
    "0-1:24.1.0(003)\r\n0-1:24.2.3(261126101000W)(03806.070*m3)\r\n"
    "0-2:24.1.0(007)\r\n0-2:24.2.1(261126101000W)(00120.005*m3)\r\n!"
)


class Port:
    """`meter`: what the day tariff counts; nothing is drawn at night or given back."""

    def __init__(self, meter, clock):
        self._meter = meter
        self._clock = clock
        self._due = 0

    def read(self):
        now = self._clock.up()
        if now < self._due:
            return b""
        self._due = now + _EVERY_S
        kw = "%06.3f" % (self._meter.watts() / 1000)
        text = (_TELEGRAM % (_kwh(self._meter.wh()), _kwh(0), kw, kw)).encode()
        return text + b"%04X\r\n" % crc16(text, 0)

    def write(self, data):
        """The port listens to nobody."""


def _kwh(wh):
    return "%06d.%03d" % (wh // 1000, wh % 1000)
