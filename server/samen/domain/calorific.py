"""What a cubic metre of gas holds: a factor that changes with the gas that is delivered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

# kWh per m³ on a date.
Factor = Callable[[date], float]
# Brussels: about 11, between 9.53 and 12.79 over the places and months that grid operators publish.
USUAL_KWH_PER_M3 = 11.0


class FactorFrom(NamedTuple):
    """A factor, from a date on until the next one."""

    from_on: date
    kwh_per_m3: float


def usual(_on: date) -> float:
    """What holds where nobody has said better."""
    return USUAL_KWH_PER_M3


def dated(factors: Iterable[FactorFrom], before: Factor = usual) -> Factor:
    """The factor of a date: the newest that began by then; `before` the first of them."""
    known = sorted(factors)
    starts = [factor.from_on for factor in known]

    def on(day: date) -> float:
        place = bisect_right(starts, day)
        return known[place - 1].kwh_per_m3 if place else before(day)

    return on
