"""A tenant's wishes in a round: filed, changed and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Round, Tenant, Wish
from samen.domain.rules import Refusal
from samen.services import round_instance, rounds, wishes
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.wish_fields import form_shown, frame_of, probe
from samen.web.wish_form import WishForm, form_of
from samen.web.wish_list import is_filing, round_shown
from samen.web.wish_results import mine_shown, wish_page
from samen.web.wording import refusal_text

blueprint = Blueprint("wishes", __name__)
NOT_THERE = frozenset({"no_such_round", "no_such_wish", "no_such_swap"})
PRESSED = frozenset({"add", "drop", "pick"})


@blueprint.get("/rounds/<uuid:round_id>/mine")
@allow(Access.BOOKING)
def mine(round_id: UUID) -> ResponseReturnValue:
    """What the reader's association wishes for, and what became of it."""
    with current.database().read() as session:
        one = the_round(session, round_id)
        shown = mine_shown(session, one, current.viewer(), current.now())
    return render_template("pages/wishes.html", **shown)


@blueprint.get("/rounds/<uuid:round_id>/wishes/new")
@allow(Access.BOOKING)
def new(round_id: UUID) -> ResponseReturnValue:
    """The empty form; query field `pick`, as `day/HH:MM`: a time to begin with."""
    with current.database().read() as session:
        one = the_round(session, round_id)
        return _page(session, one, _picked(WishForm())) if is_filing(one, current.now()) else _not_now(one)


@blueprint.post("/rounds/<uuid:round_id>/wishes")
@allow(Access.BOOKING)
def file(round_id: UUID) -> ResponseReturnValue:
    """Form fields: those of web/wish_form.py; with `add`, `drop` or `pick` the form comes back changed."""
    return _sent(round_id, None)


@blueprint.get("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>")
@allow(Access.BOOKING)
def show(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """What became of a wish, and why; before anything is shown of that, the list."""
    with current.database().read() as session:
        one, wish = the_wish(session, round_id, wish_id)
        shown = wish_page(session, one, wish, current.viewer(), current.now())
    if shown is None:
        return redirect(url_for("wishes.mine", round_id=round_id))
    return render_template("pages/wish.html", **shown)


@blueprint.get("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>/edit")
@allow(Access.BOOKING)
def edit(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """The form as it was filed; query field `pick`: with that time as one more choice."""
    with current.database().read() as session:
        one, wish = the_wish(session, round_id, wish_id)
        form = _picked(form_of(wish, frame_of(session, one, current.viewer(), wish)))
        return _page(session, one, form, wish) if is_filing(one, current.now()) else _not_now(one)


@blueprint.post("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>")
@allow(Access.BOOKING)
def save(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """As `file`, of a wish that there is."""
    return _sent(round_id, wish_id)


@blueprint.post("/rounds/<uuid:round_id>/wishes/<uuid:wish_id>/withdraw")
@allow(Access.BOOKING)
def withdraw(round_id: UUID, wish_id: UUID) -> ResponseReturnValue:
    """Take a wish back."""
    with current.database().write() as session:
        the_wish(session, round_id, wish_id)
        answer = wishes.withdraw(session, wish_id, current.viewer(), current.now())
    said = say(answer, _("Withdrawn."))
    return redirect(url_for("wishes.mine", round_id=round_id), said)


def the_round(session: Session, round_id: UUID) -> Round:
    """The round, where the reader may see it. Raises NotFound."""
    one = rounds.find(session, round_id, current.viewer())
    if one is None:
        raise NotFound
    return one


def the_wish(session: Session, round_id: UUID, wish_id: UUID) -> tuple[Round, Wish]:
    """A wish of the reader's association in the round. Raises NotFound: others' wishes are not there."""
    one = the_round(session, round_id)
    wish = wishes.find(session, wish_id, current.viewer())
    if wish is None or wish.round_id != one.id or wish.withdrawn_at is not None:
        raise NotFound
    return one, wish


def say(answer: object, good: str) -> int:
    """Tell on the next page how a deed went; the status to go there with."""
    if isinstance(answer, Refusal):
        if answer.code in NOT_THERE:
            raise NotFound
        flash(refusal_text(answer, current.settings().timezone), "bad")
    else:
        flash(good, "good")
    return 303


def _sent(round_id: UUID, wish_id: UUID | None) -> ResponseReturnValue:
    """The form as it was sent: filed or saved, or shown again with what a button or a fault made of it."""
    form, viewer, now = WishForm.sent(request.form), current.viewer(), current.now()
    with current.database().read() as session:
        one, wish = _found(session, round_id, wish_id)
        frame = frame_of(session, one, viewer, wish)
        pressed = bool(PRESSED & request.form.keys())
        errors = {} if pressed else form.problems(frame)
        if pressed or errors:
            return _page(session, one, form, wish, errors=errors), 422 if errors else 200
    asked = form.asked(frame)
    with current.database().write() as session:
        answer = (
            wishes.edit(session, wish_id, asked, viewer, now)
            if wish_id
            else wishes.file(session, round_id, asked, viewer, now)
        )
    if isinstance(answer, Refusal):
        with current.database().read() as session:
            one, wish = _found(session, round_id, wish_id)
            return _page(session, one, form, wish, refusal=answer), 409
    said = _("Changed: %(title)s.", title=form.title) if wish_id else _("Filed: %(title)s.", title=form.title)
    flash(said, "good")
    return redirect(url_for("wishes.mine", round_id=round_id), 303)


def _found(session: Session, round_id: UUID, wish_id: UUID | None) -> tuple[Round, Wish | None]:
    return (the_round(session, round_id), None) if wish_id is None else the_wish(session, round_id, wish_id)


def _picked(form: WishForm) -> WishForm:
    """With the time that the address names."""
    if "pick" not in request.args:
        return form
    return form.picked(*request.args["pick"].partition("/")[::2])


def _not_now(one: Round) -> ResponseReturnValue:
    flash(_("Wishes cannot be filed or changed now."), "warn")
    return redirect(url_for("wishes.mine", round_id=one.id), 303)


def _page(
    session: Session,
    one: Round,
    form: WishForm,
    wish: Wish | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    """The form, filled in as it was."""
    viewer, now = current.viewer(), current.now()
    frame = frame_of(session, one, viewer, wish)
    instance = round_instance.build(session, one)
    tenant = session.get_one(Tenant, wish.tenant_id if wish else viewer.tenant_id).slug
    looked = probe(form, frame, tenant, wish.id if wish else None, now)
    return render_template(
        "pages/wish_form.html",
        round=round_shown(one, now),
        wish_id=wish.id if wish else None,
        refusal=refusal_text(refusal, current.settings().timezone) if refusal else "",
        **form_shown(form, frame, errors or {}, looked, instance),
    )
