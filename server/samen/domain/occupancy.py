"""Whether we saved or were away: the saving with as many occupied hours as there were.

A model with occupied hours tells what the reporting period would have used with the hours that are usual for
the baseline, and with those that it had. The difference is what being away (or there more) accounts for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from samen.domain.baseline import Array, Fit, Rows
from samen.domain.savings import Saving, Verdict, errors, halves, saving, verdict
from samen.domain.sufficiency import Doubt, Known
from samen.domain.terms import usual_hours

# So much of each period must have its occupied hours measured; others are taken for the usual ones.
LEAST_MEASURED = 0.90
# Standard deviation among days of the same weekday: with less, hours are another name for the week's pattern.
LEAST_SPREAD_HOURS = 0.5
BEYOND_HOURS = 1.0


@dataclass(frozen=True, eq=False)
class Hours:
    """Occupied hours of each day: the baseline's, the reporting period's, and those usual on the latter."""

    baseline: Array
    reporting: Array
    usual: Array


@dataclass(frozen=True)
class Occupancy:
    """The saving, divided into what was saved and what being away accounts for; their kWh add up to it.

    `saved` is a fraction of what these hours would have used, `away` of what usual hours would have. Hours
    are means of a day of the reporting period.
    """

    saved: Saving
    saved_verdict: Verdict
    away: Saving
    away_verdict: Verdict
    kwh_per_hour: float
    half_kwh_per_hour: float
    usual_hours: float
    hours: float


def measured(
    occupied_hours: Mapping[date, float] | None, before: Known, after: Known
) -> tuple[Hours | None, list[Doubt]]:
    """The hours of both periods' days, or why they cannot be used."""
    if occupied_hours is None:
        return None, []
    parts = [{on: occupied_hours[on] for on in one.on if on in occupied_hours} for one in (before, after)]
    shares = [len(part) / len(one.on) for part, one in zip(parts, (before, after), strict=True)]
    if min(shares) < LEAST_MEASURED:
        facts = {"baseline": shares[0], "reporting": shares[1], "least": LEAST_MEASURED}
        return None, [Doubt("occupied_hours_not_measured", facts)]
    spread = _spread(parts[0])
    if spread < LEAST_SPREAD_HOURS:
        facts = {"spread_hours": spread, "least": LEAST_SPREAD_HOURS}
        return None, [Doubt("occupied_hours_do_not_vary", facts)]
    hours = Hours(_filled(parts[0], before.on), _filled(parts[1], after.on), usual_hours(parts[0], after.on))
    return hours, _beyond(hours)


def _spread(hours: Mapping[date, float]) -> float:
    by_weekday = [[value for on, value in hours.items() if on.weekday() == weekday] for weekday in range(7)]
    left = [value - np.mean(values) for values in by_weekday for value in values]
    return float(np.std(left))


def _filled(hours: Mapping[date, float], on: Sequence[date]) -> Array:
    """Days without a measurement are taken for usual ones of their own period."""
    usual = usual_hours(hours, on)
    return np.array([hours.get(one, guess) for one, guess in zip(on, usual, strict=True)])


def _beyond(hours: Hours) -> list[Doubt]:
    low, high = float(hours.baseline.min()), float(hours.baseline.max())
    outside = (hours.reporting < low - BEYOND_HOURS) | (hours.reporting > high + BEYOND_HOURS)
    days = int(outside.sum())
    return [Doubt("occupied_hours_beyond_baseline", {"days": days, "low": low, "high": high})] if days else []


def occupancy(fit: Fit, usual: Rows, actual: Rows, after: Known, *, trusted: bool) -> Occupancy | None:
    """What was saved and what being away accounts for; None when hours tell nothing that is certain.

    `usual` and `actual`: the reporting days with the hours that are usual, and with those that they had.
    """
    if "occupied_hours" not in fit.rows.names or usual.terms is None or actual.terms is None:
        return None
    place = fit.rows.names.index("occupied_hours")
    slope, half = fit.model.extra[place], _half_slope(fit, place)
    if slope <= half:
        return None
    saved, away = saving(fit, actual, after.energy_kwh), _away(fit, usual, actual)
    return Occupancy(
        saved,
        verdict(saved, trusted=trusted),
        away,
        verdict(away, trusted=trusted),
        slope,
        half,
        float(usual.terms[:, place].mean()),
        float(actual.terms[:, place].mean()),
    )


def _half_slope(fit: Fit, place: int) -> float:
    one = np.zeros((1, fit.rows.tangent(fit.model).shape[1]))
    one[0, len(fit.model.coefficients) - len(fit.model.extra) + place] = 1.0
    closed, bootstrap = halves(fit, one, np.zeros((1, 1)))
    return float(max(closed[0], bootstrap[0]))


def _away(fit: Fit, usual: Rows, actual: Rows) -> Saving:
    """What these days would have used more with usual hours: told by the model alone."""
    every = np.ones((1, len(usual)))
    moves, own = errors(fit, usual, every)
    closed, bootstrap = halves(fit, moves - errors(fit, actual, every)[0], np.zeros_like(own))
    total = float(usual.predict(fit.model).sum())
    return Saving(
        total - float(actual.predict(fit.model).sum()), total, float(closed[0]), float(bootstrap[0])
    )
