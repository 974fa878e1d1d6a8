"""What a building uses at an outdoor temperature: change-point models, fitted by least squares.

IPMVP option C with the models of ASHRAE Guideline 14 (annex D): a mean; heating below a balance point;
cooling above one; both. Arrays are float, a day an element: energy in kWh, temperature in °C.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Balance points are tried this far apart, within the temperatures that occurred.
STEP_DEG_C = 0.5
# So many days must lie beyond a balance point, or a few odd ones make a slope.
LEAST_BEYOND = 10


class Kind(enum.Enum):
    """The shape of a model."""

    MEAN = "mean"
    HEATING = "heating"
    COOLING = "cooling"
    BOTH = "both"


@dataclass(frozen=True)
class Model:
    """base + heating·max(0, heating_below − T) + cooling·max(0, T − cooling_above) + extra·terms, kWh a day.

    `extra`: one coefficient for each column of the terms that it was fitted with (weekdays, occupied hours).
    """

    kind: Kind
    base_kwh: float
    heating_kwh_per_deg: float = 0.0
    heating_below_deg_c: float = math.nan
    cooling_kwh_per_deg: float = 0.0
    cooling_above_deg_c: float = math.nan
    extra: tuple[float, ...] = ()

    def design(self, deg_c: Array, terms: Array | None = None) -> Array:
        """The columns that the coefficients stand for: (days, p)."""
        columns = [np.ones_like(deg_c)]
        if self.kind in {Kind.HEATING, Kind.BOTH}:
            columns.append(np.maximum(0.0, self.heating_below_deg_c - deg_c))
        if self.kind in {Kind.COOLING, Kind.BOTH}:
            columns.append(np.maximum(0.0, deg_c - self.cooling_above_deg_c))
        found = np.column_stack(columns)
        return found if terms is None or not self.extra else np.column_stack([found, terms])

    def tangent(self, deg_c: Array, terms: Array | None = None) -> Array:
        """`design` and, for each balance point, how a day's energy moves with it: for bands alone."""
        moves = [self.design(deg_c, terms)]
        if self.kind in {Kind.HEATING, Kind.BOTH}:
            moves.append((deg_c < self.heating_below_deg_c).astype(np.float64)[:, None])
        if self.kind in {Kind.COOLING, Kind.BOTH}:
            moves.append((deg_c > self.cooling_above_deg_c).astype(np.float64)[:, None])
        return np.hstack(moves)

    @property
    def coefficients(self) -> Array:
        """In the order of `design`."""
        slopes = {
            Kind.MEAN: (),
            Kind.HEATING: (self.heating_kwh_per_deg,),
            Kind.COOLING: (self.cooling_kwh_per_deg,),
            Kind.BOTH: (self.heating_kwh_per_deg, self.cooling_kwh_per_deg),
        }[self.kind]
        return np.array([self.base_kwh, *slopes, *self.extra])

    def predict(self, deg_c: Array, terms: Array | None = None) -> Array:
        """Energy of each day at these temperatures, in kWh."""
        predicted: Array = self.design(deg_c, terms) @ self.coefficients
        return predicted


@dataclass(frozen=True)
class Fit:
    """A model and how well it tells what it was fitted to.

    `parameters` counts balance points too. `cvrmse` and `nmbe` as in ASHRAE Guideline 14-2014, 5.3.2.4;
    `rho`: correlation of each day's residual with the day before.
    """

    model: Model
    n: int
    parameters: int
    sse: float
    mean_kwh: float
    r2: float
    rho: float
    residuals: Array = field(repr=False)

    @property
    def variance(self) -> float:
        """Of a day's residual, in kWh²."""
        return self.sse / max(1, self.n - self.parameters)

    @property
    def cvrmse(self) -> float:
        return math.sqrt(self.variance) / self.mean_kwh if self.mean_kwh else math.inf

    @property
    def nmbe(self) -> float:
        return float(self.residuals.sum()) / (max(1, self.n - self.parameters) * self.mean_kwh or 1.0)


def effective(n: int, rho: float) -> float:
    """How many independent days n days with such an autocorrelation are worth (Guideline 14-2014, B.14)."""
    return max(2.0, n * (1 - rho) / (1 + rho))


def fit(energy_kwh: Array, deg_c: Array, terms: Array | None = None) -> Fit:
    """The model that tells these days best for its size (BIC), of those with slopes of the right sign.

    `terms`: further columns (days, k), such as weekdays. Days must be without gaps in the arrays: leave
    missing ones out. Raises ValueError for fewer than three days.
    """
    if len(energy_kwh) < 3:
        raise ValueError("three days at the least")
    search = _Search(energy_kwh, deg_c, terms)
    found = [search.mean(), search.slope(Kind.HEATING), search.slope(Kind.COOLING), search.both()]
    fits = [_fitted(model, energy_kwh, deg_c, terms) for model in found if model is not None]
    # One yardstick for all: the autocorrelation that the best of them leaves.
    rho = min(fits, key=lambda one: one.sse).rho
    return min(fits, key=lambda one: _bic(one, rho))


def _bic(one: Fit, rho: float) -> float:
    """Schwarz's criterion over as many days as are independent of each other: less is better."""
    worth = effective(one.n, rho)
    return worth * math.log(max(one.sse, 1e-12) / one.n) + one.parameters * math.log(one.n)


