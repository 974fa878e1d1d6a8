"""Whether it worked: the same figure before and after, how sure that is, and how often such advice worked.

Figures are mean powers in kW by local day. No weather is corrected for: what is compared are nights and empty
rooms, a few weeks apart.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np

from samen.domain.baseline import Array, effective
from samen.domain.evaluation import Period
from samen.domain.rules import Refusal
from samen.domain.savings import t_90

LEAST_DAYS, WEEK = 14, 7
# Days after which it is judged. Looked at every night, chance alone would prove most advice right in the end.
LOOKS = (14, 28, 56)
BEFORE_DAYS = 28
# Advice of which the whole band lies under this share of what it promised did not do what it was for.
LEAST_OF_PROMISE = 0.5


@dataclass(frozen=True)
class Difference:
    """By how much the mean power rose (above 0) or fell, in kW, with half its 90 % band."""

    kw: float
    half_kw: float
    before_kw: float
    days: int

    @property
    def low_kw(self) -> float:
        return self.kw - self.half_kw

    @property
    def high_kw(self) -> float:
        return self.kw + self.half_kw


class Outcome(enum.Enum):
    """What the figures say of advice that was followed."""

    WORKED = "worked"
    NO_EFFECT = "no_effect"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Track:
    """How often advice of a kind worked of the times that its outcome is known, and what it then saved."""

    worked: int
    tried: int
    median_kwh_year: float | None


def periods(done_on: date, today: date) -> tuple[Period, Period] | None:
    """What to compare by now: the days before, and whole weeks after; None before the first look."""
    past = (today - done_on).days - 1
    reached = [days for days in LOOKS if days <= past]
    if not reached:
        return None
    before = Period(done_on - timedelta(days=max(BEFORE_DAYS, reached[-1])), done_on)
    first = done_on + timedelta(days=1)
    return before, Period(first, first + timedelta(days=reached[-1]))


def difference(before: Mapping[date, float], after: Mapping[date, float]) -> Difference | Refusal:
    """After less before, each weekday against its like.

    The band counts as many independent days as the days are worth (`effective`), by the autocorrelation of
    what weekdays leave of both.
    """
    least = min(len(before), len(after))
    if least < LEAST_DAYS or len(_weekdays(before) & _weekdays(after)) < WEEK:
        return Refusal("too_few_days_to_compare", {"days": least, "least": LEAST_DAYS})
    earlier, first = _by_weekday(before)
    later, second = _by_weekday(after)
    rho = max(autocorrelation(first), autocorrelation(second))
    parts = [
        (float((rest**2).sum()) / (len(rest) - WEEK), effective(len(rest), rho)) for rest in (first, second)
    ]
    spread = math.sqrt(sum(variance / worth for variance, worth in parts))
    freedom = sum(worth for _, worth in parts) - 2 * WEEK * min(1.0, parts[0][1] / len(first))
    return Difference(later - earlier, t_90(freedom) * spread, earlier, len(after))


def _weekdays(values: Mapping[date, float]) -> set[int]:
    return {on.weekday() for on in values}


def _by_weekday(values: Mapping[date, float]) -> tuple[float, Array]:
    """The mean over the seven weekdays' means, and what these leave of each day, in order."""
    days = sorted(values)
    kinds = np.array([on.weekday() for on in days])
    figures = np.array([values[on] for on in days])
    means = np.array([figures[kinds == kind].mean() for kind in range(WEEK)])
    return float(means.mean()), figures - means[kinds]


def autocorrelation(rest: Array) -> float:
    """Of consecutive values, from 0 to 0.95, with what few of them hide of it added (Kendall 1954)."""
    total = float((rest**2).sum())
    if total == 0:
        return 0.0
    rho = float((rest[1:] * rest[:-1]).sum()) / total
    return min(0.95, max(0.0, rho + (1 + 4 * rho) / len(rest)))


def outcome(found: Difference, expected_kw: float | None, *, last: bool) -> Outcome:
    """Whether it worked; at the last look, what cannot be told from nothing is nothing."""
    if found.high_kw < 0:
        return Outcome.WORKED
    promised = LEAST_OF_PROMISE * (expected_kw or 0.0)
    if last or found.low_kw > -promised:
        return Outcome.NO_EFFECT
    return Outcome.CANNOT_TELL


def is_last(after: Period) -> bool:
    """Whether no longer period will be looked at."""
    return (after.end - after.first).days >= LOOKS[-1]


def track(outcomes: Iterable[tuple[Outcome, float]]) -> Track:
    """From (outcome, kWh a year saved) of advice of one kind; what cannot be told yet does not count."""
    known = [(one, kwh) for one, kwh in outcomes if one is not Outcome.CANNOT_TELL]
    saved = [kwh for one, kwh in known if one is Outcome.WORKED]
    return Track(len(saved), len(known), median(saved) if saved else None)
