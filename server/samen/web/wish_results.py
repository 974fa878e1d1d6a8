"""What became of an association's wishes: what was granted, what not and why, and how fair it was to all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import NamesShown, Objection, Round, RoundAward, RoundState, Space, Tenant, Wish
from samen.domain.access import Viewer
from samen.domain.allocation.explain import LEFT_FREE
from samen.domain.allocation.instance import Award, Request
from samen.domain.allocation.plan import Nearest, Refused
from samen.domain.allocation.redaction import Names as Shown
from samen.domain.allocation.season import Season
from samen.services import awards, objections, round_instance
from samen.services.round_outcome import Outcome, outcome_of
from samen.web import i18n
from samen.web.explanation_words import Names, begun, explained, near_shown, reason_words
from samen.web.wish_list import (
    figures_shown,
    is_filing,
    is_objecting,
    own_wishes,
    round_shown,
    weeks_of,
    wish_shown,
)
from samen.web.wish_words import clock_of, rhythm_words, span_words

MOST_NEAR = 3


def mine_shown(session: Session, one: Round, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """The context of pages/wishes.html."""
    mine, tenant = own_wishes(session, one, viewer), session.get_one(Tenant, viewer.tenant_id)
    outcome = outcome_of(session, one)
    instance = outcome.board.instance if outcome else round_instance.build(session, one)
    weeks = weeks_of(instance, mine) if is_filing(one, now) else {}
    called = things_called(session, one)
    shown = {
        "round": round_shown(one, now),
        "tenant": {"name": tenant.name, "tint": tenant.tint},
        "figures": figures_shown(session, one, tenant, mine, instance),
        "wishes": [wish_shown(one, wish, viewer, called, weeks.get(wish.id)) for wish in mine],
        "results": None,
    }
    if outcome:
        shown["results"] = _results(session, one, viewer, tenant, mine, outcome)
    return shown


def names_of(session: Session, one: Round, mine: Sequence[Wish]) -> Names:
    """What a page about the round's outcome calls things."""
    tenants = {row.slug: row.name for row in session.execute(select(Tenant.slug, Tenant.name))}
    spaces = {space.slug: space.name for space in one.spaces}
    return Names(one.season, spaces, tenants, {str(wish.id): wish.title for wish in mine})


def things_called(session: Session, one: Round) -> dict[str, str]:
    """The building's spaces, people and things by slug."""
    query = select(Space.slug, Space.name).where(Space.site_id == one.site_id)
    return {row.slug: row.name for row in session.execute(query)}


def _results(
    session: Session,
    one: Round,
    viewer: Viewer,
    tenant: Tenant,
    mine: Sequence[Wish],
    outcome: Outcome,
) -> dict[str, Any]:
    names = names_of(session, one, mine)
    got = {row.wish_id: row for row in awards.awards_of(session, one, viewer)}
    rows = [got[wish.id] for wish in mine if wish.id in got]
    refused = outcome.refusals(str(wish.id) for wish in mine)
    return {
        "granted": [granted_shown(one, row) for row in rows],
        "refused": [
            _refused_shown(one, wish, refused[str(wish.id)], names)
            for wish in mine
            if str(wish.id) in refused
        ],
        "fairness": fairness_shown(one, tenant, outcome, names),
        "swaps": swaps_shown(session, one, viewer, outcome, names),
    }


def granted_shown(one: Round, row: RoundAward) -> dict[str, Any]:
    """A place, with the dates that fall out of it; once final, the bookings that it became."""
    season, wish = one.season, row.wish
    skipped = [(datetime.fromisoformat(date["start"]), date["codes"]) for date in row.skipped]
    return {
        "id": wish.id,
        "title": wish.title,
        "space": row.space.name,
        "when": span_words(season, row.day, row.start, wish.slots),
        "within": _within(season, row),
        "rhythm": rhythm_words(season, wish.weeks),
        "dates": len(wish.weeks) - len(skipped),
        "skipped": [
            f"{i18n.day_title(at.astimezone(season.zone).date())} ({skip_word(codes)})"
            for at, codes in skipped
        ],
        "series": row.series_id,
        "is_first": (row.day, row.start) == (wish.options[0]["day"], wish.options[0]["start"]),
    }


