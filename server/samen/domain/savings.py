"""What was saved: the adjusted baseline against what was used, and how sure that is.

IPMVP option C: saving = Σ(adjusted baseline − energy) over the reporting period. Energy in kWh a day.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from samen.domain.baseline import Array, Fit, effective

CONFIDENCE = 0.90
Z_90 = 1.6449
# The days that are told also chose the model's shape, which neither method knows. Without this the bands hold
# the truth of 89 % of the buildings in tests/unit/test_savings.py, with it of 92 %.
SHAPE_WAS_CHOSEN = 1.08
RESAMPLES, BLOCK_DAYS = 400, 14
# ASHRAE Guideline 14 as CalTRACK 4.3.2.4 gives it, for daily data.
DAILY = (-0.00024, 0.03535, 1.00286)


class Verdict(enum.Enum):
    """What may be said of a saving."""

    PROVED = "proved"
    LIKELY = "likely"
    CANNOT_TELL = "cannot_tell"
    INCREASE = "increase"


@dataclass(frozen=True)
class Saving:
    """In kWh, and as a fraction of the adjusted baseline with its 90 % band.

    `half_kwh_g14` and `half_kwh_bootstrap`: half the band by each method; the wider one is used.
    """

    kwh: float
    adjusted_kwh: float
    half_kwh_g14: float
    half_kwh_bootstrap: float

    @property
    def half_kwh(self) -> float:
        return SHAPE_WAS_CHOSEN * max(self.half_kwh_g14, self.half_kwh_bootstrap)

    @property
    def fraction(self) -> float:
        return self.kwh / self.adjusted_kwh if self.adjusted_kwh else 0.0

    @property
    def low_fraction(self) -> float:
        return self.fraction - self._half_fraction

    @property
    def high_fraction(self) -> float:
        return self.fraction + self._half_fraction

    @property
    def _half_fraction(self) -> float:
        return self.half_kwh / self.adjusted_kwh if self.adjusted_kwh else math.inf


def saving(
    fit: Fit, baseline_deg_c: Array, reporting_kwh: Array, reporting_deg_c: Array, months: float
) -> Saving:
    """The saving over the reporting period, with its band."""
    adjusted = fit.model.predict(reporting_deg_c)
    total = float(adjusted.sum())
    return Saving(
        float((adjusted - reporting_kwh).sum()),
        total,
        half_by_g14(fit, len(reporting_kwh), total, months),
        half_by_bootstrap(fit, fit.model.tangent(baseline_deg_c), fit.model.tangent(reporting_deg_c)),
    )


def half_by_g14(fit: Fit, m: int, adjusted_kwh: float, months: float) -> float:
    """Half the 90 % band in kWh by the fractional savings uncertainty (CalTRACK 4.3.2.4)."""
    a, b, c = DAILY
    worth = effective(fit.n, fit.rho)
    t = t_90(worth - fit.parameters)
    months_term = a * months**2 + b * months + c
    return t * months_term * fit.cvrmse * math.sqrt(fit.n / worth * (1 + 2 / worth) / m) * adjusted_kwh


def half_by_bootstrap(fit: Fit, design: Array, reporting: Array, seed: int = 75) -> float:
    """Half the 90 % band in kWh: blocks of residuals, drawn again for baseline and reporting days.

    `design` and `reporting`: the tangents (n, p) and (m, p). To a small change of the residuals the model
    answers linearly, so that a refit is one product.
    """
    chance = np.random.default_rng(seed)
    scale = math.sqrt(fit.n / max(1, fit.n - fit.parameters))
    weights = design @ np.linalg.pinv(design.T @ design) @ reporting.sum(axis=0)
    shifts = _resampled(fit.residuals, fit.n, chance) @ weights
    noise = _resampled(fit.residuals, len(reporting), chance).sum(axis=1)
    errors = (shifts - noise) * scale
    return float(Z_90 * errors.std(ddof=1))


def _resampled(residuals: Array, length: int, chance: np.random.Generator) -> Array:
    """(RESAMPLES, length): blocks of consecutive residuals, wherever they begin, wrapped around the year."""
    blocks = -(-length // BLOCK_DAYS)
    starts = chance.integers(0, len(residuals), (RESAMPLES, blocks))
    places = (starts[:, :, None] + np.arange(BLOCK_DAYS)) % len(residuals)
    drawn: Array = residuals[places.reshape(RESAMPLES, -1)[:, :length]]
    return drawn


def t_90(freedom: float) -> float:
    """Student's t for a two-sided 90 % band (Cornish and Fisher's expansion)."""
    v = max(2.0, freedom)
    return Z_90 + (Z_90**3 + Z_90) / (4 * v) + (5 * Z_90**5 + 16 * Z_90**3 + 3 * Z_90) / (96 * v**2)


def verdict(one: Saving, *, trusted: bool) -> Verdict:
    """Proved: the whole band is above nothing, by a model that can be `trusted`; otherwise likely at most."""
    if one.low_fraction > 0:
        return Verdict.PROVED if trusted else Verdict.LIKELY
    return Verdict.INCREASE if trusted and one.high_fraction < 0 else Verdict.CANNOT_TELL
