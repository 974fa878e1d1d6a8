"""The week of a draft: rooms × days, each a strip of its hours with awards in their tenants' tints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.domain.allocation.instance import Award
from samen.web import i18n
from samen.web.round_draft import Draft
from samen.web.round_words import clock, hours, hours_words, slot_words, weeks_words

HOUR = 60


def week_view(draft: Draft, week: int) -> dict[str, Any]:
    """One week of the season, counted from 0, as the calendar's week page draws it."""
    season, grid = draft.season, draft.instance.grid
    by_cell: dict[tuple[str, int], list[Award]] = {}
    for award in sorted(draft.plan.awards, key=lambda one: one.start):
        if week in draft.instance.request_of[award.request].weeks:
            by_cell.setdefault((award.space, award.day), []).append(award)
    days = range(grid.days)
    return {
        "number": week + 1,
        "of": grid.weeks,
        "previous": week - 1 if week else None,
        "next": week + 1 if week + 1 < grid.weeks else None,
        "hours": ceil(grid.slots_per_day * grid.slot_minutes / HOUR),
        "ends": (clock(season, 0), clock(season, grid.slots_per_day)),
        "days": [_day(draft, week, day) for day in days],
        "spaces": [
            {
                "name": draft.names.spaces[space.id].name if space.id in draft.names.spaces else space.id,
                "capacity": space.capacity,
                "days": [_cell(draft, by_cell.get((space.id, day), ())) for day in days],
            }
            for space in draft.instance.spaces
        ],
    }


def _day(draft: Draft, week: int, day: int) -> dict[str, Any]:
    on = draft.season.on(week, day)
    return {"weekday": i18n.weekday(on), "number": on.day, "detail": i18n.month_title(on)}


def _cell(draft: Draft, awards: Sequence[Award]) -> dict[str, Any]:
    slots = sum(draft.instance.request_of[award.request].slots for award in awards)
    return {
        "strips": [_strip(draft, award) for award in awards],
        "words": ngettext("%(num)d award", "%(num)d awards", len(awards)) if awards else _("nothing"),
        "hours": hours(slots * draft.instance.grid.slot_minutes / HOUR) if awards else "",
        "list": [
            f"{hours_words(draft.season, award.start, draft.instance.request_of[award.request].slots)} "
            f"{draft.title(award.request)}"
            for award in awards
        ],
    }


def _strip(draft: Draft, award: Award) -> dict[str, str]:
    request, minutes = draft.instance.request_of[award.request], draft.instance.grid.slot_minutes
    tenant = draft.names.tenants.get(request.tenant)
    held = "is-held " if award.request in draft.instance.held_of else ""
    start, length = divmod(award.start * minutes, HOUR), divmod(request.slots * minutes, HOUR)
    place = f"h{start[0]} m{start[1]} d{length[0]} e{length[1]}"
    when = hours_words(draft.season, award.start, request.slots)
    return {
        "classes": f"tint-{tenant.tint if tenant else 0} {held}{place}",
        "title": f"{when} {draft.title(award.request)}",
    }


def award_groups(draft: Draft, by_hand: frozenset[str]) -> list[dict[str, Any]]:
    """Every award, tenant by tenant, each {id, title, when, space, slug, day, start, weeks, held}."""
    groups: dict[str, list[Award]] = {}
    for award in sorted(draft.plan.awards, key=lambda one: (one.day, one.start, one.space)):
        groups.setdefault(draft.instance.request_of[award.request].tenant, []).append(award)
    return [
        {
            **draft.tenant_shown(slug),
            "awards": list(_rows(draft, awards, by_hand)),
        }
        for slug, awards in sorted(groups.items())
    ]


def _rows(draft: Draft, awards: Sequence[Award], by_hand: frozenset[str]) -> Iterator[dict[str, Any]]:
    for award in awards:
        request, wish = draft.instance.request_of[award.request], draft.names.wishes.get(award.request)
        space = draft.names.spaces.get(award.space)
        yield {
            "id": award.request,
            "title": wish.title if wish else award.request,
            "when": slot_words(draft.season, award.day, award.start, request.slots),
            "space": space.name if space else award.space,
            "slug": award.space,
            "day": award.day,
            "start": award.start,
            "weeks": weeks_words(request.weeks, draft.instance.grid.weeks),
            "held": award.request in by_hand,
        }
