"""The charts of the energy page, and the figures behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from samen.services.energy import EnergyBucket
from samen.web import i18n
from samen.web.charts import Bar, Hour, bar_chart, hour_map

# A bucket of which less is known is drawn as not wholly measured.
WHOLE = 0.99
SATURDAY = 5
NARROW, WIDE = 720, 1090
WEEK_DAYS = 7


def kwh(amount: float | None) -> str:
    """`51,3`, or a dash where nothing is known; whole numbers from a thousand on."""
    if amount is None:
        return "–"
    return i18n.number(amount, 0 if abs(amount) >= 1000 else 1)


def total(buckets: Sequence[EnergyBucket]) -> float:
    """The sum of what is known."""
    return sum(bucket.amount or 0.0 for bucket in buckets)


def remark(bucket: EnergyBucket) -> str:
    """What to know beside a figure; empty for one wholly measured."""
    said: str = ""
    if bucket.amount is None:
        said = _("not measured")
    elif bucket.known < WHOLE:
        said = _("%(percent)s %% measured", percent=i18n.number(bucket.known * 100, 0))
    elif bucket.estimated > 1 - WHOLE:
        said = _("partly estimated")
    return said


def days_chart(days: Sequence[EnergyBucket], zone: ZoneInfo) -> dict[str, Any]:
    """The last days as bars, a label a week."""
    bars = [
        _bar(
            bucket,
            i18n.day_title(_local(bucket, zone).date()),
            i18n.day_short(_local(bucket, zone).date()),
            place % WEEK_DAYS == 0,
            zone,
        )
        for place, bucket in enumerate(days)
    ]
    rows = [[i18n.day_title(_local(day, zone).date()), kwh(day.amount), remark(day)] for day in days]
    return {**bar_chart(bars, NARROW, 250, _tick), "total": f"{kwh(total(days))} kWh", "rows": rows}


def heat_chart(hours: Sequence[EnergyBucket], zone: ZoneInfo) -> dict[str, Any] | None:
    """Each hour of the last days; None while there is nothing to show."""
    cells = _cells(hours, zone)
    known = [cell.value for cell in cells if cell.value is not None]
    if not known:
        return None
    days = sorted({cell.on for cell in cells})
    labels = [i18n.day_short(on) if place % WEEK_DAYS == 0 else "" for place, on in enumerate(days)]
    by_place = {(cell.on, cell.hour): cell.value for cell in cells}
    return {
        **hour_map(cells, days, WIDE, labels),
        "low": f"{kwh(0.0)} kWh",
        "high": f"{kwh(max(known))} kWh",
        "heads": [_("Day"), *(f"{hour} h" for hour in range(24))],
        "rows": [[i18n.day_short(on), *(kwh(by_place.get((on, hour))) for hour in range(24))] for on in days],
    }


def _cells(hours: Sequence[EnergyBucket], zone: ZoneInfo) -> list[Hour]:
    """One for each hour of the wall clock: the hour that comes twice in autumn shows its mean."""
    places: dict[tuple[date, int], list[float | None]] = defaultdict(list)
    for bucket in hours:
        local = _local(bucket, zone)
        places[local.date(), local.hour].append(bucket.amount)
    return [_cell(on, hour, amounts) for (on, hour), amounts in places.items()]


def _cell(on: date, hour: int, amounts: Sequence[float | None]) -> Hour:
    known = [amount for amount in amounts if amount is not None]
    mean = sum(known) / len(known) if known else None
    said = f"{kwh(mean)} kWh" if mean is not None else _("not measured")
    return Hour(on, hour, mean, f"{i18n.day_title(on)}, {hour} h: {said}")


def power_curve(quarters: Sequence[EnergyBucket], zone: ZoneInfo) -> dict[str, Any] | None:
    """Mean power of each quarter of an hour in kW; None while nothing is known."""
    values = [None if quarter.amount is None else round(quarter.amount * 4, 3) for quarter in quarters]
    if all(value is None for value in values):
        return None
    at = [int(quarter.starts_at.timestamp()) for quarter in quarters]
    rows = [
        [i18n.clock(quarter.starts_at, zone), "–" if value is None else i18n.number(value, 2)]
        for quarter, value in zip(quarters, values, strict=True)
    ]
    return {"series": {"at": at, "values": values}, "rows": rows}


def year_charts(
    days: Sequence[EnergyBucket], months: Sequence[EnergyBucket], zone: ZoneInfo
) -> dict[str, Any]:
    """A year by day and by month."""
    bars = [
        _bar(
            month,
            i18n.month_title(_local(month, zone).date()),
            i18n.month_name(_local(month, zone).date()),
            True,
            None,
        )
        for month in months
    ]
    monthly = [[i18n.month_title(_local(one, zone).date()), kwh(one.amount), remark(one)] for one in months]
    values = [None if day.amount is None else round(day.amount, 3) for day in days]
    return {
        "year_series": {"at": [int(day.starts_at.timestamp()) for day in days], "values": values},
        "year_months": {
            **bar_chart(bars, WIDE, 210, _tick),
            "total": f"{kwh(total(days))} kWh",
            "rows": monthly,
        },
        "year_rows": [
            [i18n.day_title(_local(day, zone).date()), kwh(day.amount), remark(day)] for day in days
        ],
        "year_note": _year_note(days),
    }


def _year_note(days: Sequence[EnergyBucket]) -> str:
    known = sum(day.known >= WHOLE for day in days)
    said: str = _(
        "%(total)s kWh in all; %(known)s of %(days)s days wholly measured.",
        total=kwh(total(days)),
        known=known,
        days=len(days),
    )
    return said


def _bar(bucket: EnergyBucket, name: str, label: str, labelled: bool, zone: ZoneInfo | None) -> Bar:
    said = f"{name}: {kwh(bucket.amount)} kWh"
    beside = remark(bucket)
    return Bar(
        value=bucket.amount,
        spoken=f"{said} ({beside})" if beside else said,
        label=label if labelled else "",
        partial=bucket.known < WHOLE,
        weekend=zone is not None and _local(bucket, zone).weekday() >= SATURDAY,
    )


def _tick(value: float) -> str:
    return i18n.number(value, 0 if value == int(value) else 1)


def _local(bucket: EnergyBucket, zone: ZoneInfo) -> datetime:
    return bucket.starts_at.astimezone(zone)
