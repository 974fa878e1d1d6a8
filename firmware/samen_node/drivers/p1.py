r"""The P1 port of a smart meter: 115200 baud, 8N1, inverted; a telegram each second.

From "P1 Companion Standard V5.0.2" (DSMR 5, Netbeheer Nederland) and "e-MUCS - P1" (Fluvius, ORES, Sibelga):
a line for each object, its OBIS code and values in brackets; after the `!` the CRC of all from the `/` to it.

    /FLU5\253770234_A
    1-0:1.8.1(001209.869*kWh)
    1-0:1.6.0(260324190000W)(03.506*kW)
    0-1:24.2.3(260330174556S)(03806.070*m3)
    !A74E
"""

from samen_node.drivers.crc import crc16

BAUD = 115200

_LONGEST = 4096  # with the longest message of the grid company, a telegram is 3.5 kB
_DIGITS = "0123456789"
_CODE = "0123456789-:."

_PEAKS = "0-0:98.1.0"
_PEAK = "1-0:1.6.0"
_POWERS = ("1-0:1.7.0", "1-0:2.7.0", "1-0:1.4.0")
_MOST = 1000000000  # of the contract: a million kWh
_MOST_PEAKS = 15  # a meter keeps thirteen months
_PEAKS_A_VALUE = 5  # as many months as one text of the contract holds
_THOUSANDTHS = {"kWh": "Wh", "kW": "W", "m3": "dm3"}
_UNITS = (b"*kWh)", b"*kW)", b"*m3)")
_KIND = ":24.1.0"  # what an M-Bus meter counts, as EN 13757-3 numbers it
_KIND_OF = b":24.1.0("


class Telegram:
    """One telegram whose CRC is right; `body`: its bytes up to the `!`."""

    def __init__(self, body):
        self.body = body

    @property
    def values(self):
        """(number or text, unit or None) by OBIS code: a number where it has a unit.

        Of a value with its time (M-Bus, the month's peak), the value; of months that are over, the text of
        the contract; of any other list, the text between the first bracket and the last.
        """
        return {code: _value(code, rest.split(")(")) for code, rest in self._objects()}

    def told(self, peaks=True):
        """The `p1` reading of the contract: indexes, power, peaks, and what M-Bus meters count.

        In whole Wh, W and dm³, for a board's floats hold seven digits. `peaks`: also those of past months.
        """
        d = {}
        for code, rest in self._objects(_UNITS):
            if code == _PEAKS:
                d.update(_told_peaks(rest.split(")(")) if peaks else {})
            elif code == _PEAK:
                d.update(_told_peak(rest.split(")(")))
            elif code.endswith(_KIND):
                if _is_whole(rest):
                    d[code] = [int(rest), None]
            elif rest[-2:] != "kW" or code in _POWERS:
                number, unit = _split(rest.rpartition("(")[2])
                if unit in _THOUSANDTHS and _is_number(number) and _thousandths(number) <= _MOST:
                    d[code] = [_thousandths(number), _THOUSANDTHS[unit]]
        return d

    def _objects(self, ends=None):
        """(code, what is between the first bracket and the last) of each line that is an object; only those
        with one of `ends`, where given, for the others cost memory."""
        at, end = 0, self.body.find(b"\n")
        while end >= 0:
            star = self.body.rfind(b"*", at, end)
            is_kind = self.body.find(_KIND_OF, at, end) >= 0
            if ends is None or is_kind or (star >= 0 and self.body[star:end].rstrip() in ends):
                found = _object(self.body[at:end])
                if found:
                    yield found
            at, end = end + 1, self.body.find(b"\n", end + 1)


class Parser:
    """`feed(bytes)` gives the `Telegram`s. `bad` counts those refused: a wrong CRC, cut off by the next, or
    too long. A `/` always begins one, for inside there is none."""

    def __init__(self):
        self.bad = 0
        self._text = None  # of the telegram that has begun

    def feed(self, data):
        """The telegrams that `data` completes."""
        found = []
        first, *others = data.split(b"/")
        self._take(first, found)
        for part in others:
            if self._text is not None:
                self.bad += 1
            self._text = bytearray(b"/")
            self._take(part, found)
        return found

    def _take(self, part, found):
        if self._text is None:
            return  # what comes between telegrams
        self._text.extend(part)
        end = self._text.find(b"!") + 1
        if end and len(self._text) >= end + 4:
            body, given = bytes(self._text[:end]), self._text[end : end + 4]
            if b"%04X" % crc16(body, 0) == given.upper():
                found.append(Telegram(body))
            else:
                self.bad += 1
            self._text = None
        elif len(self._text) > _LONGEST:
            self.bad += 1
            self._text = None


def _object(line):
    try:
        code, _, rest = line.decode().rstrip().partition("(")
    except ValueError:
        return None
    if 0 < len(code) <= 16 and not code.strip(_CODE) and rest[-1:] == ")":
        return code, rest[:-1]
    return None


def _value(code, parts):
    if code == _PEAKS and _is_history(parts):
        return ";".join(_past(parts)), "kW"
    if len(parts) > 2:
        return ")(".join(parts), None
    text, unit = _split(parts[-1])
    return (float(text) if unit and _is_number(text) else text), unit


def _told_peak(parts):
    """The month's own, with its time."""
    return {_PEAK: [parts[0] + " " + _split(parts[1])[0], "kW"]} if _is_dated(parts) else {}


def _told_peaks(parts):
    """Months that are over as the contract has them: the rest goes on under `#2` and so on."""
    past = _past(parts) if _is_history(parts) else []
    for n in range(0, len(past), _PEAKS_A_VALUE):
        code = _PEAKS + ("#%d" % (n // _PEAKS_A_VALUE + 1) if n else "")
        yield code, [";".join(past[n : n + _PEAKS_A_VALUE]), "kW"]


def _is_history(parts):
    """How many, two codes, and so many times: the end of a month, the time of its peak, the peak."""
    if not _is_whole(parts[0]) or len(parts) != 3 + 3 * min(int(parts[0]), _MOST_PEAKS):
        return False
    return all(_is_time(parts[n]) and _is_dated(parts[n + 1 : n + 3]) for n in range(3, len(parts), 3))


def _is_dated(parts):
    """Whether these are a time and a power in kW."""
    number, unit = _split(parts[-1])
    return len(parts) == 2 and _is_time(parts[0]) and unit == "kW" and _is_number(number)


def _past(parts):
    """A text for each month: "end time peak"."""
    return [" ".join(parts[n : n + 2] + [_split(parts[n + 2])[0]]) for n in range(3, len(parts), 3)]


def _is_time(text):
    """YYMMDDhhmmss, then S in summer or W in winter; what it says may be no time at all."""
    return len(text) == 13 and text[-1] in "SW" and _is_whole(text[:-1])


def _split(text):
    number, _, unit = text.partition("*")
    return number, unit or None


def _is_number(text):
    """Digits and perhaps a point: float() takes much else, and makes infinity of too many."""
    whole, _, part = text.partition(".")
    return _is_whole(whole) and _is_whole("0" + part)


def _is_whole(text):
    return 0 < len(text) <= 12 and not text.strip(_DIGITS)


def _thousandths(number):
    whole, _, part = number.partition(".")
    return int(whole + (part + "000")[:3])
