"""The register of interventions: what was done, what it cost, and what it is proved to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Intervention, InterventionPicture, Meter, Site
from samen.domain.picture import MOST_BYTES, NoPicture, Picture, picture
from samen.domain.rules import Refusal
from samen.services import interventions
from samen.web import current
from samen.web.intervention_cards import cards
from samen.web.intervention_form import filled, options, read, typed
from samen.web.policy import Access, allow
from samen.web.security import takes_up_to
from samen.web.shell import building
from samen.web.wording import refusal_text

blueprint = Blueprint("interventions", __name__)
# What the database counts rows with: a larger number is no row's.
MOST_ID = 2**31 - 1
# A picture that is too large is refused at its field, and not by cutting off the form.
LARGEST_FORM = 12 * 1024 * 1024
EMPTY: dict[str, Any] = dict.fromkeys(("name", "kind", "starts_on", "done_on", "cost", "subsidy", "note"), "")
# Whatever the bytes are, they run nothing and reach nothing.
PICTURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Disposition": "inline",
}


@blueprint.get("/energy/interventions")
@allow(Access.OVERSIGHT)
def index() -> str:
    """Every intervention with its verdict, newest first."""
    with current.database().read() as session:
        return render_template(
            "pages/interventions.html", cards=cards(session, building(session), current.now())
        )


@blueprint.get("/energy/interventions/new")
@allow(Access.MANAGER)
def new() -> ResponseReturnValue:
    """An empty form."""
    with current.database().read() as session:
        return _form_page(session, building(session), None, {**EMPTY, "touches": set()}, {})


@blueprint.get("/energy/interventions/<int:number>")
@allow(Access.MANAGER)
def edit(number: int) -> ResponseReturnValue:
    """The form as the intervention stands."""
    with current.database().read() as session:
        site = building(session)
        one = _found(session, site, number)
        return _form_page(session, site, one, filled(interventions.described(one)), {})


@blueprint.post("/energy/interventions")
@allow(Access.MANAGER)
@takes_up_to(LARGEST_FORM)
def add() -> ResponseReturnValue:
    """Form fields: those of `intervention_form`, and `picture`. 422 shows what was typed, with each fault."""
    with current.database().write() as session:
        site = building(session)
        wanted, errors = read(request.form, _meters(session, site))
        image = _sent_picture(errors)
        if not errors:
            added = interventions.add(session, site, wanted, current.viewer(), current.now())
            if isinstance(added, Intervention):
                _put_picture(session, added, image)
            else:
                errors = _said(added)
        if errors:
            return _form_page(session, site, None, typed(request.form), errors), 422
    flash(_("Entered. What it saved is told below, as far as the meters know."), "good")
    return redirect(url_for("interventions.index"), 303)


@blueprint.post("/energy/interventions/<int:number>")
@allow(Access.MANAGER)
@takes_up_to(LARGEST_FORM)
def change(number: int) -> ResponseReturnValue:
    """As `add`; `no_picture` takes the picture away."""
    with current.database().write() as session:
        site = building(session)
        one = _found(session, site, number)
        wanted, errors = read(request.form, _meters(session, site))
        image = _sent_picture(errors)
        errors = errors or _said(interventions.change(session, one, wanted, current.viewer(), current.now()))
        if errors:
            return _form_page(session, site, one, typed(request.form), errors), 422
        _put_picture(session, one, image)
    flash(_("Saved. What it said before stays on record."), "good")
    return redirect(url_for("interventions.index"), 303)


@blueprint.post("/energy/interventions/<int:number>/remove")
@allow(Access.MANAGER)
def remove(number: int) -> ResponseReturnValue:
    """Take it off the register."""
    with current.database().write() as session:
        one = _found(session, building(session), number)
        interventions.remove(session, one, current.viewer(), current.now())
    flash(_("Removed."), "good")
    return redirect(url_for("interventions.index"), 303)


@blueprint.get("/energy/interventions/<int:number>/picture/<digest>")
@allow(Access.OVERSIGHT)
def show_picture(number: int, digest: str) -> Response:
    """The picture with that SHA-256."""
    with current.database().read() as session:
        one = _found(session, building(session), number)
        kept = session.get(InterventionPicture, one.id)
        if kept is None or kept.sha256 != digest:
            raise NotFound
        return Response(kept.content, headers=PICTURE_HEADERS, content_type=kept.content_type)


def _found(session: Session, site: Site, number: int) -> Intervention:
    one = session.get(Intervention, number) if number <= MOST_ID else None
    if one is None or one.site_id != site.id:
        raise NotFound
    return one


def _meters(session: Session, site: Site) -> Sequence[Meter]:
    return session.scalars(
        select(Meter).where(Meter.site_id == site.id).order_by(Meter.main_id.is_not(None), Meter.position)
    ).all()


def _sent_picture(errors: dict[str, str]) -> Picture | None:
    """The picture that came along, if one did; what is none is told in `errors`."""
    sent = request.files.get("picture")
    content = sent.read(MOST_BYTES + 1) if sent is not None else b""
    try:
        return picture(content) if content else None
    except NoPicture:
        errors |= _said({"picture": Refusal("no_picture")})
        return None


def _put_picture(session: Session, one: Intervention, image: Picture | None) -> None:
    viewer, now = current.viewer(), current.now()
    if image is not None:
        interventions.put_picture(session, one, image, viewer, now)
    elif "no_picture" in request.form:
        interventions.remove_picture(session, one, viewer, now)


def _said(wrong: Mapping[str, Refusal]) -> dict[str, str]:
    return {name: refusal_text(one, current.settings().timezone) for name, one in wrong.items()}


def _form_page(
    session: Session, site: Site, one: Intervention | None, form: Mapping[str, Any], errors: Mapping[str, str]
) -> str:
    pictured = one is not None and session.get(InterventionPicture, one.id) is not None
    return render_template(
        "pages/intervention.html",
        number=one.id if one else None,
        name=one.name if one else "",
        form=form,
        errors=errors,
        options=options(_meters(session, site)),
        pictured=pictured,
    )
