"""What a kilowatt-hour costs, emits and holds on a day: dated figures of a region, and a building's own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

MONTHS_BILLED = 12


@dataclass(frozen=True)
class Dated:
    """Figures in order of time, each of which holds from its day on until the next."""

    figures: tuple[tuple[date, float], ...] = ()

    def on(self, day: date) -> float | None:
        """The figure of a day; None before the first."""
        place = bisect_right(self._starts, day)
        return self.figures[place - 1][1] if place else None

    # A page asks for the price of each day of two years.
    @cached_property
    def _starts(self) -> list[date]:
        return [start for start, _ in self.figures]

    def but(self, own: Dated) -> Dated:
        """These figures up to the first of the own ones, and those from there on."""
        if not own.figures:
            return self
        first = own.figures[0][0]
        return Dated(tuple(one for one in self.figures if one[0] < first) + own.figures)


NONE_KNOWN = Dated()


@dataclass(frozen=True)
class GridTerm:
    """On what the grid's operator bills power from a day on: `connection_kva` or `month_peak`."""

    start: date
    basis: str
    least_kw: float = 0.0
    eur_per_kw_year: float | None = None

    def billed_kw(self, month_peaks_kw: Sequence[float]) -> float | None:
        """The mean of the last twelve monthly peaks, each of the least kW at least; None without any."""
        counted = [max(self.least_kw, peak) for peak in month_peaks_kw[-MONTHS_BILLED:]]
        return sum(counted) / len(counted) if counted else None

    def eur_a_year(self, peak_kw: float) -> float | None:
        """What months with such a peak cost in a year; None where none is billed, or no price is known."""
        if self.basis != "month_peak" or self.eur_per_kw_year is None:
            return None
        return max(peak_kw, self.least_kw) * self.eur_per_kw_year


@dataclass(frozen=True)
class Carrier:
    """The figures of electricity, gas, heat or water."""

    eur_per_kwh: Dated = NONE_KNOWN
    kg_per_kwh: Dated = NONE_KNOWN
    kwh_per_m3: Dated = NONE_KNOWN
    grid: tuple[GridTerm, ...] = ()


NO_FIGURES = Carrier()


@dataclass(frozen=True)
class Region:
    """What a region's file says, by the name of the kind of meter."""

    slug: str
    name: str
    carriers: Mapping[str, Carrier] = field(default_factory=dict)


@dataclass(frozen=True)
class PriceBook:
    """A building's figures: its own contracts where it stated them, else its region's order of magnitude.

    `kind` is the value of a MeterKind. Where nothing is known, the answer is None and not nothing.
    """

    region: Region
    own: Mapping[str, Dated] = field(default_factory=dict)

    def eur(self, kind: str, kwh: float, on: date) -> float | None:
        """What so much costs on that day."""
        price = self._prices.get(kind, NONE_KNOWN).on(on)
        return None if price is None else kwh * price

    def co2_kg(self, kind: str, kwh: float, on: date) -> float | None:
        """What so much emits, in kg of CO2."""
        factor = self._carrier(kind).kg_per_kwh.on(on)
        return None if factor is None else kwh * factor

    def kwh_per_m3(self, kind: str, on: date) -> float | None:
        """The gross heat of a cubic metre."""
        return self._carrier(kind).kwh_per_m3.on(on)

    def grid_term(self, kind: str, on: date) -> GridTerm | None:
        """On what power is billed that day."""
        begun = [term for term in self._carrier(kind).grid if term.start <= on]
        return begun[-1] if begun else None

    def is_estimate(self, kind: str, on: date) -> bool:
        """Whether the price is the region's order of magnitude and not the building's contract."""
        return self.own.get(kind, NONE_KNOWN).on(on) is None

    @cached_property
    def _prices(self) -> dict[str, Dated]:
        kinds = {*self.region.carriers, *self.own}
        return {kind: self._carrier(kind).eur_per_kwh.but(self.own.get(kind, NONE_KNOWN)) for kind in kinds}

    def _carrier(self, kind: str) -> Carrier:
        return self.region.carriers.get(kind, NO_FIGURES)
