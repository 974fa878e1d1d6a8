"""The calendar's pages: a day, booking, one's own bookings, cancelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from samen.adapters.db.models import OccurrenceStatus, Site
from samen.domain.release import check_in_from
from samen.services import booking, calendar
from samen.services.booking import Booked, Refused
from samen.services.calendar import Booking
from samen.services.placing import ALIVE
from samen.services.rooms import RoomState, room_states
from samen.web import current, i18n
from samen.web import day as days
from samen.web.announce import announce, spots_of
from samen.web.booking_form import (
    LONGEST_TITLE,
    Form,
    ask_of,
    first_free,
    form_context,
    missing_said,
    refused_shown,
)
from samen.web.policy import Access, allow
from samen.web.report import shown_state
from samen.web.rooms import script_words, state_words
from samen.web.shell import areas_of, building

blueprint = Blueprint("booking", __name__)


@blueprint.get("/")
@allow(Access.SIGNED_IN)
def today() -> ResponseReturnValue:
    """Today's rooms."""
    with current.database().read() as session:
        site = building(session)
        return _day_page(session, site, _today(site))


@blueprint.get("/day/<on>")
@allow(Access.SIGNED_IN)
def day(on: str) -> ResponseReturnValue:
    """A day's rooms."""
    wanted = days.read_date(on)
    with current.database().read() as session:
        return _day_page(session, building(session), wanted)


@blueprint.get("/book")
@allow(Access.BOOKING)
def book() -> ResponseReturnValue:
    """The form on a page of its own; `gap=slug/date/HH:MM/HH:MM` or `date` fills it in, and so do `title`,
    `people` and what says how it repeats.
    """
    gap, wanted = request.args.get("gap", ""), request.args.get("date")
    with current.database().read() as session:
        site = building(session)
        on = days.read_date(wanted) if wanted else _today(site)
        rooms = calendar.day(session, site, on, current.viewer(), current.now())
        view = days.View.of(on, ZoneInfo(site.timezone), rooms)
        form = first_free(rooms, view, current.now())
    told = Form.sent(request.args)
    filled = replace(
        form.at_gap(gap), title=told.title[:LONGEST_TITLE], people=told.people[:4], repeat=told.repeat
    )
    return _form_page(filled, 200)


@blueprint.post("/book")
@allow(Access.BOOKING)
def request_booking() -> ResponseReturnValue:
    """Form fields: `space`, `date`, `start`, `end`, `title`, `people`; or `take`, an alternative."""
    form, zone = Form.sent(request.form), _zone()
    ask = ask_of(form, current.viewer(), zone)
    if isinstance(ask, dict):
        return _form_page(form, 422, errors=ask)
    with current.database().write() as session:
        answer = booking.request(session, ask, current.now())
        said = _said(answer, zone) if isinstance(answer, Booked) else ""
        spots = spots_of(answer.occurrences) if isinstance(answer, Booked) else []
        next_page = _page_after(answer, form)
    if isinstance(answer, Refused):
        return _form_page(form, 409, answer)
    announce(spots)
    flash(said, "good")
    return _go(next_page)


@blueprint.get("/bookings")
@allow(Access.BOOKING)
def mine() -> ResponseReturnValue:
    """What the reader booked."""
    with current.database().read() as session:
        coming, over = calendar.my_bookings(session, current.viewer(), current.now())
    zone, now = _zone(), current.now()
    upcoming, past = ([_entry(one, zone, now) for one in part] for part in (coming, over))
    return render_template("pages/my_bookings.html", upcoming=upcoming, past=past)


def _zone() -> ZoneInfo:
    with current.database().read() as session:
        return ZoneInfo(building(session).timezone)


def _today(site: Site) -> date:
    return current.now().astimezone(ZoneInfo(site.timezone)).date()


