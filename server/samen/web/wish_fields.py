"""What the wish form offers and shows: its choices, how sought after the week is, and what would be quiet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Round, Space, SpaceKind, Wish
from samen.domain.access import Viewer
from samen.domain.allocation.instance import Instance, Request
from samen.domain.allocation.season import Season
from samen.domain.allocation.sought import At, Level, Sought, SoughtWeek
from samen.services import wishes
from samen.web import i18n
from samen.web.facts import lasting
from samen.web.space_words import MONDAY, feature_word
from samen.web.wish_form import PRIORITIES, WELCOME, Choice, Frame, WishForm
from samen.web.wish_words import (
    clock_of,
    day_of,
    level_word,
    priority_word,
    school_words,
    start_words,
    week_words,
    welcome_word,
)

# A row of the week stands for half an hour at the least: more would be longer than a screen.
ROW_MINUTES = 30
MOST_HINTS = 3
NOWHERE = "probe"


def frame_of(session: Session, one: Round, viewer: Viewer, wish: Wish | None = None) -> Frame:
    """What the round lets the viewer's association wish for, or change a wish to."""
    tenant_id = wish.tenant_id if wish else viewer.tenant_id
    own = [other for other in wishes.wishes_of(session, one, viewer) if other.tenant_id == tenant_id]
    named = {need: need for other in own if other is not wish for need in other.needs}
    return Frame(
        one.season,
        tuple(sorted({feature.feature for space in one.spaces for feature in space.features})),
        {space.slug: space.name for space in one.spaces},
        named | _shared_things(session, one),
        wishes.points_left(session, one, tenant_id, wish.id if wish else None),
    )


def _shared_things(session: Session, one: Round) -> dict[str, str]:
    """The building's people and equipment, which wishes of several associations may need."""
    query = select(Space.slug, Space.name).where(Space.site_id == one.site_id, Space.kind != SpaceKind.ROOM)
    return {row.slug: row.name for row in session.execute(query.order_by(Space.position))}


def probe(form: WishForm, frame: Frame, tenant: str, wish_id: UUID | None, now: datetime) -> Request:
    """The wish as far as the form can be understood, to look around with."""
    season = frame.season
    slots = int(form.length) // season.slot_minutes if form.length in map(str, frame.lengths) else 1
    return Request(
        str(wish_id) if wish_id else NOWHERE,
        tenant,
        int(form.people) if form.people.isdecimal() and len(form.people) < 6 else 0,
        frozenset(form.features) & set(frame.features),
        slots,
        form.week_numbers(frame) or tuple(range(season.weeks)),
        1,
        now,
        (),
        None if form.where == "any" else frozenset(form.spaces) & frame.spaces.keys(),
    )


def form_shown(
    form: WishForm, frame: Frame, errors: Mapping[str, str], looked: Request, instance: Instance
) -> dict[str, Any]:
    """The context of pages/wish_form.html, but for the round and the wish."""
    week = Sought(instance).week(looked)
    return {
        "form": form,
        "errors": errors,
        "options": _options(frame),
        "rows": [_row(at, one, frame, week, looked.slots, errors) for at, one in enumerate(form.choices)],
        "week": _week(form, frame, week),
        "nothing_fits": all(level is Level.CLOSED for levels in week.levels for level in levels),
        "hints": _hints(form, frame, week, looked.slots),
        "points_left": frame.points_left,
    }


def _options(frame: Frame) -> dict[str, Any]:
    season = frame.season
    return {
        "days": [{"value": str(day), "name": day_of(season, day)} for day in range(len(season.weekdays))],
        "starts": frame.starts,
        "lengths": [{"value": str(one), "label": lasting(timedelta(minutes=one))} for one in frame.lengths],
        "welcomes": [{"value": name, "word": welcome_word(name)} for name in WELCOME],
        "features": [{"code": code, "word": feature_word(code)} for code in frame.features],
        "spaces": [{"slug": slug, "name": name} for slug, name in frame.spaces.items()],
        "things": [{"value": value, "name": name} for value, name in frame.things.items()],
        "priorities": [
            {"value": one, "word": priority_word(int(one)), "points": int(one) - 1} for one in PRIORITIES
        ],
        "weeks": [_one_week(frame, number) for number in range(season.weeks)],
    }


def _one_week(frame: Frame, week: int) -> dict[str, str]:
    return {
        "value": str(week),
        "number": str(frame.number_of(week)),
        "dates": week_words(frame.season, week),
        "school": school_words(frame.season, week),
    }


def _row(
    at: int, one: Choice, frame: Frame, week: SoughtWeek, slots: int, errors: Mapping[str, str]
) -> dict[str, Any]:
    """A choice with how sought after it is; "" where it is none yet."""
    place = _place(one, frame)
    level = week.level(*place, slots) if place is not None else None
    return {
        "day": one.day,
        "start": one.start,
        "welcome": one.welcome,
        "error": errors.get(f"choice_{at}", ""),
        "level": level.value if level else "",
        "level_word": level_word(level) if level else "",
    }


def _place(one: Choice, frame: Frame) -> At | None:
    """On the grid; None for what is not."""
    days = [str(day) for day in range(len(frame.season.weekdays))]
    if one.day not in days or one.start not in frame.starts:
        return None
    return int(one.day), frame.starts.index(one.start)


def _week(form: WishForm, frame: Frame, week: SoughtWeek) -> dict[str, Any]:
    """The grid to tap on: a row for each start, a column for each day."""
    season = frame.season
    chosen: dict[tuple[str, str], int] = {}
    for number, one in enumerate((one for one in form.choices if one.day), 1):
        chosen.setdefault((one.day, one.start), number)
    step = max(1, ROW_MINUTES // season.slot_minutes)
    return {
        "days": [_day_head(season, day) for day in range(len(season.weekdays))],
        "slot_minutes": season.slot_minutes,
        "step": step,
        "rows": [
            {
                "time": frame.starts[slot],
                "cells": [
                    _cell(season, week, day, slot, step, chosen.get((str(day), frame.starts[slot]), 0))
                    for day in range(len(season.weekdays))
                ],
            }
            for slot in range(0, season.slots_per_day, step)
        ],
    }


def _day_head(season: Season, day: int) -> dict[str, str]:
    on = MONDAY + timedelta(days=season.weekdays[day])
    return {"short": i18n.weekday(on), "name": i18n.weekday_name(on)}


def _cell(season: Season, week: SoughtWeek, day: int, slot: int, step: int, number: int) -> dict[str, Any]:
    level = week.level(day, slot, step)
    warm = level is not Level.CLOSED and all(week.warm[day][slot : slot + step])
    time = start_words(season, day, slot)
    said = [time, level_word(level), _("already warm") if warm else ""]
    return {
        "value": f"{day}/{clock_of(season, slot)}",
        "level": level.value,
        "warm": warm,
        "number": number,
        "time": time,
        "says": ", ".join(part for part in said if part),
    }


def _hints(form: WishForm, frame: Frame, week: SoughtWeek, slots: int) -> list[dict[str, str]]:
    """Times that nobody else seems to need, and that are warm: the nearest to the first choice first."""
    places = [place for one in form.choices if (place := _place(one, frame)) is not None]
    found = week.hints(slots, places[0] if places else None, places)[:MOST_HINTS]
    return [
        {"value": f"{day}/{clock_of(frame.season, start)}", "words": start_words(frame.season, day, start)}
        for day, start in found
    ]
