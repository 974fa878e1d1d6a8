"""Energy that nobody was there for: outside opening hours, in empty rooms, and what was left on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from samen.domain.base_load import LEAST_DAYS, NIGHT
from samen.domain.baseline import Array
from samen.domain.effect import Difference, difference
from samen.domain.load import DAYS_A_YEAR, HOURS_A_YEAR, Basis, Load, Mask, Presence
from samen.domain.rules import Refusal

LEAST_EMPTY_HOURS = 48
# What is on for less after people left may be a fan that runs down or somebody who packs up.
LEAST_LEFT_ON = timedelta(hours=2)
# Left on: this much above the base, and above what comes and goes by itself at night, a refrigerator say.
LEAST_ABOVE_KW, NIGHT_SWINGS = 0.03, 3.0
# Between two looks of a sensor a room can be neither occupied nor known to be empty.
CHANGEOVER = timedelta(minutes=30)


@dataclass(frozen=True)
class OutOfHours:
    """`share` of all energy that is used while the building is closed, and `kw` then.

    `above_base_kw`: by how much that exceeds the base, over four weeks or over the last two, whichever is
    less: what has ended is no waste.

    `change`: of the closed hours' mean power against as many weeks before; None where too little is known.
    """

    share: float
    kw: float
    above_base_kw: float
    closed_hours_a_year: float
    change: Difference | None
    basis: Basis

    @property
    def above_base_kwh_year(self) -> float:
        return self.above_base_kw * self.closed_hours_a_year


@dataclass(frozen=True)
class WhileEmpty:
    """Σ max(0, P − base)·Δt in the `hours` that a space is known to have been empty and unbooked."""

    kwh: float
    hours: float
    watched_hours: float
    basis: Basis

    @property
    def kwh_year(self) -> float:
        return self.kwh / self.watched_hours * HOURS_A_YEAR


@dataclass(frozen=True)
class Occasion:
    """Something stayed on when everybody had gone: from when, until when, and what that took."""

    start: datetime
    end: datetime
    kwh: float


@dataclass(frozen=True)
class LeftOn:
    """The occasions in order, over so many days on which the space was watched."""

    occasions: tuple[Occasion, ...]
    basis: Basis

    @property
    def kwh_year(self) -> float:
        return sum(one.kwh for one in self.occasions) / self.basis.days * DAYS_A_YEAR


def out_of_hours(load: Load, opened: Mask, base_kw: float) -> OutOfHours | Refusal:
    """Night and weekend use over the newer half of the load, against its older half.

    `opened`: the buckets in which a room may be booked, or is.
    """
    days = np.unique(load.days)
    newer, newest = load.days >= days[len(days) // 2], load.days > days[-1] - LEAST_DAYS
    closed = ~opened & load.known
    basis = load.basis(newer)
    if basis.days < LEAST_DAYS or not (closed & newer).any():
        return Refusal("too_few_days_measured", {"days": basis.days, "least": LEAST_DAYS})
    used = load.kw[newer & load.known].sum()
    shut = load.kw[closed & newer]
    return OutOfHours(
        share=float(shut.sum() / used) if used > 0 else 0.0,
        kw=float(shut.mean()),
        above_base_kw=min(_mean_above(load, closed & part, base_kw) for part in (newer, newest)),
        closed_hours_a_year=float((~opened)[newer].mean()) * HOURS_A_YEAR,
        change=_change(load, closed & ~newer, closed & newer),
        basis=basis,
    )


def _mean_above(load: Load, used: Mask, base_kw: float) -> float:
    return float(above(load, base_kw)[used].mean()) if used.any() else 0.0


def _change(load: Load, before: Mask, after: Mask) -> Difference | None:
    found = difference(_mean_by_day(load, before), _mean_by_day(load, after))
    return None if isinstance(found, Refusal) else found


def _mean_by_day(load: Load, used: Mask) -> dict[date, float]:
    sums, sizes = load.by_day(load.kw, used), load.by_day(np.ones_like(load.kw), used)
    return {on: sums[on] / sizes[on] for on in sums}


def above(load: Load, base_kw: float) -> Array:
    """The power above the base in kW, never below nothing; NaN where it is not known."""
    over: Array = np.maximum(0.0, load.kw - base_kw)
    return over


def while_empty(load: Load, presence: Presence, booked: Mask, base_kw: float) -> WhileEmpty | Refusal:
    """What a space used above its base while nobody was there or expected. Unknown is not empty."""
    idle = presence.idle(booked) & load.known
    hours = float(idle.sum()) * load.hours_a_bucket
    if hours < LEAST_EMPTY_HOURS:
        return Refusal("too_few_hours_empty", {"hours": round(hours), "least": LEAST_EMPTY_HOURS})
    watched = (presence.empty | presence.occupied) & load.known
    return WhileEmpty(
        kwh=float(above(load, base_kw)[idle].sum()) * load.hours_a_bucket,
        hours=hours,
        watched_hours=float(watched.sum()) * load.hours_a_bucket,
        basis=load.basis(watched),
    )


def empty_kwh_by_day(load: Load, presence: Presence, booked: Mask, base_kw: float) -> dict[date, float]:
    """The same by local day, over days of which nine tenths are measured and watched."""
    watched = (presence.empty | presence.occupied) & load.known
    return _over_known_days(load, above(load, base_kw), presence.idle(booked), watched)


def closed_kwh_by_day(load: Load, opened: Mask, base_kw: float) -> dict[date, float]:
    """Above the base while the building is closed, by local day."""
    return _over_known_days(load, above(load, base_kw), ~opened, load.known)


def _over_known_days(load: Load, kw: Array, counted: Mask, known: Mask) -> dict[date, float]:
    everything = np.ones(len(load.kw), dtype=np.bool_)
    sizes = load.by_day(np.ones_like(load.kw), everything)
    known_sizes: Mapping[date, float] = load.by_day(np.ones_like(load.kw), known)
    sums = load.by_day(kw, counted & known)
    return {
        on: sums.get(on, 0.0) * load.hours_a_bucket
        for on, size in sizes.items()
        if known_sizes.get(on, 0.0) >= 0.9 * size
    }


def left_on(load: Load, presence: Presence, booked: Mask, base_kw: float) -> LeftOn | Refusal:
    """Each time that power stayed well above the base for hours after a space emptied."""
    idle = presence.idle(booked) & load.known
    hours = float(idle.sum()) * load.hours_a_bucket
    if hours < LEAST_EMPTY_HOURS:
        return Refusal("too_few_hours_empty", {"hours": round(hours), "least": LEAST_EMPTY_HOURS})
    high = idle & (load.kw > base_kw + _margin(load, base_kw))
    used = presence.occupied | booked
    found = [_occasion(load, run, base_kw) for run in _runs(high) if _just_left(load, run, idle, used)]
    watched = load.basis((presence.empty | presence.occupied) & load.known)
    return LeftOn(tuple(one for one in found if one.end - one.start >= LEAST_LEFT_ON), watched)


def _margin(load: Load, base_kw: float) -> float:
    """Half of the nights say what is usual: a lamp that burns through some of them does not raise it."""
    night = load.kw[np.isin(load.hours, list(NIGHT)) & load.known]
    swing = float(np.quantile(night, 0.75)) - base_kw if len(night) else 0.0
    return max(LEAST_ABOVE_KW, NIGHT_SWINGS * swing)


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """The stretches of consecutive buckets, each from its first up to but not including its end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _just_left(load: Load, run: tuple[int, int], idle: Mask, used: Mask) -> bool:
    """Whether people were there just before: what comes on by itself in an empty room was not left on."""
    first = run[0]
    reach = max(1, int(CHANGEOVER / load.step))
    return first > 0 and not idle[first - 1] and bool(used[max(0, first - reach) : first].any())


def _occasion(load: Load, run: tuple[int, int], base_kw: float) -> Occasion:
    kwh = float(above(load, base_kw)[run[0] : run[1]].sum()) * load.hours_a_bucket
    return Occasion(load.at(run[0]), load.at(run[1]), kwh)
