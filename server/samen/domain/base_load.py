"""What never stops: a meter's base load, whether it rises, and circuits that are the same day and night."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from samen.domain.baseline import Array, effective
from samen.domain.effect import autocorrelation
from samen.domain.load import HOURS_A_YEAR, Basis, Load, Mask, Presence
from samen.domain.rules import Refusal
from samen.domain.savings import t_90

# The hours of the night in which the base load is looked for: from 1 to 5 on the wall clock.
NIGHT = range(1, 5)
MIDDAY = range(9, 17)
LEAST_DAYS = 14
LEAST_WEEKS, DAYS_A_WEEK, LEAST_DAYS_OF_A_WEEK = 16, 7, 4
WEEKS_A_MONTH = 365.25 / 12 / 7
# A trend that moves less than this in a month is none worth a walk through the building.
LEAST_A_MONTH = 0.01
# Flat: what is nearly always drawn is most of what is usually drawn, and neither people nor night change it.
LEAST_FLATNESS, MOST_SWING, LEAST_KW = 0.7, 0.15, 0.004
LEAST_OF_A_KIND = 24


@dataclass(frozen=True)
class BaseLoad:
    """`kw`: the usual night's minimum; `share` of all that is used: Σ minimum / Σ mean over whole days."""

    kw: float
    share: float
    basis: Basis

    @property
    def kwh_year(self) -> float:
        return self.kw * HOURS_A_YEAR


class Course(enum.Enum):
    """What may be said of a trend."""

    RISES = "rises"
    FALLS = "falls"
    STEADY = "steady"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Trend:
    """How the base load moves in a month: in kW, and as a fraction of its median with a 90 % band.

    `first_kw` and `last_kw` are the medians of the first and of the last four weeks. Over less than a year a
    trend may be the season: `whole_year` says whether it is not.
    """

    kw_a_month: float
    fraction: float
    half_fraction: float
    first_kw: float
    last_kw: float
    weeks: int
    whole_year: bool

    @property
    def course(self) -> Course:
        low, high = self.fraction - self.half_fraction, self.fraction + self.half_fraction
        if low > 0 and self.fraction >= LEAST_A_MONTH:
            return Course.RISES
        if high < 0 and self.fraction <= -LEAST_A_MONTH:
            return Course.FALLS
        within = max(abs(low), abs(high)) <= LEAST_A_MONTH
        return Course.STEADY if within else Course.UNCLEAR


@dataclass(frozen=True)
class NeverSleeps:
    """`kw`: what is drawn at night; `flatness`: what one bucket in 50 falls under, over the median."""

    kw: float
    flatness: float
    basis: Basis

    @property
    def kwh_year(self) -> float:
        return self.kw * HOURS_A_YEAR


def night_minima(load: Load) -> dict[date, float]:
    """The lowest power from 1 to 5 h on each local day on which all of those hours were measured, in kW."""
    night = np.isin(load.hours, list(NIGHT))
    found = {}
    for day in np.unique(load.days[night]):
        least = float(load.kw[night & (load.days == day)].min())
        if not math.isnan(least):
            found[date.fromordinal(int(day))] = least
    return found


def base_load(load: Load, least: int = LEAST_DAYS) -> BaseLoad | Refusal:
    """From days that are measured from end to end, of which there must be `least`."""
    whole = load.whole_days()
    means = load.by_day(load.kw, whole)
    minima = {on: least for on, least in night_minima(load).items() if on in means}
    if len(minima) < least:
        return Refusal("too_few_days_measured", {"days": len(minima), "least": least})
    sizes = load.by_day(np.ones_like(load.kw), whole)
    mean = sum(means[on] / sizes[on] for on in minima)
    share = sum(minima.values()) / mean if mean > 0 else 0.0
    return BaseLoad(float(np.median(list(minima.values()))), share, load.basis(whole))


def base_trend(minima: Mapping[date, float]) -> Trend | Refusal:
    """Whether the nights' minima rise: Theil's and Sen's slope through the medians of weeks.

    The band is that of a line through as many independent weeks as these are worth: what wanders, or swings
    with the seasons, is no trend.
    """
    at, kw = _weekly(minima)
    if len(at) < LEAST_WEEKS:
        return Refusal("too_few_weeks_measured", {"weeks": len(at), "least": LEAST_WEEKS})
    slope = _slope(at, kw)
    level = float(np.median(kw))
    scale = WEEKS_A_MONTH / level if level > 0 else 0.0
    return Trend(
        kw_a_month=slope * WEEKS_A_MONTH,
        fraction=slope * scale,
        half_fraction=_half(at, kw, slope) * scale,
        first_kw=float(np.median(kw[:4])),
        last_kw=float(np.median(kw[-4:])),
        weeks=len(at),
        whole_year=bool(at[-1] - at[0] >= 51),
    )


def _weekly(minima: Mapping[date, float]) -> tuple[Array, Array]:
    """(weeks,) numbers and (weeks,) medians in kW of the weeks of which most nights are known."""
    weeks: dict[int, list[float]] = {}
    for on, least in minima.items():
        weeks.setdefault(on.toordinal() // DAYS_A_WEEK, []).append(least)
    kept = sorted(week for week, known in weeks.items() if len(known) >= LEAST_DAYS_OF_A_WEEK)
    return np.array(kept, dtype=np.float64), np.array([np.median(weeks[week]) for week in kept])


def _slope(at: Array, kw: Array) -> float:
    """The median of the slopes between all pairs of weeks, in kW a week."""
    first, second = np.triu_indices(len(at), 1)
    return float(np.median((kw[second] - kw[first]) / (at[second] - at[first])))


def _half(at: Array, kw: Array, slope: float) -> float:
    """Half the 90 % band of the slope, in kW a week."""
    rest = kw - slope * at
    rest = rest - np.median(rest)
    n = len(rest)
    worth = effective(n, autocorrelation(rest))
    spread = float(np.sqrt((rest**2).sum() / (n - 2)))
    width = float(np.sqrt(((at - at.mean()) ** 2).sum()))
    return t_90(worth - 2) * spread / width * math.sqrt(n / worth)


def never_sleeps(load: Load, presence: Presence | None = None) -> NeverSleeps | Refusal | None:
    """A circuit on which day and night, people or none, make no difference; None for one that sleeps."""
    basis = load.basis()
    if basis.days < LEAST_DAYS:
        return Refusal("too_few_days_measured", {"days": basis.days, "least": LEAST_DAYS})
    known = load.kw[load.known]
    least, usual = float(np.quantile(known, 0.02)), float(np.median(known))
    night, midday = np.isin(load.hours, list(NIGHT)), np.isin(load.hours, list(MIDDAY))
    pairs = [(night, midday)] + ([(presence.empty, presence.occupied)] if presence else [])
    alike = all(_alike(load, *pair, usual) for pair in pairs)
    if least < LEAST_KW or least < LEAST_FLATNESS * usual or not alike:
        return None
    asleep = load.kw[night & load.known] if (night & load.known).any() else known
    return NeverSleeps(min(usual, float(np.median(asleep))), least / usual, basis)


def _alike(load: Load, these: Mask, those: Mask, usual: float) -> bool:
    """Whether about as much is drawn in these hours as in those; of too few of a kind nobody can say."""
    first, second = load.kw[these & load.known], load.kw[those & load.known]
    if min(len(first), len(second)) < LEAST_OF_A_KIND:
        return True
    return abs(float(np.median(first) - np.median(second))) <= MOST_SWING * usual
