"""Where a door's code leads: keep a booking, or give it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, NotFound

from samen.adapters.db.models import Occurrence, OccurrenceStatus, Space
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.domain.release import check_in_from
from samen.services import release
from samen.services.booking import Refused
from samen.services.door import held_by, mine_here
from samen.services.release import booked_of, why_not_here
from samen.services.takeover import may_be_asked
from samen.web import current, i18n
from samen.web.announce import announce, spots_of
from samen.web.policy import Access, allow
from samen.web.wording import refusal_text

blueprint = Blueprint("check_in", __name__)
Deed = Callable[[Session, UUID, Viewer, datetime], Occurrence | Refused]


@blueprint.get("/check-in/<slug>")
@allow(Access.BOOKING)
def page(slug: str) -> ResponseReturnValue:
    """What the reader has booked here, and what is on otherwise."""
    viewer, now = current.viewer(), current.now()
    with current.database().read() as session:
        space = _space(session, slug)
        zone = ZoneInfo(space.site.timezone)
        mine = mine_here(session, space, viewer, now)
        others = held_by(session, space, Interval(now, now + timedelta(hours=12)))
        return render_template(
            "pages/check_in.html",
            space={"name": space.name, "slug": space.slug},
            mine=[_entry(one, viewer, zone, now) for one in mine],
            others=[
                _times(one, zone) | {"id": one.id, "may_ask": may_be_asked(session, one, viewer, now)}
                for one in others
                if one not in mine
            ],
            today=now.astimezone(zone).date().isoformat(),
        )


@blueprint.post("/check-in/<slug>/here")
@allow(Access.BOOKING)
def here(slug: str) -> ResponseReturnValue:
    """Form field: `occurrence`."""
    return _do(slug, release.check_in, _("Noted: the room stays yours."))


@blueprint.post("/check-in/<slug>/release")
@allow(Access.BOOKING)
def give_back(slug: str) -> ResponseReturnValue:
    """Form field: `occurrence`."""
    return _do(slug, release.release, _("Given back: others may book it now."))


def _do(slug: str, deed: Deed, said: str) -> ResponseReturnValue:
    occurrence_id = _occurrence_id()
    with current.database().write() as session:
        before = session.get(Occurrence, occurrence_id)
        spots = spots_of([before]) if before else []
        answer = deed(session, occurrence_id, current.viewer(), current.now())
    if isinstance(answer, Refused):
        flash(refusal_text(answer.refusals[0], current.settings().timezone), "bad")
    else:
        announce(spots)
        flash(said, "good")
    return redirect(url_for("check_in.page", slug=slug), 303)


def _occurrence_id() -> UUID:
    try:
        return UUID(request.form.get("occurrence", ""))
    except ValueError:
        raise BadRequest("occurrence: the id of a booking") from None


def _space(session: Session, slug: str) -> Space:
    space = session.scalar(select(Space).where(Space.slug == slug))
    if space is None:
        raise NotFound
    return space


def _entry(one: Occurrence, viewer: Viewer, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    series = one.series
    opens = check_in_from(Interval(one.starts_at, one.ends_at))
    stands = one.status is OccurrenceStatus.CONFIRMED
    return _times(one, zone) | {
        "id": one.id,
        "title": one.title or series.title,
        "may_check_in": why_not_here(one, now) is None,
        "here": booked_of(one).here_at is not None,
        "asked": one.warned_at is not None,
        "opens": i18n.clock(opens, zone) if stands and now < opens else None,
        "may_give_back": stands and viewer.may_change(series.tenant_id, series.booked_by_id),
    }


def _times(one: Occurrence, zone: ZoneInfo) -> dict[str, Any]:
    """When and whose."""
    return {
        "day": i18n.day_title(one.starts_at.astimezone(zone).date()),
        "times": f"{i18n.clock(one.starts_at, zone)}–{i18n.clock(one.ends_at, zone)}",
        "tenant": one.series.tenant.name,
        "tint": one.series.tenant.tint,
    }
