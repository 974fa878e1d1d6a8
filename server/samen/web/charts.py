"""Geometry of the charts that the server draws: bars, maps of hours and days, a curve; in SVG user units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from typing import Any

# Room for the scale's figures on the left, and for the labels below.
LEFT, BELOW, ABOVE = 44.0, 22.0, 10.0
BAR_SHARE = 0.72
BAR_WIDEST = 64.0
TICKS = 4
LEVELS = 10


# Seconds since the epoch, for whoever drags a span.
Span = tuple[int, int]


@dataclass(frozen=True)
class Bar:
    """A value with its words; None: nothing is known. `label` stands below the chart."""

    value: float | None
    spoken: str
    label: str = ""
    partial: bool = False
    weekend: bool = False
    span: Span | None = None


def bar_chart(bars: Sequence[Bar], width: int, height: int, figure: Callable[[float], str]) -> dict[str, Any]:
    """The `ticks`, `bars` and `labels` of a chart; `figure` words a value of the scale."""
    step = tick_step(max((bar.value or 0.0 for bar in bars), default=0.0))
    top = step * max(1, ceil(max((bar.value or 0.0 for bar in bars), default=0.0) / step))
    bottom = height - BELOW
    rise = (bottom - ABOVE) / top
    slot = (width - LEFT) / max(len(bars), 1)
    thick = min(slot * BAR_SHARE, BAR_WIDEST)
    middles = [LEFT + slot * (place + 0.5) for place in range(len(bars))]
    return {
        "width": width,
        "height": height,
        "ticks": [
            {"y": _round(bottom - step * n * rise), "label": figure(step * n)}
            for n in range(round(top / step) + 1)
        ],
        "bars": [
            _bar(bar, middle - thick / 2, thick, bottom, rise)
            for bar, middle in zip(bars, middles, strict=True)
            if bar.value is not None
        ],
        "labels": [
            {"x": _round(middle), "text": bar.label}
            for bar, middle in zip(bars, middles, strict=True)
            if bar.label
        ],
    }


def _bar(bar: Bar, x: float, thick: float, bottom: float, rise: float) -> dict[str, Any]:
    # A day with next to nothing still has a bar to point at.
    tall = max((bar.value or 0.0) * rise, 1.0)
    return {
        "x": _round(x),
        "y": _round(bottom - tall),
        "width": _round(thick),
        "height": _round(tall),
        "label": bar.spoken,
        "partial": bar.partial,
        "weekend": bar.weekend,
        "span": bar.span,
    }


@dataclass(frozen=True)
class Pair:
    """Two values side by side, with their words, the earlier one first; None: nothing to compare."""

    values: tuple[float | None, float | None]
    spoken: tuple[str, str]
    label: str
    partial: tuple[bool, bool] = (False, False)


def pair_chart(
    pairs: Sequence[Pair], width: int, height: int, figure: Callable[[float], str]
) -> dict[str, Any]:
    """Pairs of bars on one scale; `bars` of the first value are `past`."""
    slot = (width - LEFT) / max(len(pairs), 1)
    flat = [
        Bar(value, spoken, partial=partial)
        for pair in pairs
        for value, spoken, partial in zip(pair.values, pair.spoken, pair.partial, strict=True)
    ]
    chart = bar_chart(flat, width, height, figure)
    thick = _round(slot * 0.34)
    drawn = iter(chart["bars"])
    for place, bar in enumerate(flat):
        if bar.value is not None:
            late = place % 2
            x = LEFT + slot * (place // 2 + 0.5) + (1 if late else -thick - 1)
            next(drawn).update(x=_round(x), width=thick, past=not late)
    chart["labels"] = [
        {"x": _round(LEFT + slot * (place + 0.5)), "text": pair.label} for place, pair in enumerate(pairs)
    ]
    return chart


def tick_step(highest: float) -> float:
    """1, 2 or 5 times a power of ten, so that about four steps reach the highest value."""
    if highest <= 0:
        return 1.0
    rough = highest / TICKS
    power = 10.0 ** floor(log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if rough <= factor * power)


@dataclass(frozen=True)
class Hour:
    """An hour's value: its day, its hour on the wall clock, and its words. None: nothing is known."""

    on: date
    hour: int
    value: float | None
    spoken: str
    span: Span | None = None


