"""The charts of the savings page, and the figures behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from samen.domain.baseline import Array, Fit
from samen.domain.cumulative import Stretch, running, stretches
from samen.domain.evaluation import Evaluation, Known, Period
from samen.domain.interval import midnight
from samen.services.interventions import Pin
from samen.web import i18n
from samen.web.curves import Frame, frame, months_below
from samen.web.savings_words import kwh

WEEK = 7
WIDE, NARROW, TALL = 1090, 720, 300
CURVE_POINTS = 60


def weeks_chart(found: Evaluation, pins: Sequence[Pin], zone: ZoneInfo) -> dict[str, Any]:
    """What was used against what the same weather would have asked before, per week of compared days."""
    weeks = stretches(found, WEEK)
    xs = [_middle(one) for one in weeks]
    used = [one.energy_kwh / one.days for one in weeks]
    asked = [one.adjusted_kwh / one.days for one in weeks]
    half = [one.half_kwh / one.days for one in weeks]
    low, high = (
        [max(0.0, a - h) for a, h in zip(asked, half, strict=True)],
        [a + h for a, h in zip(asked, half, strict=True)],
    )
    drawn = frame(WIDE, TALL, [*xs, *_edges(weeks)], [0.0, *used, *high])
    lesser = [min(pair) for pair in zip(used, asked, strict=True)]
    greater = [max(pair) for pair in zip(used, asked, strict=True)]
    expected = list(zip(xs, asked, strict=True))
    return {
        **_framed(drawn, weeks),
        "band": drawn.area(list(zip(xs, high, strict=True)), list(zip(xs, low, strict=True))),
        "saved": drawn.area(expected, list(zip(xs, lesser, strict=True))),
        "more": drawn.area(list(zip(xs, greater, strict=True)), expected),
        "asked": drawn.line(expected),
        "used": drawn.line(zip(xs, used, strict=True)),
        "pins": _pins(drawn, pins),
        "weeks": _weeks(drawn, weeks, zone),
        "rows": [
            [
                _span(one),
                kwh(one.energy_kwh),
                kwh(one.adjusted_kwh),
                f"± {kwh(one.half_kwh)}",
                kwh(one.saved_kwh),
            ]
            for one in weeks
        ],
    }


def cumulative_chart(found: Evaluation, pins: Sequence[Pin], zone: ZoneInfo) -> dict[str, Any]:
    """The saving summed up from the baseline's end on, with its band: a bend is an event."""
    sums = running(found, WEEK)
    start = found.reporting.on[0].toordinal()
    xs = [float(start), *(one.last.toordinal() + 1.0 for one in sums)]
    saved = [0.0, *(one.saved_kwh for one in sums)]
    half = [0.0, *(one.half_kwh for one in sums)]
    high = [s + h for s, h in zip(saved, half, strict=True)]
    low = [s - h for s, h in zip(saved, half, strict=True)]
    drawn = frame(WIDE, TALL, xs, [0.0, *high, *low])
    return {
        **_framed(drawn, sums),
        "band": drawn.area(list(zip(xs, high, strict=True)), list(zip(xs, low, strict=True))),
        "line": drawn.line(zip(xs, saved, strict=True)),
        "pins": _pins(drawn, pins),
        "weeks": _weeks(drawn, stretches(found, WEEK), zone),
        "rows": [[i18n.day_long(one.last), kwh(one.saved_kwh), f"± {kwh(one.half_kwh)}"] for one in sums],
    }


def model_chart(found: Evaluation) -> dict[str, Any]:
    """Each day's energy by its temperature, before and after, with the line that the baseline follows."""
    before, after = found.baseline, found.reporting
    warmth = np.concatenate([before.deg_c, after.deg_c])
    energy = np.concatenate([before.energy_kwh / before.days, after.energy_kwh / after.days])
    drawn = frame(NARROW, 380, [float(one) for one in warmth], [0.0, *(float(one) for one in energy)])
    line = np.linspace(float(warmth.min()), float(warmth.max()), CURVE_POINTS)
    return {
        "width": drawn.width,
        "height": drawn.height,
        "ticks": drawn.ticks(i18n.tick),
        "labels": drawn.figures(lambda value: f"{i18n.number(value, 0)} °C"),
        "before": drawn.dots(_points(before)),
        "after": drawn.dots(_points(after)),
        "line": drawn.line(
            zip(map(float, line), map(float, by_weather(found.fit, before, line)), strict=True)
        ),
        # Two years of days, worded one by one as their table is drawn.
        "rows": (
            [i18n.day_long(on), f"{i18n.number(float(deg_c), 1)} °C", kwh(float(used))]
            for part in (before, after)
            for on, deg_c, used in zip(part.on, part.deg_c, part.energy_kwh, strict=True)
        ),
    }


def by_weather(fit: Fit, before: Known, deg_c: Array) -> Array:
    """What the model asks at these temperatures on a mean day, whatever other terms it has."""
    model = fit.model

    def weather(at: Array) -> Array:
        # A shape without one of the slopes has NaN for its balance point.
        cold = np.nan_to_num(np.maximum(0.0, model.heating_below_deg_c - at)) * model.heating_kwh_per_deg
        warm = np.nan_to_num(np.maximum(0.0, at - model.cooling_above_deg_c)) * model.cooling_kwh_per_deg
        found: Array = cold + warm
        return found

    level = (before.energy_kwh / before.days - fit.residuals - weather(before.deg_c)).mean()
    line: Array = weather(deg_c) + level
    return line


def _points(part: Known) -> list[tuple[float, float]]:
    return [
        (float(deg_c), float(used))
        for deg_c, used in zip(part.deg_c, part.energy_kwh / part.days, strict=True)
    ]


def _framed(drawn: Frame, parts: Sequence[Stretch]) -> dict[str, Any]:
    return {
        "width": drawn.width,
        "height": drawn.height,
        "ticks": drawn.ticks(i18n.tick),
        "labels": months_below(drawn, parts[0].first, parts[-1].last, i18n.month_name),
    }


def _weeks(drawn: Frame, parts: Sequence[Stretch], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Where each week stands, for whoever drags over some of them."""
    return [_week(drawn, one, Period(one.first, one.last + timedelta(days=1)), zone) for one in parts]


def _week(drawn: Frame, one: Stretch, days: Period, zone: ZoneInfo) -> dict[str, Any]:
    left, right = drawn.x(days.first.toordinal()), drawn.x(days.end.toordinal())
    edges = (midnight(on, zone) for on in (days.first, days.end))
    return {
        "x": left,
        "width": round(right - left, 1),
        "span": [int(at.timestamp()) for at in edges],
        "label": f"{_span(one)}: {kwh(one.saved_kwh)}",
    }


def _edges(parts: Sequence[Stretch]) -> tuple[float, float]:
    return float(parts[0].first.toordinal()), parts[-1].last.toordinal() + 1.0


def _pins(drawn: Frame, pins: Sequence[Pin]) -> list[dict[str, Any]]:
    """Numbered: their names stand below the chart, where there is room for them."""
    low, high = drawn.across
    return [
        {"x": drawn.x(pin.on.toordinal()), "number": number, "name": pin.name, "on": i18n.day_long(pin.on)}
        for number, pin in enumerate(pins, start=1)
        if low <= pin.on.toordinal() <= high
    ]


def _middle(one: Stretch) -> float:
    return (one.first.toordinal() + one.last.toordinal() + 1) / 2


def _span(one: Stretch) -> str:
    return f"{i18n.day_short(one.first)} – {i18n.day_long(one.last)}"
