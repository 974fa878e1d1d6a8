"""What steering saves, measured: weeks with and without it, by lot, compared at the same weather.

Of every two weeks one is steered, which one is drawn: neither weather nor a habit of the house can fall on
the one side only, and nobody chooses the weeks that look well.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from samen.domain.baseline import Array, Fit, Kind, Model, Rows, fit, fitted
from samen.domain.savings import Saving, Verdict, saving, verdict
from samen.domain.sufficiency import LOOSE_CVRMSE_OF_DAYS, Doubt

FIRST_MONDAY = date(2018, 1, 1)
WEEK = 7
# Fewer of either kind say nothing; fewer than TRUSTED prove nothing.
LEAST_DAYS, TRUSTED_DAYS = 10, 24
# A model of some weeks knows less than one of a year, for which the bands were made: without this they hold
# the truth in 84 to 90 of 100 buildings of tests/unit/test_alternating.py, with it in 88 to 95.
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
    off_kwh, on_kwh = (np.array([energy_kwh[on] for on in days]) for days in (off_days, on_days))
    off, steered_rows = (Rows(np.array([deg_c[on] for on in days])) for days in (off_days, on_days))
    found = min(fit(off_kwh, off), _line(off_kwh, off), key=_bic)
    told = _wider(saving(found, steered_rows, on_kwh))
    doubts = _doubts(found, len(on_days), len(off_days))
    judged = verdict(told, trusted=not doubts)
    return Comparison(found, told, judged, len(on_days), len(off_days), doubts)


def _line(energy_kwh: Array, rows: Rows) -> Fit:
    """Heating on every day: weeks of winter hold no mild days, without which no balance point is found."""
    shape = Model(Kind.HEATING, 0.0, heating_below_deg_c=float(rows.deg_c.max()) + 1)
    return replace(fitted(shape, energy_kwh, rows), parameters=2)


def _bic(one: Fit) -> float:
    """Schwarz's criterion: less is better."""
    return one.n * math.log(max(one.sse, 1e-12) / one.n) + one.parameters * math.log(one.n)


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