def _within(season: Season, row: RoundAward) -> str:
    """`18:15–19:45`, where the space keeps some time free before and after; else ""."""
    before, after = (timedelta(minutes=min_) for min_ in (row.space.before_min, row.space.after_min))
    if not before and not after:
        return ""
    during = season.during_of(row.wish.weeks[0], row.day, row.start, row.wish.slots)
    starts, ends = during.start + before, during.end - after
    return f"{i18n.clock(starts, season.zone)}–{i18n.clock(ends, season.zone)}"


def skip_word(codes: Sequence[str]) -> str:
    """Why a date is left out, in a word."""
    if "already_begun" in codes:
        return str(_("over already"))
    return str(_("taken") if "taken" in codes else _("closed"))


def _refused_shown(one: Round, wish: Wish, refused: Refused, names: Names) -> dict[str, Any]:
    first = wish.options[0]
    return {
        "id": wish.id,
        "title": wish.title,
        "when": span_words(one.season, first["day"], first["start"], wish.slots),
        "reason": reason_words(LEFT_FREE if _is_left_free(refused) else refused.reason),
        "nearest": [near_shown(near, wish.slots, names) for near in refused.nearest[:MOST_NEAR]],
    }


def _is_left_free(refused: Refused) -> bool:
    """Whether one of the times that it named is free."""
    return any(near.penalty is not None for near in refused.nearest)


def fairness_shown(one: Round, tenant: Tenant, outcome: Outcome, names: Names) -> dict[str, Any]:
    """What each association asked and got, beside first come first served; without names where none are
    published: one's own, the one served least, and the average."""
    asking = [slug for slug, figures in outcome.plan.metrics.tenants.items() if figures.asked_hours]
    named = one.names_shown is NamesShown.TENANTS
    rows = [
        _tenant_row(names.tenants.get(slug, slug), slug == tenant.slug, slug, outcome)
        for slug in sorted(asking, key=lambda slug: names.tenants.get(slug, slug))
        if named or slug == tenant.slug
    ]
    got, early = outcome.plan.metrics, outcome.first_come
    return {
        "rows": rows,
        "named": named,
        "least": i18n.percent(got.min_satisfaction),
        "least_first_come": i18n.percent(early.min_satisfaction),
        "mean": i18n.percent(got.mean_satisfaction),
        "mean_first_come": i18n.percent(early.mean_satisfaction),
        "first_choices": i18n.percent(got.first_choice_share),
        "zone_hours": i18n.number(got.zone_hours, 0),
        "zone_hours_first_come": i18n.number(early.zone_hours, 0),
    }


def _tenant_row(name: str, own: bool, slug: str, outcome: Outcome) -> dict[str, Any]:
    got, early = outcome.plan.metrics.tenants[slug], outcome.first_come.tenants[slug]
    return {
        "name": name,
        "own": own,
        "asked": i18n.short_number(got.asked_hours),
        "granted": i18n.short_number(got.granted_hours),
        "satisfaction": i18n.percent(got.satisfaction),
        "percent": min(100, round(got.satisfaction * 100)),
        "first_come": i18n.percent(early.satisfaction),
    }


def wish_page(
    session: Session, one: Round, wish: Wish, viewer: Viewer, now: datetime
) -> dict[str, Any] | None:
    """The context of pages/wish.html; None as long as nothing is shown of what became of it."""
    outcome = outcome_of(session, one)
    if outcome is None or str(wish.id) not in outcome.board.instance.request_of:
        return None
    names = names_of(session, one, own_wishes(session, one, viewer))
    row = session.get(RoundAward, wish.id)
    return {
        "round": round_shown(one, now),
        "wish": wish_shown(one, wish, viewer, things_called(session, one)),
        "granted": granted_shown(one, row) if row else None,
        "why": _why(one, wish, outcome, names, now),
        "books": one.state is RoundState.FINAL,
        "objections": [
            _objection_shown(one, said)
            for said in objections.objections_of(session, one, viewer)
            if said.wish_id == wish.id
        ],
        "swaps": _swaps_offered(outcome, wish, names) if row and is_objecting(one, now) else [],
    }


