"""The charts of the last days, hours and quarters of an hour, and the figures behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from samen.services.energy import EnergyBucket
from samen.services.load import MonthPeak
from samen.web import i18n
from samen.web.charts import Bar, Hour, Span, bar_chart, falling_curve, hour_map
from samen.web.energy_look import DAYS, Look
from samen.web.tables import Column, Table

SATURDAY = 5
NARROW, WIDE = 720, 1090
WEEK_DAYS = 7
Chart = dict[str, Any]


def fine(amount: float | None) -> str:
    """`0,51`, or a dash."""
    return "–" if amount is None else i18n.number(amount, 2)


def total(buckets: Sequence[EnergyBucket]) -> float:
    """The sum of what is known."""
    return sum(bucket.amount or 0.0 for bucket in buckets)


def remark(bucket: EnergyBucket) -> str:
    """What to know beside a figure; empty for one wholly measured."""
    said: str = ""
    if bucket.amount is None:
        said = _("not measured")
    elif not bucket.whole:
        said = _("%(percent)s %% measured", percent=i18n.number(bucket.known * 100, 0))
    elif not bucket.sure:
        said = _("partly estimated")
    return said


def rate_unit(unit: str) -> str:
    """Of a meter's unit an hour."""
    return "kW" if unit == "kWh" else f"{unit}/h"


def amount_column(unit: str) -> Column:
    """What was used, in a meter's unit."""
    return Column("energy_kwh" if unit == "kWh" else "volume_m3", unit, i18n.figure)


def rate_column(unit: str) -> Column:
    """What was used an hour."""
    return Column("power_kw" if unit == "kWh" else "flow_m3_per_h", rate_unit(unit), fine)


def known_columns() -> list[Column]:
    """How much of a bucket is known, and in words what to know of it."""
    return [
        Column("known_fraction", _("Measured"), i18n.percent),
        Column("estimated_fraction", _("Estimated"), i18n.percent),
    ]


def day_rows(days: Sequence[EnergyBucket], zone: ZoneInfo) -> list[list[Any]]:
    """(date, amount, known, estimated)."""
    return [[local(day, zone).date(), day.amount, day.known, day.estimated] for day in days]


def days_chart(look: Look) -> Chart:
    """The last days as bars, a label a week."""
    spoken = speaker(look.unit)
    bars = [
        Bar(
            day.amount,
            spoken(i18n.day_title(on), day),
            i18n.day_short(on) if place % WEEK_DAYS == 0 else "",
            partial=not day.whole,
            weekend=on.weekday() >= SATURDAY,
            span=epoch(day),
        )
        for place, day in enumerate(look.days)
        for on in [local(day, look.zone).date()]
    ]
    columns = [Column("date", _("Day"), i18n.day_title), amount_column(look.unit), *known_columns()]
    table = Table("days", _("The last 28 days"), columns, day_rows(look.days, look.zone))
    return {
        **bar_chart(bars, NARROW, 250, i18n.tick),
        "total": f"{i18n.figure(total(look.days))} {look.unit}",
        "table": table,
    }


def hours_chart(look: Look) -> Chart | None:
    """Each hour of the last days; None while there is nothing to show."""
    walls = [local(hour, look.zone) for hour in look.hours]
    cells = _cells(look.hours, walls, look.unit)
    known = [cell.value for cell in cells if cell.value is not None]
    if not known:
        return None
    days = sorted({cell.on for cell in cells})
    labels = [i18n.day_short(on) if place % WEEK_DAYS == 0 else "" for place, on in enumerate(days)]
    return {
        **hour_map(cells, days, NARROW, labels),
        "low": f"{i18n.figure(0.0)} {look.unit}",
        "high": f"{i18n.figure(max(known))} {look.unit}",
        "table": _hours_table(look, walls),
    }


def _hours_table(look: Look, walls: Sequence[datetime]) -> Table:
    columns = [Column("start", _("Hour"), _moment), amount_column(look.unit), *known_columns()]
    rows: list[list[Any]] = [
        [wall, hour.amount, hour.known, hour.estimated] for wall, hour in zip(walls, look.hours, strict=True)
    ]
    return Table("hours", _("When do we use it?"), columns, rows)


def _moment(at: datetime) -> str:
    return f"{i18n.day_short(at.date())} {at:%H:%M}"


