"""Outdoor temperatures from a file: all of it, or nothing where it contradicts what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from samen.adapters.csvfile import Sample
from samen.adapters.db.locks import WEATHER, take_turn
from samen.adapters.db.models import Site
from samen.domain.imported import Irregular, intervals
from samen.domain.interval import Interval, gaps
from samen.domain.outdoor import WeatherSource, possible
from samen.domain.temperature_file import TO_DEG_C, FileHour, Mean, file_hours
from samen.services.imports import RowRefusal
from samen.services.weather import differs, store_temperatures, stored_hours


class NoHours(ValueError):
    """The file has no regular rows with values; the message says on which line."""


@dataclass
class WeatherReport:
    """What an import did, in hours; with refusals it did nothing. `gaps`: times the file says nothing of."""

    rows: int
    empty: int
    added: int = 0
    changed: int = 0
    known: int = 0
    gaps: list[Interval] = field(default_factory=list)
    refusals: list[RowRefusal] = field(default_factory=list)


def import_temperatures(
    session: Session,
    site: Site,
    samples: Sequence[Sample],
    unit: str,
    zone: ZoneInfo,
    now: datetime,
    replace: bool = False,
) -> WeatherReport:
    """Store a file's mean temperatures, in `degC` or `degF`, as hours. Raises NoHours.

    A line is refused, and with it the file, where it is `impossible` outdoors, or `not_over` yet, or where it
    `differs` from another file's hour and is not to `replace` it.
    """
    means = _means(samples, unit, zone)
    report = WeatherReport(rows=len(samples), empty=len(samples) - len(means))
    report.refusals = [*_impossible(means), *_not_begun(means, now)]
    if report.refusals:
        return report
    hours = file_hours(means)
    whole = Interval(means[0].during.start, means[-1].during.end)
    report.gaps = gaps(whole, [mean.during for mean in means])
    take_turn(session, WEATHER, [site.id])
    there = stored_hours(session, site, WeatherSource.CSV, whole.start, whole.end)
    report.refusals = list(_refused(hours, {} if replace else there, now))
    if not report.refusals:
        wanted = [(hour.during.start, hour.deg_c) for hour in hours]
        done = store_temperatures(session, site, WeatherSource.CSV, wanted, now)
        report.added, report.changed, report.known = done.added, done.changed, done.known
    return report


def _means(samples: Sequence[Sample], unit: str, zone: ZoneInfo) -> list[Mean]:
    try:
        spans = intervals([sample.at for sample in samples], zone)
    except Irregular as fault:
        line = samples[fault.place].line if samples else 1
        raise NoHours(f"line {line}: {fault}") from fault
    means = [
        Mean(sample.line, span, TO_DEG_C[unit](sample.value))
        for sample, span in zip(samples, spans, strict=True)
        if sample.value is not None
    ]
    if not means:
        raise NoHours("no values")
    return means


def _impossible(means: Sequence[Mean]) -> Iterator[RowRefusal]:
    for mean in means:
        if not possible(mean.deg_c):
            yield RowRefusal(mean.line, "impossible", f"{mean.deg_c:.1f} °C")


def _not_begun(means: Sequence[Mean], now: datetime) -> Iterator[RowRefusal]:
    for mean in means:
        if mean.during.start > now:
            yield RowRefusal(mean.line, "not_over", mean.during.start.isoformat())


def _refused(
    hours: Sequence[FileHour], there: Mapping[datetime, float], now: datetime
) -> Iterator[RowRefusal]:
    for hour in hours:
        stored = there.get(hour.during.start)
        if hour.during.end > now:
            yield RowRefusal(hour.line, "not_over", hour.during.start.isoformat())
        elif stored is not None and differs(stored, hour.deg_c):
            yield RowRefusal(hour.line, "differs", f"{stored:.2f} → {hour.deg_c:.2f} °C")
