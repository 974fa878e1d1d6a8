"""The CO2 sensor: its words, and a step at a time."""

from node_parts import wire
from node_parts.ground import raises

from samen_node.drivers import scd4x

EXAMPLE = b"\x01\xf4\x33\x66\x67\xa2\x5e\xb9\x3c"  # of the datasheet: 500 ppm, 25 °C, 37 %


class Bench:
    """A sensor on a wire: it measures every five seconds once started, and forgets that without power."""

    def __init__(self):
        self.measuring = self.asc = None
        self.powered = True
        self.answer = EXAMPLE
        self.wants = None

    def write(self, address, data):
        if not self.powered or address != scd4x.ADDRESS:
            raise OSError(19)
        self.wants = data
        if data == b"\x21\xb1":
            self.measuring = True
        elif data == b"\x3f\x86":
            self.measuring = False
        elif data[:2] == b"\x24\x16":
            assert not self.measuring
            self.asc = data[2:]

    def read(self, address, n):
        if not self.powered:
            raise OSError(19)
        if self.wants == b"\xe4\xb8":
            return wire.of_words(0x8006 if self.measuring else 0x8000)
        assert (self.wants, n) == (b"\xec\x05", 9)
        return self.answer


def polled(sensor, begin, end):
    """The measurements between two times, polled ten times a second."""
    found = [sensor.poll(tenth / 10) for tenth in range(begin * 10, end * 10)]
    return [measurement for measurement in found if measurement]


def test_the_datasheets_example_is_read():
    co2, t, rh = scd4x.parse_measurement(EXAMPLE)

    assert scd4x.crc8(b"\xbe\xef") == 0x92
    assert (co2, round(t, 1), round(rh)) == (500, 25.0, 37)


def test_a_wrong_crc_or_length_is_refused():
    for at in range(9):
        damaged = EXAMPLE[:at] + bytes([EXAMPLE[at] ^ 0x10]) + EXAMPLE[at + 1 :]
        raises(ValueError, scd4x.parse_measurement, damaged)
        raises(ValueError, scd4x.parse_measurement, EXAMPLE[:at])


def test_a_sensor_is_stopped_set_and_started_and_then_measures():
    bench = Bench()
    sensor = scd4x.Sensor(bench, asc=False)

    measured = polled(sensor, 0, 20)

    assert bench.asc == wire.of_words(0)
    assert len(measured) > 5
    assert measured[0][0] == 500
    assert sensor.bad == 0


def test_a_sensor_that_lost_its_power_is_started_again():
    bench = Bench()
    sensor = scd4x.Sensor(bench)
    assert polled(sensor, 0, 20)

    bench.powered = False
    assert polled(sensor, 20, 40) == []
    assert sensor.bad > 0

    bench.powered, bench.measuring = True, False
    assert polled(sensor, 40, 60)


def test_a_sensor_that_forgot_to_measure_is_started_again():
    bench = Bench()
    sensor = scd4x.Sensor(bench)
    assert polled(sensor, 0, 20)

    bench.measuring = False

    assert polled(sensor, 20, 45) == []
    assert polled(sensor, 45, 70)


def test_what_is_refused_is_counted_and_the_next_is_read():
    bench = Bench()
    sensor = scd4x.Sensor(bench)
    for answer in (EXAMPLE[:8] + b"\0", wire.of_words(0, 0x6667, 0x5EB9), wire.of_words(500, 0xFFFF, 0x5EB9)):
        bench.answer = answer
        before = sensor.bad

        assert polled(sensor, 0, 20) == []
        assert sensor.bad > before

        bench.answer = EXAMPLE
        assert polled(sensor, 20, 40)
        sensor = scd4x.Sensor(bench)
