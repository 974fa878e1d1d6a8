"""A zone's plan for a day as a strip: setpoints above, what is booked below, in SVG user units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval, local_day
from samen.domain.steering import Step
from samen.services.steering import HeatedZone
from samen.web import i18n
from samen.web.heating_words import deg, vent_words, why_words

WIDTH, HEIGHT = 520.0, 128.0
LEFT, TOP, BOTTOM = 52.0, 10.0, 78.0
BOOKED_AT, BOOKED_TALL = 86.0, 14.0
# The least difference that is drawn, so that a zone without setback has a line and not a wall.
LEAST_RANGE_K = 2.0


def strip(heated: HeatedZone, steps: Sequence[Step], on: date, now: datetime) -> dict[str, Any]:
    """One local day: `steps`, `bookings` and `hours` as places, `past` and `now` where it is today."""
    day = local_day(on, heated.timezone)
    scale = _Scale(heated, day)
    shown = [(step, cut) for step in _by_reason(steps) if (cut := _cut(step.during, day))]
    booked = [(span, cut) for span in heated.booked if (cut := _cut(span, day))]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "title": i18n.day_title(on),
        "ticks": [{"y": scale.y(value), "label": deg(value)} for value in scale.marks],
        "steps": [_step(step, cut, scale, heated.timezone) for step, cut in shown],
        "bookings": [{**scale.across(cut), "label": _times(span, heated.timezone)} for span, cut in booked],
        "hours": [
            {"x": scale.x(at), "label": i18n.clock(at, heated.timezone)}
            for at in _hours(day, heated.timezone)
        ],
        "past": scale.across(Interval(day.start, now)) if day.start < now < day.end else None,
        "rows": rows_of(steps, day, heated.timezone),
    }


def rows_of(steps: Sequence[Step], day: Interval, zone: ZoneInfo) -> list[list[str]]:
    """The same as a table: when, how warm, how much air, and why."""
    return [
        [_times(cut, zone), deg(step.deg_c), vent_words()[step.vent], why_words()[step.why]]
        for step in steps
        if (cut := _cut(step.during, day))
    ]


class _Scale:
    def __init__(self, heated: HeatedZone, day: Interval) -> None:
        low, high = heated.settings.setback_deg_c, heated.settings.comfort_deg_c
        self.marks = sorted({low, high})
        self._day, self._low = day, low - 1
        self._rise = (BOTTOM - TOP) / max(LEAST_RANGE_K, high - low + 1)

    def x(self, at: datetime) -> float:
        """By time that passes: a day of 23 or 25 hours fills the width too."""
        return round(LEFT + (WIDTH - LEFT) * ((at - self._day.start) / self._day.length), 1)

    def y(self, deg_c: float) -> float:
        return round(max(TOP, BOTTOM - (deg_c - self._low) * self._rise), 1)

    def across(self, span: Interval) -> dict[str, float]:
        return {"x": self.x(span.start), "width": round(self.x(span.end) - self.x(span.start), 1)}


def _by_reason(steps: Sequence[Step]) -> list[Step]:
    """Steps that differ only in the air they bring are drawn as one."""
    found: list[Step] = []
    for step in steps:
        if found and (found[-1].why, found[-1].deg_c) == (step.why, step.deg_c):
            whole = Interval(found[-1].during.start, step.during.end)
            found[-1] = replace(found[-1], during=whole)
        else:
            found.append(step)
    return found


def _step(step: Step, cut: Interval, scale: _Scale, zone: ZoneInfo) -> dict[str, Any]:
    y = scale.y(step.deg_c)
    words = (deg(step.deg_c), why_words()[step.why])
    return {
        **scale.across(cut),
        "y": y,
        "height": round(BOTTOM - y, 1),
        "kind": step.why.value,
        "label": f"{_times(step.during, zone)}: {', '.join(words)}",
    }


def _cut(span: Interval, day: Interval) -> Interval | None:
    start, end = max(span.start, day.start), min(span.end, day.end)
    return Interval(start, end) if start < end else None


def _times(span: Interval, zone: ZoneInfo) -> str:
    return f"{i18n.clock(span.start, zone)}–{i18n.clock(span.end, zone)}"


def _hours(day: Interval, zone: ZoneInfo) -> list[datetime]:
    """Every third hour of the wall clock."""
    hours = (day.start + timedelta(hours=n) for n in range(round(day.length / timedelta(hours=1))))
    return [at for at in hours if at.astimezone(zone).hour % 3 == 0]
