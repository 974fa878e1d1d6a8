"""Costs: the bills, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Bill, Meter, MeterKind, Settlement, Site
from samen.domain.access import Role
from samen.domain.rules import Refusal
from samen.services import bills, settling
from samen.services.sharing_keys import key_on
from samen.web import current, i18n
from samen.web.carrier_words import carrier_word
from samen.web.policy import Access, allow
from samen.web.sharing_form import SharingReader, filled_bill, read_bill
from samen.web.sharing_words import amount, days, key_words
from samen.web.shell import building
from samen.web.wording import refusal_text

blueprint = Blueprint("sharing", __name__)
# The largest that every database takes for a number.
MOST_ID = 2**31 - 1


@blueprint.get("/energy/sharing")
@allow(Access.OVERSIGHT)
def overview() -> str:
    """`replace`: the number of a bill that was typed wrong, to fill the form with."""
    return _page({}, {})


@blueprint.post("/energy/sharing/bills")
@allow(Access.MANAGER)
def enter() -> ResponseReturnValue:
    """Keep a bill; form fields as in `read_bill`, and `replaces`, the number of one typed wrong."""
    reader = SharingReader(request.form)
    with current.database().write() as session:
        site = building(session)
        text = read_bill(reader, _mains(session, site))
        replaces = request.form.get("replaces", type=int)
        if not reader.errors:
            answer = bills.enter(session, site, text, current.viewer(), current.now(), replaces)
            if isinstance(answer, Refusal):
                reader.errors["number"] = _said(answer)
    if reader.errors:
        return _page(request.form, reader.errors), 422
    flash(_("Entered: it can be settled."), "good")
    return redirect(url_for("sharing.overview"), 303)


@blueprint.post("/energy/sharing/bills/<int:number>/settle")
@allow(Access.MANAGER)
def settle(number: int) -> ResponseReturnValue:
    """Share it; `note` says why, where it was settled before."""
    with current.database().write() as session:
        site, viewer, note = building(session), current.viewer(), request.form.get("note", "").strip()[:1000]
        answer = settling.settle(session, site, min(number, MOST_ID), viewer, current.now(), note)
        if isinstance(answer, Settlement):
            flash(_("Settled: everybody can read their statement."), "good")
            return redirect(url_for("statements.whole", number=answer.id), 303)
    flash(_said(answer), "bad")
    return redirect(url_for("sharing.overview"), 303)


@blueprint.post("/energy/sharing/bills/<int:number>/remove")
@allow(Access.MANAGER)
def remove(number: int) -> ResponseReturnValue:
    """Forget a bill that was not settled."""
    with current.database().write() as session:
        refusal = bills.remove(
            session, building(session), min(number, MOST_ID), current.viewer(), current.now()
        )
    if refusal is not None:
        flash(_said(refusal), "bad")
    else:
        flash(_("The bill is forgotten."), "good")
    return redirect(url_for("sharing.overview"), 303)


def _said(refusal: Refusal) -> str:
    return refusal_text(refusal, current.settings().timezone)


def _page(typed: Mapping[str, str], errors: dict[str, str]) -> str:
    with current.database().read() as session:
        site = building(session)
        settled = settling.settled_bills(session, site)
        found = bills.current_bills(session, site)
        return render_template(
            "pages/sharing.html",
            bills=[_bill(session, site, bill, settled.get(bill.id)) for bill in found],
            form=typed or _filled(session, site),
            whats=_whats(session, site),
            errors=errors,
            may_write=current.viewer().role is Role.MANAGER,
            has_keys=any(_has_key(session, site, kind) for kind in MeterKind),
        )


def _has_key(session: Session, site: Site, kind: MeterKind) -> bool:
    return key_on(session, site, kind, current.now().date()) is not None


def _filled(session: Session, site: Site) -> dict[str, str]:
    replaced = bills.find(session, site, request.args.get("replace", 0, type=int))
    return filled_bill(replaced) if replaced else {}


def _bill(session: Session, site: Site, bill: Bill, made: Settlement | None) -> dict[str, Any]:
    key = key_on(session, site, bill.kind, bill.from_on)
    return {
        "id": bill.id,
        "kind": carrier_word(bill.kind),
        "meter": bill.meter.name if bill.meter else "",
        "days": days(bill.from_on, bill.until_on),
        "supplier": bill.supplier,
        "number": bill.number,
        "amount": i18n.money(bill.cents),
        "is_credit": bill.cents < 0,
        "used": amount(bill.used, bill.kind) if bill.used is not None else "",
        "note": bill.note,
        "statement": made.id if made else None,
        "is_stale": made is not None and made.bill_id != bill.id,
        "key": key_words(key) if key else "",
    }


def _mains(session: Session, site: Site) -> dict[str, Meter]:
    found = session.scalars(
        select(Meter).where(Meter.site_id == site.id, Meter.main_id.is_(None)).order_by(Meter.position)
    )
    return {meter.slug: meter for meter in found}


def _whats(session: Session, site: Site) -> list[dict[str, str]]:
    """What a bill may be for: a kind, or one main meter where there are several of a kind."""
    mains = list(_mains(session, site).values())
    several = {kind for kind in MeterKind if sum(meter.kind is kind for meter in mains) > 1}
    return [
        *({"value": kind.value, "name": carrier_word(kind)} for kind in MeterKind),
        *(
            {"value": meter.slug, "name": f"{carrier_word(meter.kind)}: {meter.name}"}
            for meter in mains
            if meter.kind in several
        ),
    ]
