"""Drivers against whatever Hypothesis thinks of."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from node_parts import wire

from samen_node import contract
from samen_node.drivers import ld2410, ld2450, modbus, p1, pzem, scd4x, sdm

# These run beside other tests, on whatever is left of the machine.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
word = st.integers(0, 0xFFFF)
report = st.builds(
    ld2410.Report, st.booleans(), st.booleans(), word, st.integers(0, 100), word, st.integers(0, 100), word
)
target = st.builds(
    ld2450.Target, st.integers(-32767, 32767), st.integers(1, 32767), st.integers(-32767, 32767), word
)
# Begins like a frame more often than chance would have it.
noise = st.lists(
    st.binary(max_size=20) | st.sampled_from([b"\xf4\xf3\xf2", b"\xaa\xff\x03", b"/", b"!"]), max_size=3
)


def pieces(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    at = 0
    for cut in cuts:
        yield stream[at : at + cut]
        at += cut
    yield stream[at:]


def fed(parser: ld2410.Parser | ld2450.Parser | p1.Parser, stream: bytes, cuts: list[int]) -> list:
    return [said for piece in pieces(stream, cuts) for said in parser.feed(piece)]


cuts = st.lists(st.integers(1, 40), max_size=12)


@patient
@given(st.binary(max_size=300), cuts)
@pytest.mark.parametrize("make", [ld2410.Parser, ld2450.Parser, p1.Parser])
def test_any_bytes_are_taken(make, stream, cuts):
    assert fed(make(), stream, cuts) == []


@patient
@given(st.binary(max_size=40))
@pytest.mark.parametrize("parse", [pzem.parse, sdm.parse, scd4x.parse_measurement])
def test_any_bytes_are_values_or_refused(parse, answer):
    with suppress(ValueError):
        parse(answer)


@patient
@given(st.lists(st.tuples(noise, report, st.booleans()), max_size=5), cuts)
def test_every_report_is_read_whatever_comes_between(sent, cuts):
    stream = b"".join(
        b"".join(before) + wire.of_ld2410(said, wire.ENGINEERING if engineering else b"")
        for before, said, engineering in sent
    )

    assert fed(ld2410.Parser(), stream, cuts) == [said for _, said, _ in sent]


@patient
@given(st.lists(st.tuples(noise, st.lists(target, max_size=3)), max_size=5), cuts)
def test_every_frame_of_targets_is_read_whatever_comes_between(sent, cuts):
    stream = b"".join(b"".join(before) + wire.of_ld2450(targets) for before, targets in sent)

    assert fed(ld2450.Parser(), stream, cuts) == [targets for _, targets in sent]


@patient
@given(st.lists(st.tuples(noise, st.integers(0, 999_999_999)), max_size=4), cuts)
def test_every_telegram_is_read_to_the_last_watt_hour(sent, cuts):
    lines = [f"1-0:1.8.1({wh // 1000:06}.{wh % 1000:03}*kWh)" for _, wh in sent]
    stream = b"".join(
        b"".join(before) + wire.of_telegram([line]) for (before, _), line in zip(sent, lines, strict=True)
    )

    read = fed(p1.Parser(), stream, cuts)

    assert [telegram.told() for telegram in read] == [{"1-0:1.8.1": [wh, "Wh"]} for _, wh in sent]
    assert [telegram.values["1-0:1.8.1"][0] for telegram in read] == [wh / 1000 for _, wh in sent]


codes = st.sampled_from(["1-0:1.8.1", "1-0:1.6.0", "0-0:98.1.0", "0-1:24.2.3", "0-0:96.13.0"]) | st.text(
    "019-:."
)
brackets = st.sampled_from(
    ["(1.5*kWh)", "(261026174629S)", "(03.5*kW)", "(2)", "(1-0:1.6.0)", "(²*kWh)", "(123456789012*kWh)"]
)
lines = st.builds(lambda code, parts: code + "".join(parts), codes, st.lists(brackets | st.text(max_size=12)))


@patient
@given(st.lists(lines, max_size=12))
def test_whatever_a_meter_says_under_a_right_crc_can_be_told(said):
    text = [line.replace("/", "").replace("!", "") for line in said]

    for telegram in p1.Parser().feed(wire.of_telegram(text)):
        assert all(type(value) in (float, str) for value, _ in telegram.values.values())
        message = {"v": 1, "boot": 1, "seq": 1, "ts": None, "tq": "none", "up": 1, "d": telegram.told()}
        assert contract.decode("t/p1", contract.encode(message)) == message


@patient
@given(st.binary(max_size=60), st.binary(min_size=20, max_size=20), cuts)
def test_an_answer_is_found_in_whatever_is_on_the_line(before, inside, cuts):
    answer = modbus.Answer(pzem.request(1))
    sent = wire.of_registers(inside)

    heard = [answer.feed(piece) for piece in pieces(before + pzem.request(1) + sent, cuts)]

    assert next(frame for frame in heard if frame) == sent