def hour_map(
    hours: Sequence[Hour], days: Sequence[date], width: int, labels: Sequence[str]
) -> dict[str, Any]:
    """Days from left to right, hours from top to bottom; `labels` stand below the days, "" for none."""
    cell_width = (width - LEFT) / max(len(days), 1)
    cell_height = 13.0
    columns = {on: LEFT + cell_width * place for place, on in enumerate(days)}
    highest = max((hour.value or 0.0 for hour in hours), default=0.0)
    return {
        "width": width,
        "height": _round(24 * cell_height + BELOW),
        "cell_width": _round(cell_width - 3),
        "cell_height": cell_height - 3,
        "columns": [
            {"x": _round(x), "label": label} for x, label in zip(columns.values(), labels, strict=True)
        ],
        "hours": [{"y": _round(hour * cell_height + 10), "label": f"{hour} h"} for hour in range(0, 24, 6)],
        "cells": [
            {
                "x": _round(columns[hour.on]),
                "y": _round(hour.hour * cell_height),
                "level": level(hour.value, highest),
                "title": hour.spoken,
                "span": hour.span,
            }
            for hour in hours
        ],
    }


@dataclass(frozen=True)
class Day:
    """A day's value with its words; `pin`: what was done to the building on it."""

    on: date
    value: float | None
    spoken: str
    span: Span
    pin: str | None = None


def year_map(
    days: Sequence[Day], width: int, weekdays: Sequence[str], month: Callable[[date], str]
) -> dict[str, Any]:
    """Weeks from left to right, Monday on top; `month` names the month where it begins."""
    first = days[0].on - timedelta(days=days[0].on.weekday())
    weeks = (days[-1].on - first).days // 7 + 1
    step = (width - LEFT) / max(weeks, 53)
    highest = max((day.value or 0.0 for day in days), default=0.0)
    cells = [_day_cell(day, (day.on - first).days // 7, step, level(day.value, highest)) for day in days]
    return {
        "width": width,
        "height": _round(BELOW + 7 * step),
        "cell_width": _round(step - 3),
        "cell_height": _round(step - 3),
        "columns": [
            {"x": cell["x"], "label": month(day.on)}
            for day, cell in zip(days, cells, strict=True)
            if day.on.day == 1
        ],
        "hours": [{"y": _round(row * step + step * 0.65), "label": weekdays[row]} for row in range(0, 7, 2)],
        "cells": cells,
    }


def _day_cell(day: Day, week: int, step: float, shade: int | str) -> dict[str, Any]:
    return {
        "x": _round(LEFT + week * step),
        "y": _round(day.on.weekday() * step),
        "level": shade,
        "title": day.spoken,
        "span": day.span,
        "pin": day.pin,
    }


def falling_curve(
    values: Sequence[float],
    marks: Sequence[tuple[float, float, str]],
    width: int,
    height: int,
    figure: Callable[[float], str],
) -> dict[str, Any]:
    """Values over 0 to 100 % as `path` and `area`; `marks`: (share, value, words) of points on it."""
    highest = max([*values, *(value for _, value, _ in marks)], default=0.0)
    step = tick_step(highest)
    top = step * max(1, ceil(highest / step))
    bottom, across = height - BELOW, width - LEFT - 8
    rise = (bottom - ABOVE) / top
    points = [
        f"{_round(LEFT + across * place / (len(values) - 1))} {_round(bottom - value * rise)}"
        for place, value in enumerate(values)
    ]
    path = "M" + "L".join(points)
    return {
        "width": width,
        "height": height,
        "ticks": [
            {"y": _round(bottom - step * n * rise), "label": figure(step * n)}
            for n in range(round(top / step) + 1)
        ],
        "labels": [
            {"x": _round(LEFT + across * percent / 100), "text": f"{percent} %"}
            for percent in (0, 25, 50, 75, 100)
        ],
        "path": path,
        "area": f"{path}V{_round(bottom)}H{_round(LEFT)}Z",
        "marks": [
            {"x": _round(LEFT + across * share), "y": _round(bottom - value * rise), "title": words}
            for share, value, words in marks
        ],
    }


def level(value: float | None, highest: float) -> int | str:
    """From 0 to 9 by share of the highest; "none" where nothing is known."""
    if value is None:
        return "none"
    return min(LEVELS - 1, int(max(value, 0.0) / highest * LEVELS)) if highest > 0 else 0


def _round(value: float) -> float:
    return round(value, 1)
