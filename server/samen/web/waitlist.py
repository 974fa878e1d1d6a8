"""Waiting for what is taken, taking what is offered, and asking for a room that stands empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence, Waiting
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.services import takeover, waitlist
from samen.services.booking import Booked, Refused
from samen.services.waitlist import Place, Wish
from samen.web import current, i18n
from samen.web.announce import Spot, announce, spots_of
from samen.web.booking_form import Form, during_of
from samen.web.contest_words import decision_said
from samen.web.day import View
from samen.web.facts import lasting
from samen.web.policy import Access, allow
from samen.web.wording import refusal_text

blueprint = Blueprint("waitlist", __name__)
# As wide as the column that holds it on both engines.
NUMBER = "int(max=2147483647)"


@blueprint.get("/waitlist")
@allow(Access.BOOKING)
def index() -> ResponseReturnValue:
    """What is kept for the reader, what they wait for, and who asks for a room of theirs."""
    viewer, now = current.viewer(), current.now()
    with current.database().read() as session:
        places = [_place_shown(place, now) for place in waitlist.places(session, viewer, now)]
        asked = [_asked_shown(one) for one in takeover.to_answer(session, viewer, now)]
    return render_template(
        "pages/waitlist.html",
        asked=asked,
        offered=[place for place in places if place["kept_until"]],
        waiting=[place for place in places if not place["kept_until"]],
    )


@blueprint.post("/waitlist")
@allow(Access.BOOKING)
def join() -> ResponseReturnValue:
    """Form fields as those of booking: `space`, `date`, `start`, `end`, `title`, `people`."""
    form = Form.sent(request.form)
    during, errors = during_of(form, current.settings().timezone), form.problems()
    if not isinstance(during, Interval) or errors:
        flash(next(iter((errors | (during if isinstance(during, dict) else {})).values())), "bad")
        return _go(_form_with(form))
    people = int(form.people) if form.people else None
    wish = Wish(form.space, during, form.title, people, current.viewer())
    with current.database().write() as session:
        answer = waitlist.join(session, wish, current.now())
        said = _said_of(answer) if isinstance(answer, Waiting) else ""
    if isinstance(answer, Refused):
        _say_no(answer)
        return _go(_form_with(form) if answer.refusals[0].code == "it_is_free" else url_for("waitlist.index"))
    flash(said, "good")
    return _go(url_for("waitlist.index"))


@blueprint.post(f"/waitlist/<{NUMBER}:waiting_id>/accept")
@allow(Access.BOOKING)
def accept(waiting_id: int) -> ResponseReturnValue:
    """Take what is kept."""
    with current.database().write() as session:
        answer = waitlist.accept(session, waiting_id, current.viewer(), current.now())
        spots = spots_of(answer.occurrences) if isinstance(answer, Booked) else []
    if isinstance(answer, Refused):
        _say_no(answer)
        return redirect(url_for("waitlist.index"), 303)
    announce(spots)
    flash(_("Asked for: it waits for a yes.") if answer.pending else _("It is yours."), "good")
    return redirect(url_for("booking.mine"), 303)


@blueprint.post(f"/waitlist/<{NUMBER}:waiting_id>/decline")
@allow(Access.BOOKING)
def decline(waiting_id: int) -> ResponseReturnValue:
    """Leave what is kept to the next."""
    return _leave(waitlist.decline, waiting_id)


@blueprint.post(f"/waitlist/<{NUMBER}:waiting_id>/withdraw")
@allow(Access.BOOKING)
def withdraw(waiting_id: int) -> ResponseReturnValue:
    """Wait no longer."""
    return _leave(waitlist.withdraw, waiting_id)


@blueprint.post("/bookings/<uuid:occurrence>/take-over")
@allow(Access.BOOKING)
def ask(occurrence: UUID) -> ResponseReturnValue:
    """Ask for a room that is booked and empty. Form fields: `title`, `people`; both may be missing."""
    typed = Form.sent(request.form)
    title = typed.title if not typed.problems() else _("Meeting")
    people = int(typed.people) if typed.people and "people" not in typed.problems() else None
    with current.database().write() as session:
        answer = takeover.ask(session, occurrence, current.viewer(), title, people, current.now())
    if isinstance(answer, Refused):
        _say_no(answer)
        return redirect(url_for("booking.today"), 303)
    flash(_("Asked. You are told within ten minutes whether the room is yours."), "good")
    return redirect(url_for("waitlist.index"), 303)


@blueprint.post(f"/take-overs/<{NUMBER}:waiting_id>/keep")
@allow(Access.BOOKING)
def keep(waiting_id: int) -> ResponseReturnValue:
    """Say that one is coming."""
    with current.database().write() as session:
        answer = takeover.keep(session, waiting_id, current.viewer(), current.now())
    if isinstance(answer, Refused):
        _say_no(answer)
    else:
        flash(_("Good: the room stays yours."), "good")
    return redirect(url_for("booking.mine"), 303)


def _said_of(one: Waiting) -> str:
    if one.opens_at is None:
        return str(_("You are on the waitlist. You are told as soon as it is free."))
    at = i18n.moment(one.opens_at, ZoneInfo(one.space.site.timezone))
    return str(_("Asked for. It opens on %(at)s: then you are told whether it is yours, and why.", at=at))


Step = Callable[[Session, int, Viewer, datetime], Waiting | Refused]


def _leave(step: Step, waiting_id: int) -> ResponseReturnValue:
    """Let go of a place in line, and of what was kept with it."""
    spots: list[Spot] = []
    with current.database().write() as session:
        answer = step(session, waiting_id, current.viewer(), current.now())
        if isinstance(answer, Waiting) and answer.offer is not None:
            spots = spots_of([answer.offer])
    if isinstance(answer, Refused):
        _say_no(answer)
    else:
        announce(spots)
        flash(_("You wait for it no longer."), "good")
    return redirect(url_for("waitlist.index"), 303)


def _say_no(answer: Refused) -> None:
    for refusal in answer.refusals:
        flash(refusal_text(refusal, current.settings().timezone), "bad")


def _form_with(form: Form) -> str:
    """The booking form's page, filled in as it was."""
    return url_for("booking.book", gap=f"{form.space}/{form.date}/{form.start}/{form.end}")


