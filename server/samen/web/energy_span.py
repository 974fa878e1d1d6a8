"""A span of time, chosen on a chart or typed: what it used and cost, who had booked, what was detected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from samen.domain.interval import Interval
from samen.services import calendar
from samen.services.span import Peak, Span, look_at
from samen.services.use import BookedBy, Seen
from samen.web import current, i18n
from samen.web.energy_charts import fine, rate_unit
from samen.web.energy_look import Look, look
from samen.web.policy import Access, allow

blueprint = Blueprint("energy_span", __name__)
# Each booking is named where there are few.
NAMED = timedelta(days=2)
WHOLE = 0.995
MOST_NAMED = 20
# Beyond these nobody has measured, and arithmetic with days overflows.
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)


@blueprint.get("/energy/span")
@allow(Access.OVERSIGHT)
def page() -> str:
    """`from` and `to`: seconds since the epoch, or local wall time. A script asks for the part alone."""
    with current.database().read() as session:
        found = look(session)
        if found is None:
            raise NotFound
        wanted = _wanted(found.zone)
        shown = _shown(found, wanted) if wanted else None
        if request.headers.get("HX-Request"):
            return render_template("partials/span.html", span=shown)
        form = span_form(found, *((wanted.start, wanted.end) if wanted else (None, None)))
        return render_template("pages/energy_span.html", meter=found.meter, form=form, span=shown)


def span_form(found: Look, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    """What the form begins with."""
    return {
        "meters": found.meters,
        "meter": found.meter.slug,
        "start": _field(start, found.zone) if start else request.args.get("from", ""),
        "end": _field(end, found.zone) if end else request.args.get("to", ""),
    }


def _field(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _wanted(zone: ZoneInfo) -> Interval | None:
    """None where the two make no span."""
    start, end = (_instant(request.args.get(name, ""), zone) for name in ("from", "to"))
    return Interval(start, end) if start and end and EARLIEST <= start < end <= LATEST else None


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _shown(found: Look, wanted: Interval) -> dict[str, Any]:
    span = look_at(found.session, found.site, found.meter, wanted)
    return {
        "title": _title(span.during, found.zone),
        "meter": found.meter.name,
        "tiles": _tiles(span, found.zone),
        "doubt": _doubt(span),
        "weather": _weather(span),
        "tenants": _tenants(span.use.booked),
        "bookings": _bookings(found, span.during),
        "rooms": [_room(seen) for seen in span.use.seen],
        "exact": span.step == "15min",
    }


def _title(during: Interval, zone: ZoneInfo) -> str:
    start, end = during.start.astimezone(zone), during.end.astimezone(zone)
    if start.time() == end.time() == start.time().min:
        last = (end - timedelta(days=1)).date()
        first = i18n.day_long(start.date())
        return first if last == start.date() else f"{first} – {i18n.day_long(last)}"
    until = i18n.clock(end, zone) if end.date() == start.date() else i18n.moment(end, zone)
    return f"{i18n.day_long(start.date())}, {i18n.clock(start, zone)} – {until}"


def _tiles(span: Span, zone: ZoneInfo) -> list[dict[str, str | None]]:
    rate = rate_unit(span.unit)
    mean = span.amount / (span.during.length / timedelta(hours=1)) if span.amount is not None else None
    told = [
        _tile(_("Used"), i18n.figure(span.amount), span.unit, _in_kwh(span)),
        *_money(span),
        _tile(_("Mean power"), fine(mean), rate, _peak(span.peak, rate, zone)),
    ]
    if span.base is not None:
        told.append(_tile(_("Always on"), fine(span.base), rate, None))
    return told


def _tile(label: str, value: str, unit: str, foot: str | None) -> dict[str, str | None]:
    return {"label": label, "value": value, "unit": unit, "foot": foot}


def _in_kwh(span: Span) -> str | None:
    return f"{i18n.figure(span.kwh)} kWh" if span.unit != "kWh" and span.kwh is not None else None


def _money(span: Span) -> list[dict[str, str | None]]:
    if span.cost.eur is None:
        return []
    co2 = span.cost.co2_kg
    foot = _("by your region’s usual price") if span.cost.estimated else _("by your contract")
    told = [_tile(_("Cost"), i18n.number(span.cost.eur, 2), "€", foot)]
    if co2 is not None:
        told.append(_tile("CO₂", i18n.figure(co2), "kg", None))
    return told


def _peak(peak: Peak | None, rate: str, zone: ZoneInfo) -> str | None:
    if peak is None:
        return None
    said: str = _(
        "at most %(value)s %(unit)s, %(when)s",
        value=fine(peak.per_hour),
        unit=rate,
        when=i18n.moment(peak.during.start, zone),
    )
    return said


def _doubt(span: Span) -> list[str]:
    """What is not sure about the figures."""
    said: list[str] = []
    if span.amount is None:
        return [_("Nothing was measured in this span.")]
    if span.known < WHOLE:
        percent = i18n.number(span.known * 100, 0)
        said.append(_("Only %(percent)s %% of this span was measured.", percent=percent))
    if span.estimated > 1 - WHOLE:
        percent = i18n.number(span.estimated * 100, 0)
        said.append(
            _("For %(percent)s %% of it only the sum is known and not when it was used.", percent=percent)
        )
    return said


def _weather(span: Span) -> str | None:
    weather = span.weather
    if weather is None:
        return None
    said: str = _(
        "Outdoors %(deg_c)s °C, %(degree_days)s degree-days (16.5/16.5).",
        deg_c=i18n.number(weather.deg_c, 1),
        degree_days=i18n.number(weather.degree_days, 0),
    )
    if weather.known_days == weather.days:
        return said
    known: str = ngettext(
        "Of %(days)s days only %(num)d is known.",
        "Of %(days)s days only %(num)d are known.",
        weather.known_days,
        days=weather.days,
    )
    return f"{said} {known}"


def _tenants(booked: tuple[BookedBy, ...]) -> list[dict[str, Any]]:
    """Most hours first, each with its rooms."""
    groups = [(name, list(rooms)) for name, rooms in groupby(booked, key=lambda one: one.tenant)]
    groups.sort(key=lambda group: -sum(one.hours for one in group[1]))
    return [
        {
            "name": name,
            "tint": rooms[0].tint,
            "hours": f"{i18n.short_number(sum(one.hours for one in rooms))} h",
            "rooms": ", ".join(f"{one.space} {i18n.short_number(one.hours)} h" for one in rooms),
        }
        for name, rooms in groups
    ]


def _bookings(found: Look, during: Interval) -> list[dict[str, str]]:
    """Of a short span each booking, with its title where the reader may see it."""
    if during.length > NAMED:
        return []
    own = {space.slug for space in calendar.spaces_of(found.session, found.site)}
    booked = calendar.occurrences(found.session, during, current.viewer())
    return [
        {
            "when": f"{i18n.clock(one.during.start, found.zone)}–{i18n.clock(one.during.end, found.zone)}",
            "what": " · ".join(part for part in (one.space_name, one.tenant_name, one.title) if part),
        }
        for one in booked
        if one.space in own
    ][:MOST_NAMED]


def _room(seen: Seen) -> dict[str, Any]:
    hours = (seen.booked_h, seen.occupied_h, seen.booked_empty_h, seen.unbooked_occupied_h)
    return {"name": seen.space, "hours": [f"{i18n.number(one, 1)} h" for one in hours]}