def _cells(hours: Sequence[EnergyBucket], walls: Sequence[datetime], unit: str) -> list[Hour]:
    """One for each hour of the wall clock: the hour that comes twice in autumn shows its mean."""
    places: dict[tuple[date, int], list[EnergyBucket]] = defaultdict(list)
    for bucket, wall in zip(hours, walls, strict=True):
        places[wall.date(), wall.hour].append(bucket)
    titles = {on: i18n.day_title(on) for on in {on for on, _hour in places}}
    figure = i18n.figures()
    return [
        _cell(on, hour, titles[on], buckets, lambda mean: f"{figure(mean)} {unit}")
        for (on, hour), buckets in places.items()
    ]


def _cell(
    on: date, hour: int, title: str, buckets: Sequence[EnergyBucket], amount_words: Callable[[float], str]
) -> Hour:
    # When something was used is known only of hours that were measured: what was spread says nothing of it.
    sure = [bucket.amount for bucket in buckets if bucket.amount is not None and bucket.sure]
    mean = sum(sure) / len(sure) if sure else None
    said = amount_words(mean) if mean is not None else remark(buckets[0])
    span = (epoch(buckets[0])[0], epoch(buckets[-1])[1])
    return Hour(on, hour, mean, f"{title}, {hour} h: {said}", span)


def power_chart(look: Look) -> Chart | None:
    """Mean power of each quarter of an hour; None while nothing is known.

    Of a quarter that is known in part, as the one that runs, it would be too low: it has none.
    """
    values = [
        round(quarter.amount * 4, 3) if quarter.amount is not None and quarter.whole else None
        for quarter in look.quarters
    ]
    if all(value is None for value in values):
        return None
    columns = [Column("start", _("Time"), _moment), rate_column(look.unit), *known_columns()]
    rows = [
        [local(quarter, look.zone), value, quarter.known, quarter.estimated]
        for quarter, value in zip(look.quarters, values, strict=True)
    ]
    return {
        "series": {"at": [epoch(quarter)[0] for quarter in look.quarters], "values": values},
        "table": Table("power", _("The last 24 hours"), columns, rows),
    }


def load_chart(look: Look) -> Chart | None:
    """For how much of the time how much is drawn, with the months' peaks; None while nothing is known."""
    load = look.load
    if load is None:
        return None
    unit = rate_unit(look.unit)
    marks = [(peak.share, peak.per_hour, _peak_words(peak, unit)) for peak in load.peaks]
    # The months' peaks lie close together: the highest is drawn, all are written.
    highest = [max(marks, key=lambda mark: mark[1])] if marks else []
    columns = [
        Column("share_of_time_percent", _("Share of the time"), lambda share: f"{share} %"),
        rate_column(look.unit),
    ]
    rows: list[list[Any]] = [[str(percent), rate] for percent, rate in enumerate(load.curve)]
    return {
        **falling_curve(load.curve, highest, 320, 264, i18n.tick),
        "peaks": [
            f"{words} ({i18n.moment(peak.at, look.zone)})"
            for peak, (_share, _rate, words) in zip(load.peaks, marks, strict=True)
        ],
        "note": _(
            "%(percent)s %% of the last %(days)s days; the rest is not measured finely enough.",
            percent=i18n.number(load.known * 100, 0),
            days=DAYS,
        ),
        "unit": unit,
        "table": Table("load", _("For how long how much?"), columns, rows),
    }


def _peak_words(peak: MonthPeak, unit: str) -> str:
    name, words = i18n.month_title(peak.month), f"{fine(peak.per_hour)} {unit}"
    return str(_("%(name)s: %(words)s", name=name, words=words))


def speaker(unit: str) -> Callable[[str, EnergyBucket], str]:
    """What says a bucket of that name in a few words; its sentence is looked up once for all of a chart."""
    sentence: str = _("%(name)s: %(words)s")
    figure = i18n.figures()

    def spoken(name: str, bucket: EnergyBucket) -> str:
        said = sentence % {"name": name, "words": f"{figure(bucket.amount)} {unit}"}
        beside = remark(bucket)
        return f"{said} ({beside})" if beside else said

    return spoken


def epoch(bucket: EnergyBucket) -> Span:
    """Its ends in seconds since the epoch."""
    return int(bucket.starts_at.timestamp()), int(bucket.ends_at.timestamp())


def local(bucket: EnergyBucket, zone: ZoneInfo) -> datetime:
    """Its start on the building's clocks."""
    return bucket.starts_at.astimezone(zone)
