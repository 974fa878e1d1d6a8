"""The weather page's figures in words: tiles, months, sources, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.adapters.db.models import ArchiveAsk, OutdoorDay
from samen.adapters.normals_file import normal_year
from samen.domain.degree_days import Form, Month, degree_days, months, same_days
from samen.domain.outdoor import HOUR, OutdoorDoubt, WeatherSource, stretches
from samen.services.weather import KnownHour
from samen.web import i18n
from samen.web.charts import Pair, pair_chart
from samen.web.weather_charts import line_chart
from samen.web.weather_words import archive_problem, source_name

WIDE, HEIGHT = 1090, 230
SHOWN_STRETCHES, NOON = 12, 12


@dataclass(frozen=True)
class Years:
    """Degree-days of a year and of the one before, up to `end`, the first day that is not over."""

    form: Form
    year: int
    of_days: Mapping[date, float]
    end: date

    @classmethod
    def of(cls, deg_c: Mapping[date, float], form: Form, year: int, today: date) -> Years:
        return cls(form, year, degree_days(deg_c, form), min(today, date(year + 1, 1, 1)))

    def months(self) -> list[tuple[Month, Month]]:
        """Each month of the year before with the same month of the year, which may not have begun."""
        before = months(self.of_days, self.year - 1, date(self.year, 1, 1))
        this = {month.first.month: month for month in months(self.of_days, self.year, self.end)}
        return [
            (one, this.get(one.first.month, Month(one.first.replace(year=self.year), 0.0, 0, 0)))
            for one in before
        ]

    def total(self) -> float:
        return sum(value for on, value in self.of_days.items() if on.year == self.year and on < self.end)

    def missing(self) -> int:
        """How many days of the year that are over have no degree-days."""
        over = (self.end - date(self.year, 1, 1)).days
        return over - sum(on.year == self.year and on < self.end for on in self.of_days)


def deg_c(value: float | None) -> str:
    """`7,4`, or a dash where nothing is known."""
    return "–" if value is None else i18n.number(value)


def tiles_shown(
    hours: Sequence[KnownHour], days: Sequence[OutdoorDay], years: Years, today: date, now: datetime
) -> list[dict[str, Any]]:
    """The newest hour, yesterday, the year so far beside the one before, and how much is known."""
    by_date = {day.on_date: day.deg_c for day in days}
    yesterday, before = (by_date.get(today - timedelta(days=n)) for n in (1, 2))
    said = _("the day before: %(deg_c)s °C", deg_c=deg_c(before)) if before is not None else None
    return [
        _newest(hours, now),
        {"label": _("Yesterday, the mean"), "value": deg_c(yesterday), "unit": "°C", "foot": said},
        _year_tile(years),
        _known_tile(days, today),
    ]


def _newest(hours: Sequence[KnownHour], now: datetime) -> dict[str, Any]:
    label = _("Outdoors, the last hour known")
    if not hours:
        return {"label": label, "value": "–", "unit": "°C", "foot": _("nothing in the last 7 days")}
    newest = hours[-1]
    foot = f"{i18n.ago(newest.starts_at + HOUR, now)} · {source_name(newest.source)}"
    return {"label": label, "value": deg_c(newest.deg_c), "unit": "°C", "foot": foot}


def _year_tile(years: Years) -> dict[str, Any]:
    said = None
    compared = same_days(years.of_days, years.year, years.year - 1, years.end)
    if compared and compared[1]:
        percent = i18n.signed_percent(compared[0] / compared[1] - 1)
        said = _("%(percent)s against the same days of %(year)s", percent=percent, year=years.year - 1)
    elif years.missing():
        said = not_whole(years.missing())
    return {
        "label": _("Degree-days in %(year)s", year=years.year),
        "value": i18n.number(years.total(), 0),
        "unit": "",
        "foot": said,
    }


def not_whole(days: int) -> str:
    said: str = ngettext("%(num)s day is missing", "%(num)s days are missing", days)
    return said


def _known_tile(days: Sequence[OutdoorDay], today: date) -> dict[str, Any]:
    counts = source_hours(days, today)
    known = sum(counts.values()) / YEAR_HOURS
    return {
        "label": _("Known of the last 365 days"),
        "value": i18n.number(min(known, 1.0) * 100, 0),
        "unit": "%",
        "foot": _("of all hours"),
    }


# 365 local days have as many hours, less or more one.
YEAR_DAYS, YEAR_HOURS = 365, 365 * 24


def source_hours(days: Sequence[OutdoorDay], today: date) -> dict[WeatherSource, int]:
    """How many hours of the last 365 days come from each source."""
    lately = [day for day in days if today - timedelta(days=YEAR_DAYS) <= day.on_date < today]
    return {
        WeatherSource.SENSOR: sum(day.sensor_hours for day in lately),
        WeatherSource.CSV: sum(day.csv_hours for day in lately),
        WeatherSource.ARCHIVE: sum(day.archive_hours for day in lately),
    }


def shares_shown(days: Sequence[OutdoorDay], today: date) -> list[dict[str, Any]]:
    """Where the last 365 days come from, and what nobody knows."""
    counts = source_hours(days, today)
    unknown = max(0, YEAR_HOURS - sum(counts.values()))
    shown = [(source_name(source), count, False) for source, count in counts.items() if count]
    if unknown:
        shown.append((_("unknown"), unknown, True))
    return [
        {
            "name": name,
            "part": i18n.percent(count / YEAR_HOURS),
            "percent": min(100, round(count / YEAR_HOURS * 100)),
            "residual": residual,
        }
        for name, count, residual in shown
    ]


def month_chart(years: Years) -> dict[str, Any]:
    """Months as pairs of bars with the figures behind them; the published normal where there is one."""
    normal = normal_year(years.form)
    pairs = years.months()
    heads = [_("Month"), str(years.year - 1), str(years.year), _("Remark")]
    if normal is not None:
        heads.insert(3, _("Normal (%(station)s, %(period)s)", station=normal.station, period=normal.period))
    return {
        **pair_chart([_pair(*pair) for pair in pairs], WIDE, HEIGHT, i18n.tick),
        "heads": heads,
        "rows": [
            [
                i18n.month_name(this.first),
                _figure(before),
                _figure(this),
                *([i18n.number(normal.months[this.first.month - 1], 0)] if normal else []),
                _remark(before, this),
            ]
            for before, this in pairs
        ],
    }


def _pair(before: Month, this: Month) -> Pair:
    earlier, later = (one.degree_days if one.known_days else None for one in (before, this))
    label = i18n.month_name(this.first)
    return Pair((earlier, later), (_said(before), _said(this)), label, (not before.whole, not this.whole))


def _said(month: Month) -> str:
    said = f"{i18n.month_title(month.first)}: {_figure(month)}"
    return f"{said} ({_days_known(month)})" if month.known_days and not month.whole else said


def _figure(month: Month) -> str:
    return i18n.number(month.degree_days, 0) if month.known_days else "–"


def _days_known(month: Month) -> str:
    said: str = _("%(known)s of %(days)s days", known=month.known_days, days=month.days)
    return said


def _shortfall(month: Month) -> str:
    said: str = _("not over yet")
    return said if month.known_days == month.days else _days_known(month)


def _remark(before: Month, this: Month) -> str:
    """What is not whole, by year: such a sum is too small."""
    return " · ".join(
        f"{_shortfall(month)} ({month.first.year})"
        for month in (before, this)
        if month.days and not month.whole
    )


def week_chart(hours: Sequence[KnownHour], start: datetime, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The temperatures of the last days, hour by hour, and the figures of each day."""
    known = {hour.starts_at: hour.deg_c for hour in hours}
    at = [start + n * HOUR for n in range((now - start) // HOUR)]
    local = [one.astimezone(zone) for one in at]
    labels = [i18n.day_short(one.date()) if one.hour == NOON else "" for one in local]
    by_day: dict[date, list[float]] = {}
    for one, when in zip(at, local, strict=True):
        by_day.setdefault(when.date(), []).extend([known[one]] if one in known else [])
    return {
        **line_chart([known.get(one) for one in at], labels, WIDE, HEIGHT, i18n.short_number),
        "rows": [
            [i18n.day_title(on), *((deg_c(f(values)) for f in (min, mean, max)) if values else ["–"] * 3)]
            for on, values in by_day.items()
        ],
    }


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def missing_shown(days: Sequence[date]) -> dict[str, Any]:
    """The stretches that are not wholly known, newest first, as far as they fit a list."""
    found = stretches(days)[::-1]
    return {
        "count": len(days),
        "stretches": [_stretch(first, last) for first, last in found[:SHOWN_STRETCHES]],
        "more": max(0, len(found) - SHOWN_STRETCHES),
    }


def _stretch(first: date, last: date) -> str:
    if first == last:
        return i18n.day_long(first)
    days = (last - first).days + 1
    span = _("%(first)s to %(last)s", first=i18n.day_long(first), last=i18n.day_long(last))
    length = ngettext("%(num)s day", "%(num)s days", days)
    return f"{span} ({length})"


def warnings_shown(
    doubted: Mapping[OutdoorDoubt, int], state: ArchiveAsk | None, zone: ZoneInfo
) -> list[dict[str, str]]:
    """What is doubtful, beside the figures."""
    said = []
    if hours := doubted.get(OutdoorDoubt.STUCK):
        said.append(
            ngettext(
                "The outdoor sensor seems stuck: %(num)s hour of the last 30 days is left out.",
                "The outdoor sensor seems stuck: %(num)s hours of the last 30 days are left out.",
                hours,
            )
        )
    if hours := doubted.get(OutdoorDoubt.SUN):
        said.append(
            ngettext(
                "The sun heats the outdoor sensor: %(num)s hour of the last 30 days is left out.",
                "The sun heats the outdoor sensor: %(num)s hours of the last 30 days are left out.",
                hours,
            )
        )
    if state is not None and state.problem is not None:
        again = i18n.moment(state.again_at, zone)
        said.append(
            _(
                "The weather archive could not be used: %(why)s. It is asked again on %(again)s.",
                why=archive_problem(state.problem),
                again=again,
            )
        )
    return [{"tone": "warn", "text": text} for text in said]
