"""Settling a bill: shares are frozen with all they follow from; only another settlement corrects them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from samen.adapters.db.locks import SHARING, take_turn
from samen.adapters.db.models import Bill, SettledShare, Settlement, Site, Tenant
from samen.domain.access import Viewer
from samen.domain.rules import Refusal
from samen.domain.sharing import Invoice, Key, Line, Party, Residual, Share, Sharing, share
from samen.services import audit, bills
from samen.services.sharing_inputs import Inputs, gather
from samen.services.sharing_keys import facts_of, key_on, weights_of

Json = dict[str, Any]


def settle(
    session: Session, site: Site, bill_id: int, viewer: Viewer, now: datetime, note: str = ""
) -> Settlement | Refusal:
    """Share a bill by the key of its first day, and freeze the statement.

    A bill that was settled before, itself or as the one it replaces, is corrected: then `note` must say why.
    """
    take_turn(session, SHARING, [site.id])
    bill = bills.find(session, site, bill_id)
    if bill is None:
        return Refusal("no_such_bill")
    key = key_on(session, site, bill.kind, bill.from_on)
    if key is None:
        return Refusal("no_key", {"date": bill.from_on})
    before = _standing_settlement(session, bill)
    if before is not None and not note:
        return Refusal("say_why")
    inputs = gather(session, site, bill, key.hours_basis)
    if not inputs.parties:
        return Refusal("nobody_to_share_with")
    shared, frozen = inputs.shared(weights_of(key)), _frozen(inputs, facts_of(key), bill)
    made = Settlement(
        bill_id=bill.id,
        key_id=key.id,
        corrects_id=before.id if before else None,
        made_at=now,
        note=note,
        inputs=frozen,
        doubts=[asdict(doubt) for doubt in shared.doubts],
        digest=digest(frozen, shared.shares),
        shares=_shares(session, shared.shares),
    )
    session.add(made)
    session.flush()
    facts = {"bill": bill.id, "key": key.id, "corrects": made.corrects_id, "digest": made.digest}
    audit.note(session, viewer.actor, "bill.settled", f"settlement:{made.id}", facts, now)
    return made


def settlements(
    session: Session, site: Site | None = None, tenant_id: int | None = None
) -> Sequence[Settlement]:
    """Those that stand, newest period first; of one tenant, those in which it has a share."""
    query = _whole().where(~_corrected())
    if site is not None:
        query = query.where(Bill.site_id == site.id)
    if tenant_id is not None:
        query = query.where(Settlement.shares.any(SettledShare.tenant_id == tenant_id))
    return session.scalars(query.order_by(Bill.from_on.desc(), Settlement.id.desc())).all()


def settlement(session: Session, number: int) -> Settlement | None:
    """Any, corrected ones too."""
    return session.scalar(_whole().where(Settlement.id == number))


def corrected_by(session: Session, made: Settlement) -> int | None:
    """The number of the settlement that took its place."""
    return session.scalar(select(Settlement.id).where(Settlement.corrects_id == made.id))


def settled_bills(session: Session, site: Site) -> Mapping[int, Settlement]:
    """The settlement that stands for each bill; for a replacement that was not settled yet, the old one's."""
    by_bill = {one.bill_id: one for one in settlements(session, site)}
    return {
        bill.id: found
        for bill in bills.current_bills(session, site)
        if (found := by_bill.get(bill.id) or by_bill.get(bill.replaces_id or 0))
    }


def holds(made: Settlement) -> bool:
    """Whether the shares, computed again from what was frozen, are those that were told."""
    shares = again(made.inputs).shares
    told = {one.tenant.slug: (one.cents, one.lines) for one in made.shares}
    return digest(made.inputs, shares) == made.digest and told == {
        one.tenant: (one.cents, _plain_lines(one.lines)) for one in shares
    }


def again(inputs: Json) -> Sharing:
    """The shares that follow from frozen inputs."""
    key = Key(*(inputs["key"][name] for name in ("area", "hours", "heads", "fixed")))
    parties = [Party(**party) for party in inputs["parties"]]
    return share(Invoice(**inputs["invoice"]), key, parties, Residual(**inputs["residual"]))


def digest(inputs: Json, shares: Sequence[Share]) -> str:
    """SHA-256 over what was used and what came of it."""
    told = {one.tenant: [one.cents, one.kwh, _plain_lines(one.lines)] for one in shares}
    text = json.dumps([inputs, told], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _frozen(inputs: Inputs, key: Mapping[str, object], bill: Bill) -> Json:
    energy = inputs.energy
    return {
        "invoice": asdict(inputs.invoice),
        "key": dict(key),
        "parties": [asdict(party) for party in inputs.parties],
        "residual": {"shared_kwh": energy.whose.shared, "not_measured_kwh": energy.whose.not_measured},
        "total": energy.total,
        "source": energy.source,
        "billed": bill.used,
        "meters": [asdict(meter) for meter in energy.meters],
    }


def _shares(session: Session, shares: Sequence[Share]) -> list[SettledShare]:
    ids = {slug: id_ for id_, slug in session.execute(select(Tenant.id, Tenant.slug))}
    return [
        SettledShare(tenant_id=ids[one.tenant], cents=one.cents, kwh=one.kwh, lines=_plain_lines(one.lines))
        for one in shares
    ]


def _plain_lines(lines: Sequence[Line]) -> list[Json]:
    return [
        {
            **asdict(line),
            "part": line.part.value,
            "criterion": line.criterion.value if line.criterion else None,
        }
        for line in lines
    ]


def _whole() -> Select[Settlement]:
    return (
        select(Settlement)
        .join(Settlement.bill)
        .options(
            joinedload(Settlement.bill).joinedload(Bill.meter),
            joinedload(Settlement.key),
            selectinload(Settlement.shares).joinedload(SettledShare.tenant),
        )
    )


def _corrected() -> Any:  # noqa: ANN401
    later = aliased(Settlement)
    return exists().where(later.corrects_id == Settlement.id).correlate(Settlement)


def _standing_settlement(session: Session, bill: Bill) -> Settlement | None:
    ids = [one for one in (bill.id, bill.replaces_id) if one is not None]
    query = select(Settlement).where(Settlement.bill_id.in_(ids), ~_corrected())
    return session.scalar(query.order_by(Settlement.id.desc()).limit(1))
