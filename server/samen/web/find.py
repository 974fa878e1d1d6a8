"""Find a room: a time first, then people and features, over all sites; and what is free now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Site, Space, SpaceKind
from samen.domain.finding import QUARTER, USUAL, quarter_of
from samen.domain.interval import Interval
from samen.services import find
from samen.services.find import Found, FreeNow, Miss, Needs
from samen.web import current, i18n
from samen.web.booking_form import Form, dates_offered, during_of, quarters
from samen.web.day import View
from samen.web.policy import Access, allow
from samen.web.report import shown_state
from samen.web.rooms import state_words
from samen.web.space_words import choice_word, feature_word
from samen.web.wording import refusal_text

blueprint = Blueprint("find", __name__)
# More than this many ways around a full house help nobody.
MOST_MISSES = 12


@dataclass(frozen=True)
class Search:
    """The fields as text; `asked`: whether somebody filled them in."""

    form: Form
    features: frozenset[str]
    kind: str
    asked: bool

    @classmethod
    def sent(cls, fields: MultiDict[str, str], now: datetime, zone: ZoneInfo) -> Search:
        """What a browser sent; at first the next quarter of an hour, for an hour."""
        asked = "date" in fields
        form = Form.sent(fields) if asked else _soon(now, zone)
        return cls(
            form, frozenset(fields.getlist("feature")), fields.get("kind", SpaceKind.ROOM.value), asked
        )

    def problems(self) -> dict[str, str]:
        """A sentence for the people, where that is no number."""
        return {name: text for name, text in self.form.problems().items() if name == "people"}

    def needs(self) -> Needs:
        """What is looked for beside a time. Call when there are no problems."""
        kinds = {kind.value: kind for kind in SpaceKind}
        people = int(self.form.people) if self.form.people else None
        return Needs(people, self.features, kinds.get(self.kind, SpaceKind.ROOM))


@blueprint.get("/find")
@allow(Access.BOOKING)
def index() -> ResponseReturnValue:
    """Query fields: those of booking, `feature` (several) and `kind`. Without `date`, what is free now."""
    now, zone = current.now(), current.settings().timezone
    search = Search.sent(request.args, now, zone)
    with current.database().read() as session:
        sites = find.sites(session)
        times, errors = _times(search, sites)
        features, kinds = find.on_offer(session)
        several = len(sites) > 1
        found, missed = _results(session, search, times, several) if search.asked and not errors else ([], [])
        free = [] if search.asked else find.free_now(session, current.viewer(), now)
        page = render_template(
            "pages/find.html",
            form=search.form,
            asked=search.asked and not errors,
            errors=errors,
            options=_options(search, features, kinds),
            found=found,
            missed=missed,
            free_now=[_free_shown(one, several) for one in free],
        )
    return page, 422 if errors else 200


def _soon(now: datetime, zone: ZoneInfo) -> Form:
    start = quarter_of(now) + QUARTER
    view = View(start.astimezone(zone).date(), zone, Interval(start, start + USUAL))
    return Form(date=view.on.isoformat(), start=view.clock(start), end=view.clock(start + USUAL))


def _times(search: Search, sites: Sequence[Site]) -> tuple[dict[int, Interval], dict[str, str]]:
    """The time wanted at each site, by the wall clock that hangs there; or what is wrong with the fields."""
    times: dict[int, Interval] = {}
    errors = search.problems()
    for site in sites:
        during = during_of(search.form, ZoneInfo(site.timezone))
        if isinstance(during, dict):
            return {}, errors | during
        times[site.id] = during
    return times, errors


def _results(
    session: Session, search: Search, times: Mapping[int, Interval], several: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    viewer, now, needs = current.viewer(), current.now(), search.needs()
    found = find.free_spaces(session, times, needs, viewer, now)
    shown = [_found_shown(one, several, search.form.people) for one in found]
    missed = [] if found else find.near_misses(session, times, needs, viewer, now)[:MOST_MISSES]
    return shown, [_miss_shown(one, several, search.form.people) for one in missed]


def _options(search: Search, features: list[str], kinds: list[SpaceKind]) -> dict[str, Any]:
    today = current.now().astimezone(current.settings().timezone).date()
    return {
        "dates": dates_offered(search.form.date, today),
        "starts": sorted({*quarters()[:-1], search.form.start} - {""}),
        "ends": sorted({*quarters()[1:], search.form.end} - {""}),
        "features": [
            {"code": code, "word": feature_word(code), "on": code in search.features} for code in features
        ],
        "kinds": [
            {"code": kind.value, "word": choice_word(kind), "on": kind.value == search.kind} for kind in kinds
        ],
    }


def _space_shown(space: Space, several: bool) -> dict[str, Any]:
    return {
        "name": space.name,
        "site": space.site.name if several else "",
        "capacity": space.capacity,
        "features": [feature_word(one.feature) for one in space.features],
        "parts": [part.name for part in space.parts],
    }


def _found_shown(found: Found, several: bool, people: str = "") -> dict[str, Any]:
    view = _view(found.space, found.during)
    return {
        **_space_shown(found.space, several),
        **_offer(found.space, found.during, several, people),
        "until": view.clock_end(found.free_until),
        "warm": found.energy.warm,
        "has_zone": found.space.zone_id is not None,
        "needs_approval": found.needs_approval,
    }


def _free_shown(one: FreeNow, several: bool) -> dict[str, Any]:
    state = shown_state(one.state)
    return {**_found_shown(one.found, several), "state": state, "state_word": state_words()[state]}


def _miss_shown(miss: Miss, several: bool, people: str) -> dict[str, Any]:
    zone = ZoneInfo(miss.space.site.timezone)
    return {
        **_space_shown(miss.space, several),
        "reasons": [refusal_text(reason, zone) for reason in miss.reasons],
        "times": [_offer(miss.space, during, several, people) for during in miss.times],
    }


def _view(space: Space, during: Interval) -> View:
    zone = ZoneInfo(space.site.timezone)
    return View(during.start.astimezone(zone).date(), zone, during)


def _offer(space: Space, during: Interval, several: bool, people: str) -> dict[str, Any]:
    """A time that the booking form can be opened with, and its words."""
    view = _view(space, during)
    start, end = view.clock(during.start), view.clock_end(during.end)
    more = {"people": people} if people else {}
    return {
        "book": {
            "gap": f"{space.slug}/{view.on.isoformat()}/{start}/{end}",
            **more,
            **({"site": space.site.slug} if several else {}),
        },
        "day": i18n.day_title(view.on),
        "time": f"{start}–{end}",
    }
