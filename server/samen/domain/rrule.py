"""Reading a recurrence rule (RFC 5545, 3.3.10), strictly: what a calendar program may send, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# Beyond these the calendar's arithmetic leaves what a datetime holds; an UNTIL beyond means no end.
FIRST_YEAR, LAST_YEAR = 1000, 9000
# No calendar program sends more, and a number of a thousand digits must not be read.
_NUMBER = re.compile(r"[+-]?[0-9]{1,7}\Z")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,3})?(MO|TU|WE|TH|FR|SA|SU)\Z")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?\Z")


class BadRule(ValueError):
    """The rule cannot be used. `str()` is an English sentence; `code` and `facts` word it elsewhere."""

    code = "bad_rrule"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.facts: Mapping[str, str] = {"reason": reason}


class Weekday(NamedTuple):
    """A weekday (0 is Monday), and which one of the month or year: 1 the first, -1 the last, 0 every one."""

    nth: int
    day: int


@dataclass(frozen=True)
class Rule:
    """A rule's parts; what was not given is empty. `until` is a date, or a time with or without UTC."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    week_start: int = 0
    months: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    def last_instant(self, zone: ZoneInfo) -> datetime | None:
        """The instant after which nothing starts: of a date, the end of that local day. None: no end."""
        if self.until is None or self.until.year > LAST_YEAR:
            return None
        if not isinstance(self.until, datetime):
            return datetime.combine(self.until, time(23, 59, 59), zone).astimezone(UTC)
        return (self.until if self.until.tzinfo else self.until.replace(tzinfo=zone)).astimezone(UTC)


def parts_of(rrule: str) -> dict[str, str]:
    """The rule's parts in their order, names and values in capitals. Raises BadRule."""
    text = rrule.strip().upper().removeprefix("RRULE:").rstrip(";")
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        if not equals or not value:
            raise BadRule(f"{piece[:40]!r} is not NAME=VALUE")
        if name in parts:
            raise BadRule(f"{name} stands twice")
        if name not in _READERS:
            raise BadRule(f"{name[:40]!r} is not a part of a rule")
        parts[name] = value
    return parts


def read_rule(rrule: str) -> Rule:
    """The rule that the text stands for. Raises BadRule for what RFC 5545 does not allow."""
    parts = parts_of(rrule)
    if "FREQ" not in parts:
        raise BadRule("FREQ is missing")
    rule = Rule(**dict(_READERS[name](name, value) for name, value in parts.items()))
    for wrong, reason in _FORBIDDEN:
        if wrong(rule):
            raise BadRule(reason)
    return rule


def _freq(_name: str, value: str) -> tuple[str, str]:
    if value not in FREQUENCIES:
        raise BadRule(f"FREQ: {value[:20]!r}: a booking repeats DAILY, WEEKLY, MONTHLY or YEARLY")
    return "freq", value


def _number(name: str, text: str, least: int, most: int) -> int:
    if not _NUMBER.match(text):
        raise BadRule(f"{name}: {text[:20]!r} is not a whole number")
    if not least <= int(text) <= most:
        raise BadRule(f"{name}: {text} is not between {least} and {most}")
    return int(text)


def _one(field: str, least: int, most: int) -> Callable[[str, str], tuple[str, int]]:
    return lambda name, value: (field, _number(name, value, least, most))


def _many(
    field: str, least: int, most: int, *, signed: bool = False
) -> Callable[[str, str], tuple[str, tuple[int, ...]]]:
    def read(name: str, value: str) -> tuple[str, tuple[int, ...]]:
        numbers = {_number(name, text, -most if signed else least, most) for text in value.split(",")}
        if signed and 0 in numbers:
            raise BadRule(f"{name}: 0 names nothing")
        return field, tuple(sorted(numbers))

    return read


def _week_start(name: str, value: str) -> tuple[str, int]:
    if value not in WEEKDAYS:
        raise BadRule(f"{name}: {value[:20]!r} is not a weekday")
    return "week_start", WEEKDAYS.index(value)


def _weekdays(name: str, value: str) -> tuple[str, tuple[Weekday, ...]]:
    found = set()
    for text in value.split(","):
        match = _WEEKDAY.match(text)
        if match is None:
            raise BadRule(f"{name}: {text[:20]!r} is not a weekday")
        nth = _number(name, match[1], -53, 53) if match[1] else 0
        if match[1] and nth == 0:
            raise BadRule(f"{name}: {text}: 0 names nothing")
        found.add(Weekday(nth, WEEKDAYS.index(match[2])))
    return "weekdays", tuple(sorted(found))


def _until(name: str, value: str) -> tuple[str, date | datetime]:
    if not _UNTIL.match(value) or int(value[:4]) < FIRST_YEAR:
        raise BadRule(f"{name}: {value[:20]!r} is not a date or a time like 20271231T235959Z")
    try:
        if "T" not in value:
            return "until", datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
        at = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 (local where no Z follows)
    except ValueError:
        raise BadRule(f"{name}: there is no {value}") from None
    return "until", at.replace(tzinfo=UTC) if value.endswith("Z") else at


_READERS: Mapping[str, Callable[[str, str], tuple[str, Any]]] = {
    "FREQ": _freq,
    "INTERVAL": _one("interval", 1, 9999),
    "COUNT": _one("count", 1, 9_999_999),
    "UNTIL": _until,
    "WKST": _week_start,
    "BYMONTH": _many("months", 1, 12),
    "BYWEEKNO": _many("weeks", 1, 53, signed=True),
    "BYYEARDAY": _many("year_days", 1, 366, signed=True),
    "BYMONTHDAY": _many("month_days", 1, 31, signed=True),
    "BYDAY": _weekdays,
    "BYHOUR": _many("hours", 0, 23),
    "BYMINUTE": _many("minutes", 0, 59),
    "BYSECOND": _many("seconds", 0, 60),
    "BYSETPOS": _many("positions", 1, 366, signed=True),
}


def _numbered(rule: Rule) -> bool:
    return any(weekday.nth for weekday in rule.weekdays)


def _without_choice(rule: Rule) -> bool:
    chosen = (rule.months, rule.weeks, rule.year_days, rule.month_days, rule.weekdays)
    return not any((*chosen, rule.hours, rule.minutes, rule.seconds))


# What RFC 5545 says must not be.
_FORBIDDEN: tuple[tuple[Callable[[Rule], bool], str], ...] = (
    (lambda rule: rule.count is not None and rule.until is not None, "COUNT and UNTIL exclude each other"),
    (lambda rule: bool(rule.weeks) and rule.freq != "YEARLY", "BYWEEKNO goes with FREQ=YEARLY only"),
    (lambda rule: bool(rule.year_days) and rule.freq != "YEARLY", "BYYEARDAY goes with FREQ=YEARLY only"),
    (
        lambda rule: bool(rule.month_days) and rule.freq == "WEEKLY",
        "BYMONTHDAY does not go with FREQ=WEEKLY",
    ),
    (
        lambda rule: _numbered(rule) and rule.freq in {"DAILY", "WEEKLY"},
        "BYDAY with a number goes with FREQ=MONTHLY or YEARLY only",
    ),
    (lambda rule: _numbered(rule) and bool(rule.weeks), "BYDAY with a number does not go with BYWEEKNO"),
    (lambda rule: bool(rule.positions) and _without_choice(rule), "BYSETPOS needs another BY part"),
)
