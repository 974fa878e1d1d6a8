"""When Belgium's schools are closed for a week or more, in its two large communities."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import date, timedelta

from samen.domain.holidays import easter

WEEK = timedelta(weeks=1)


class Schools(enum.Enum):
    """Schools by the language they teach in: they have holidays of their own."""

    FRENCH = "french"
    DUTCH = "dutch"


def closed_on(on: date) -> frozenset[Schools]:
    """Which schools have holidays on a date, as far as that is known."""
    french = any(begins <= on < ends for begins, ends in FRENCH)
    dutch = any(begins <= on < ends for year in (on.year - 1, on.year) for begins, ends in _dutch(year))
    return frozenset([Schools.FRENCH] * french + [Schools.DUTCH] * dutch)


# Fédération Wallonie-Bruxelles: no rule gives them. 2025 to 2026 as schools announced them; the year after by
# the same seven weeks of lessons and two without, to be held against what is announced.
FRENCH = tuple(
    (date.fromisoformat(begins), date.fromisoformat(ends))
    for begins, ends in (
        ("2025-10-20", "2025-11-03"),
        ("2025-12-22", "2026-01-05"),
        ("2026-02-16", "2026-03-02"),
        ("2026-04-27", "2026-05-11"),
        ("2026-07-04", "2026-08-24"),
        ("2026-10-19", "2026-11-02"),
        ("2026-12-21", "2027-01-04"),
        ("2027-02-22", "2027-03-08"),
        ("2027-04-26", "2027-05-10"),
        ("2027-07-03", "2027-08-30"),
    )
)


def _dutch(year: int) -> Iterator[tuple[date, date]]:
    """By the decision of the Flemish government of 17 April 1991; first day, and the day after the last."""
    autumn = _monday_of(date(year, 11, 1), _SUNDAY)
    christmas = _monday_of(date(year, 12, 25), _SATURDAY)
    carnival = easter(year) - timedelta(days=48)
    yield carnival, carnival + WEEK
    yield (spring := _spring(year)), spring + 2 * WEEK
    yield date(year, 7, 1), date(year, 9, 1)
    yield autumn, autumn + WEEK
    yield christmas, christmas + 2 * WEEK


_SATURDAY, _SUNDAY = 5, 6


def _monday_of(on: date, late: int) -> date:
    """The Monday of its week; the next one where it falls on the weekday `late` or after."""
    monday = on - timedelta(days=on.weekday())
    return monday + WEEK if on.weekday() >= late else monday


def _spring(year: int) -> date:
    sunday = easter(year)
    if sunday.month == 3:
        return sunday + timedelta(days=1)
    if sunday > date(year, 4, 15):
        return sunday - timedelta(days=13)
    first = date(year, 4, 1)
    return first + timedelta(days=-first.weekday() % 7)
