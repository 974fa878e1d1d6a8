"""Which of a meter's figures are worth a walk through the building, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from statistics import median, mode

import numpy as np

from samen.domain.base_load import Course, NeverSleeps, Trend, base_load, base_trend, never_sleeps
from samen.domain.effect import Difference
from samen.domain.idle import (
    LeftOn,
    OutOfHours,
    WhileEmpty,
    closed_kwh_by_day,
    empty_kwh_by_day,
    left_on,
    out_of_hours,
    while_empty,
)
from samen.domain.load import HOURS_A_YEAR, Basis, Load, Mask
from samen.domain.power_peaks import Peaks, daily_peaks, month_peaks
from samen.domain.rules import Refusal
from samen.domain.waste import Evidence, Judged, Kind, Seen, Waste, Watched

# What is under these is not worth anybody's walk.
LEAST_KWH_YEAR, LEAST_LEFT_ON_KWH = 40.0, 10.0
LEAST_SHARE_OUT_OF_HOURS, LEAST_OCCASIONS, LEAST_PEAK = 0.08, 2, 1.3
RECENT_DAYS = 28
# Where occasions explain so much of what an empty space uses, they are what is told.
MOSTLY = 0.5


def judge(seen: Seen) -> Judged | Refusal:
    """All that can be said of a meter; a refusal where its base load cannot be told, and so nothing can."""
    recent = seen.hours.newest(RECENT_DAYS)
    base = base_load(recent)
    if isinstance(base, Refusal):
        return base
    watched = seen.watched
    judged = Judged(
        base,
        base_trend(seen.minima),
        out_of_hours(seen.hours, seen.opened, base.kw),
        never_sleeps(watched.load, watched.presence) if watched else never_sleeps(recent),
        while_empty(watched.load, watched.presence, watched.booked, base.kw) if watched else None,
        left_on(watched.load, watched.presence, watched.booked, base.kw) if watched else None,
        month_peaks(seen.quarters, seen.parts) if seen.quarters is not None else None,
    )
    return replace(judged, wastes=tuple(_wastes(seen, judged)))


def _wastes(seen: Seen, judged: Judged) -> Iterator[Waste]:
    """Each once: what another kind tells better is not told again."""
    flat = _flat(seen, judged)
    found = [flat] if flat else [_rising(seen, judged)]
    found += [_in_the_room(seen.watched, judged)] if seen.watched else [_closed(seen, judged)]
    found += [_peak(judged)]
    yield from (one for one in found if one is not None)


def _flat(seen: Seen, judged: Judged) -> Waste | None:
    found = judged.sleeps
    if not isinstance(found, NeverSleeps) or found.kwh_year < LEAST_KWH_YEAR:
        return None
    facts: Evidence = {"kw": _kw(found.kw), "flatness": round(found.flatness, 3), **_basis(found.basis)}
    return Waste(Kind.NEVER_SLEEPS, found.kwh_year, found.kw, 0.0, facts | _day(seen.hours))


def _rising(seen: Seen, judged: Judged) -> Waste | None:
    trend = judged.trend
    if not isinstance(trend, Trend) or trend.course is not Course.RISES:
        return None
    kw = trend.last_kw - trend.first_kw
    if kw * HOURS_A_YEAR < LEAST_KWH_YEAR:
        return None
    facts: Evidence = {
        "kw": _kw(trend.last_kw),
        "first_kw": _kw(trend.first_kw),
        "fraction": round(trend.fraction, 4),
        "half_fraction": round(trend.half_fraction, 4),
        "whole_year": trend.whole_year,
        "days": len(seen.minima),
        "chart": {"by": "month", "values": _months(seen.minima)},
    }
    return Waste(Kind.BASE_LOAD, kw * HOURS_A_YEAR, kw, 0.0, facts)


def _closed(seen: Seen, judged: Judged) -> Waste | None:
    idle = judged.idle
    if not isinstance(idle, OutOfHours) or idle.above_base_kwh_year < LEAST_KWH_YEAR:
        return None
    above = idle.share * idle.above_base_kw / idle.kw
    if above < LEAST_SHARE_OUT_OF_HOURS:
        return None
    facts: Evidence = {
        "share": round(idle.share, 3),
        "above_share": round(above, 3),
        "kw": _kw(idle.kw),
        "closing": _closing(seen),
        **_basis(idle.basis),
        **_moved(idle.change),
        **_day(seen.hours, ~seen.opened),
    }
    kw = idle.above_base_kwh_year / HOURS_A_YEAR
    return Waste(Kind.OUT_OF_HOURS, idle.above_base_kwh_year, kw, judged.base.kw, facts)


def _moved(change: Difference | None) -> Evidence:
    """By how much it changed, where that is more than chance."""
    if change is None or change.low_kw <= 0 <= change.high_kw or change.before_kw <= 0:
        return {}
    return {"change": round(change.kw / change.before_kw, 3)}


def _closing(seen: Seen) -> int | None:
    """The hour at which the building usually closes; None where it never opens."""
    days = {
        day: seen.hours.hours[(seen.hours.days == day) & seen.opened] for day in np.unique(seen.hours.days)
    }
    last = [int(hours.max()) + 1 for hours in days.values() if len(hours)]
    return mode(last) if last else None


def _in_the_room(watched: Watched, judged: Judged) -> Waste | None:
    """Occasions, where they explain most of what the empty space uses."""
    empty, lamp = judged.empty, judged.lamp
    if not isinstance(empty, WhileEmpty) or not isinstance(lamp, LeftOn):
        return None
    often = len(lamp.occasions) >= LEAST_OCCASIONS
    if often and sum(one.kwh for one in lamp.occasions) >= MOSTLY * empty.kwh:
        return _left_on(watched, lamp, judged.base.kw)
    if empty.kwh_year < LEAST_KWH_YEAR:
        return None
    idle = watched.presence.idle(watched.booked)
    facts: Evidence = {"kwh": round(empty.kwh, 2), "hours": round(empty.hours), **_basis(empty.basis)}
    kw = empty.kwh_year / HOURS_A_YEAR
    return Waste(Kind.WHILE_EMPTY, empty.kwh_year, kw, judged.base.kw, facts | _day(watched.load, idle))


def _left_on(watched: Watched, lamp: LeftOn, base_kw: float) -> Waste | None:
    if lamp.kwh_year < LEAST_LEFT_ON_KWH:
        return None
    zone = watched.load.zone
    nights: dict[date, float] = {}
    for one in lamp.occasions:
        on = one.start.astimezone(zone).date()
        nights[on] = nights.get(on, 0.0) + one.kwh
    facts: Evidence = {
        "occasions": [
            [one.start.isoformat(), one.end.isoformat(), round(one.kwh, 2)] for one in lamp.occasions
        ],
        "kwh": round(sum(one.kwh for one in lamp.occasions), 2),
        **_basis(lamp.basis),
        "chart": {"by": "day", "values": _every_day(watched.load, nights)},
    }
    return Waste(Kind.LEFT_ON, lamp.kwh_year, lamp.kwh_year / HOURS_A_YEAR, base_kw, facts)


def _peak(judged: Judged) -> Waste | None:
    """A peak lowers a bill and saves no energy."""
    peaks = judged.peaks
    if not isinstance(peaks, Peaks) or peaks.quarters[0].kw < LEAST_PEAK * peaks.usual_kw:
        return None
    top = peaks.quarters[0]
    facts: Evidence = {
        "at": top.start.isoformat(),
        "kw": _kw(top.kw),
        "usual_kw": _kw(peaks.usual_kw),
        "parts": [[name, _kw(kw)] for name, kw in top.parts],
        **_basis(peaks.basis),
    }
    return Waste(Kind.PEAK, None, top.kw - peaks.usual_kw, 0.0, facts)


def figure_by_day(kind: Kind, seen: Seen, base_kw: float) -> dict[date, float]:
    """What advice of that kind should lower, in kW of mean power by local day: before and after alike."""
    if kind in {Kind.BASE_LOAD, Kind.NEVER_SLEEPS}:
        return dict(seen.minima)
    if kind is Kind.PEAK:
        return daily_peaks(seen.quarters) if seen.quarters is not None else {}
    kwh: dict[date, float] = {}
    if kind is Kind.OUT_OF_HOURS:
        kwh = closed_kwh_by_day(seen.hours, seen.opened, base_kw)
    elif seen.watched is not None:
        watched = seen.watched
        kwh = empty_kwh_by_day(watched.load, watched.presence, watched.booked, base_kw)
    return {on: amount / 24 for on, amount in kwh.items()}


def _kw(kw: float) -> float:
    return round(kw, 4)


def _basis(basis: Basis) -> Evidence:
    return {"days": basis.days, "known": round(basis.known, 3)}


def _day(load: Load, used: Mask | None = None) -> Evidence:
    """A chart of the mean day, hour by hour."""
    chosen = None if used is None else used & load.known
    means = load.newest(RECENT_DAYS).by_hour() if chosen is None else load.by_hour(chosen)
    values = [[hour, None if kw is None else _kw(kw)] for hour, kw in enumerate(means)]
    return {"chart": {"by": "hour", "values": values}}


def _months(minima: Mapping[date, float]) -> list[list[object]]:
    months: dict[str, list[float]] = {}
    for on in sorted(minima):
        months.setdefault(on.isoformat()[:7], []).append(minima[on])
    return [[month, _kw(median(known))] for month, known in months.items()]


def _every_day(load: Load, kwh: Mapping[date, float]) -> list[list[object]]:
    days = (date.fromordinal(int(day)) for day in np.unique(load.days))
    return [[on.isoformat(), round(kwh.get(on, 0.0), 2)] for on in days]
