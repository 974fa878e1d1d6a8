"""The weather page: outdoor temperatures, degree-days, and how to fill what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from samen.adapters.csvfile import CsvFault, samples_in
from samen.adapters.db.models import Site
from samen.domain.access import Role
from samen.domain.degree_days import Form, degree_days, months
from samen.domain.evaluation import Period
from samen.domain.interval import midnight
from samen.domain.temperature_file import TO_DEG_C
from samen.services import outdoor, weather, weather_archive
from samen.services.weather_import import NoHours, WeatherReport, import_temperatures
from samen.web import current
from samen.web.file_words import file_fault
from samen.web.policy import Access, allow
from samen.web.security import takes_up_to
from samen.web.shell import building
from samen.web.table_file import csv_answer
from samen.web.weather_figures import (
    Years,
    missing_shown,
    month_chart,
    not_whole,
    shares_shown,
    tiles_shown,
    warnings_shown,
    week_chart,
)
from samen.web.weather_words import form_name, form_sentence, refusal_sentence

blueprint = Blueprint("weather", __name__)
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
# A year of hours is some 300 kB.
LARGEST_FILE = 4 * 1024 * 1024
SHOWN_REFUSALS = 8
ENROL = "samen device add NAME --outdoor --streams climate"


@blueprint.get("/energy/weather")
@allow(Access.OVERSIGHT)
def overview() -> str:
    """`form`: which degree-days, 15/15 by default. `year`: this one by default."""
    return _page()


def _page(errors: Sequence[str] = ()) -> str:
    now = current.now()
    with current.database().read() as session:
        site = building(session)
        return render_template("pages/weather.html", errors=errors, **_shown(session, site, now))


def _shown(session: Session, site: Site, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(site.timezone)
    today = now.astimezone(zone).date()
    form, year = _form(), _year(today)
    week = midnight(today - WEEK, zone)
    hours = weather.best_hours(session, site, week, now)
    lately = weather.days(session, site, Period(today - timedelta(days=366), today))
    years = Years.of(_deg_c(session, site, form, year - 1, year), form, year, today)
    first = weather.first_day(session, site)
    return {
        "site_name": site.name,
        "empty": first is None,
        "tiles": tiles_shown(hours, lately, years, today, now),
        "warnings": warnings_shown(
            outdoor.doubted_hours(session, site, now - MONTH),
            weather_archive.ask_state(session, site) if current.settings().weather_url else None,
            zone,
        ),
        "form": form.value,
        "form_name": form_name(form),
        "form_sentence": form_sentence(form),
        "forms": [{"value": one.value, "name": form_name(one)} for one in Form],
        "year": year,
        "years": list(range(today.year, (first or today).year - 1, -1)),
        "months": month_chart(years),
        "year_note": not_whole(years.missing()) if years.missing() else None,
        "week": week_chart(hours, week, now, zone),
        "shares": shares_shown(lately, today),
        "missing": missing_shown(weather_archive.missing_days(session, site, now)),
        "ways": _ways(session, site),
        "may_import": current.viewer().role is Role.MANAGER,
        "units": list(TO_DEG_C),
        "enrol": ENROL,
    }


def _ways(session: Session, site: Site) -> dict[str, Any]:
    """Which of the three sources there are already."""
    return {
        "sensors": [device.name for device in outdoor.sensors(session, site)],
        "archive": current.settings().weather_url is not None,
        "placed": site.latitude is not None,
    }


def _form() -> Form:
    wanted = request.args.get("form")
    return next((form for form in Form if form.value == wanted), Form.BASE_15)


def _year(today: date) -> int:
    wanted = request.args.get("year", type=int)
    return wanted if wanted is not None and 1940 <= wanted <= today.year else today.year


def _deg_c(session: Session, site: Site, form: Form, first: int, last: int) -> dict[date, float]:
    """Daily means of whole years, and of the days before that the form looks back at."""
    start = date(first, 1, 1) - timedelta(days=form.reach)
    return weather.deg_c_by_day(session, site, Period(start, date(last + 1, 1, 1)))


@blueprint.post("/energy/weather")
@allow(Access.MANAGER)
@takes_up_to(LARGEST_FILE)
def upload() -> ResponseReturnValue:
    """Form fields `file`, `column`, `unit`, and `replace` for a file that may contradict an earlier one."""
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    if not content:
        return _page([_("Choose a file first.")]), 422
    try:
        report = _imported(content)
    except (CsvFault, NoHours) as fault:
        return _page([_("The file cannot be read: %(fault)s.", fault=file_fault(fault))]), 422
    if report.refusals:
        return _page(_refused(report)), 409
    flash(
        ngettext("%(num)s hour was added.", "%(num)s hours were added.", report.added)
        if report.added or not report.changed
        else ngettext("%(num)s hour was replaced.", "%(num)s hours were replaced.", report.changed),
        "good",
    )
    return redirect(url_for("weather.overview"), 303)


def _imported(content: bytes) -> WeatherReport:
    unit, replace = request.form.get("unit", ""), "replace" in request.form
    with current.database().read() as session:
        zone = ZoneInfo(building(session).timezone)
    samples = samples_in(content, zone, request.form.get("column") or "value")
    with current.database().write() as session:
        chosen = unit if unit in TO_DEG_C else "degC"
        return import_temperatures(session, building(session), samples, chosen, zone, current.now(), replace)


def _refused(report: WeatherReport) -> list[str]:
    """One sentence on the whole, and one for each of the first lines."""
    count = len(report.refusals)
    return [
        ngettext(
            "%(num)s line is refused, so nothing was imported.",
            "%(num)s lines are refused, so nothing was imported.",
            count,
        ),
        *(
            _("Line %(line)s: %(why)s.", line=one.line, why=refusal_sentence(one.code, one.detail))
            for one in report.refusals[:SHOWN_REFUSALS]
        ),
    ]


@blueprint.get("/energy/weather/degree-days.csv")
@allow(Access.OVERSIGHT)
def months_csv() -> Response:
    """Every month of which something is known, in one form: `form`."""
    form, now = _form(), current.now()
    with current.database().read() as session:
        site = building(session)
        today = now.astimezone(ZoneInfo(site.timezone)).date()
        first = (weather.first_day(session, site) or today).year
        of_days = degree_days(_deg_c(session, site, form, first, today.year), form)
    rows = [
        (f"{one.first:%Y-%m}", f"{one.degree_days:.1f}", one.known_days, one.days)
        for year in range(first, today.year + 1)
        for one in months(of_days, year, today)
        if one.known_days
    ]
    head = ("month", f"degree_days_{form.value}", "known_days", "days")
    return csv_answer(f"degree-days-{form.value}", head, rows)


@blueprint.get("/energy/weather/temperatures.csv")
@allow(Access.OVERSIGHT)
def hours_csv() -> Response:
    """The hours of a local `year`, with their source: a file that `samen import weather` takes back."""
    with current.database().read() as session:
        site = building(session)
        zone = ZoneInfo(site.timezone)
        year = _year(current.now().astimezone(zone).date())
        span = midnight(date(year, 1, 1), zone), midnight(date(year + 1, 1, 1), zone)
        hours = weather.best_hours(session, site, *span)
    rows = [(one.starts_at.isoformat(), round(one.deg_c, 3), one.source.value) for one in hours]
    return csv_answer(f"temperatures-{year}", ("time", "value", "source"), rows)
