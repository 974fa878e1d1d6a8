"""Every parser against accidents on the line: nothing escapes, nothing wrong is read, the next frame is found.

SAMEN_CUTS says how many; `make node-campaign` asks for 100,000 of each. The radars' frames have no checksum:
what a radar's parser says is right if these very bytes were on the line. A CRC of 16 bits lets one in 65,536
damaged frames pass. Of telegrams that do, nearly all still make no number; a meter's answer is all numbers.
"""

import os
import struct

from node_parts import wire
from node_parts.damage import Dice, damaged, unharmed

from samen_node.drivers import ld2410, ld2450, modbus, p1, pzem, scd4x, sdm

CUTS = int(os.getenv("SAMEN_CUTS") or 1000)
SEED = 20261126

LOST = "a good frame was lost"
WRONG = "a value that was not sent"


# --- frames in a stream -----------------------------------------------------------------------------


def faults(make, frames, true, accidents, longest):
    """What goes wrong with a parser in that many accidents, each of up to `longest` bytes.

    `frames`: (bytes, meaning) to draw from; `true(meaning, stream, sent)`: whether it may be said.
    """
    dice, found = Dice(SEED), []
    for _ in range(accidents):
        sent = [dice.one_of(frames) for _ in range(4)]
        whole = [frame for frame, _ in sent]
        stream, begin, end = damaged(dice, b"".join(whole), longest)
        parser = make()
        said = [meaning for piece in dice.pieces(stream, 80) for meaning in parser.feed(piece)]
        if not all(true(meaning, stream, sent) for meaning in said):
            found.append(WRONG)
        if not in_order([meaning for _, meaning in unharmed(sent, begin, end)], said):
            found.append(LOST)
    return found


def in_order(expected, said):
    left = iter(said)
    return all(any(meaning == one for one in left) for meaning in expected)


def reports():
    dice, frames = Dice(1), []
    for n in range(40):
        report = ld2410.Report(
            bool(n & 1), bool(n & 2), dice.below(800), dice.below(101), dice.below(800), dice.below(101), n
        )
        frames.append((wire.of_ld2410(report, wire.ENGINEERING if n % 3 == 0 else b""), report))
    return frames


def report_was_sent(report, stream, sent):
    return wire.of_ld2410(report)[7:17] in stream


def places():
    dice, frames = Dice(2), []
    for n in range(40):
        targets = [
            ld2450.Target(dice.below(6000) - 3000, dice.below(6000) + 1, dice.below(200) - 100, 360)
            for _ in range(n % 4)
        ]
        frames.append((wire.of_ld2450(targets), targets))
    return frames


def places_were_sent(targets, stream, sent):
    return all(
        wire.of_ld2450([target])[4:12] in stream
        or any(is_place(stream, at, target) for at in range(len(stream)))
        for target in targets
    )


def is_place(stream, at, target):
    """Whether these eight bytes say it; changed bytes may say minus nothing, too."""
    if at + 8 > len(stream):
        return False
    *signed, resolution = struct.unpack("<HHHH", stream[at : at + 8])
    said = [(raw & 0x7FFF) * (1 if raw >> 15 else -1) for raw in signed]
    return said + [resolution] == list(target)


