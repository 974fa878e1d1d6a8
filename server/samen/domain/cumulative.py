"""The saving as it grows from day to day (CUSUM), and the band of any stretch of days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from samen.domain.evaluation import Evaluation
from samen.domain.savings import Z_90


@dataclass(frozen=True)
class Stretch:
    """Consecutive days that are compared: what they used, what was to be expected, and half its 90 % band."""

    first: date
    last: date
    days: int
    energy_kwh: float
    adjusted_kwh: float
    half_kwh: float

    @property
    def saved_kwh(self) -> float:
        return self.adjusted_kwh - self.energy_kwh


def stretches(found: Evaluation, days: int) -> list[Stretch]:
    """The reporting period in stretches of so many compared days, the last one shorter; or bill by bill."""
    step = days if found.fit.rows.lengths is None else 1
    return [_stretch(found, start, start + step) for start in range(0, len(found.reporting.on), step)]


def running(found: Evaluation, days: int) -> list[Stretch]:
    """From the reporting period's beginning to the end of each stretch: the last is the whole."""
    step, rows = days if found.fit.rows.lengths is None else 1, len(found.reporting.on)
    return [_stretch(found, 0, end) for end in [*range(step, rows, step), rows]]


def _stretch(found: Evaluation, start: int, end: int) -> Stretch:
    part = found.reporting
    adjusted, used = float(found.adjusted_kwh[start:end].sum()), float(part.energy_kwh[start:end].sum())
    days, last = int(part.days[start:end].sum()), part.ends[start:end][-1] - timedelta(days=1)
    return Stretch(part.on[start], last, days, used, adjusted, _half(found, days, adjusted))


def _half(found: Evaluation, days: int, adjusted_kwh: float) -> float:
    """Days err by themselves, which grows as the root of their number; the model errs in one direction.

    What the whole period's band holds beyond the former is the latter's, and goes by what was expected. So
    the stretch that is the whole period has exactly the band that is told of it.
    """
    whole_days, whole_kwh = float(found.reporting.days.sum()), found.saving.adjusted_kwh or 1.0
    lasting = (1 + found.fit.rho) / (1 - found.fit.rho) * float(found.fit.rows.days.mean())
    own = min(found.saving.half_kwh**2, Z_90**2 * found.fit.variance * lasting * whole_days)
    models = found.saving.half_kwh**2 - own
    return math.sqrt(own * days / whole_days + models * (adjusted_kwh / whole_kwh) ** 2)
