"""What besides the weather moves a day's energy: the days of the week, and how long people were there."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from samen.domain.baseline import Array

SATURDAY = 5
# Monday is the day that the others are told against.
WEEKDAYS = ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Term(enum.Enum):
    """A further term of a model."""

    WEEKEND = "weekend"
    WEEKDAYS = "weekdays"
    OCCUPIED_HOURS = "occupied_hours"


PATTERNS: tuple[tuple[Term, ...], ...] = ((), (Term.WEEKEND,), (Term.WEEKDAYS,))


def choices(asked: Sequence[Term] | None, *, with_hours: bool) -> list[tuple[Term, ...]]:
    """Which terms are tried: those asked for, or else every pattern of the week, with hours and without.

    Occupied hours are left out when they cannot be used, whoever asked.
    """
    if asked is not None:
        return [tuple(one for one in asked if with_hours or one is not Term.OCCUPIED_HOURS)]
    return [*PATTERNS, *((Term.OCCUPIED_HOURS, *one) for one in PATTERNS if with_hours)]


def columns(
    terms: Sequence[Term], on: Sequence[date], hours: Array | None
) -> tuple[Array | None, tuple[str, ...]]:
    """The terms of these days (days, k), and a name for each column. `hours`: occupied ones of each day."""
    weekday = np.array([one.weekday() for one in on])
    found: dict[str, Array] = {}
    for term in terms:
        if term is Term.WEEKEND:
            found["weekend"] = (weekday >= SATURDAY).astype(np.float64)
        elif term is Term.WEEKDAYS:
            found |= {
                name: (weekday == number).astype(np.float64) for number, name in enumerate(WEEKDAYS, start=1)
            }
        elif hours is not None:
            found["occupied_hours"] = hours
    return (np.column_stack([*found.values()]) if found else None), tuple(found)


def usual_hours(hours: Mapping[date, float], on: Iterable[date]) -> Array:
    """Occupied hours to be expected on these days by the others: those of the month's same weekdays.

    Where `hours` know none, those of the weekday in any month, and else the mean of all.
    """
    gathered: defaultdict[tuple[int, int] | int, list[float]] = defaultdict(list)
    for one, value in hours.items():
        gathered[one.month, one.weekday()].append(value)
        gathered[one.weekday()].append(value)
    means = {key: sum(values) / len(values) for key, values in gathered.items()}
    overall = sum(hours.values()) / len(hours)
    return np.array([means.get((one.month, one.weekday()), means.get(one.weekday(), overall)) for one in on])
