"""The energy page: what a meter counts now, today, in 28 days and in a year; and each chart's figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from samen.services import findings
from samen.web import current
from samen.web.energy_charts import Chart, days_chart, hours_chart, load_chart, power_chart, rate_unit
from samen.web.energy_figures import tiles_shown, warnings_shown
from samen.web.energy_flows import flows_chart
from samen.web.energy_look import Look, look
from samen.web.energy_span import span_form
from samen.web.energy_year import calendar_chart, year_chart, years_chart
from samen.web.finding_cards import brief
from samen.web.policy import Access, allow
from samen.web.tables import Table

blueprint = Blueprint("energy", __name__)
MOST_TO_DO = 3
# By the name of its figures' file; None: there is nothing to show.
CHARTS: dict[str, Callable[[Look], Chart | None]] = {
    "days": days_chart,
    "power": power_chart,
    "flows": flows_chart,
    "hours": hours_chart,
    "load": load_chart,
    "calendar": calendar_chart,
    "year": year_chart,
    "years": years_chart,
}


@blueprint.get("/energy")
@allow(Access.OVERSIGHT)
def overview() -> str:
    """`meter`: a slug, the first main meter by default. `year`: the newest with readings by default."""
    with current.database().read() as session:
        found = look(session)
        if found is None:
            return render_template("pages/energy.html", meter=None, meters=(), years=())
        return render_template("pages/energy.html", **_page(found))


@blueprint.get("/energy/charts/<name>.csv")
@allow(Access.OVERSIGHT)
def figures(name: str) -> Response:
    """The figures behind a chart, for the same `meter` and `year` as the page."""
    with current.database().read() as session:
        found = look(session)
        chart = CHARTS[name](found) if found is not None and name in CHARTS else None
        if found is None or chart is None:
            raise NotFound
        table: Table = chart["table"]
        return table.file(f"{found.site.slug}-{found.meter.slug}-{name}")


def _page(found: Look) -> dict[str, Any]:
    charts = {name: draw(found) for name, draw in CHARTS.items()}
    return {
        "meters": found.meters,
        "meter": found.meter,
        "unit": found.unit,
        "rate": rate_unit(found.unit),
        "years": found.years,
        "year": found.year,
        "tiles": tiles_shown(found),
        "warnings": warnings_shown(found),
        "pins": found.pins,
        "span": span_form(found, found.now - timedelta(days=1), found.now),
        "script": _script(found, charts),
        "charts": charts,
        **_to_do(found),
    }


def _to_do(found: Look) -> dict[str, Any]:
    """What the figures say is wasted, the dearest first."""
    asked = found.session, found.site, current.viewer(), findings.STANDING
    dearest = findings.listed(*asked, most=MOST_TO_DO)
    return {"to_do": [brief(one, found.zone) for one in dearest], "standing": findings.count(*asked)}


def _script(found: Look, charts: dict[str, Chart | None]) -> dict[str, Any]:
    """What the page's script draws and says."""
    series = {name: chart["series"] for name in ("power", "year") if (chart := charts[name]) is not None}
    return {
        **series,
        "pins": [[on.isoformat(), name] for on, name in found.pins],
        "units": {"power": rate_unit(found.unit), "year": found.unit},
        "meter": found.meter.slug,
        "timezone": found.zone.key,
        "words": {"just_now": _("just now")},
    }
