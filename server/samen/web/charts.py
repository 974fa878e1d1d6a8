"""Geometry of the charts that the server draws: bars and a map of hours, in SVG user units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import Any

# Room for the scale's figures on the left, and for the labels below.
LEFT, BELOW, ABOVE = 44.0, 22.0, 10.0
BAR_SHARE = 0.72
BAR_WIDEST = 64.0
TICKS = 4
LEVELS = 10


@dataclass(frozen=True)
class Bar:
    """A value with its words; None: nothing is known. `label` stands below the chart."""

    value: float | None
    spoken: str
    label: str = ""
    partial: bool = False
    weekend: bool = False


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
    }


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
            }
            for hour in hours
        ],
    }


def level(value: float | None, highest: float) -> int | str:
    """From 0 to 9 by share of the highest; "none" where nothing is known."""
    if value is None:
        return "none"
    return min(LEVELS - 1, int(max(value, 0.0) / highest * LEVELS)) if highest > 0 else 0


def _round(value: float) -> float:
    return round(value, 1)
