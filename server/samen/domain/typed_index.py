"""Whether an index that somebody typed in can be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median

from samen.domain.metering import Point, gained
from samen.domain.rules import Refusal

# So many times the usual use a day asks whether it is no slip of the finger.
UNUSUAL = 10.0
# A day's use from readings an hour apart says little of days.
LEAST_APART_S = timedelta(hours=6).total_seconds()
DAY_S = 86400


def doubt(
    typed: Point,
    earlier: Sequence[Point],
    later: Point | None,
    rolls_over_at: float | None,
) -> Refusal | None:
    """What is odd about an index, beside those of the same meter before it (in order) and the next after it.

    `index_fell` or `index_too_high` (than the next), with the other index; `index_jumps`, with how many times
    the usual use a day it would be.
    """
    if earlier:
        before = earlier[-1]
        amount = gained(before.value, typed.value, rolls_over_at)
        if amount is None:
            return Refusal("index_fell", {"before": before.value})
    if later is not None and gained(typed.value, later.value, rolls_over_at) is None:
        return Refusal("index_too_high", {"after": later.value})
    usual = _usual_a_day(earlier, rolls_over_at)
    if earlier and usual:
        times = _a_day(earlier[-1], typed, rolls_over_at) / usual
        if times >= UNUSUAL:
            return Refusal("index_jumps", {"times": round(times)})
    return None


def _usual_a_day(line: Iterable[Point], rolls_over_at: float | None) -> float | None:
    """The median over the readings before; None where there are too few to say."""
    known = [
        _a_day(a, b, rolls_over_at)
        for a, b in pairwise(line)
        if b.at - a.at >= LEAST_APART_S and gained(a.value, b.value, rolls_over_at) is not None
    ]
    return median(known) if len(known) > 1 else None


def _a_day(before: Point, after: Point, rolls_over_at: float | None) -> float:
    amount = gained(before.value, after.value, rolls_over_at) or 0.0
    return amount / max(after.at - before.at, LEAST_APART_S) * DAY_S
