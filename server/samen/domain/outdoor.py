"""An outdoor sensor's hours: their means, and which of them are not the air's."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean

HOUR = timedelta(hours=1)
# Belgium's records are −30.1 (1940) and 41.8 °C (2021).
COLDEST_DEG_C, HOTTEST_DEG_C = -30.0, 50.0
# The real year 2016 in tests rises by 4.4 K from one hour to the next, and by 2 K an hour over half a day.
STEEPEST_FIRST_K, STEEPEST_LATER_K, LOOK_BACK_H = 6.0, 2.0, 8
# A sensor that measures moves by more than its own resolution in two days; a day of fog may not.
STUCK_FOR, STUCK_WITHIN_K, STUCK_LEAST = timedelta(hours=48), 0.1, 36


class WeatherSource(enum.Enum):
    """Who says how warm it was; where several know an hour, the first of them here is believed."""

    SENSOR = "sensor"
    CSV = "csv"
    ARCHIVE = "archive"


class OutdoorDoubt(enum.Enum):
    """Why an outdoor sensor is not believed: it shows the sun's heat, or has stopped measuring."""

    SUN = "sun"
    STUCK = "stuck"


def possible(deg_c: float) -> bool:
    """Whether air was ever that warm or cold here."""
    return COLDEST_DEG_C <= deg_c <= HOTTEST_DEG_C


def stretches(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in order, those in a row together: the first and the last of each stretch."""
    found: list[tuple[date, date]] = []
    for on in days:
        if found and on - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], on)
        else:
            found.append((on, on))
    return found


def full_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def hour_means(readings: Iterable[tuple[int, datetime, float]]) -> dict[datetime, float]:
    """Means of the hours of readings (device, instant in UTC, °C); what air never is is passed over.

    Of several devices the coolest counts: the sun and a wall can only ever add.
    """
    by_hour: defaultdict[datetime, defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for device, at, deg_c in readings:
        if possible(deg_c):
            by_hour[full_hour(at)][device].append(deg_c)
    return {at: min(fmean(values) for values in by_hour[at].values()) for at in sorted(by_hour)}


def doubts(hours: Mapping[datetime, float]) -> dict[datetime, OutdoorDoubt]:
    """Those hours that are not to be believed.

    Whether one is depends on hours less than STUCK_FOR away from it, and on none beyond.
    """
    found = {at: OutdoorDoubt.SUN for at in hours if _too_steep(hours, at)}
    return found | dict.fromkeys(_stuck(hours), OutdoorDoubt.STUCK)


def _too_steep(hours: Mapping[datetime, float], at: datetime) -> bool:
    """Whether it is more above one of the hours before than air warms in that time."""
    limits = ((back, STEEPEST_FIRST_K + STEEPEST_LATER_K * (back - 1)) for back in range(1, LOOK_BACK_H + 1))
    return any(
        hours[at] - before > limit
        for back, limit in limits
        if (before := hours.get(at - back * HOUR)) is not None
    )


def _stuck(hours: Mapping[datetime, float]) -> set[datetime]:
    """The hours of every two days that are mostly known and in which nothing moved."""
    order = sorted(hours)
    found: set[datetime] = set()
    end = 0
    for place, at in enumerate(order):
        while end < len(order) and order[end] < at + STUCK_FOR:
            end += 1
        if end - place >= STUCK_LEAST and _flat([hours[one] for one in order[place:end]]):
            found.update(order[place:end])
    return found


def _flat(values: Sequence[float]) -> bool:
    return max(values) - min(values) <= STUCK_WITHIN_K
