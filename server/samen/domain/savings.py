"""What was saved: the adjusted baseline against what was used, and how sure that is.

IPMVP option C: saving = Σ(adjusted baseline − energy) over the reporting period. A sum's error is what the
fitted coefficients miss, by the weather summed over, and what days miss by themselves; both come from the
baseline's residuals, which last from day to day.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from samen.domain.baseline import Array, Fit, Rows, effective

CONFIDENCE = 0.90
Z_90 = 1.6449
RESAMPLES, BLOCK_DAYS = 400, 14
# Bands that differ by more than this factor say that one of the two has a wrong idea of the residuals.
BANDS_DIFFER, NARROW_BAND = 2.0, 0.002
# ASHRAE Guideline 14's factor for many months, as CalTRACK 4.3.2.4 gives it. Its factor for hourly models,
# 1.26, has no place here: hourly energy is summed to local days first, and days are what is fitted.
DAILY = (-0.00024, 0.03535, 1.00286)
BILLING = (-0.00022, 0.03306, 0.94054)


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
        return max(self.half_kwh_g14, self.half_kwh_bootstrap)

    @property
    def fraction(self) -> float:
        return self.kwh / self.adjusted_kwh if self.adjusted_kwh else 0.0

    @property
    def half_fraction(self) -> float:
        return self.half_kwh / self.adjusted_kwh if self.adjusted_kwh else math.inf

    @property
    def low_fraction(self) -> float:
        return self.fraction - self.half_fraction

    @property
    def high_fraction(self) -> float:
        return self.fraction + self.half_fraction

    @property
    def bands_agree(self) -> bool:
        """Whether the two methods' bands are within BANDS_DIFFER of each other, or too narrow to matter."""
        narrow, wide = sorted((self.half_kwh_g14, self.half_kwh_bootstrap))
        return wide <= BANDS_DIFFER * narrow or wide < NARROW_BAND * abs(self.adjusted_kwh)


def saving(fit: Fit, rows: Rows, energy_kwh: Array) -> Saving:
    """The saving over a reporting period's rows (m), of which each used `energy_kwh`, with its band."""
    adjusted = rows.predict(fit.model) * rows.days
    total = float(adjusted.sum())
    _, bootstrap = halves(fit, *errors(fit, rows, np.ones((1, len(rows)))))
    return Saving(
        float((adjusted - energy_kwh).sum()), total, half_by_g14(fit, rows, total), float(bootstrap[0])
    )


def half_by_g14(fit: Fit, rows: Rows, adjusted_kwh: float) -> float:
    """Half the 90 % band in kWh by the fractional savings uncertainty (CalTRACK 4.3.2.4)."""
    a, b, c = DAILY if fit.rows.lengths is None else BILLING
    months = float(rows.days.sum()) / (365.25 / 12)
    worth = effective(fit.n, fit.rho)
    factor = t_90(worth - fit.parameters) * (a * months**2 + b * months + c)
    return factor * fit.cvrmse * math.sqrt(fit.n / worth * (1 + 2 / worth) / len(rows)) * adjusted_kwh


def errors(fit: Fit, rows: Rows, sums: Array) -> tuple[Array, Array]:
    """What the errors of sums over rows are made of. `sums` (k, m): what of each row's kWh each sum takes.

    Returns how each sum moves with the coefficients and balance points (k, p), and with each row's own
    residual (k, m).
    """
    moves = (sums * rows.days) @ rows.tangent(fit.model)
    return moves, sums * np.sqrt(rows.days * fit.rows.days.mean())


def halves(fit: Fit, moves: Array, own: Array) -> tuple[Array, Array]:
    """Half the 90 % bands of k sums in kWh: in closed form, and by block bootstrap.

    `moves` and `own` as `errors` gives them; `own` is zeros for what is told of the model alone. The closed
    form is Guideline 14's general one (annex B), with as many rows as are worth independent ones.
    """
    tangent = fit.rows.tangent(fit.model) * fit.rows.weights[:, None]
    answers = moves @ np.linalg.pinv(tangent)
    worth = effective(fit.n, fit.rho)
    t = t_90(worth - fit.parameters)
    closed = t * np.sqrt(fit.variance * fit.n / worth * ((answers**2).sum(axis=1) + (own**2).sum(axis=1)))
    return closed, t * _spread(fit, answers, own)


def _spread(fit: Fit, answers: Array, own: Array, seed: int = 75) -> Array:
    """Standard deviations of k sums (k,), of blocks of residuals drawn again for baseline and reporting rows.

    To a small change of the residuals the model answers linearly, so that a refit is one product.
    """
    chance = np.random.default_rng(seed)
    block = max(1, round(BLOCK_DAYS / float(fit.rows.days.mean())))
    shifts = _resampled(fit.residuals, fit.n, block, chance) @ answers.T
    noise = _resampled(fit.residuals, own.shape[1], block, chance) @ own.T
    scale = math.sqrt(fit.n / max(1, fit.n - fit.parameters))
    spread: Array = scale * (shifts - noise).std(axis=0, ddof=1)
    return spread


def _resampled(residuals: Array, length: int, block: int, chance: np.random.Generator) -> Array:
    """(RESAMPLES, length): blocks of consecutive residuals, wherever they begin, wrapped around the year."""
    starts = chance.integers(0, len(residuals), (RESAMPLES, -(-length // block)))
    places = (starts[:, :, None] + np.arange(block)) % len(residuals)
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
