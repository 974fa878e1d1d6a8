"""A round and an association's wishes in it, as its pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, RoundState, Tenant, Wish
from samen.domain.access import Viewer
from samen.domain.allocation.instance import Instance
from samen.domain.allocation.measure import entitled
from samen.domain.allocation.season import Season
from samen.domain.allocation.sought import Level, Sought, SoughtWeek
from samen.services import wishes
from samen.web import i18n
from samen.web.space_words import feature_word
from samen.web.wish_form import welcome_of
from samen.web.wish_words import (
    lasts,
    level_word,
    priority_word,
    rhythm_words,
    span_words,
    start_words,
    welcome_word,
)

SOON = timedelta(days=7)


def is_filing(one: Round, now: datetime) -> bool:
    """Whether wishes can be filed now."""
    return one.state is RoundState.OPEN and one.opens_at <= now < one.closes_at


def round_shown(one: Round, now: datetime) -> dict[str, Any]:
    """The head of every page of a round."""
    season = one.season
    last = one.until_on - timedelta(days=1)
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state.value,
        "dates": f"{i18n.day_long(one.from_on)} – {i18n.day_long(last)}",
        "weeks": season.weeks,
        "filing": is_filing(one, now),
        "begins": i18n.moment(one.opens_at, season.zone) if now < one.opens_at else "",
        "closes": i18n.moment(one.closes_at, season.zone),
        "left": lasts(one.closes_at - now) if now < one.closes_at else "",
        "soon": now < one.closes_at <= now + SOON,
        "objecting": is_objecting(one, now),
        "objections_until": one.objections_until_at and i18n.moment(one.objections_until_at, season.zone),
    }


def is_objecting(one: Round, now: datetime) -> bool:
    """Whether tenants may still say something against the preview."""
    until = one.objections_until_at
    return one.state is RoundState.PREVIEW and until is not None and now < until


def own_wishes(session: Session, one: Round, viewer: Viewer) -> list[Wish]:
    """Those of the viewer's association alone, whoever reads."""
    return [wish for wish in wishes.wishes_of(session, one, viewer) if wish.tenant_id == viewer.tenant_id]


def figures_shown(
    session: Session, one: Round, tenant: Tenant, mine: Sequence[Wish], instance: Instance
) -> dict[str, Any]:
    """What is asked against the association's share of the building, and what is left of its points."""
    share = instance.hours(entitled(instance)[tenant.slug])
    hours = sum(hours_of(one.season, wish) for wish in mine)
    left = wishes.points_left(session, one, tenant.id)
    return {
        "asked": i18n.short_number(hours),
        "share": i18n.short_number(share),
        "percent": min(100, round(100 * hours / share)) if share else 0,
        "over": hours > share,
        "points_left": left,
        "points": one.priority_points,
        "points_percent": round(100 * left / one.priority_points) if one.priority_points else 0,
        "count": len(mine),
    }


def hours_of(season: Season, wish: Wish) -> float:
    """Over all its weeks."""
    return wish.slots * season.slot_minutes * len(wish.weeks) / 60


def wish_shown(
    one: Round, wish: Wish, viewer: Viewer, names: Mapping[str, str], week: SoughtWeek | None = None
) -> dict[str, Any]:
    """An entry of the list. `names`: of rooms, people and things by slug; `week`: while wishes are filed."""
    season, first = one.season, wish.options[0]
    return {
        "id": wish.id,
        "title": wish.title,
        "when": span_words(season, first["day"], first["start"], wish.slots),
        "rhythm": rhythm_words(season, wish.weeks),
        "hours": i18n.short_number(hours_of(season, wish)),
        "people": wish.people,
        "features": [feature_word(code) for code in wish.features],
        "spaces": None if wish.spaces is None else [names.get(slug, slug) for slug in wish.spaces],
        "needs": [names.get(need, need) for need in wish.needs],
        "priority": wish.priority,
        "priority_word": priority_word(wish.priority),
        "options": [_option(season, wish, option, week) for option in wish.options],
        "may_change": viewer.may_change(wish.tenant_id, wish.member_id),
        "hint": _hint(season, wish, week) if week else None,
    }


def _option(season: Season, wish: Wish, option: Mapping[str, Any], week: SoughtWeek | None) -> dict[str, Any]:
    level = week.level(option["day"], option["start"], wish.slots) if week else None
    return {
        "words": span_words(season, option["day"], option["start"], wish.slots),
        "welcome": welcome_word(welcome_of(option["penalty"])),
        "level": level.value if level else "",
        "level_word": level_word(level) if level else "",
    }


def _hint(season: Season, wish: Wish, week: SoughtWeek) -> dict[str, str] | None:
    """A quiet and warm time beside a first choice that many want; None where it is quiet itself."""
    places = [(option["day"], option["start"]) for option in wish.options]
    if week.level(*places[0], wish.slots) is Level.QUIET:
        return None
    found = week.hints(wish.slots, places[0], places)[:1]
    return next(
        (
            {"pick": f"{day}/{season.clock(start):%H:%M}", "words": start_words(season, day, start)}
            for day, start in found
        ),
        None,
    )


def weeks_of(instance: Instance, mine: Sequence[Wish]) -> dict[Any, SoughtWeek]:
    """How sought after the week is for each wish."""
    sought = Sought(instance)
    return {wish.id: sought.week(instance.request_of[str(wish.id)]) for wish in mine}
