"""What steering saves, measured: weeks with and without it, by lot, compared at the same weather.

Of every two weeks one is steered, which one is drawn: neither weather nor a habit of the house can fall on
the one side only, and nobody chooses the weeks that look well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from samen.domain.baseline import Array, Fit, Rows, fit
from samen.domain.evaluation import Doubt
from samen.domain.savings import Saving, Verdict, saving, verdict
from samen.domain.sufficiency import LOOSE_CVRMSE_OF_DAYS

FIRST_MONDAY = date(2018, 1, 1)
WEEK = 7
# Fewer of either kind say nothing; fewer than TRUSTED prove nothing.
LEAST_DAYS, TRUSTED_DAYS = 10, 24
# A model of some weeks knows less than one of a year, for which the bands were made: of simulated buildings
# (8 to 40 weeks, tests/unit/test_alternating.py) they hold the truth in 77 to 91 %, with this in 88 to 98 %.
WEEKS_NOT_A_YEAR = 1.35


def is_steered_week(seed: str, on: date) -> bool:
    """Whether the local week (from Monday) of that date is one with steering."""
    pair, second = divmod((on - FIRST_MONDAY).days // WEEK, 2)
    drawn = hashlib.sha256(f"{seed}/{pair}".encode()).digest()[0] & 1
    return bool(drawn) != bool(second)


@dataclass(frozen=True)
class Comparison:
    """Days with steering against what the days without it say they would have used."""

    fit: Fit
    saving: Saving
    verdict: Verdict
    days_on: int
    days_off: int
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class TooFewDays:
    """There is too little to compare."""

    days_on: int
    days_off: int
    least: int = LEAST_DAYS


def compare(
    energy_kwh: Mapping[date, float], deg_c: Mapping[date, float], steered: Mapping[date, bool]
) -> Comparison | TooFewDays:
    """Fit the days without steering, predict those with it, and judge the difference.

    The day after a change is left out, for the walls still know of the week before.
    """
    usable = [
        on
        for on in sorted(steered)
        if on in energy_kwh and on in deg_c and steered.get(on - timedelta(days=1)) == steered[on]
    ]
    on_days = [on for on in usable if steered[on]]
    off_days = [on for on in usable if not steered[on]]
    if min(len(on_days), len(off_days)) < LEAST_DAYS:
        return TooFewDays(len(on_days), len(off_days))
    off_kwh, off_deg_c = (np.array([of[on] for on in off_days], float) for of in (energy_kwh, deg_c))
    on_kwh, on_deg_c = (np.array([of[on] for on in on_days], float) for of in (energy_kwh, deg_c))
    warmest = float(off_deg_c.max())
    found = fit(off_kwh, Rows(off_deg_c), _line(off_deg_c, warmest))
    steered_rows = Rows(on_deg_c) if found.rows.terms is None else _line(on_deg_c, warmest)
    told = _wider(saving(found, steered_rows, on_kwh))
    doubts = _doubts(found, len(on_days), len(off_days))
    judged = verdict(told, trusted=not doubts)
    return Comparison(found, told, judged, len(on_days), len(off_days), doubts)


def _line(deg_c: Array, warmest_deg_c: float) -> Rows:
    """Heating on every day: weeks of winter hold no mild days, without which no balance point is found."""
    return Rows(deg_c, (warmest_deg_c - deg_c)[:, None], ("heating",))


def _wider(told: Saving) -> Saving:
    return replace(
        told,
        half_kwh_g14=WEEKS_NOT_A_YEAR * told.half_kwh_g14,
        half_kwh_bootstrap=WEEKS_NOT_A_YEAR * told.half_kwh_bootstrap,
    )


def _doubts(found: Fit, days_on: int, days_off: int) -> tuple[Doubt, ...]:
    few = min(days_on, days_off)
    doubts = [Doubt("few_steered_days", {"days": few, "least": TRUSTED_DAYS})] if few < TRUSTED_DAYS else []
    if found.cvrmse > LOOSE_CVRMSE_OF_DAYS:
        doubts.append(Doubt("poor_fit", {"cvrmse": found.cvrmse, "most": LOOSE_CVRMSE_OF_DAYS}))
    return tuple(doubts)
