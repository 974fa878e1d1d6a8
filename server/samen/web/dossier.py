"""Dossiers: signed with one click, downloaded as PDF, JSON, or with everything to compute it again."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import Dossier
from samen.adapters.pdf import pdf
from samen.domain.rules import Refusal
from samen.services import dossier
from samen.services.savings import judged_meters
from samen.web import current
from samen.web.dossier_words import facts
from samen.web.policy import Access, allow
from samen.web.savings_query import FIELDS, chosen, wanted
from samen.web.shell import building
from samen.web.wording import refusal_text

blueprint = Blueprint("dossier", __name__)
# What the database counts rows with: a larger number is no row's.
MOST_ID = 2**31 - 1


@blueprint.post("/energy/savings/dossiers")
@allow(Access.MANAGER)
def sign() -> ResponseReturnValue:
    """Form fields: `meter` and those of `savings_query`."""
    asked = wanted(request.form)
    with current.database().write() as session:
        meter = chosen(judged_meters(session, building(session)), request.form.get("meter"))
        if meter is None or asked.errors:
            raise NotFound
        slug = meter.slug
        signed = dossier.sign(session, meter, current.viewer(), current.now(), asked.asked)
    if isinstance(signed, Refusal):
        flash(refusal_text(signed, current.settings().timezone), "bad")
    else:
        flash(_("Signed. It can be downloaded, and will never change."), "good")
    chosen_periods: dict[str, Any] = {name: request.form.get(name, "") for name in FIELDS}
    return redirect(url_for("savings.overview", meter=slug, **chosen_periods, _anchor="dossier"), 303)


@blueprint.get("/energy/savings/dossiers/<int:number>.json")
@allow(Access.OVERSIGHT)
def as_json(number: int) -> Response:
    """The report whose SHA-256 is told of it, byte for byte."""
    with current.database().read() as session:
        one = _found(session, number)
        return _download(one.report.encode(), "application/json", one, "json")


@blueprint.get("/energy/savings/dossiers/<int:number>.zip")
@allow(Access.OVERSIGHT)
def as_zip(number: int) -> Response:
    """The report and the days exactly as evaluated."""
    with current.database().read() as session:
        one = _found(session, number)
        return _download(dossier.archive(one), "application/zip", one, "zip")


@blueprint.get("/energy/savings/dossiers/<int:number>.pdf")
@allow(Access.OVERSIGHT)
def as_pdf(number: int) -> Response:
    """The report to print, in the reader's language."""
    with current.database().read() as session:
        one = _found(session, number)
        told: dict[str, Any] = json.loads(one.report)
        page = pdf("dossier", facts(told, one.sha256), one.signed_at)
        return _download(page, "application/pdf", one, "pdf")


def _found(session: Session, number: int) -> Dossier:
    one = session.get(Dossier, number) if number <= MOST_ID else None
    if one is None or one.site_id != building(session).id:
        raise NotFound
    return one


def _download(content: bytes, kind: str, one: Dossier, ending: str) -> Response:
    name = f"dossier-{one.meter.slug}-{one.signed_at:%Y-%m-%d}-{one.id}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, content_type=kind)