def refit(model: Model, energy_kwh: Array, deg_c: Array, terms: Array | None = None) -> Model:
    """The same balance points with coefficients for other days: for bootstraps."""
    solved, *_ = np.linalg.lstsq(model.design(deg_c, terms), energy_kwh, rcond=None)
    return _with(model, np.asarray(solved, dtype=np.float64))


def _with(model: Model, solved: Array) -> Model:
    values = [float(one) for one in solved]
    heats, cools = model.kind in {Kind.HEATING, Kind.BOTH}, model.kind in {Kind.COOLING, Kind.BOTH}
    first = 1 + heats + cools
    return Model(
        model.kind,
        values[0],
        values[1] if heats else 0.0,
        model.heating_below_deg_c,
        values[1 + heats] if cools else 0.0,
        model.cooling_above_deg_c,
        tuple(values[first:]),
    )


def _fitted(model: Model, energy_kwh: Array, deg_c: Array, terms: Array | None) -> Fit:
    residuals = energy_kwh - model.predict(deg_c, terms)
    sse, mean = float(residuals @ residuals), float(energy_kwh.mean())
    spread = float(((energy_kwh - mean) ** 2).sum())
    points = {Kind.MEAN: 0, Kind.HEATING: 1, Kind.COOLING: 1, Kind.BOTH: 2}[model.kind]
    return Fit(
        model,
        n=len(energy_kwh),
        parameters=len(model.coefficients) + points,
        sse=sse,
        mean_kwh=mean,
        r2=1 - sse / spread if spread else 0.0,
        rho=lag_one(residuals),
        residuals=residuals,
    )


def lag_one(residuals: Array) -> float:
    """Lag-1 autocorrelation, from 0 to 0.95: a negative one is taken for chance."""
    centred = residuals - residuals.mean()
    power = float(centred @ centred)
    return min(0.95, max(0.0, float(centred[1:] @ centred[:-1]) / power)) if power else 0.0


class _Search:
    """Tries every balance point, after what mean and terms explain is taken out (Frisch and Waugh)."""

    def __init__(self, energy_kwh: Array, deg_c: Array, terms: Array | None) -> None:
        self._energy, self._deg_c, self._terms = energy_kwh, deg_c, terms
        ones = np.ones((len(deg_c), 1))
        self._known, _ = np.linalg.qr(ones if terms is None else np.column_stack([ones, terms]))
        ordered = np.sort(deg_c)
        beyond = min(LEAST_BEYOND, len(deg_c) // 3)
        low, high = ordered[beyond - 1], ordered[-beyond]
        self._points = np.arange(math.ceil(low), math.floor(high) + STEP_DEG_C / 2, STEP_DEG_C)
        self._y = self._unexplained(energy_kwh)

    def mean(self) -> Model:
        return self._solved(Model(Kind.MEAN, 0.0))

    def slope(self, kind: Kind) -> Model | None:
        columns = self._columns(kind)
        power, along = (columns**2).sum(axis=1), columns @ self._y
        gain = np.where((along > 0) & (power > 1e-9), along**2 / np.maximum(power, 1e-9), -1.0)
        if not len(gain) or gain.max() <= 0:
            return None
        point = float(self._points[int(gain.argmax())])
        if kind is Kind.HEATING:
            return self._solved(Model(kind, 0.0, heating_below_deg_c=point))
        return self._solved(Model(kind, 0.0, cooling_above_deg_c=point))

    def both(self) -> Model | None:
        heating, cooling = self._columns(Kind.HEATING), self._columns(Kind.COOLING)
        hh, cc = (heating**2).sum(axis=1)[:, None], (cooling**2).sum(axis=1)[None, :]
        hc, hy, cy = heating @ cooling.T, (heating @ self._y)[:, None], (cooling @ self._y)[None, :]
        det = hh * cc - hc**2
        usable = (det > 1e-6 * hh * cc) & (self._points[:, None] <= self._points[None, :])
        safe = np.where(usable, det, 1.0)
        up, down = (hy * cc - cy * hc) / safe, (cy * hh - hy * hc) / safe
        gain = np.where(usable & (up > 0) & (down > 0), up * hy + down * cy, -1.0)
        if not gain.size or gain.max() <= 0:
            return None
        at, above = np.unravel_index(int(gain.argmax()), gain.shape)
        below, beyond = float(self._points[at]), float(self._points[above])
        return self._solved(Model(Kind.BOTH, 0.0, heating_below_deg_c=below, cooling_above_deg_c=beyond))

    def _columns(self, kind: Kind) -> Array:
        away = self._points[:, None] - self._deg_c[None, :]
        return self._unexplained(np.maximum(0.0, away if kind is Kind.HEATING else -away))

    def _unexplained(self, rows: Array) -> Array:
        left: Array = rows - (rows @ self._known) @ self._known.T
        return left

    def _solved(self, model: Model) -> Model:
        width = 0 if self._terms is None else self._terms.shape[1]
        shaped = Model(
            model.kind,
            0.0,
            heating_below_deg_c=model.heating_below_deg_c,
            cooling_above_deg_c=model.cooling_above_deg_c,
            extra=(0.0,) * width,
        )
        return refit(shaped, self._energy, self._deg_c, self._terms)
