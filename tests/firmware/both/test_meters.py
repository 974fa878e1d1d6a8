"""Meters that are asked, and meters that count pulses."""

import struct

from node_parts import wire
from node_parts.ground import raises

from samen_node.drivers import modbus, pir, pzem, s0, sdm

PZEM = wire.of_registers(struct.pack(">10H", 2301, 1100, 1, 0x2710, 1, 0xE240, 1, 500, 98, 0))
SDM = wire.of_registers(struct.pack(">ff", 12345.675, 0.5))


def test_requests_are_those_of_the_makers_documents():
    assert pzem.request(1) == b"\x01\x04\x00\x00\x00\x0a\x70\x0d"
    assert sdm.request(1, 0, 2) == b"\x01\x04\x00\x00\x00\x02\x71\xcb"


def test_values_of_32_bits_have_their_low_half_first():
    said = pzem.parse(PZEM)

    assert said["voltage_v"] == 230.1
    assert said["current_a"] == (1100 + 65536) / 1000
    assert said["power_w"] == (10000 + 65536) / 10
    assert said["energy_wh"] == 123456
    assert (said["frequency_hz"], said["power_factor"], said["alarm"]) == (50.0, 0.98, False)


def test_an_alarm_is_told():
    assert pzem.parse(wire.of_registers(struct.pack(">10H", 2301, 0, 0, 0, 0, 0, 0, 500, 0, 0xFFFF)))["alarm"]


def test_floats_are_read_in_their_order():
    kwh, other = sdm.parse(SDM)

    assert abs(kwh - 12345.675) < 0.001
    assert other == 0.5


def test_each_model_is_asked_for_power_and_indexes():
    assert [ask[2:6] for ask in sdm.questions(1, 120)] == [b"\0\x0c\0\2", b"\0\x48\0\4"]
    assert [ask[2:6] for ask in sdm.questions(1, 630)] == [b"\0\x34\0\2", b"\0\x48\0\4"]


def test_what_is_damaged_is_refused():
    for parse, frame in ((pzem.parse, PZEM), (sdm.parse, SDM)):
        for at in range(len(frame)):
            raises(ValueError, parse, frame[:at] + bytes([frame[at] ^ 0x80]) + frame[at + 1 :])
            raises(ValueError, parse, frame[:at])


def test_an_answer_of_another_kind_is_refused():
    raises(ValueError, pzem.parse, SDM)
    raises(ValueError, sdm.parse, wire.of_registers(b"\0\0\0\0\0\0"))
    raises(ValueError, sdm.parse, wire.of_registers(struct.pack(">f", float("nan"))))
    raises(ValueError, sdm.parse, wire.of_registers(struct.pack(">f", float("inf"))))


def test_an_answer_is_found_behind_the_echo_and_noise():
    ask = pzem.request(1)
    answer = modbus.Answer(ask)

    found = [answer.feed(part) for part in (b"\xff\0\1\4", ask, b"\1\4\x14noise", PZEM[:9], PZEM[9:])]

    assert found == [None, None, None, None, PZEM]


def test_an_answer_with_a_wrong_crc_is_counted_and_a_good_one_still_comes():
    answer = modbus.Answer(pzem.request(1))

    assert answer.feed(PZEM[:-1] + b"?") is None
    assert answer.bad == 1
    assert answer.feed(PZEM) == PZEM


def test_another_meters_answer_is_not_ours():
    answer = modbus.Answer(pzem.request(2))

    assert answer.feed(PZEM) is None
    assert answer.bad == 0


def test_a_line_that_never_rests_fills_no_memory():
    answer = modbus.Answer(pzem.request(1))
    for _ in range(100):
        answer.feed(b"\1\4" * 50)

    assert len(answer._heard) < 30


def test_pulses_that_the_connection_cannot_carry_are_not_counted():
    pulses = s0.Pulses(1000, most_w=36000)  # at most ten a second

    assert [pulses.take(now, count) for now, count in ((0, 3), (1, 10), (2, 500), (3, 10))] == [3, 10, 0, 10]
    assert pulses.bad == 1


def test_pulses_that_came_during_a_long_pause_all_count():
    pulses = s0.Pulses(1000, most_w=36000)
    pulses.take(0, 0)

    assert pulses.take(60, 600) == 600


def test_a_movement_detector_is_not_believed_before_it_settled():
    detector = pir.Pir()

    assert [detector.see(now, 1) for now in (0, 29, 30)] == [None, None, True]
    assert detector.see(31, 0) is False
