"""A place given by hand: where a wish may go, and letting the solver decide again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import HandAward, Round, Wish
from samen.domain.allocation.instance import Award
from samen.domain.rules import Refusal
from samen.services import awards
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.round_page import head, lost, round_of, version, zone_of
from samen.web.round_words import clock, slot_words, weeks_words
from samen.web.space_words import feature_word, weekday_name
from samen.web.wording import refusal_text

blueprint = Blueprint("round_place", __name__)


@blueprint.get("/rounds/<uuid:round_id>/place/<uuid:wish_id>")
@allow(Access.OVERSIGHT)
def index(round_id: UUID, wish_id: UUID) -> str:
    """Query: `space`, `day`, `start`: what is chosen at first."""
    with current.database().read() as session:
        round_ = round_of(session, round_id)
        return _page(session, round_, _wish(session, round_, wish_id), request.args, "")


@blueprint.post("/rounds/<uuid:round_id>/place/<uuid:wish_id>")
@allow(Access.MANAGER)
def lock(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """Form fields: `space` (a slug), `day` and `start` (numbers of the grid), `version`, `back` (a draft)."""
    form = request.form
    award = Award(
        str(wish_id),
        form.get("space", ""),
        form.get("day", -1, type=int),
        form.get("start", -1, type=int),
    )
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        answer = awards.lock(session, round_id, version(), award, current.viewer(), current.now())
        if isinstance(answer, Refusal) and answer.code.startswith("place_"):
            text = refusal_text(answer, zone_of(round_))
            return _page(session, round_, _wish(session, round_, wish_id), form, text), 409
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("Given by hand: every draft from now on keeps it there."), "good")
    return redirect(_back(round_id), 303)


@blueprint.post("/rounds/<uuid:round_id>/place/<uuid:wish_id>/unlock")
@allow(Access.MANAGER)
def unlock(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """Form fields: `version`, `back`."""
    with current.database().write() as session:
        round_of(session, round_id)
        answer = awards.unlock(session, round_id, version(), wish_id, current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("No longer given by hand: the next draft decides."), "good")
    return redirect(_back(round_id), 303)


def _back(round_id: UUID) -> str:
    """To the draft it was done on, where there was one."""
    try:
        draft = UUID(request.form.get("back", ""))
    except ValueError:
        return url_for("round_drafts.index", round_id=round_id)
    return url_for("round_drafts.one", round_id=round_id, solve_id=draft, _anchor="awards")


def _wish(session: Session, round_: Round, wish_id: UUID) -> Wish:
    found = session.get(Wish, wish_id)
    if found is None or found.round_id != round_.id or found.withdrawn_at is not None:
        raise NotFound
    return found


def _page(session: Session, round_: Round, wish: Wish, chosen: Mapping[str, str], fault: str) -> str:
    held = session.get(HandAward, wish.id)
    return render_template(
        "pages/round_place.html",
        round=head(round_),
        wish=_shown(round_, wish),
        options=_options(round_, wish),
        chosen=_chosen(wish, held, chosen),
        held=held is not None,
        fault=fault,
        back=request.values.get("back", ""),
    )


def _shown(round_: Round, wish: Wish) -> dict[str, Any]:
    season = round_.season
    return {
        "id": wish.id,
        "title": wish.title,
        "tenant": wish.tenant.name,
        "tint": wish.tenant.tint,
        "people": wish.people,
        "features": [feature_word(code) for code in wish.features],
        "weeks": weeks_words(wish.weeks, season.weeks),
        "asked": [slot_words(season, one["day"], one["start"], wish.slots) for one in wish.options],
    }


def _options(round_: Round, wish: Wish) -> dict[str, Any]:
    season = round_.season
    starts = range(season.slots_per_day - wish.slots + 1)
    return {
        "spaces": [{"value": space.slug, "word": space.name} for space in round_.spaces],
        "days": [
            {"value": str(day), "word": weekday_name(weekday)} for day, weekday in enumerate(season.weekdays)
        ],
        "starts": [
            {"value": str(slot), "word": f"{clock(season, slot)}–{clock(season, slot + wish.slots)}"}
            for slot in starts
        ],
    }


def _chosen(wish: Wish, held: HandAward | None, chosen: Mapping[str, str]) -> dict[str, str]:
    """What was typed, else where it is held, else what it asks for first."""
    first = min(wish.options, key=lambda one: float(one["penalty"]))
    usual = {"space": "", "day": str(first["day"]), "start": str(first["start"])}
    if held is not None:
        usual = {"space": held.space.slug, "day": str(held.day), "start": str(held.start)}
    return {name: chosen.get(name, text) for name, text in usual.items()}
