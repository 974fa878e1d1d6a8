"""Find a room: a time first, then people and features, over all sites; and what is free now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Site, Space, SpaceKind
from samen.domain.finding import USUAL
from samen.domain.interval import Interval
from samen.services import find, quota
from samen.services.find import Found, Needs
from samen.web import current, i18n
from samen.web.booking_form import Form, dates_offered, during_of, next_quarter, times_offered
from samen.web.find_cards import Wall, reasons_said
from samen.web.policy import Access, allow
from samen.web.shell import building
from samen.web.space_words import choice_word, feature_word

blueprint = Blueprint("find", __name__)
# So many rooms that are free now are shown at once, and so many ways around a full house.
MOST_NOW, MOST_NEAR = 6, 6


@dataclass(frozen=True)
class Question:
    """What is looked for: at each site, by its id, the time there; and what is needed beside it."""

    times: Mapping[int, Interval]
    needs: Needs


@dataclass(frozen=True)
class Search:
    """The fields as text; `asked`: whether somebody filled them in. No `building` is all of them."""

    form: Form
    features: frozenset[str]
    kind: str
    building: str
    asked: bool

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> Search:
        """What a browser sent: with a start it is a question, with a date alone a form to be filled in."""
        kind, features = fields.get("kind", SpaceKind.ROOM.value), frozenset(fields.getlist("feature"))
        return cls(Form.sent(fields), features, kind, fields.get("building", ""), "start" in fields)

    def question(self, sites: Sequence[Site], now: datetime) -> Question | dict[str, str]:
        """What is asked at each site, by the clock that hangs there; or what is wrong with the fields."""
        errors = {name: said for name, said in self.form.problems().items() if name == "people"}
        kind = next((kind for kind in SpaceKind if kind.value == self.kind), SpaceKind.ROOM)
        if kind.value != self.kind:
            errors["kind"] = _("Choose one of these.")
        chosen = [site for site in sites if self.building in {"", site.slug}]
        if not chosen:
            errors["building"] = _("Choose one of these.")
        times: dict[int, Interval] = {}
        for site in chosen:
            during = during_of(self.form, ZoneInfo(site.timezone))
            if isinstance(during, dict):
                return errors | during
            times[site.id] = during
        if times and all(during.end <= now for during in times.values()):
            errors["date"] = _("That time is over.")
        people = int(self.form.people) if self.form.people and not errors else None
        return errors or Question(times, Needs(people, self.features, kind))


@blueprint.get("/find")
@allow(Access.BOOKING)
def index() -> ResponseReturnValue:
    """Query fields: those of booking, `feature` (several), `kind`, `building`. Without `start`: free now."""
    search = Search.sent(request.args)
    with current.database().read() as session:
        sites = find.sites(session)
        if not search.asked:
            return _page(session, search, free=_free_now(session, sites))
        question = search.question(sites, current.now())
        if isinstance(question, dict):
            return _page(session, search, errors=question), 422
        return _page(session, search, answer=_answer(session, search.form, sites, question))


def _page(session: Session, search: Search, **shown: Any) -> str:  # noqa: ANN401
    """The page with what is `free` now, the `answer` to what was asked, or its `errors`."""
    zone, now = ZoneInfo(building(session).timezone), current.now()
    spaces = session.scalars(select(Space)).all()
    form = search.form if search.asked else _soon(search.form, spaces, now.astimezone(zone))
    return render_template(
        "pages/find.html",
        form=form,
        options={
            **times_offered(form, spaces),
            "dates": dates_offered(form.date, now.astimezone(zone).date()),
            **_choices(session, search),
            "buildings": _buildings(session, search),
        },
        **{"free": None, "answer": None, "errors": {}} | shown,
    )


def _soon(form: Form, spaces: Sequence[Space], now: datetime) -> Form:
    """The coming hour by the wall, or the first one of the next day on which something is open."""
    opens = times_offered(Form(), spaces)["starts"]
    soon = next_quarter(now).replace(tzinfo=None)
    on, clock = soon.date(), soon.strftime("%H:%M")
    if clock not in opens:
        on, clock = on + timedelta(days=int(clock > opens[0])), opens[0]
    end = datetime.fromisoformat(f"{on}T{clock}") + USUAL
    until = end.strftime("%H:%M") if end.date() == on else "24:00"
    return replace(form, date=form.date or on.isoformat(), start=clock, end=until)


def _choices(session: Session, search: Search) -> dict[str, Any]:
    """Features and kinds to choose from; a kind only where there are several."""
    features, kinds = find.on_offer(session)
    words = sorted((feature_word(code), code) for code in features)
    return {
        "features": [{"code": code, "word": word, "on": code in search.features} for word, code in words],
        "kinds": [
            {"code": kind.value, "word": choice_word(kind), "on": kind.value == search.kind} for kind in kinds
        ]
        if len(kinds) > 1
        else [],
    }


def _buildings(session: Session, search: Search) -> list[dict[str, Any]]:
    """The sites to look in, where there are several."""
    sites = find.sites(session)
    return [
        {"code": site.slug, "word": site.name, "on": site.slug == search.building}
        for site in sites
        if len(sites) > 1
    ]


def _free_now(session: Session, sites: Sequence[Site]) -> dict[str, Any]:
    """Rooms that are free now, by each site's own clock."""
    several, now = len(sites) > 1, current.now()
    days = {site: now.astimezone(ZoneInfo(site.timezone)).date() for site in sites}
    walls = {site.id: Wall.of(session, site, on, several=several) for site, on in days.items()}
    free = find.free_now(session, current.viewer(), now)
    cards = [walls[one.found.space.site_id].free_now(one) for one in free]
    return {"first": cards[:MOST_NOW], "more": cards[MOST_NOW:]}


def _answer(session: Session, form: Form, sites: Sequence[Site], question: Question) -> dict[str, Any]:
    """What was found; where that is nothing, what comes near, and why the others do not."""
    asked = (session, question.times, question.needs, current.viewer(), current.now())
    found = find.free_spaces(*asked)
    missed = [] if found else find.near_misses(*asked)
    near = [miss for miss in missed if miss.times][:MOST_NEAR]
    on, several = date.fromisoformat(form.date), len(sites) > 1
    walls = {site.id: Wall.of(session, site, on, several=several, people=form.people) for site in sites}
    return {
        "title": f"{i18n.day_title(on)}, {form.start}–{form.end}",
        "date": on.isoformat(),
        "found": [walls[one.space.site_id].found(one) for one in found],
        "over_quota": _over_quota(session, found),
        "near": [walls[one.space.site_id].near(one) for one in near],
        "others": [walls[one.space.site_id].near(one) for one in missed if one not in near],
    }


def _over_quota(session: Session, found: Sequence[Found]) -> list[str]:
    """What is left of the association's hours, where that is too little for any room that is free."""
    if not found:
        return []
    cheapest = min(found, key=lambda one: one.space.weight)
    wanted = [(cheapest.during, cheapest.space.weight)]
    over = quota.over(session, current.viewer().tenant_id, wanted, current.now(), firm=False)
    return reasons_said(over, ZoneInfo(cheapest.space.site.timezone))
