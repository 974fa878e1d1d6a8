"""What a building uses at an outdoor temperature: change-point models, fitted by least squares.

IPMVP option C with the models of ASHRAE Guideline 14 (annex D): a mean; heating below a balance point;
cooling above one; both; each with further terms (domain/terms.py) when they tell more than they cost.
Arrays are float: energy in kWh a day, temperature in °C.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
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

    @property
    def heats(self) -> bool:
        return self in {Kind.HEATING, Kind.BOTH}

    @property
    def cools(self) -> bool:
        return self in {Kind.COOLING, Kind.BOTH}


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
        if self.kind.heats:
            columns.append(np.maximum(0.0, self.heating_below_deg_c - deg_c))
        if self.kind.cools:
            columns.append(np.maximum(0.0, deg_c - self.cooling_above_deg_c))
        found = np.column_stack(columns)
        return found if terms is None else np.column_stack([found, terms])

    def tangent(self, deg_c: Array, terms: Array | None = None) -> Array:
        """`design` and, for each balance point, how a day's energy moves with it: for bands alone."""
        moves = [self.design(deg_c, terms)]
        if self.kind.heats:
            moves.append((deg_c < self.heating_below_deg_c).astype(np.float64)[:, None])
        if self.kind.cools:
            moves.append((deg_c > self.cooling_above_deg_c).astype(np.float64)[:, None])
        return np.hstack(moves)

    @property
    def coefficients(self) -> Array:
        """In the order of `design`."""
        heating = (self.heating_kwh_per_deg,) if self.kind.heats else ()
        cooling = (self.cooling_kwh_per_deg,) if self.kind.cools else ()
        return np.array([self.base_kwh, *heating, *cooling, *self.extra])

    def predict(self, deg_c: Array, terms: Array | None = None) -> Array:
        """Energy of each day at these temperatures, in kWh."""
        predicted: Array = self.design(deg_c, terms) @ self.coefficients
        return predicted

    def with_coefficients(self, solved: Array) -> Model:
        """The same balance points with other coefficients, in the order of `design`."""
        values = iter(float(one) for one in solved)
        return Model(
            self.kind,
            next(values),
            next(values) if self.kind.heats else 0.0,
            self.heating_below_deg_c,
            next(values) if self.kind.cools else 0.0,
            self.cooling_above_deg_c,
            tuple(values),
        )


@dataclass(frozen=True, eq=False)
class Rows:
    """What energy is explained by: n rows, each a day, or the mean day of a bill.

    `deg_c` (days,) and `terms` (days, k), whose columns `names` names. With bills, `spans` (n, days) holds
    each day's share of its bill, and `lengths` (n,) the days of each: energy is linear in a day's columns, so
    that their mean is exactly a bill's, whatever the weather within it.
    """

    deg_c: Array
    terms: Array | None = None
    names: tuple[str, ...] = ()
    spans: Array | None = None
    lengths: Array | None = None

    def __len__(self) -> int:
        return len(self.deg_c if self.spans is None else self.spans)

    @property
    def days(self) -> Array:
        """How many days each row stands for."""
        return np.ones(len(self)) if self.lengths is None else self.lengths

    @property
    def weights(self) -> Array:
        """By which a row is multiplied so that all are equally certain: a longer bill's mean is surer."""
        weights: Array = np.sqrt(self.days / self.days.mean())
        return weights

    def design(self, model: Model) -> Array:
        return self.mean(model.design(self.deg_c, self.terms))

    def tangent(self, model: Model) -> Array:
        return self.mean(model.tangent(self.deg_c, self.terms))

    def predict(self, model: Model) -> Array:
        """kWh of a day, row by row."""
        predicted: Array = self.design(model) @ model.coefficients
        return predicted

    def mean(self, daily: Array) -> Array:
        """Days (days, p) to rows (n, p)."""
        return daily if self.spans is None else self.spans @ daily


@dataclass(frozen=True, eq=False)
class Fit:
    """A model and how well it tells what it was fitted to.

    `parameters` counts balance points too. `cvrmse` and `nmbe` as in ASHRAE Guideline 14-2014, 5.3.2.4;
    `residuals` by row, each times its weight; `rho`: correlation of each with the one before.
    """

    model: Model
    rows: Rows = field(repr=False)
    parameters: int
    sse: float
    mean_kwh: float
    r2: float
    rho: float
    residuals: Array = field(repr=False)

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def variance(self) -> float:
        """Of a row's residual, in kWh² a day."""
        return self.sse / max(1, self.n - self.parameters)

    @property
    def cvrmse(self) -> float:
        return math.sqrt(self.variance) / self.mean_kwh if self.mean_kwh else math.inf

    @property
    def nmbe(self) -> float:
        over = max(1, self.n - self.parameters) * self.mean_kwh
        return float(self.residuals @ self.rows.weights) / (over or 1.0)


