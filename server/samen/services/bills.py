"""Suppliers' bills: entered, replaced where they were typed wrong, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from samen.adapters.db.locks import SHARING, take_turn
from samen.adapters.db.models import Bill, Meter, MeterKind, Settlement, Site
from samen.domain.access import Viewer
from samen.domain.rules import Refusal
from samen.services import audit


@dataclass(frozen=True)
class BillText:
    """A bill as it is written; the columns of `Bill`. `meter`: the slug of a main meter."""

    kind: MeterKind
    supplier: str
    number: str
    from_on: date
    until_on: date
    cents: int
    fixed_cents: int = 0
    used: float | None = None
    meter: str | None = None
    note: str = ""


def enter(
    session: Session, site: Site, text: BillText, viewer: Viewer, now: datetime, replaces: int | None = None
) -> Bill | Refusal:
    """Keep a bill; in the place of another where that one was typed wrong."""
    take_turn(session, SHARING, [site.id])
    if text.from_on >= text.until_on:
        return Refusal("ends_before_start")
    current = current_bills(session, site)
    if replaces is not None and replaces not in {bill.id for bill in current}:
        return Refusal("no_such_bill")
    if any(_same(bill, text) for bill in current if bill.id != replaces):
        return Refusal("bill_known", {"number": text.number})
    meter = session.scalar(select(Meter).where(Meter.site_id == site.id, Meter.slug == text.meter))
    made = Bill(
        site_id=site.id,
        kind=meter.kind if meter else text.kind,
        meter_id=meter.id if meter else None,
        replaces_id=replaces,
        created_at=now,
        **{
            name: getattr(text, name)
            for name in ("supplier", "number", "from_on", "until_on", "used", "cents", "fixed_cents", "note")
        },
    )
    session.add(made)
    session.flush()
    facts = {**_facts(made), "replaces": replaces}
    audit.note(session, viewer.actor, "bill.entered", f"bill:{made.id}", facts, now)
    return made


def remove(session: Session, site: Site, bill_id: int, viewer: Viewer, now: datetime) -> Refusal | None:
    """Forget a bill that nobody was charged for; what it replaced stands again."""
    take_turn(session, SHARING, [site.id])
    bill = find(session, site, bill_id)
    if bill is None:
        return Refusal("no_such_bill")
    if session.scalar(select(exists().where(Settlement.bill_id == bill.id))):
        return Refusal("bill_settled")
    audit.note(session, viewer.actor, "bill.removed", f"bill:{bill.id}", _facts(bill), now)
    session.delete(bill)
    return None


def find(session: Session, site: Site, bill_id: int) -> Bill | None:
    """A bill of the site that was not replaced."""
    return next((bill for bill in current_bills(session, site) if bill.id == bill_id), None)


def current_bills(session: Session, site: Site, kind: MeterKind | None = None) -> Sequence[Bill]:
    """The site's bills, newest period first; those that were replaced are left out."""
    later = aliased(Bill)
    query = select(Bill).where(
        Bill.site_id == site.id, ~exists().where(later.replaces_id == Bill.id).correlate(Bill)
    )
    if kind is not None:
        query = query.where(Bill.kind == kind)
    order = (Bill.from_on.desc(), Bill.id.desc())
    return session.scalars(query.options(joinedload(Bill.meter)).order_by(*order)).all()


def _same(bill: Bill, text: BillText) -> bool:
    return bool(text.number) and (bill.supplier, bill.number) == (text.supplier, text.number)


def _facts(bill: Bill) -> dict[str, object]:
    return {
        "kind": bill.kind.value,
        "supplier": bill.supplier,
        "number": bill.number,
        "from": str(bill.from_on),
        "until": str(bill.until_on),
        "cents": bill.cents,
        "fixed_cents": bill.fixed_cents,
        "used": bill.used,
    }
