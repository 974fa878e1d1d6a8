"""A file's temperatures as means of whole hours, whatever its step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from samen.domain.interval import Interval
from samen.domain.outdoor import HOUR, full_hour

# An hour's mean needs half of it, as a day's does.
LEAST_S = HOUR.total_seconds() / 2
TO_DEG_C: Mapping[str, Callable[[float], float]] = {
    "degC": lambda value: value,
    "degF": lambda value: (value - 32) / 1.8,
}


@dataclass(frozen=True, slots=True)
class Mean:
    """What a line says was the mean temperature of an interval."""

    line: int
    during: Interval
    deg_c: float


@dataclass
class FileHour:
    """An hour of a file: the first line that speaks of it, and what its lines say together."""

    line: int
    during: Interval
    known_s: float = 0.0
    sum_deg_c_s: float = 0.0

    @property
    def deg_c(self) -> float:
        return self.sum_deg_c_s / self.known_s


def file_hours(means: Iterable[Mean]) -> list[FileHour]:
    """The hours of which at least half is known, in order; each hour of a day gets a daily mean."""
    hours: dict[Interval, FileHour] = {}
    for mean in means:
        for hour in _hours_of(mean.during):
            shared = min(hour.end, mean.during.end) - max(hour.start, mean.during.start)
            known = hours.setdefault(hour, FileHour(mean.line, hour))
            known.known_s += shared.total_seconds()
            known.sum_deg_c_s += mean.deg_c * shared.total_seconds()
    return [hours[hour] for hour in sorted(hours) if hours[hour].known_s >= LEAST_S]


def _hours_of(span: Interval) -> Iterable[Interval]:
    start = full_hour(span.start)
    while start < span.end:
        yield Interval(start, start + HOUR)
        start += HOUR