def _why(one: Round, wish: Wish, outcome: Outcome, names: Names, now: datetime) -> dict[str, Any]:
    """As explained, each place that is free with the way to book it."""
    told = outcome.explained(str(wish.id))
    shown = explained(told, names)
    for near, entry in zip(told.nearest, shown["nearest"], strict=True):
        entry["book"] = booking_url(one, wish, near, now)
    return shown


def booking_url(one: Round, wish: Wish, near: Nearest, now: datetime) -> str:
    """The booking form, filled in with the dates of a place that are still ahead."""
    season = one.season
    dates = [season.on(week, near.day) for week in sorted(wish.weeks)]
    ahead = [on for on in dates if season.instant(on, near.start) > now] or dates[-1:]
    start, end = clock_of(season, near.start), clock_of(season, near.start + wish.slots)
    gaps = {(later - earlier).days // 7 for earlier, later in pairwise(ahead)}
    return url_for(
        "booking.book",
        gap=f"{near.space}/{ahead[0]}/{start}/{end}",
        title=wish.title,
        people=wish.people or None,
        repeat="weekly" if len(ahead) > 1 else None,
        every=gaps.pop() if len(gaps) == 1 else None,
        until=ahead[-1] if len(ahead) > 1 else None,
    )


def _objection_shown(one: Round, said: Objection) -> dict[str, str]:
    return {
        "text": said.text,
        "at": i18n.moment(said.made_at, one.season.zone),
        "answer": said.answer or "",
        "answered": i18n.moment(said.answered_at, one.season.zone) if said.answered_at else "",
    }


def _swaps_offered(outcome: Outcome, wish: Wish, names: Names) -> list[dict[str, str]]:
    """Places of others at times that the wish named."""
    known = outcome.board.instance.request_of
    return [
        {
            "value": award.request,
            "place": names.place(award.space, award.day, award.start, known[award.request].slots),
            "who": tenant_shown(outcome, known[award.request].tenant, names),
        }
        for award in outcome.tradable(str(wish.id))
    ]


def tenant_shown(outcome: Outcome, slug: str, names: Names) -> str:
    """By name where the round publishes it."""
    published = outcome.names is not Shown.NONE
    return names.tenants.get(slug, slug) if published else str(_("another association"))


def swaps_shown(
    session: Session, one: Round, viewer: Viewer, outcome: Outcome, names: Names
) -> list[dict[str, Any]]:
    """What others ask the reader to trade, and what the reader asked of others; the open ones first."""
    tenant, known = viewer.tenant_id, outcome.board.instance.request_of
    places = {award.request: award for award in outcome.plan.awards}
    shown = []
    for swap in objections.swaps_of(session, one, viewer):
        if tenant not in {swap.wish.tenant_id, swap.other.tenant_id}:
            continue
        asks_me = swap.other.tenant_id == tenant
        own, other = (swap.other, swap.wish) if asks_me else (swap.wish, swap.other)
        traded = swap.agreed is True
        mine, theirs = (own, other) if not traded else (other, own)
        shown.append(
            {
                "id": swap.id,
                "says": _swap_words(
                    asks_me, tenant_shown(outcome, known[str(other.id)].tenant, names), own.title
                ),
                "mine": _place(places, known, str(mine.id), names),
                "theirs": _place(places, known, str(theirs.id), names),
                "asks_me": asks_me,
                "state": "open" if swap.agreed is None else "agreed" if swap.agreed else "declined",
            }
        )
    return sorted(shown, key=lambda one_: one_["state"] != "open")


def _swap_words(asks_me: bool, who: str, title: str) -> str:
    if asks_me:
        return begun(_("%(who)s would like to swap with “%(title)s”", who=who, title=title))
    return str(_("You asked %(who)s to swap with “%(title)s”", who=who, title=title))


def _place(places: Mapping[str, Award], known: Mapping[str, Request], request: str, names: Names) -> str:
    award = places.get(request)
    return names.place(award.space, award.day, award.start, known[request].slots) if award else ""
