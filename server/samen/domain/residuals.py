"""How the misses of a model hang together from day to day."""

from __future__ import annotations

import numpy as np

from samen.domain.baseline import Array

LAGS = 28


def autocorrelation(residuals: Array, lags: int = LAGS) -> list[float]:
    """Correlation of each residual with the one 1, 2, … days before: (lags,), zeros where nothing varies."""
    centred = residuals - residuals.mean()
    power = float(centred @ centred)
    if not power:
        return [0.0] * lags
    return [float(centred[lag:] @ centred[:-lag]) / power for lag in range(1, lags + 1)]


def by_chance(days: int) -> float:
    """What correlation 95 % of unrelated residuals stay below."""
    return 1.96 / float(np.sqrt(max(1, days)))