def _go(url: str) -> ResponseReturnValue:
    """On to another page, whether the browser asks or the dialog does."""
    if "HX-Request" not in request.headers:
        return redirect(url, 303)
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url
    return response


def _place_shown(place: Place, now: datetime) -> dict[str, Any]:
    one = place.waiting
    zone = ZoneInfo(one.space.site.timezone)
    return {
        "id": one.id,
        "title": one.title,
        "people": one.people,
        "ahead": place.ahead,
        "since": i18n.moment(one.created_at, zone),
        "kept_until": place.until and i18n.clock(place.until, zone),
        "left": place.until and lasting(place.until - now),
        "answer_by": one.answer_by and i18n.clock(one.answer_by, zone),
        "opens": one.opens_at and not one.decision and i18n.moment(one.opens_at, zone),
        "decision": one.decision and decision_said(one.decision),
        **when_shown(one.space.name, place.during, zone),
    }


def _asked_shown(one: Waiting) -> dict[str, Any]:
    """A question to the reader: somebody asks for their room."""
    booked = one.takes_over
    assert isinstance(booked, Occurrence)  # noqa: S101  (what is asked for is what makes it a question)
    zone = ZoneInfo(one.space.site.timezone)
    return {
        "id": one.id,
        "title": booked.title or booked.series.title,
        "tenant": one.tenant.name,
        "answer_by": one.answer_by and i18n.clock(one.answer_by, zone),
        **when_shown(one.space.name, Interval(booked.starts_at, booked.ends_at), zone),
    }


def when_shown(space: str, during: Interval, zone: ZoneInfo) -> dict[str, str]:
    """Where and when, as an entry of a list says it."""
    on = during.start.astimezone(zone).date()
    view = View(on, zone, during)
    return {
        "space": space,
        "date": on.isoformat(),
        "day_title": i18n.day_title(on),
        "day_label": f"{i18n.weekday(on)} {on.day}",
        "month_label": i18n.month_short(on),
        "time_label": f"{view.clock(during.start)}–{view.clock_end(during.end)}",
    }