def effective(n: int, rho: float) -> float:
    """How many independent rows n rows with such an autocorrelation are worth (Guideline 14-2014, B.14)."""
    return max(2.0, n * (1 - rho) / (1 + rho))


def fit(energy_kwh: Array, *candidates: Rows) -> Fit:
    """The model that tells this energy (n,) best for its size (BIC), of those with slopes of the right sign.

    `candidates`: the same rows with different terms. Raises ValueError for fewer than three rows.
    """
    if len(energy_kwh) < 3:
        raise ValueError("three rows at the least")
    fits = [
        fitted(shape, energy_kwh, rows) for rows in candidates for shape in _Search(energy_kwh, rows).found()
    ]
    # One yardstick for all: the autocorrelation that the best of them leaves.
    rho = min(fits, key=lambda one: one.sse).rho
    return min(fits, key=lambda one: criterion(one.n, one.sse, one.parameters, rho))


def criterion(n: int, sse: float, parameters: int, rho: float) -> float:
    """Schwarz's, over as many rows as are independent of each other: less is better."""
    return effective(n, rho) * math.log(max(sse, 1e-12) / n) + parameters * math.log(n)


def fitted(shape: Model, energy_kwh: Array, rows: Rows) -> Fit:
    """The coefficients of one shape with its balance points by least squares, and how well they tell."""
    design = rows.design(shape) * rows.weights[:, None]
    solved, *_ = np.linalg.lstsq(design, energy_kwh * rows.weights, rcond=None)
    model = shape.with_coefficients(np.asarray(solved, dtype=np.float64))
    residuals = (energy_kwh - rows.predict(model)) * rows.weights
    sse, mean = float(residuals @ residuals), float(np.average(energy_kwh, weights=rows.days))
    spread = float((((energy_kwh - mean) * rows.weights) ** 2).sum())
    return Fit(
        model,
        rows,
        parameters=len(model.coefficients) + model.kind.heats + model.kind.cools,
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

    def __init__(self, energy_kwh: Array, rows: Rows) -> None:
        self._rows = rows
        known = rows.design(Model(Kind.MEAN, 0.0)) * rows.weights[:, None]
        self._known, _ = np.linalg.qr(known)
        ordered = np.sort(rows.deg_c)
        beyond = min(LEAST_BEYOND, len(ordered) // 3)
        low, high = ordered[beyond - 1], ordered[-beyond]
        self._points = np.arange(math.ceil(low), math.floor(high) + STEP_DEG_C / 2, STEP_DEG_C)
        self._y = self._unexplained(energy_kwh * rows.weights)

    def found(self) -> Iterator[Model]:
        """The best balance points of each shape that the data allow; coefficients are still to come."""
        yield Model(Kind.MEAN, 0.0)
        for shape in (self._slope(Kind.HEATING), self._slope(Kind.COOLING), self._both()):
            if shape is not None:
                yield shape

    def _slope(self, kind: Kind) -> Model | None:
        columns = self._columns(kind)
        power, along = (columns**2).sum(axis=1), columns @ self._y
        gain = np.where((along > 0) & (power > 1e-9), along**2 / np.maximum(power, 1e-9), -1.0)
        if not len(gain) or gain.max() <= 0:
            return None
        point = float(self._points[int(gain.argmax())])
        if kind is Kind.HEATING:
            return Model(kind, 0.0, heating_below_deg_c=point)
        return Model(kind, 0.0, cooling_above_deg_c=point)

    def _both(self) -> Model | None:
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
        return Model(Kind.BOTH, 0.0, heating_below_deg_c=below, cooling_above_deg_c=beyond)

    def _columns(self, kind: Kind) -> Array:
        away = self._points[None, :] - self._rows.deg_c[:, None]
        daily = np.maximum(0.0, away if kind is Kind.HEATING else -away)
        return self._unexplained((self._rows.mean(daily) * self._rows.weights[:, None]).T)

    def _unexplained(self, rows: Array) -> Array:
        left: Array = rows - (rows @ self._known) @ self._known.T
        return left
