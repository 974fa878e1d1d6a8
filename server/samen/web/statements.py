"""Statements: a tenant's own, and for who looks after the building each settlement whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import SettledShare, Settlement, Tenant
from samen.adapters.pdf import pdf
from samen.domain.access import Role
from samen.services import settling, statements
from samen.services.statements import Statement
from samen.web import current, i18n
from samen.web.policy import Access, allow
from samen.web.sharing import MOST_ID
from samen.web.sharing_words import amount, days, doubt_words, key_words, title
from samen.web.shell import building
from samen.web.statement_words import HEADS, rows, sheet, told
from samen.web.table_file import csv_answer

blueprint = Blueprint("statements", __name__)


@blueprint.get("/energy/mine")
@allow(Access.SIGNED_IN)
def mine() -> str:
    """The statements of the reader's tenant."""
    with current.database().read() as session:
        found = statements.own_statements(session, current.viewer(), building(session))
        tenant = session.get_one(Tenant, current.viewer().tenant_id)
        return render_template(
            "pages/statements.html", tenant=tenant.name, statements=[_entry(one) for one in found]
        )


@blueprint.get("/energy/mine/<int:number>")
@allow(Access.SIGNED_IN)
def own(number: int) -> str:
    return _one_page(number, None)


@blueprint.get("/energy/mine/<int:number>.pdf")
@allow(Access.SIGNED_IN)
def own_print(number: int) -> Response:
    return _print(number, None)


@blueprint.get("/energy/mine/<int:number>.csv")
@allow(Access.SIGNED_IN)
def own_file(number: int) -> Response:
    return _file(number, None)


@blueprint.get("/energy/sharing/statements/<int:number>")
@allow(Access.OVERSIGHT)
def whole(number: int) -> str:
    """A settlement with everybody's shares."""
    with current.database().read() as session:
        made = _settlement(session, number)
        return render_template(
            "pages/settlement.html",
            **_settlement_told(session, made),
            may_write=current.viewer().role is Role.MANAGER,
        )


@blueprint.get("/energy/sharing/statements/<int:number>.csv")
@allow(Access.OVERSIGHT)
def whole_file(number: int) -> Response:
    """All lines of all shares."""
    with current.database().read() as session:
        made = _settlement(session, number)
        each = (statements.statement_of(session, made, share.tenant_id) for share in made.shares)
        return csv_answer(f"statement-{made.id}", HEADS, [row for one in each for row in rows(one)])


@blueprint.get("/energy/sharing/statements/<int:number>/<slug>")
@allow(Access.OVERSIGHT)
def one(number: int, slug: str) -> str:
    return _one_page(number, slug)


@blueprint.get("/energy/sharing/statements/<int:number>/<slug>.pdf")
@allow(Access.OVERSIGHT)
def one_print(number: int, slug: str) -> Response:
    return _print(number, slug)


@blueprint.get("/energy/sharing/statements/<int:number>/<slug>.csv")
@allow(Access.OVERSIGHT)
def one_file(number: int, slug: str) -> Response:
    return _file(number, slug)


def _one_page(number: int, slug: str | None) -> str:
    with current.database().read() as session:
        found = _statement(session, number, slug)
        return render_template("pages/statement.html", **told(found), own=slug is None)


def _print(number: int, slug: str | None) -> Response:
    with current.database().read() as session:
        found = _statement(session, number, slug)
        facts, made_at = sheet(found, found.bill.site.name), found.made_at
    name = f"statement-{facts['number']}-{facts['slug']}.pdf"
    response = Response(pdf("statement", facts, made_at), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(number: int, slug: str | None) -> Response:
    with current.database().read() as session:
        found = _statement(session, number, slug)
        return csv_answer(f"statement-{found.number}-{found.tenant.slug}", HEADS, rows(found))


def _statement(session: Session, number: int, slug: str | None) -> Statement:
    """The reader's own, or a tenant's by its slug. Raises NotFound for one that is not theirs to see."""
    viewer = current.viewer()
    tenant_id = viewer.tenant_id
    if slug is not None:
        tenant_id = session.scalar(select(Tenant.id).where(Tenant.slug == slug)) or 0
    found = statements.statement(session, viewer, min(number, MOST_ID), tenant_id)
    if found is None:
        raise NotFound
    return found


def _settlement(session: Session, number: int) -> Settlement:
    found = settling.settlement(session, min(number, MOST_ID))
    if found is None:
        raise NotFound
    return found


def _entry(one: Statement) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": title(one.bill),
        "made_on": i18n.day_long(one.made_at.astimezone(current.settings().timezone).date()),
        "amount": i18n.money(one.cents),
        "is_credit": one.cents < 0,
        "used": amount(one.kwh, one.bill.kind),
    }


def _settlement_told(session: Session, made: Settlement) -> dict[str, Any]:
    kind, residual = made.bill.kind, made.inputs["residual"]
    names = {share.tenant.slug: share.tenant.name for share in made.shares}
    return {
        "number": made.id,
        "title": title(made.bill),
        "bill": {
            "id": made.bill.id,
            "supplier": made.bill.supplier,
            "number": made.bill.number,
            "days": days(made.bill.from_on, made.bill.until_on),
            "amount": i18n.money(made.bill.cents),
            "fixed": i18n.money(made.bill.fixed_cents) if made.bill.fixed_cents else "",
            "billed": amount(made.bill.used, kind),
        },
        "key": {"version": made.key.version, "words": key_words(made.key), "kind": kind.value},
        "made_on": i18n.day_long(made.made_at.astimezone(current.settings().timezone).date()),
        "shares": [_share(share, made) for share in made.shares],
        "energy": {
            "total": amount(made.inputs["total"], kind),
            "shared": amount(residual["shared_kwh"], kind),
            "not_measured": amount(residual["not_measured_kwh"], kind),
        },
        "doubts": [
            f"{names[doubt['tenant']]}: {doubt_words(doubt, kind)}"
            if doubt["tenant"] in names
            else doubt_words(doubt, kind)
            for doubt in made.doubts
        ],
        "holds": settling.holds(made),
        "digest": made.digest,
        "why": made.note,
        "corrects": made.corrects_id,
        "corrected_by": settling.corrected_by(session, made),
    }


def _share(share: SettledShare, made: Settlement) -> dict[str, Any]:
    kind, whole = made.bill.kind, made.bill.cents
    own: dict[str, float] = next(
        (party for party in made.inputs["parties"] if party["tenant"] == share.tenant.slug), {}
    )
    return {
        "slug": share.tenant.slug,
        "name": share.tenant.name,
        "tint": share.tenant.tint,
        "area_m2": i18n.short_number(own.get("area_m2", 0.0)),
        "hours": i18n.short_number(own.get("hours", 0.0)),
        "heads": i18n.short_number(own.get("heads", 0.0)),
        "measured": amount(own.get("measured_kwh", 0.0), kind),
        "used": amount(share.kwh, kind),
        "amount": i18n.money(share.cents),
        "percent": round(100 * share.cents / whole) if whole else 0,
    }
