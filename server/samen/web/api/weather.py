"""How warm it was outdoors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Site
from samen.domain.access import Scope
from samen.domain.evaluation import Period
from samen.domain.interval import Interval, local_day
from samen.domain.outdoor import HOUR, WeatherSource
from samen.services import weather
from samen.web import current
from samen.web.api.kernel import SpecBlueprint, span, unreadable
from samen.web.api.schemas import SpanSchema, Text, instant
from samen.web.policy import Access, allow

# The longest span a step may be asked for: some 9,000 temperatures at the most.
LONGEST = {"hour": timedelta(days=373), "day": timedelta(days=7_320)}
SOURCES = [source.value for source in WeatherSource]
blueprint = SpecBlueprint("weather-readings", __name__, description="How warm it was outdoors")


class WeatherQuery(Schema):
    """By default the last 24 hours, hour by hour, of the first site."""

    from_ = instant(data_key="from")
    to = instant()
    step = Text(load_default="hour", validate=validate.OneOf(list(LONGEST)))
    site = Text()


class TemperatureSchema(SpanSchema):
    """A mean in °C; `known` is the fraction of the hours that are known, and `sources` says by whom."""

    deg_c = fields.Float(required=True)
    known = fields.Float(required=True)
    sources = fields.List(fields.String(validate=validate.OneOf(SOURCES)), required=True)


class WeatherSchema(Schema):
    """Outdoor temperatures, in order; an hour or a local day of which nothing is known is not there."""

    site = fields.String(required=True)
    step = fields.String(required=True)
    temperatures = fields.List(fields.Nested(TemperatureSchema), required=True)


@blueprint.route("/weather")
@allow(Access.SIGNED_IN, Scope.ENERGY)
@blueprint.arguments(WeatherQuery, location="query")
@blueprint.response(200, WeatherSchema)
def read_weather(query: dict[str, Any]) -> dict[str, Any]:
    """Outdoor temperatures per hour or local day: those that begin in the span."""
    during = _during(query)
    with current.database().read() as session:
        site = _site(session, query.get("site"))
        read = _hours if query["step"] == "hour" else _days
        return {"site": site.slug, "step": query["step"], "temperatures": read(session, site, during)}


def _during(query: dict[str, Any]) -> Interval:
    end = query.get("to", current.now())
    during = span(query.get("from_", end - timedelta(hours=24)), end, ("query", "to"))
    if during.length > LONGEST[query["step"]]:
        raise unreadable({"query": {"from": [f"At most {LONGEST[query['step']].days} days with this step."]}})
    return during


def _site(session: Session, slug: str | None) -> Site:
    found = session.scalar(select(Site).where(Site.slug == slug) if slug else select(Site).order_by(Site.id))
    if found is None:
        raise unreadable({"query": {"site": ["No site is called that."]}})
    return found


def _hours(session: Session, site: Site, during: Interval) -> list[dict[str, Any]]:
    return [
        {
            "start": hour.starts_at,
            "end": hour.starts_at + HOUR,
            "deg_c": hour.deg_c,
            "known": 1.0,
            "sources": [hour.source.value],
        }
        for hour in weather.best_hours(session, site, during.start, during.end)
    ]


def _days(session: Session, site: Site, during: Interval) -> list[dict[str, Any]]:
    zone = ZoneInfo(site.timezone)
    first, last = (at.astimezone(zone).date() for at in (during.start, during.end))
    found = weather.days(session, site, Period(first, last + timedelta(days=1)))
    return [
        {
            **_span(day.on_date, zone),
            "deg_c": day.deg_c,
            "known": day.known_hours / day.hours,
            "sources": [source.value for source in WeatherSource if getattr(day, f"{source.value}_hours")],
        }
        for day in found
        if during.contains(local_day(day.on_date, zone).start)
    ]


def _span(on: date, zone: ZoneInfo) -> dict[str, Any]:
    whole = local_day(on, zone)
    return {"start": whole.start, "end": whole.end}
