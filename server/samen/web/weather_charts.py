"""The weather page's line of temperatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import Any

from samen.web.charts import ABOVE, BELOW, LEFT, tick_step

LEAST_SPAN_K = 4.0


def line_chart(
    values: Sequence[float | None],
    labels: Sequence[str],
    width: int,
    height: int,
    figure: Callable[[float], str],
) -> dict[str, Any]:
    """A line from left to right with a gap where nothing is known; `labels` stand below, "" for none.

    Unlike bars it has no natural zero: the scale spans what is shown.
    """
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    step = tick_step(max(high - low, LEAST_SPAN_K))
    bottom, top = step * floor(low / step), step * max(ceil(high / step), floor(low / step) + 1)
    rise = (height - BELOW - ABOVE) / (top - bottom)
    across = (width - LEFT) / max(len(values) - 1, 1)
    at = [LEFT + across * place for place in range(len(values))]
    places = [
        None if value is None else (x, ABOVE + (top - value) * rise)
        for x, value in zip(at, values, strict=True)
    ]
    return {
        "width": width,
        "height": height,
        "path": _path(places),
        "ticks": [
            {
                "y": round(ABOVE + (top - bottom - step * n) * rise, 1),
                "label": figure(bottom + step * n),
                "zero": abs(bottom + step * n) < step / 2,
            }
            for n in range(round((top - bottom) / step) + 1)
        ],
        "labels": [{"x": round(x, 1), "text": text} for x, text in zip(at, labels, strict=True) if text],
    }


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    """SVG path data: a new start after each gap; a point between two gaps is drawn as a dot."""
    told, lifted = [], True
    for place in places:
        if place is not None:
            told.append(f"{'M' if lifted else 'L'}{place[0]:.1f} {place[1]:.1f}" + ("h0" if lifted else ""))
        lifted = place is None
    return "".join(told)