def _day_page(session: Session, site: Site, on: date) -> str:
    now, zone, viewer = current.now(), ZoneInfo(site.timezone), current.viewer()
    rooms = calendar.day(session, site, on, viewer, now)
    view, may_book = days.View.of(on, zone, rooms), "book" in areas_of(viewer.role)
    standing = {state.slug: state for state in room_states(session, site.id, now)}
    spaces, is_today = [room.space for room in rooms], on == _today(site)
    shown = [
        days.room_shown(room, view, now, may_book) | _stands(standing[room.space.slug], is_today)
        for room in rooms
    ]
    monday = date.fromordinal(on.toordinal() - on.weekday())
    return render_template(
        "pages/booking_day.html",
        day=days.day_shown(view, now),
        week=days.week_shown(on, _today(site), calendar.week_load(session, site, monday, viewer)),
        rooms=shown,
        free_now=sum(room["state"] == "free" for room in shown) if is_today else None,
        may_book=may_book,
        live=_live(on, days.version(rooms)),
        words=script_words(len(rooms)),
        **form_context(first_free(rooms, view, now), spaces, _today(site), in_dialog=True),
        **refused_shown(None, Form(), spaces, zone),
        errors={},
    )


def _live(on: date, version: str) -> dict[str, str]:
    """Where the page hears of changes, where it asks, and which calendar it shows."""
    poll = url_for("rooms.now", on=on.isoformat())
    return {"events": url_for("events.page_events"), "poll": poll, "version": version}


def _stands(state: RoomState, is_today: bool) -> dict[str, Any]:
    """How the room stands now: on today's page alone, for on another day it means nothing."""
    if not is_today:
        return {"state": None, "state_word": None, "deg_c": None}
    shown = shown_state(state)
    warmth = f"{i18n.number(state.deg_c)} °C" if state.deg_c is not None else None
    return {"state": shown, "state_word": state_words()[shown], "deg_c": warmth}


def _form_page(
    form: Form,
    status: int,
    refused: Refused | None = None,
    errors: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The form alone for the dialog, else its page."""
    in_dialog = "HX-Request" in request.headers
    with current.database().read() as session:
        site = building(session)
        spaces, zone = calendar.spaces_of(session, site), ZoneInfo(site.timezone)
        context = form_context(form, spaces, _today(site), in_dialog=in_dialog)
        said = refused_shown(refused, form, spaces, zone)
    said["errors"] = errors or {}
    template = "partials/booking_form.html" if in_dialog else "pages/booking_form.html"
    return render_template(template, **context, **said), status


def _page_after(answer: Booked | Refused, form: Form) -> str:
    """A series is shown with all of its dates, a single booking on its day."""
    if isinstance(answer, Booked) and answer.series.rrule is not None:
        return url_for("series.show", series_id=answer.series.id)
    return url_for("booking.day", on=form.date)


def _said(answer: Booked, zone: ZoneInfo) -> str:
    one = answer.occurrences[0]
    if len(answer.occurrences) > 1:
        return _said_of_series(answer)
    said: str = _(
        "Booked: %(room)s, %(day)s, %(start)s–%(end)s.",
        room=one.space.name,
        day=i18n.day_title(one.starts_at.astimezone(zone).date()),
        start=i18n.clock(one.starts_at, zone),
        end=i18n.clock(one.ends_at, zone),
    )
    return said


def _said_of_series(answer: Booked) -> str:
    said = [
        ngettext("Booked: %(num)d date in %(room)s.", "Booked: %(num)d dates in %(room)s.",
                 len(answer.occurrences), room=answer.series.space.name)
    ]  # fmt: skip
    if answer.skipped:
        said.append(
            ngettext("%(num)d date was left out.", "%(num)d dates were left out.", len(answer.skipped))
        )
    return " ".join(said + missing_said(answer.missing))


def _go(url: str) -> ResponseReturnValue:
    """On to another page, whether the browser asks or the dialog does."""
    if "HX-Request" not in request.headers:
        return redirect(url, 303)
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url
    return response


def _entry(one: Booking, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    start, end = (at.astimezone(zone) for at in (one.during.start, one.during.end))
    view = days.View(start.date(), zone, one.during)
    return {
        "id": one.id,
        "series": one.series_id,
        "title": one.title,
        "space_name": one.space_name,
        "tenant_name": one.tenant_name,
        "tint": one.tint,
        "day_label": f"{i18n.weekday(start.date())} {start.day}",
        "month_label": i18n.month_short(start.date()),
        "time_label": f"{view.clock(start)}–{view.clock_end(end)}",
        "people": one.people,
        "status": one.status.value,
        "date": start.date().isoformat(),
        "space": one.space,
        "may_change": one.may_change and one.status in ALIVE and one.during.end > now,
        "may_check_in": one.status is OccurrenceStatus.CONFIRMED
        and check_in_from(one.during) <= now < one.during.end,
    }
