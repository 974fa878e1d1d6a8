"""What a Belgian smart meter says of power beside its indexes: the running quarter and its months' peaks.

In a `p1` message a value with its time is text: the time as the meter writes it (YYMMDDhhmmss, then S in
summer or W in winter), a space, the number. Months that are over (0-0:98.1.0) are such values with two times,
the end of the month and that of its peak, and semicolons between them; what does not fit goes on under
0-0:98.1.0#2 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

POWER, IMPORT = "1-0:1.7.0", "1-0:1.8."
RUNNING_QUARTER, MONTH_PEAK, PAST_PEAKS = "1-0:1.4.0", "1-0:1.6.0", "0-0:98.1.0"
WATTS = {"kW": 1000.0, "W": 1.0}
OFFSETS = {"S": timezone(timedelta(hours=2)), "W": timezone(timedelta(hours=1))}

Values = Mapping[str, list[Any]]


@dataclass(frozen=True)
class Peak:
    """The largest quarter of a local month: its mean power, and when it ended where that is known."""

    month_on: date
    w: float
    at: datetime | None


def stamp(text: str) -> datetime | None:
    """The instant of a meter's time; None where it has none (as `632525252525W`)."""
    offset = OFFSETS.get(text[-1:])
    if offset is None or len(text) != 13:
        return None
    try:
        return datetime.strptime(text[:12], "%y%m%d%H%M%S").replace(tzinfo=offset).astimezone(UTC)
    except ValueError:
        return None


def power_w(values: Values, codes: Iterable[str]) -> dict[str, float]:
    """The power that is drawn, by register of use among `codes`: the first bears it and the others none.

    A telegram tells it once for all tariffs.
    """
    number, unit = values.get(POWER, (None, None))
    w = _watts(number, unit)
    of_use = sorted(code for code in codes if code.startswith(IMPORT))
    return {code: 0.0 if place else w for place, code in enumerate(of_use)} if w is not None else {}


def quarter_w(values: Values) -> float | None:
    """The mean power of the quarter that runs."""
    number, unit = values.get(RUNNING_QUARTER, (None, None))
    return _watts(number, unit)


def peaks(values: Values, at: datetime, zone: ZoneInfo) -> list[Peak]:
    """The peaks of the month that runs at `at` and of those before, as far as the telegram tells them."""
    found = [_this_month(values.get(MONTH_PEAK, [None, None]), at, zone)]
    for code, (text, unit) in values.items():
        if code.partition("#")[0] == PAST_PEAKS and isinstance(text, str):
            found += [_past(part.split(), unit, zone) for part in text.split(";")]
    return [peak for peak in found if peak is not None]


def _this_month(value: list[Any], at: datetime, zone: ZoneInfo) -> Peak | None:
    said, unit = value
    ended = None
    if isinstance(said, str):
        time, _, said = said.partition(" ")
        ended = stamp(time)
    w = _watts(said, unit)
    return None if w is None else Peak(_month(ended or at, zone), w, ended)


def _past(words: list[str], unit: str | None, zone: ZoneInfo) -> Peak | None:
    if len(words) != 3 or (month_end := stamp(words[0])) is None:
        return None
    w = _watts(words[2], unit)
    return None if w is None else Peak(_month(month_end, zone), w, stamp(words[1]))


def _month(end: datetime, zone: ZoneInfo) -> date:
    """A quarter, or a month, that ends at midnight is of the day before."""
    return (end - timedelta(seconds=1)).astimezone(zone).date().replace(day=1)


def _watts(number: Any, unit: str | None) -> float | None:  # noqa: ANN401
    try:
        w = float(number) * WATTS[unit or ""]
    except (TypeError, ValueError, KeyError):
        return None
    return w if 0 <= w < 1e9 else None
