"""Season rounds: the list, preparing one, opening and closing it, and what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import NamesShown, Round, RoundState, Site, Space, SpaceKind
from samen.domain.access import Role, Viewer
from samen.domain.rules import Refusal
from samen.services import calendar, round_instance, rounds
from samen.web import current
from samen.web.policy import Access, allow
from samen.web.round_asked import asked_rows, clash_map
from samen.web.round_draft import names_of
from samen.web.round_form import FIELDS, RoundReader, filled, options, read, read_policy, typed, usual
from samen.web.round_page import head, lost, round_of, version, zone_of
from samen.web.round_words import grid_words, policy_words, round_words
from samen.web.shell import building
from samen.web.wording import refusal_text

blueprint = Blueprint("rounds", __name__)
Step = Callable[[Session, UUID, int, Viewer, Any], Round | Refusal]


@blueprint.get("/rounds")
@allow(Access.SIGNED_IN)
def index() -> str:
    """Every season's round that the reader may see, the latest first."""
    with current.database().read() as session:
        found = rounds.rounds_of(session, building(session), current.viewer())
        return render_template(
            "pages/rounds.html",
            rounds=[head(one) for one in found],
            may_make=current.viewer().role is Role.MANAGER,
            may_wish=current.viewer().role in (Access.BOOKING.value or ()),
        )


@blueprint.get("/rounds/new")
@allow(Access.MANAGER)
def new() -> str:
    """The form for the season that comes, filled with what is usual."""
    with current.database().read() as session:
        site = building(session)
        today = current.now().astimezone(current.settings().timezone).date()
        return _form_page(session, site, None, usual(today, _rooms(session, site)), {})


@blueprint.post("/rounds/new")
@allow(Access.MANAGER)
def make() -> ResponseReturnValue:
    """Form fields: those of `round_form.read`. 422 shows what was typed, with each fault at its field."""
    with current.database().write() as session:
        site = building(session)
        reader = RoundReader(request.form, current.settings().timezone)
        told = read(reader)
        if not reader.errors:
            answer = rounds.create(session, site, told, current.viewer(), current.now())
            if isinstance(answer, Round):
                flash(_("Kept. Nobody else sees it until you open it."), "good")
                return redirect(url_for("rounds.page", round_id=answer.id), 303)
            _at_its_field(reader, answer)
        return _form_page(session, site, None, typed(request.form), reader.errors), 422


@blueprint.get("/rounds/<uuid:round_id>")
@allow(Access.SIGNED_IN)
def page(round_id: UUID) -> ResponseReturnValue:
    """What was asked for, and what is next; an association is led to its own wishes."""
    if not current.viewer().oversees:
        return redirect(url_for("wishes.mine", round_id=round_id), 303)
    with current.database().read() as session:
        round_ = round_of(session, round_id)
        instance = round_instance.build(session, round_)
        names = names_of(session, round_)
        return render_template(
            "pages/round.html",
            round=head(round_),
            grid=grid_words(round_.season),
            spaces=[space.name for space in round_.spaces],
            rules=policy_words(instance.policy),
            more_rules=round_words(round_),
            tenants=asked_rows(instance, names.tenants),
            wishes=len(instance.requests),
            clashes=clash_map(instance, round_.season),
            closes=filled(round_, zone_of(round_))["closes"],
        )


@blueprint.get("/rounds/<uuid:round_id>/edit")
@allow(Access.MANAGER)
def change(round_id: UUID) -> str:
    """A round that is being prepared; of an open one, how it is shared out."""
    with current.database().read() as session:
        round_ = round_of(session, round_id)
        return _form_page(session, round_.site, round_, filled(round_, zone_of(round_)), {})


@blueprint.post("/rounds/<uuid:round_id>/edit")
@allow(Access.MANAGER)
def save(round_id: UUID) -> ResponseReturnValue:
    """Form fields as for a new round, and `version`; of an open one, the policy's alone."""
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        reader = RoundReader(request.form, zone_of(round_))
        answer = _saved(session, round_, reader)
        if isinstance(answer, Refusal) and answer.code in FIELDS:
            _at_its_field(reader, answer)
        elif isinstance(answer, Refusal):
            return lost(session, round_id, answer)
        if reader.errors:
            return _form_page(session, round_.site, round_, typed(request.form), reader.errors), 422
    flash(_("Saved."), "good")
    return redirect(url_for("rounds.page", round_id=round_id), 303)


def _saved(session: Session, round_: Round, reader: RoundReader) -> Round | Refusal | None:
    viewer, now = current.viewer(), current.now()
    if round_.state is RoundState.DRAFT:
        told = read(reader)
        if reader.errors:
            return None
        return rounds.edit(session, round_.id, version(), told, viewer, now)
    policy, names_shown = read_policy(reader), reader.choice("names_shown", NamesShown)
    if reader.errors:
        return None
    return rounds.set_policy(session, round_.id, version(), policy, names_shown, viewer, now)


@blueprint.post("/rounds/<uuid:round_id>/open")
@allow(Access.MANAGER)
def open_(round_id: UUID) -> ResponseReturnValue:
    """Show it to all tenants."""
    return _step(round_id, rounds.open_round, _("Open: every association was told."))


@blueprint.post("/rounds/<uuid:round_id>/close")
@allow(Access.MANAGER)
def close(round_id: UUID) -> ResponseReturnValue:
    """End the filing of wishes."""
    return _step(round_id, rounds.close, _("Closed: no more wishes are filed. Drafts can be made."))


@blueprint.post("/rounds/<uuid:round_id>/cancel")
@allow(Access.MANAGER)
def cancel(round_id: UUID) -> ResponseReturnValue:
    """Give the round up."""
    return _step(round_id, rounds.cancel, _("Called off: nothing of it will be booked."))


@blueprint.post("/rounds/<uuid:round_id>/closing")
@allow(Access.MANAGER)
def set_closing(round_id: UUID) -> ResponseReturnValue:
    """Form fields: `closes`, local, and `version`."""
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        reader = RoundReader(request.form, zone_of(round_))
        closes = reader.instant("closes")
        if reader.errors:
            flash(reader.errors["closes"], "bad")
            return redirect(url_for("rounds.page", round_id=round_id), 303)
        answer = rounds.set_closing(session, round_id, version(), closes, current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("Saved."), "good")
    return redirect(url_for("rounds.page", round_id=round_id), 303)


def _step(round_id: UUID, step: Step, done: str) -> ResponseReturnValue:
    """A step of the round's; whoever is too late reads what stands."""
    with current.database().write() as session:
        answer = step(session, round_id, version(), current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(done, "good")
    return redirect(url_for("rounds.page", round_id=round_id), 303)


def _rooms(session: Session, site: Site) -> list[Space]:
    return [space for space in calendar.spaces_of(session, site) if space.kind is SpaceKind.ROOM]


def _at_its_field(reader: RoundReader, refusal: Refusal) -> None:
    reader.errors[FIELDS.get(refusal.code, "name")] = refusal_text(refusal, reader.zone)


def _form_page(
    session: Session, site: Site, round_: Round | None, form: dict[str, Any], errors: dict[str, str]
) -> str:
    return render_template(
        "pages/round_form.html",
        round=head(round_) if round_ else None,
        whole=round_ is None or round_.state is RoundState.DRAFT,
        form=form,
        options=options(_rooms(session, site)),
        errors=errors,
    )
