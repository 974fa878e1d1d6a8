"""Geometry of curves, bands and dots that the server draws, in SVG user units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from typing import Any

from samen.web.charts import ABOVE, BELOW, LEFT, tick_step

Point = tuple[float, float]
RIGHT = 10.0
# So that a curve never touches the frame that it is drawn in.
MARGIN = 0.02


@dataclass(frozen=True)
class Frame:
    """From data to a drawing: `across` and `up` are the lowest and highest values shown."""

    width: int
    height: int
    across: Point
    up: Point

    def x(self, value: float) -> float:
        low, high = self.across
        return round(LEFT + (value - low) / (high - low or 1.0) * (self.width - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        low, high = self.up
        return round(
            self.height - BELOW - (value - low) / (high - low or 1.0) * (self.height - BELOW - ABOVE), 1
        )

    def line(self, points: Iterable[Point]) -> str:
        """A path through the points."""
        return "M" + "L".join(f"{self.x(x)} {self.y(y)}" for x, y in points)

    def area(self, upper: Sequence[Point], lower: Sequence[Point]) -> str:
        """What lies between two lines."""
        return self.line([*upper, *reversed(lower)]) + "Z"

    def dots(self, points: Iterable[Point]) -> str:
        """A path of nothing but beginnings: drawn with a round cap, each is a dot."""
        return "".join(f"M{self.x(x)} {self.y(y)}h0" for x, y in points)

    def ticks(self, figure: Callable[[float], str]) -> list[dict[str, Any]]:
        """The values of the scale on the left, and where each stands."""
        low, high = self.up
        step = tick_step(high - low)
        values = [step * n for n in range(ceil(low / step), floor(high / step) + 1)]
        return [{"y": self.y(value), "label": figure(value), "zero": value == 0} for value in values]

    def figures(self, figure: Callable[[float], str]) -> list[dict[str, Any]]:
        """The values of the scale below, where it counts something."""
        low, high = self.across
        step = tick_step(high - low)
        values = [step * n for n in range(ceil(low / step), floor(high / step) + 1)]
        return [{"x": self.x(value), "text": figure(value)} for value in values]


def frame(width: int, height: int, xs: Iterable[float], ys: Iterable[float]) -> Frame:
    """A frame that shows all of these values."""
    across, up = list(xs), list(ys)
    room = (max(up) - min(up) or 1.0) * MARGIN
    return Frame(width, height, (min(across), max(across)), (min(up) - room * (min(up) != 0), max(up) + room))


def months_below(
    drawn: Frame, first: date, last: date, name: Callable[[date], str], most: int = 13
) -> list[dict[str, Any]]:
    """A label at the beginning of each month, or of every second or third where there would be too many."""
    months = [
        on for on in map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)) if on.day == 1
    ]
    every = max(1, ceil(len(months) / most))
    return [{"x": drawn.x(on.toordinal()), "text": name(on)} for on in months[::every]]
