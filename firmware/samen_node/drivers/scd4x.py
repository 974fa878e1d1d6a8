"""The SCD40 and SCD41: CO2, temperature and humidity over I2C.

From Sensirion's "SCD4x" datasheet, chapter 3: words of two bytes, big-endian, each with its CRC-8.
"""

ADDRESS = 0x62

_STOP = b"\x3f\x86"
_START = b"\x21\xb1"
_IS_READY = b"\xe4\xb8"
_READ = b"\xec\x05"
_SET_ASC = b"\x24\x16"

_SETTLE_S = 0.5  # what it needs after a stop; all other commands are done by the next poll
_LOST_S = 30  # it measures every 5 s: silent for so long, it has lost its power or its mind


def crc8(two_bytes):
    """CRC-8 of a word: polynomial 0x31, from 0xFF."""
    crc = 0xFF
    for byte in two_bytes:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc


def parse_measurement(nine_bytes):
    """(CO2 in ppm, °C, relative humidity in %); ValueError where a CRC is wrong."""
    co2, t, rh = _words(nine_bytes, 3)
    return co2, -45 + 175 * t / 65535, 100 * rh / 65535


def _words(answer, count):
    if len(answer) != 3 * count:
        raise ValueError("length")
    words = []
    for at in range(0, len(answer), 3):
        if crc8(answer[at : at + 2]) != answer[at + 2]:
            raise ValueError("crc")
        words.append(answer[at] << 8 | answer[at + 1])
    return words


class Sensor:
    """One sensor at an `i2c` (see hal), a step at each `poll`, so that nothing waits for it.

    `asc`: its automatic self-calibration, right where the room is well aired at least once a week. `bad`
    counts what was refused (a wrong CRC, a value beyond its range) and commands that nobody answered.
    """

    def __init__(self, i2c, asc=True):
        self._i2c = i2c
        self._asc = asc
        self.bad = 0
        self._heard_at = self._rest_until = 0
        self._do = self._stop

    def poll(self, now):
        """A measurement as `parse_measurement` gives it, or None; call every 0.1 s or so."""
        if now < self._rest_until:
            return None
        if now - self._heard_at > _LOST_S:
            self._begin(now)
        try:
            return self._do(now)
        except ValueError:
            self._do = self._ask
        except OSError:
            # Perhaps it was without power: begin anew. A sensor that measures answers to a stop.
            self._begin(now)
            self._rest_until = now + 5
        self.bad += 1
        return None

    def _begin(self, now):
        self._heard_at = now
        self._rest_until = now
        self._do = self._stop

    def _stop(self, now):
        self._i2c.write(ADDRESS, _STOP)
        self._rest_until = now + _SETTLE_S
        self._do = self._set

    def _set(self, _):
        word = b"\x00\x01" if self._asc else b"\x00\x00"
        self._i2c.write(ADDRESS, _SET_ASC + word + bytes([crc8(word)]))
        self._do = self._start

    def _start(self, now):
        self._i2c.write(ADDRESS, _START)
        self._rest_until = now + 5
        self._do = self._ask

    def _ask(self, _):
        self._i2c.write(ADDRESS, _IS_READY)
        self._do = self._hear

    def _hear(self, now):
        ready = _words(self._i2c.read(ADDRESS, 3), 1)[0] & 0x07FF
        if ready:
            self._i2c.write(ADDRESS, _READ)
            self._do = self._measure
        else:
            self._rest_until = now + 1
            self._do = self._ask

    def _measure(self, now):
        self._do = self._ask
        self._rest_until = now + 1
        measurement = parse_measurement(self._i2c.read(ADDRESS, 9))
        if not (0 < measurement[0] <= 40000 and -20 < measurement[1] < 80):
            raise ValueError("range")  # the sensor's own way to say that it failed
        self._heard_at = now
        return measurement
