"""The charts of a year: a map of its days, its curve, and its months beside those of the year before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from samen.services.energy import EnergyBucket
from samen.web import i18n
from samen.web.charts import Day, Pair, pair_chart, year_map
from samen.web.energy_charts import (
    WIDE,
    Chart,
    amount_column,
    day_rows,
    epoch,
    known_columns,
    local,
    speaker,
    total,
)
from samen.web.energy_look import Look
from samen.web.tables import Column, Table

MONDAY = date(2024, 1, 1)


def calendar_chart(look: Look) -> Chart | None:
    """Every day of the year in its week; None while nothing is known."""
    known = [day.amount for day in look.year_days if day.amount is not None]
    if not known:
        return None
    pins = dict(look.pins)
    spoken = speaker(look.unit)
    days = [_day(day, look.zone, spoken, pins) for day in look.year_days]
    weekdays = [i18n.weekday(MONDAY + timedelta(days=place)) for place in range(7)]
    return {
        **year_map(days, WIDE, weekdays, i18n.month_name),
        "low": f"{i18n.figure(0.0)} {look.unit}",
        "high": f"{i18n.figure(max(known))} {look.unit}",
        "table": _days_table("calendar", look),
    }


def _day(
    bucket: EnergyBucket,
    zone: ZoneInfo,
    spoken: Callable[[str, EnergyBucket], str],
    pins: Mapping[date, str],
) -> Day:
    on = local(bucket, zone).date()
    said = spoken(i18n.day_title(on), bucket)
    return Day(on, bucket.amount, f"{said} · {pins[on]}" if on in pins else said, epoch(bucket), pins.get(on))


def _days_table(name: str, look: Look) -> Table:
    columns = [Column("date", _("Day"), i18n.day_title), amount_column(look.unit), *known_columns()]
    caption: str = _("The year %(year)d, day by day", year=look.year)
    return Table(name, caption, columns, day_rows(look.year_days, look.zone))


def year_chart(look: Look) -> Chart | None:
    """The year's days as a curve; None while nothing is known."""
    if look.year is None:
        return None
    values = [None if day.amount is None else round(day.amount, 3) for day in look.year_days]
    return {
        "series": {"at": [epoch(day)[0] for day in look.year_days], "values": values},
        "note": _year_note(look),
        "table": _days_table("year", look),
    }


def _year_note(look: Look) -> str:
    said: str = _(
        "%(total)s %(unit)s in all; %(known)s of %(days)s days wholly measured.",
        total=i18n.figure(total(look.year_days)),
        unit=look.unit,
        known=sum(day.sure for day in look.year_days),
        days=len(look.year_days),
    )
    return said


def years_chart(look: Look) -> Chart | None:
    """Its months beside those of the year before: only days that are wholly known in both."""
    if look.year is None:
        return None
    sums = _compared(look)
    if not sums:
        return None
    columns = [
        Column("month", _("Month"), i18n.month_title),
        *(_of_year(year, look.unit) for year in (look.year - 1, look.year)),
        Column("days_compared", _("Days compared")),
        Column(
            "change_fraction", _("Change"), lambda share: "–" if share is None else i18n.signed_percent(share)
        ),
    ]
    rows: list[list[Any]] = [
        [month, past, now, str(days), _change(past, now)] for month, (past, now, days) in sums.items()
    ]
    pairs = [_pair(month, past, now, look) for month, (past, now, _days) in sums.items()]
    return {
        **pair_chart(pairs, WIDE, 230, i18n.tick),
        "past": look.year - 1,
        "year": look.year,
        "note": _years_note(list(sums.values())),
        "table": Table(
            "years", _("%(past)d beside %(year)d", past=look.year - 1, year=look.year), columns, rows
        ),
    }


def _of_year(year: int, unit: str) -> Column:
    key = f"energy_{year}_kwh" if unit == "kWh" else f"volume_{year}_m3"
    return Column(key, f"{year} ({unit})", i18n.figure)


Sums = tuple[float, float, int]


def _compared(look: Look) -> dict[date, Sums]:
    """By month of the year: what both years used on the days that both know, and how many these are."""
    past = {local(day, look.zone).date(): day for day in look.last_year_days}
    sums: dict[date, Sums] = defaultdict(lambda: (0.0, 0.0, 0))
    for day in look.year_days:
        on = local(day, look.zone).date()
        before = past.get(_a_year_before(on))
        if before is not None and day.whole and before.whole:
            old, new, days = sums[on.replace(day=1)]
            sums[on.replace(day=1)] = (old + (before.amount or 0.0), new + (day.amount or 0.0), days + 1)
    return sums


def _a_year_before(on: date) -> date:
    """The 29th of February has none, and is compared with no day of that year."""
    leap = (on.month, on.day) == (2, 29)
    return on if leap else on.replace(year=on.year - 1)


def _pair(month: date, past: float, now: float, look: Look) -> Pair:
    before = month.replace(year=month.year - 1)
    words = (
        f"{i18n.month_title(on)}: {i18n.figure(amount)} {look.unit}"
        for on, amount in ((before, past), (month, now))
    )
    return Pair((past, now), (next(words), next(words)), i18n.month_name(month))


def _change(past: float, now: float) -> float | None:
    return (now - past) / past if past else None


def _years_note(sums: Sequence[Sums]) -> str:
    past, now = sum(one[0] for one in sums), sum(one[1] for one in sums)
    change = _change(past, now)
    said: str = _(
        "%(change)s over the %(days)s days measured in both years; not corrected for the weather.",
        change="–" if change is None else i18n.signed_percent(change),
        days=sum(one[2] for one in sums),
    )
    return said
