"""The week: every space on seven local days, each as a strip of its hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from samen.adapters.db.models import OccurrenceStatus, Site
from samen.domain.interval import Interval, at_wall, local_day
from samen.services import calendar
from samen.services.calendar import DayHeld, Held, SpaceWeek
from samen.web import current, i18n
from samen.web.day import HOUR, OFFICE_HOURS, View, from_now, read_date
from samen.web.facts import lasting
from samen.web.policy import Access, allow
from samen.web.shell import areas_of, building

FIRMNESS = {OccurrenceStatus.PENDING: "is-pending ", OccurrenceStatus.HELD: "is-kept "}
blueprint = Blueprint("week", __name__)


@blueprint.get("/week")
@allow(Access.SIGNED_IN)
def this_week() -> ResponseReturnValue:
    """The running week."""
    with current.database().read() as session:
        site = building(session)
        return _page(session, site, current.now().astimezone(ZoneInfo(site.timezone)).date())


@blueprint.get("/week/<on>")
@allow(Access.SIGNED_IN)
def week(on: str) -> ResponseReturnValue:
    """The week of a day."""
    wanted = read_date(on)
    with current.database().read() as session:
        return _page(session, building(session), wanted)


def _page(session: Session, site: Site, on: date) -> str:
    now, zone, viewer = current.now(), ZoneInfo(site.timezone), current.viewer()
    monday = on - timedelta(days=on.weekday())
    spaces = calendar.week(session, site, monday, viewer, now)
    views = _views(spaces, monday, zone)
    today, words = now.astimezone(zone).date(), Words.of(spaces)
    return render_template(
        "pages/week.html",
        week=_week_shown(monday, today),
        days=[_day_shown(day, today) for day in views],
        hours=views[monday].hours,
        hour_labels=_ends(views[monday]),
        now=view.offset(now) if (view := views.get(today)) and view.during.contains(now) else None,
        spaces=[_space_shown(one, views, words, now) for one in spaces],
        may_book="book" in areas_of(viewer.role),
    )


def _views(spaces: Sequence[SpaceWeek], monday: date, zone: ZoneInfo) -> dict[date, View]:
    """Each day from the first opening to the last closing of the week, in whole hours of the wall."""
    hours = [day.open_during for one in spaces for day in one.days if day.open_during]
    opening = min((span.start.astimezone(zone).time() for span in hours), default=OFFICE_HOURS[0])
    closing = max((_closing(span.end, zone) for span in hours), default=OFFICE_HOURS[1])
    found = {}
    for on in (monday + timedelta(days=count) for count in range(7)):
        start = at_wall(on, opening.replace(minute=0), zone)
        end = min(at_wall(on, closing, zone), local_day(on, zone).end)
        found[on] = View(on, zone, Interval(start, start - (start - end) // HOUR * HOUR))
    return found


def _closing(at: datetime, zone: ZoneInfo) -> time:
    """By the wall; the midnight that ends a day is its last moment."""
    wall = at.astimezone(zone).time()
    return wall if wall > time(0) else time.max


def _week_shown(monday: date, today: date) -> dict[str, Any]:
    sunday = monday + timedelta(days=6)
    first = str(monday.day) if monday.month == sunday.month else i18n.day_short(monday)
    return {
        "title": f"{first} – {i18n.day_long(sunday)}",
        "is_this": monday <= today <= sunday,
        "previous": (monday - timedelta(days=7)).isoformat(),
        "next": (monday + timedelta(days=7)).isoformat(),
        "day": (today if monday <= today <= sunday else monday).isoformat(),
    }


def _day_shown(on: date, today: date) -> dict[str, Any]:
    return {
        "weekday": i18n.weekday(on),
        "number": on.day,
        "detail": i18n.month_title(on),
        "url": url_for("booking.day", on=on.isoformat()),
        "is_today": on == today,
    }


def _ends(view: View) -> tuple[str, str]:
    return view.clock(view.during.start), view.clock_end(view.during.end)


@dataclass(frozen=True)
class Words:
    """What cells say, looked up once: a page has hundreds of them."""

    closed: str
    nothing: str
    free: str
    booked: dict[int, str]

    @classmethod
    def of(cls, spaces: Sequence[SpaceWeek]) -> Words:
        counts = {len(day.held) for one in spaces for day in one.days}
        booked = {count: ngettext("%(num)d booking", "%(num)d bookings", count) for count in counts}
        return cls(_("closed"), _("nothing free"), _("%(hours)s free", hours="{}"), booked)


def _space_shown(one: SpaceWeek, views: dict[date, View], words: Words, now: datetime) -> dict[str, Any]:
    return {
        "slug": one.space.slug,
        "name": one.space.name,
        "capacity": one.space.capacity,
        "days": [_cell(day, views[day.on], words, now) for day in one.days],
    }


def _cell(day: DayHeld, view: View, words: Words, now: datetime) -> dict[str, Any]:
    gaps = [from_now(gap, now) for gap in day.free]
    free = sum((gap.length for gap in gaps), timedelta())
    shut, over = day.open_during is None, view.during.end <= now
    return {
        "strips": list(_strips(day, view)),
        "over": over,
        "mine": any(one.mine for one in day.held),
        "words": words.closed if shut else words.booked[len(day.held)],
        "free": "" if shut or over else words.free.format(lasting(free)) if free else words.nothing,
        "gaps": ", ".join(f"{view.clock(gap.start)}–{view.clock_end(gap.end)}" for gap in gaps),
    }


def _strips(day: DayHeld, view: View) -> Iterator[str]:
    """The classes that draw the strip: when it is closed, then what holds the space."""
    for span in day.closed:
        if span.overlaps(view.during):
            yield f"is-closed {_spot(view, span)}"
    for one in day.held:
        yield f"tint-{one.tint} {_firmness(one)}{_spot(view, one.during)}"


def _spot(view: View, span: Interval) -> str:
    """As the macros `at` and `lasting` of partials/marks.html, without a macro for each strip."""
    place = view.place(span)
    hours, minutes = divmod(place["offset"], 60)
    long, more = divmod(place["length"], 60)
    return f"h{hours} m{minutes // 5 * 5} d{long} e{more // 5 * 5}"


def _firmness(one: Held) -> str:
    return f"{FIRMNESS.get(one.status, '')}{'is-mine ' if one.mine else ''}"
