"""The month's highest quarter-hours, and what ran in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from samen.domain.load import Basis, Load
from samen.domain.rules import Refusal

QUARTER = timedelta(minutes=15)
LEAST_DAYS = 7
SHOWN = 3
# Quarters closer than this to a higher one belong to the same peak.
APART = timedelta(hours=1)
# The usual day stands in the middle of all days' highest quarters.
USUAL = 0.5


@dataclass(frozen=True)
class HighQuarter:
    """A quarter of an hour, its mean power, and what each sub-meter drew in it, the largest first.

    `rest_kw`: what no sub-meter tells of; None where one of them is not known.
    """

    start: datetime
    kw: float
    parts: tuple[tuple[str, float], ...]
    rest_kw: float | None


@dataclass(frozen=True)
class Peaks:
    """The highest quarters in order, and the usual day's highest."""

    quarters: tuple[HighQuarter, ...]
    usual_kw: float
    basis: Basis


def month_peaks(load: Load, parts: Mapping[str, Load]) -> Peaks | Refusal:
    """Of a load by quarters; `parts`: its sub-meters over the same quarters, by name."""
    basis = load.basis()
    if load.step != QUARTER or basis.days < LEAST_DAYS:
        days = basis.days if load.step == QUARTER else 0
        return Refusal("too_few_days_in_quarters", {"days": days, "least": LEAST_DAYS})
    highest = list(daily_peaks(load).values())
    quarters = tuple(_quarter(load, parts, place) for place in _highest(load))
    return Peaks(quarters, float(np.quantile(highest, USUAL)), basis)


def daily_peaks(load: Load) -> dict[date, float]:
    """The highest quarter of each local day of which nine tenths are measured, in kW."""
    found = {}
    for day in np.unique(load.days):
        kw = load.kw[load.days == day]
        known = kw[~np.isnan(kw)]
        if len(known) >= 0.9 * len(kw):
            found[date.fromordinal(int(day))] = float(known.max())
    return found


def _highest(load: Load) -> list[int]:
    order = np.argsort(np.where(load.known, load.kw, -np.inf))[::-1]
    chosen: list[int] = []
    for place in order[: int(load.known.sum())]:
        if all(abs(int(place) - other) * load.step >= APART for other in chosen):
            chosen.append(int(place))
        if len(chosen) == SHOWN:
            break
    return chosen


def _quarter(load: Load, parts: Mapping[str, Load], place: int) -> HighQuarter:
    drawn = {name: float(part.kw[place]) for name, part in parts.items()}
    known = {name: kw for name, kw in drawn.items() if not np.isnan(kw)}
    kw = float(load.kw[place])
    rest = kw - sum(known.values()) if len(known) == len(drawn) and drawn else None
    ordered = sorted(known.items(), key=lambda part: -part[1])
    return HighQuarter(load.at(place), kw, tuple(ordered), rest)