def telegrams():
    dice, frames = Dice(3), []
    for n in range(40):
        wh, w, dm3 = 1000 * n + dice.below(1000), dice.below(10000), 3806000 + dice.below(1000)
        lines = ["1-0:1.8.1(%06d.%03d*kWh)" % (wh // 1000, wh % 1000)]
        lines.append("1-0:1.7.0(%02d.%03d*kW)" % (w // 1000, w % 1000))
        lines.append("0-1:24.2.3(2610261745%02dS)(%05d.%03d*m3)" % (n, dm3 // 1000, dm3 % 1000))
        told = {"1-0:1.8.1": [wh, "Wh"], "1-0:1.7.0": [w, "W"], "0-1:24.2.3": [dm3, "dm3"]}
        frames.append((wire.of_telegram(lines), told))
    return frames


class Telling(p1.Parser):
    """Telegrams as what they tell, which can be compared."""

    def feed(self, data):
        return [telegram.told() for telegram in super().feed(data)]


def telegram_was_sent(told, stream, sent):
    return all(any(meaning.get(code) == value for _, meaning in sent) for code, value in told.items())


def test_no_accident_makes_the_moving_radar_lie_or_lose_a_report():
    assert faults(ld2410.Parser, reports(), report_was_sent, CUTS, 60) == []


def test_no_accident_makes_the_placing_radar_lie_or_lose_a_frame():
    assert faults(ld2450.Parser, places(), places_were_sent, CUTS, 60) == []


def test_no_accident_makes_the_smart_meter_lie_or_lose_a_telegram():
    assert faults(Telling, telegrams(), telegram_was_sent, CUTS, 300) == []


# --- answers of a known length ----------------------------------------------------------------------


def misread(parse, frame, accidents, longest):
    """How often a damaged answer is neither refused nor read as it was sent."""
    dice, right, wrong = Dice(SEED), parse(frame), 0
    for n in range(accidents):
        heard = frame[: dice.below(len(frame))] if n & 1 else damaged(dice, frame, longest)[0]
        try:
            wrong += parse(heard) != right
        except ValueError:
            pass
    return wrong


PZEM = wire.of_registers(struct.pack(">10H", 2301, 1100, 1, 0x2710, 1, 0xE240, 1, 500, 98, 0))
SDM = wire.of_registers(struct.pack(">ff", 12345.675, 0.5))
AIR = wire.of_words(640, 0x6667, 0x5EB9)


# A CRC of n bits notices every change within n bits.


def test_no_accident_makes_a_meter_that_is_asked_lie():
    assert misread(pzem.parse, PZEM, CUTS, 2) == 0
    assert misread(sdm.parse, SDM, CUTS, 2) == 0


def test_no_accident_makes_the_air_sensor_lie():
    assert misread(scd4x.parse_measurement, AIR, CUTS, 1) == 0


def test_no_accident_hides_the_next_answer_of_a_meter():
    dice, ask, wrong = Dice(SEED), pzem.request(1), 0
    for _ in range(CUTS):
        answer = modbus.Answer(ask)
        stream = dice.noise(20) + ask + damaged(dice, PZEM, 20)[0] + PZEM
        heard = [answer.feed(piece) for piece in dice.pieces(stream, 12)]
        whole = [frame for frame in heard if frame]
        assert whole
        wrong += whole[0] != PZEM

    assert wrong <= CUTS // 20000  # what the CRC lets pass, and some luck


# --- controls: parsers with the usual faults are caught ---------------------------------------------


class Forgetful(ld2410.Parser):
    """Takes each read of the port for itself."""

    def feed(self, data):
        self._rest = b""
        return super().feed(data)


class Greedy(ld2450.Parser):
    """Throws away as much as a frame when it refuses one."""

    def feed(self, data):
        found, rest = [], self._rest + data
        at = rest.find(self.head)
        while 0 <= at <= len(rest) - 30:
            targets = self._read(rest[at : at + 30])
            found += [targets] if targets is not None else []
            rest = rest[at + 30 :]
            at = rest.find(self.head)
        self._rest = rest
        return found


class Short(ld2410.Parser):
    """Takes a distance for one byte and its sign."""

    def _read(self, frame):
        report = super()._read(frame)
        return report and ld2410.Report(*report[:2], report.moving_cm & 0x7F, *report[3:])


class Trusting:
    """Believes whatever ends with an exclamation mark."""

    def __init__(self):
        self._text = b""

    def feed(self, data):
        *bodies, self._text = (self._text + data).split(b"!")
        return [p1.Telegram(body[body.rfind(b"/") :]).told() for body in bodies]


def test_parsers_with_the_usual_faults_are_caught():
    assert LOST in faults(Forgetful, reports(), report_was_sent, 50, 60)
    assert LOST in faults(Greedy, places(), places_were_sent, 50, 60)
    assert WRONG in faults(Short, reports(), report_was_sent, 50, 60)
    assert WRONG in faults(Trusting, telegrams(), telegram_was_sent, 50, 300)
    assert misread(lambda frame: struct.unpack(">10H", (frame + bytes(23))[3:23]), PZEM, 50, 2)
