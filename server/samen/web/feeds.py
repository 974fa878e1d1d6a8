"""Calendars to subscribe to: the page that makes and ends their addresses, and what a program reads there."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters import ical_out
from samen.adapters.db.models import CalendarFeed, FeedKind
from samen.domain.calendar_event import Event
from samen.domain.rules import Refusal
from samen.services import feeds
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.throttle import FEED_READS_PER_ADDRESS, FEEDS_PER_MEMBER
from samen.web.wording import refusal_text

blueprint = Blueprint("feeds", __name__)
# A program that looks again sooner than this is told what it knows.
FRESH_FOR_S = 300


@blueprint.get("/feeds")
@allow(Access.SIGNED_IN)
def index() -> ResponseReturnValue:
    """The reader's feeds; the address just made is shown this once."""
    return _page(None, session.pop("feed_address", None))


@blueprint.post("/feeds")
@allow(Access.SIGNED_IN)
def make() -> ResponseReturnValue:
    """Form field `of`: `person`, `space/SLUG` or `tenant/SLUG`."""
    viewer, now = current.viewer(), current.now()
    current.parts().throttle.attempt(FEEDS_PER_MEMBER, viewer.actor)
    word, _slash, slug = request.form.get("of", "").partition("/")
    kind = next((kind for kind in FeedKind if kind.value == word), None)
    with current.database().write() as db:
        made = feeds.make(db, viewer, kind, slug, now) if kind else Refusal("no_such_calendar")
    if isinstance(made, Refusal):
        return _page(refusal_text(made, current.settings().timezone), None), 422
    session["feed_address"] = address_of(made.token)
    return redirect(url_for("feeds.index"), 303)


@blueprint.post("/feeds/<int:feed>/revoke")
@allow(Access.SIGNED_IN)
def revoke(feed: int) -> ResponseReturnValue:
    """End an address."""
    with current.database().write() as db:
        ended = feeds.revoke(db, current.viewer(), feed, current.now())
    if ended:
        flash(_("That address no longer works."), "good")
    return redirect(url_for("feeds.index"), 303)


@blueprint.get("/feeds/<token>.ics")
@allow(Access.PUBLIC)
def read(token: str) -> ResponseReturnValue:
    """The calendar behind an address. One that is revoked answers as one that never was."""
    current.parts().throttle.attempt(FEED_READS_PER_ADDRESS, "feed", request.remote_addr or "")
    now = current.now()
    with current.database().read() as db:
        feed = feeds.feed_behind(db, token)
        if feed is None:
            raise NotFound
        body = _calendar(db, feed)
        unnoted = None if feeds.read_lately(feed, now) else feed.id
    if unnoted is not None:
        with current.database().write() as db:
            feeds.note_read(db, unnoted, now)
    return _answer(body)


def address_of(token: str) -> str:
    """What a program subscribes to."""
    return current.settings().base_url + url_for("feeds.read", token=token)


def _calendar(db: Session, feed: CalendarFeed) -> bytes:
    """In its member's language: a program that subscribes has none."""
    with i18n.speaking(feed.member.locale or i18n.DEFAULT):
        events = feeds.events(db, feed, _taken_by, current.now())
        return ical_out.feed(_name(feed), current.settings().timezone, events, _address)


def _taken_by(tenant: str) -> str:
    said: str = _("Booked · %(tenant)s", tenant=tenant)
    return said


def _address(event: Event) -> str:
    on = event.during.start.astimezone(event.zone).date()
    return current.settings().base_url + url_for("booking.day", on=on.isoformat())


def _answer(body: bytes) -> Response:
    response = Response(body, mimetype="text/calendar")
    response.headers["Cache-Control"] = f"private, max-age={FRESH_FOR_S}"
    response.headers["Content-Disposition"] = 'inline; filename="samen.ics"'
    # Weak: the same calendar travels compressed or not.
    response.set_etag(hashlib.sha256(body).hexdigest()[:32], weak=True)
    response.make_conditional(request)
    return response


def _name(feed: CalendarFeed) -> str:
    if feed.space is not None:
        return f"{feed.space.name} · {feed.space.site.name}"
    return f"{feed.tenant.name if feed.tenant else _('My bookings')} · Samen"


def _page(error: str | None, address: str | None) -> str:
    viewer = current.viewer()
    with current.database().read() as db:
        shown = [_shown(feed) for feed in feeds.feeds_of(db, viewer)]
        spaces, tenants = feeds.choices(db, viewer)
        rooms = [{"value": f"space/{one.slug}", "name": one.name} for one in spaces]
        associations = [{"value": f"tenant/{one.slug}", "name": one.name} for one in tenants]
    return render_template(
        "pages/feeds.html",
        feeds=shown,
        spaces=rooms,
        tenants=associations,
        error=error,
        address=address,
        subscribe=address and "webcal:" + address.partition(":")[2],
    )


def _shown(feed: CalendarFeed) -> dict[str, Any]:
    zone = current.settings().timezone
    words = {
        FeedKind.PERSON: _("What I booked"),
        FeedKind.SPACE: feed.space.name if feed.space else "",
        FeedKind.TENANT: feed.tenant.name if feed.tenant else "",
    }
    return {
        "id": feed.id,
        "kind": feed.kind.value,
        "name": words[feed.kind],
        "made": i18n.day_title(feed.created_at.astimezone(zone).date()),
        "read": i18n.ago(feed.read_at, current.now()) if feed.read_at else None,
    }
