"""The sign beside a room's door: how it stands, who is next, and "we are here"."""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from limits import RateLimitItemPerMinute
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Occurrence, Space
from samen.domain.door import Sign
from samen.services import release
from samen.services.booking import Refused
from samen.services.door import Door, door_of
from samen.web import current, i18n
from samen.web.announce import announce, spots_of
from samen.web.policy import Access, allow

blueprint = Blueprint("door", __name__)
# How often the page looks, and without a chosen language goes on to the next one.
LOOKS_EVERY_S = 20
MOST_COMING = 4
TAPS_PER_DOOR = RateLimitItemPerMinute(12)


def door_key(space: Space) -> str:
    """What makes a door's address hard to guess. Raising the space's `door_version` ends the address."""
    told = f"door:{space.slug}:{space.door_version}".encode()
    return hmac.new(current.settings().secret_key.encode(), told, hashlib.sha256).hexdigest()[:32]


def door_address(space: Space) -> str:
    """The address to open on the screen beside the door."""
    return current.settings().base_url + url_for("door.show", slug=space.slug, key=door_key(space))


@blueprint.get("/door/<slug>/<key>")
@allow(Access.PUBLIC)
def show(slug: str, key: str) -> ResponseReturnValue:
    """The sign. `lang` chooses its language; without it the three take turns."""
    language = _language()
    with i18n.speaking(language), current.database().read() as session:
        space = _space(session, slug, key)
        shown = _shown(space, door_of(session, space, current.now()))
        return render_template("pages/door.html", **shown, language=language, every=LOOKS_EVERY_S)


@blueprint.post("/door/<slug>/<key>/here")
@allow(Access.PUBLIC)
def here(slug: str, key: str) -> ResponseReturnValue:
    """ "We are here": who stands at the door needs no account. Nothing can be given back this way."""
    current.parts().throttle.attempt(TAPS_PER_DOOR, "door", slug)
    with current.database().write() as session:
        due = door_of(session, _space(session, slug, key), current.now()).to_check_in
        answer = release.check_in(session, due.id, None, current.now()) if due else None
        spots = spots_of([] if answer is None or isinstance(answer, Refused) else [answer])
    announce(spots)
    return redirect(url_for("door.show", slug=slug, key=key, lang=request.args.get("lang")), 303)


def _space(session: Session, slug: str, key: str) -> Space:
    """The space whose door this is. A wrong key answers as a space that never was."""
    space = session.scalar(select(Space).where(Space.slug == slug))
    if space is None or not hmac.compare_digest(door_key(space).encode(), key.encode()):
        raise NotFound
    return space


def _language() -> str:
    asked = request.args.get("lang", "")
    turn = int(current.now().timestamp()) // LOOKS_EVERY_S
    return asked if asked in i18n.REGIONS else list(i18n.REGIONS)[turn % len(i18n.REGIONS)]


def _shown(space: Space, door: Door) -> dict[str, Any]:
    zone = ZoneInfo(space.site.timezone)
    title, line = _words(door, zone)
    address = current.settings().base_url + url_for("check_in.page", slug=space.slug)
    return {
        "space": {"name": space.name, "slug": space.slug, "capacity": space.capacity},
        "state": door.sign.value,
        "title": title,
        "lines": [line] if line else [],
        "running": _booking(door.running, zone) if door.running else None,
        "coming": [_booking(one, zone) for one in door.coming[:MOST_COMING]],
        "to_check_in": _booking(door.to_check_in, zone) if door.to_check_in else None,
        "clock": i18n.clock(current.now(), zone),
        "address": address,
        "code": _code(address),
        "post": url_for("door.here", slug=space.slug, key=door_key(space), lang=request.args.get("lang")),
    }


def _words(door: Door, zone: ZoneInfo) -> tuple[str, str]:
    """What stands there large, and the line below it."""
    until = i18n.clock(door.until, zone) if door.until else ""
    words = {
        Sign.FREE: (_("Free"), _("until %(time)s", time=until) if until else ""),
        Sign.CLOSED: (_("Closed"), ""),
        Sign.OCCUPIED: (_("In use"), _("Nobody booked it.")),
        Sign.IN_USE: (_("In use"), ""),
        Sign.BOOKED: (_("Booked"), ""),
        Sign.BOOKED_EMPTY: (_("Booked, nobody here"), _freed(door.frees_at)),
    }
    return words[door.sign]


def _freed(at: datetime | None) -> str:
    left = max(at - current.now(), timedelta(minutes=1)) if at else timedelta(minutes=1)
    said: str = _("Freed in %(minutes)s min", minutes=math.ceil(left / timedelta(minutes=1)))
    return said


def _booking(one: Occurrence, zone: ZoneInfo) -> dict[str, str]:
    """When and whose, and nothing more: everybody passes this door."""
    times = f"{i18n.clock(one.starts_at, zone)}–{i18n.clock(one.ends_at, zone)}"
    return {"times": times, "tenant": one.series.tenant.name}


def _code(address: str) -> Markup:
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(
        dark="#1b2230", light="#fffdf8", border=2, omitsize=True, svgclass=None, lineclass=None
    )
    return Markup(svg)  # noqa: S704 (drawn here from our own address)
