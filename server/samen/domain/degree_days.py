"""Degree-days: how much cold there was to heat against, in the forms that Belgium uses.

IRM publishes 15/15, the gas sector 16.5/16.5. A building does not feel a cold day at once, so the gas sector
also weighs a day with the two before it, in two ways: Synergrid weighs degree-days
(0.6·D + 0.3·D₋₁ + 0.1·D₋₂), gas.be weighs temperatures and takes the degree-days of the result. They differ
where one of the three days was warmer than the base. One form is used throughout: they do not compare.
"""

from __future__ import annotations

import enum
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# A day, the one before, and the one before that.
WEIGHTS = (0.6, 0.3, 0.1)


class Form(enum.Enum):
    """Which degree-days."""

    BASE_15 = "15"
    BASE_16_5 = "16.5"
    SYNERGRID = "synergrid"
    GAS_BE = "gas.be"

    @property
    def base_deg_c(self) -> float:
        """The daily mean from which on nothing has to be heated."""
        return 15.0 if self is Form.BASE_15 else 16.5

    @property
    def reach(self) -> int:
        """How many of the days before a day it looks at."""
        return 2 if self in {Form.SYNERGRID, Form.GAS_BE} else 0


def degree_days(deg_c: Mapping[date, float], form: Form) -> dict[date, float]:
    """Degree-days of each day that can be told, in order: the forms with memory need the two days before."""
    ends_at = {on: [on - timedelta(days=back) for back in range(form.reach + 1)] for on in sorted(deg_c)}
    return {
        on: _of_day([deg_c[one] for one in days], form)
        for on, days in ends_at.items()
        if all(one in deg_c for one in days)
    }


def _of_day(newest_first: list[float], form: Form) -> float:
    base = form.base_deg_c
    if form is Form.SYNERGRID:
        return _weighed([max(0.0, base - deg_c) for deg_c in newest_first])
    if form is Form.GAS_BE:
        return max(0.0, base - _weighed(newest_first))
    return max(0.0, base - newest_first[0])


def _weighed(newest_first: list[float]) -> float:
    return sum(weight * value for weight, value in zip(WEIGHTS, newest_first, strict=True))


@dataclass(frozen=True)
class Month:
    """A month's degree-days: the sum over `known_days` of its `days`, those that were over by then."""

    first: date
    degree_days: float
    known_days: int
    days: int

    @property
    def whole(self) -> bool:
        """Whether the whole month is over and known: any other sum is too small to compare."""
        return self.known_days == self.days == days_in(self.first)


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def months(of_days: Mapping[date, float], year: int, end: date) -> list[Month]:
    """The months of a year that have begun before `end`, each up to `end`."""
    return [_month(of_days, first, end) for first in (date(year, n, 1) for n in range(1, 13)) if first < end]


def _month(of_days: Mapping[date, float], first: date, end: date) -> Month:
    over = min(days_in(first), (end - first).days)
    known = [of_days[on] for n in range(over) if (on := first + timedelta(days=n)) in of_days]
    return Month(first, sum(known), len(known), over)


def same_days(of_days: Mapping[date, float], year: int, other: int, end: date) -> tuple[float, float] | None:
    """The sums of two years over the calendar days before `end` that are known in both; None without any.

    29 February is in neither.
    """
    pairs = [
        (of_days[on], of_days[then])
        for on in of_days
        if on.year == year and on < end and (on.month, on.day) != (2, 29)
        if (then := on.replace(year=other)) in of_days
    ]
    return (sum(one for one, _ in pairs), sum(one for _, one in pairs)) if pairs else None
