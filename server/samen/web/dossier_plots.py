"""The plots of a printed dossier: SVG texts that stand by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from samen.web import i18n
from samen.web.curves import Frame, frame, months_below

WIDE, TALL = 720, 210
INK, SOFT, LINE, IRIS, LEAF = "#16202a", "#56616d", "#d8dde3", "#4a3fd0", "#1b6e4b"


def residuals_by_time(daily: Sequence[Mapping[str, Any]]) -> str:
    """What the model missed, day by day."""
    days = [date.fromisoformat(one["date"]) for one in daily]
    points = [
        (float(on.toordinal()), float(one["residual_kwh"])) for on, one in zip(days, daily, strict=True)
    ]
    drawn = _frame(points)
    return _svg(drawn, _dots(drawn, points), months_below(drawn, days[0], days[-1], i18n.month_short, most=7))


def residuals_by_temperature(daily: Sequence[Mapping[str, Any]]) -> str:
    """What the model missed, by the temperature of the day."""
    points = [(float(one["deg_c"]), float(one["residual_kwh"])) for one in daily]
    drawn = _frame(points)
    return _svg(drawn, _dots(drawn, points), drawn.figures(_degrees))


def residuals_by_lag(correlations: Sequence[float], by_chance: float) -> str:
    """How what is missed on a day goes with what was missed so many days before."""
    drawn = frame(WIDE, TALL, [0.0, len(correlations) + 1.0], [-0.4, 1.0])
    bars = "".join(
        f'<path d="M{drawn.x(lag)} {drawn.y(0)}V{drawn.y(one)}" stroke="{IRIS}" stroke-width="7"/>'
        for lag, one in enumerate(correlations, start=1)
    )
    edges = "".join(
        f'<path d="M{drawn.x(0)} {drawn.y(edge)}H{drawn.x(len(correlations) + 1)}" stroke="{SOFT}" '
        'stroke-dasharray="4 3" fill="none"/>'
        for edge in (by_chance, -by_chance)
    )
    return _svg(drawn, bars + edges, drawn.figures(lambda value: i18n.number(value, 0)), _correlation)


def model_plot(daily: Sequence[Mapping[str, Any]], fitted: Sequence[tuple[float, float]]) -> str:
    """The baseline's days by their temperature, and what the model makes of them."""
    points = [(float(one["deg_c"]), float(one["energy_kwh"])) for one in daily]
    drawn = frame(WIDE, 260, [x for x, _ in points], [0.0, *(y for _, y in points)])
    # Dots, not a line: with terms for weekdays and people, days as warm are asked for unlike amounts.
    model = _dots(drawn, fitted, LEAF)
    return _svg(drawn, _dots(drawn, points) + model, drawn.figures(_degrees))


def daily_plot(daily: Sequence[Mapping[str, Any]]) -> str:
    """The reporting period: what was used, against the adjusted baseline."""
    days = [date.fromisoformat(one["date"]) for one in daily]
    used = [(float(on.toordinal()), float(one["energy_kwh"])) for on, one in zip(days, daily, strict=True)]
    asked = [
        (float(on.toordinal()), float(one["adjusted_baseline_kwh"]))
        for on, one in zip(days, daily, strict=True)
    ]
    drawn = frame(WIDE, 260, [x for x, _ in used], [0.0, *(y for _, y in used), *(y for _, y in asked)])
    thin = 'fill="none" stroke-width="1.2"'
    lines = (
        f'<path d="{drawn.line(asked)}" {thin} stroke="{SOFT}" stroke-dasharray="4 2"/>'
        f'<path d="{drawn.line(used)}" {thin} stroke="{IRIS}"/>'
    )
    return _svg(drawn, lines, months_below(drawn, days[0], days[-1], i18n.month_short, most=7))


def _frame(points: Sequence[tuple[float, float]]) -> Frame:
    return frame(WIDE, TALL, [x for x, _ in points], [0.0, *(y for _, y in points)])


def _dots(drawn: Frame, points: Sequence[tuple[float, float]], colour: str = IRIS) -> str:
    return (
        f'<path d="{drawn.dots(points)}" fill="none" stroke="{colour}" stroke-opacity="0.6" '
        'stroke-width="3.4" stroke-linecap="round"/>'
    )


def _svg(
    drawn: Frame,
    inside: str,
    below: Sequence[Mapping[str, Any]],
    figure: Callable[[float], str] = i18n.tick,
) -> str:
    # Typst draws with the page's own font.
    text = f'font-family="Libertinus Serif" font-size="13" fill="{SOFT}"'
    middle = f'text-anchor="middle" {text}'
    rules = "".join(
        f'<path d="M44 {one["y"]}H{drawn.width}" stroke="{INK if one["zero"] else LINE}" stroke-width="0.8"/>'
        f'<text x="38" y="{one["y"] + 4}" text-anchor="end" {text}>{escape(one["label"])}</text>'
        for one in drawn.ticks(figure)
    )
    labels = "".join(
        f'<text x="{one["x"]}" y="{drawn.height - 4}" {middle}>{escape(one["text"])}</text>' for one in below
    )
    size = f'viewBox="0 0 {drawn.width} {drawn.height}" width="{drawn.width}" height="{drawn.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{rules}{inside}{labels}</svg>'


def _degrees(value: float) -> str:
    return f"{i18n.number(value, 0)} °C"


def _correlation(value: float) -> str:
    return i18n.number(value)
