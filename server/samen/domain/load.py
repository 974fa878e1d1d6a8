"""A meter's power in consecutive buckets, as far as it was measured, and the wall clock beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from samen.domain.baseline import Array
from samen.domain.interval import Interval
from samen.domain.metering import LEAST_KNOWN, MOST_ESTIMATED
from samen.domain.presence import Use

Mask = NDArray[np.bool_]
Days = NDArray[np.int64]
HOUR = timedelta(hours=1)
HOURS_A_YEAR = 8766.0
DAYS_A_YEAR = 365.25


class Counted(NamedTuple):
    """A bucket's energy in kWh, None if unknown; the fractions of it that are known, and only spread."""

    kwh: float | None
    known: float
    estimated: float


@dataclass(frozen=True)
class Basis:
    """What a figure is drawn from: so many local days, and the fraction of all buckets that is known."""

    days: int
    known: float


@dataclass(frozen=True)
class Load:
    """`kw[n]`: the mean power in the bucket that begins at `start + n · step`; NaN where it is not known."""

    start: datetime
    step: timedelta
    zone: ZoneInfo
    kw: Array

    @cached_property
    def known(self) -> Mask:
        return ~np.isnan(self.kw)

    @property
    def hours_a_bucket(self) -> float:
        return self.step / HOUR

    @cached_property
    def _walls(self) -> Sequence[datetime]:
        return [(self.start + self.step * n).astimezone(self.zone) for n in range(len(self.kw))]

    @cached_property
    def days(self) -> Days:
        """The local date of each bucket, as its ordinal."""
        return np.array([wall.toordinal() for wall in self._walls], dtype=np.int64)

    @cached_property
    def hours(self) -> Days:
        """The hour on the wall clock, 0 to 23, in which each bucket begins."""
        return np.array([wall.hour for wall in self._walls], dtype=np.int64)

    def basis(self, used: Mask | None = None) -> Basis:
        """Of the buckets that are `used`, or of all that are known."""
        chosen = self.known if used is None else used & self.known
        days = len(np.unique(self.days[chosen]))
        return Basis(days, float(self.known.mean()) if len(self.kw) else 0.0)

    def at(self, place: int) -> datetime:
        """When the bucket begins; the end of the last one where `place` is their number."""
        return self.start + self.step * place

    def newest(self, days: int) -> Load:
        """Its last local days."""
        first = int(np.searchsorted(self.days, self.days[-1] - days + 1)) if len(self.kw) else 0
        return Load(self.at(first), self.step, self.zone, self.kw[first:])

    def touched(self, spans: Iterable[Interval]) -> Mask:
        """The buckets that share an instant with one of the spans."""
        found = np.zeros(len(self.kw), dtype=np.bool_)
        for span in spans:
            first = (span.start - self.start) // self.step
            last = -((self.start - span.end) // self.step)
            found[max(0, first) : max(0, last)] = True
        return found

    def by_day(self, values: Array, used: Mask) -> dict[date, float]:
        """The sum of `values` over the buckets `used`, by local day; days without any are left out."""
        days, places = np.unique(self.days[used], return_inverse=True)
        sums = np.bincount(places, weights=values[used], minlength=len(days))
        return {date.fromordinal(int(day)): float(one) for day, one in zip(days, sums, strict=True)}

    def by_hour(self, used: Mask | None = None) -> list[float | None]:
        """The mean power in kW at each hour of the wall clock; None where nothing is known of it."""
        chosen = self.known if used is None else used & self.known
        means: list[float | None] = []
        for hour in range(24):
            known = self.kw[chosen & (self.hours == hour)]
            means.append(float(known.mean()) if len(known) else None)
        return means

    def whole_days(self) -> Mask:
        """The buckets of local days that are measured from end to end."""
        gaps = np.unique(self.days[~self.known])
        return ~np.isin(self.days, gaps)


def load_of(start: datetime, step: timedelta, zone: ZoneInfo, buckets: Iterable[Counted]) -> Load:
    """The load that was measured: what is missing in part, or was only spread, is not known."""
    hours = step / HOUR
    power = [
        one.kwh / hours
        if one.kwh is not None and one.known >= LEAST_KNOWN and one.estimated <= MOST_ESTIMATED
        else np.nan
        for one in buckets
    ]
    return Load(start, step, zone, np.array(power, dtype=np.float64))


@dataclass(frozen=True)
class Presence:
    """Per bucket of a load: somebody was there for some of it, nobody was for all of it; neither: unknown."""

    occupied: Mask
    empty: Mask

    def idle(self, booked: Mask) -> Mask:
        """Nobody there, and nobody expected."""
        return self.empty & ~booked


def presence_of(load: Load, parts: Sequence[Iterable[Use]]) -> Presence:
    """What the sensors of a space's parts say together: empty only where every part is known to be.

    Without any part nothing is known.
    """
    size, seconds = len(load.kw), load.step.total_seconds()
    occupied = np.zeros(size, dtype=np.bool_)
    empty = np.full(size, bool(parts), dtype=np.bool_)
    for uses in parts:
        alone = np.zeros(size, dtype=np.bool_)
        for use in uses:
            place = round((use.start - load.start.timestamp()) / seconds)
            if 0 <= place < size:
                alone[place] = use.empty_s >= LEAST_KNOWN * seconds
                occupied[place] |= use.occupied_s > 0
        empty &= alone
    return Presence(occupied, empty & ~occupied)
