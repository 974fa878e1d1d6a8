"""What tenants say to a preview: objections, asking for what is free instead, and swaps."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, NotFound

from samen.adapters.db.models import Round, Swap, Wish
from samen.services import objections
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.wish_words import span_words
from samen.web.wishes import say, the_round, the_wish

LONGEST_OBJECTION = 2000
blueprint = Blueprint("wish_answers", __name__)


@blueprint.post("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>/object")
@allow(Access.BOOKING)
def object_to(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """Form field `text`; or `take`, as `day/HH:MM/space`: a place that is free and would do instead."""
    with current.database().write() as session:
        one, wish = the_wish(session, round_id, wish_id)
        text = _instead(one, wish, request.form["take"]) if "take" in request.form else _typed()
        answer = objections.object_to(session, wish_id, text, current.viewer(), current.now())
    return _back(round_id, wish_id, say(answer, _("The managers have your message: the answer comes here.")))


@blueprint.post("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>/swap")
@allow(Access.BOOKING)
def ask_swap(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """Form field `other`: the wish whose place one would like to have instead."""
    try:
        other = UUID(request.form.get("other", ""))
    except ValueError:
        raise BadRequest("other: a wish") from None
    with current.database().write() as session:
        the_wish(session, round_id, wish_id)
        answer = objections.ask_swap(session, wish_id, other, current.viewer(), current.now())
    return _back(round_id, wish_id, say(answer, _("Asked: you are told as soon as they answer.")))


@blueprint.post("/rounds/<uuid:round_id>/swaps/<uuid:swap_id>")
@allow(Access.BOOKING)
def answer_swap(round_id: UUID, swap_id: UUID) -> ResponseReturnValue:
    """Form field `agreed`: yes or no."""
    agreed = request.form.get("agreed") == "yes"
    with current.database().write() as session:
        one = the_round(session, round_id)
        _asked_of_me(session, one, swap_id)
        answer = objections.answer_swap(session, swap_id, agreed, current.viewer(), current.now())
    said = _("Swapped: the place is yours.") if agreed else _("Declined: everything stays as it is.")
    say(answer, said)
    return redirect(url_for("wishes.mine", round_id=round_id), 303)


def _asked_of_me(session: Session, one: Round, swap_id: UUID) -> None:
    """Raises NotFound for a swap that is not the reader's association's to answer."""
    swap = session.get(Swap, swap_id)
    if swap is None or swap.other.round_id != one.id or swap.other.tenant_id != current.viewer().tenant_id:
        raise NotFound


def _typed() -> str:
    return request.form.get("text", "").strip()[:LONGEST_OBJECTION]


def _instead(one: Round, wish: Wish, take: str) -> str:
    """The sentence that asks for a place. Raises BadRequest for what is none."""
    season, spaces = one.season, {space.slug: space.name for space in one.spaces}
    day, _slash, rest = take.partition("/")
    clock, _slash, space = rest.partition("/")
    starts = [f"{season.clock(slot):%H:%M}" for slot in range(season.slots_per_day)]
    days = [str(number) for number in range(len(season.weekdays))]
    if day not in days or clock not in starts or space not in spaces:
        raise BadRequest("take: day/HH:MM/space")
    when = span_words(season, int(day), starts.index(clock), wish.slots)
    return str(_("This would do instead: %(room)s, %(when)s.", room=spaces[space], when=when))


def _back(round_id: UUID, wish_id: UUID, status: int) -> ResponseReturnValue:
    return redirect(url_for("wishes.show", round_id=round_id, wish_id=wish_id), status)
