"""Invented loads of which the truth is known, on local time that changes its clock."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from samen.domain.interval import Interval, at_wall, midnight
from samen.domain.load import Counted, load_of
from samen.domain.presence import Use
from support.building import BRUSSELS

# Four weeks across the night on which clocks go back.
FIRST = date(2026, 10, 12)
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)


def a_load(kw, days=28, step=HOUR, first=FIRST, unknown=(), estimated=()):
    """`kw(local)`: the power at a wall time. `unknown` and `estimated`: the dates that were so."""
    start, end = midnight(first, BRUSSELS), midnight(first + timedelta(days=days), BRUSSELS)
    walls = [(start + step * n).astimezone(BRUSSELS) for n in range((end - start) // step)]
    return load_of(
        start,
        step,
        BRUSSELS,
        [
            Counted(
                None if wall.date() in unknown else kw(wall) * (step / HOUR),
                1.0,
                1.0 if wall.date() in estimated else 0.0,
            )
            for wall in walls
        ],
    )


def uses(load, somebody):
    """What a sensor says: `somebody(local)` is True, False, or None where it is silent."""
    seconds = load.step.total_seconds()
    for place in range(len(load.kw)):
        said = somebody(load.at(place).astimezone(BRUSSELS))
        kinds = [0.0, 0.0, 0.0]
        kinds[2 if said is None else int(not said)] = seconds
        yield Use(load.at(place).timestamp(), *kinds)


def wall(on: date, hour: int, minute: int = 0) -> datetime:
    return at_wall(on, datetime(2000, 1, 1, hour, minute, tzinfo=UTC).time(), BRUSSELS)


def between(first: datetime, end: datetime) -> Interval:
    return Interval(first, end)


def wandering(size, rho, sigma, seed):
    """Noise in which each value follows the one before (AR(1)), of standard deviation `sigma`."""
    chance = np.random.default_rng(seed)
    values = np.empty(size)
    values[0] = chance.normal(0, sigma)
    for n in range(1, size):
        values[n] = rho * values[n - 1] + chance.normal(0, sigma * np.sqrt(1 - rho**2))
    return values
