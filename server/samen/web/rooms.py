"""How the rooms stand now, for pages that the live stream does not reach or that fell behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from samen.adapters.db.models import Site
from samen.services import calendar
from samen.services.rooms import room_states
from samen.web import current
from samen.web.day import read_date, version
from samen.web.policy import Access, allow
from samen.web.report import room_report
from samen.web.shell import building

blueprint = Blueprint("rooms", __name__)


@blueprint.get("/rooms/now")
@allow(Access.SIGNED_IN)
def now() -> dict[str, Any]:
    """Every room as the live stream tells it, and the version of the calendar of the day `on`."""
    on = read_date(request.args.get("on", ""))
    with current.database().read() as session:
        site = building(session)
        return {"rooms": reports(session, site), "calendar": _version(session, site, on)}


def reports(session: Session, site: Site) -> list[dict[str, Any]]:
    """Every room of the site, in the shape of the live stream's `room` event."""
    return [room_report(state) for state in room_states(session, site.id, current.now())]


def _version(session: Session, site: Site, on: date) -> str:
    return version(calendar.day(session, site, on, current.viewer(), current.now()))


def state_words() -> dict[str, str]:
    """What is written beside a room, by the state that pages show."""
    return {
        "free": _("free"),
        "in_use": _("in use"),
        "occupied": _("in use, not booked"),
        "booked_empty": _("booked, empty"),
        "booked": _("booked"),
        "unknown": _("sensor silent"),
    }


def script_words(rooms: int) -> dict[str, Any]:
    """Sentences for scripts; those that count, one for each number of rooms from none to all."""
    counts = range(rooms + 1)
    return {
        "states": state_words(),
        "in_use": [ngettext("%(num)d room in use", "%(num)d rooms in use", count) for count in counts],
        "free_now": [ngettext("%(num)d free now", "%(num)d free now", count) for count in counts],
    }
