"""Disputes over credits: what was taken can be disputed once, and given back by a further entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.locks import CREDITS, take_turn
from samen.adapters.db.models import CreditDispute, CreditEntry, DisputeState
from samen.domain.access import Role, Viewer
from samen.domain.credits import HOUR_S, Charge
from samen.domain.rules import Refusal
from samen.services import audit, notices
from samen.services.credits import charge

WITHIN = timedelta(days=30)
UPHELD = "upheld"
MOST_WORDS = 1000
NO_SUCH = Refusal("no_such_entry")


def may_be_disputed(entry: CreditEntry, now: datetime) -> Refusal | None:
    """What took something, for thirty days: all else follows from the others' charges."""
    if entry.seconds >= 0:
        return Refusal("nothing_was_taken")
    last = entry.made_at + WITHIN
    return Refusal("too_late_to_dispute", {"until": last}) if now > last else None


def file(
    session: Session, entry_id: int, viewer: Viewer, reason: str, now: datetime
) -> CreditDispute | Refusal:
    """Dispute an entry of the viewer's own tenant; managers are told."""
    take_turn(session, CREDITS, [0])
    entry = session.get(CreditEntry, entry_id)
    if entry is None or entry.tenant_id != viewer.tenant_id or viewer.role is Role.AUDITOR:
        return NO_SUCH
    if session.get(CreditDispute, entry_id) is not None:
        return Refusal("already_disputed")
    no = may_be_disputed(entry, now) or _wrong_words(reason)
    if no is not None:
        return no
    dispute = CreditDispute(entry=entry, by_id=viewer.member_id, reason=reason.strip(), filed_at=now)
    session.add(dispute)
    session.flush()
    facts = {"tenant": entry.tenant.name, "reason": dispute.reason, "url": "/fairness"}
    notices.tell(session, notices.deciders(session, ()), "credit_disputed", facts, now)
    audit.note(session, viewer.actor, "credits.disputed", f"entry:{entry_id}", {}, now)
    return dispute


def decide(
    session: Session, entry_id: int, viewer: Viewer, seconds: int, answer: str, now: datetime
) -> CreditDispute | Refusal:
    """Give `seconds` of what was taken back, or nothing; of two managers at once, one decides."""
    take_turn(session, CREDITS, [0])
    dispute = session.get(CreditDispute, entry_id, populate_existing=True)
    if dispute is None:
        return NO_SUCH
    if not 0 <= seconds <= -dispute.entry.seconds:
        return Refusal("more_than_was_taken", {"hours": -dispute.entry.seconds / HOUR_S})
    if (no := _wrong_words(answer)) is not None:
        return no
    state = DisputeState.UPHELD if seconds else DisputeState.REJECTED
    values = {"state": state, "decided_by_id": viewer.member_id, "decided_at": now, "seconds": seconds}
    decided = (
        update(CreditDispute)
        .where(CreditDispute.entry_id == entry_id, CreditDispute.state == DisputeState.OPEN)
        .values(answer=answer.strip(), **values)
        .returning(CreditDispute.entry_id)
    )
    if session.scalar(decided) is None:
        return Refusal("already_decided")
    session.refresh(dispute)
    if seconds:
        charge(session, _given_back(dispute), now)
    _tell(session, dispute, now)
    audit.note(session, viewer.actor, "credits.decided", f"entry:{entry_id}", {"seconds": seconds}, now)
    return dispute


def waiting(session: Session) -> Sequence[CreditDispute]:
    """Those that wait for a manager's word, the oldest first."""
    return session.scalars(
        select(CreditDispute)
        .where(CreditDispute.state == DisputeState.OPEN)
        .options(joinedload(CreditDispute.entry).joinedload(CreditEntry.tenant))
        .order_by(CreditDispute.filed_at, CreditDispute.entry_id)
    ).all()


def _given_back(dispute: CreditDispute) -> Charge:
    entry = dispute.entry
    facts = {"answer": dispute.answer, "entry": entry.id, **entry.facts}
    return Charge(dispute.key, entry.tenant_id, entry.on_date, -dispute.seconds, UPHELD, facts)


def _tell(session: Session, dispute: CreditDispute, now: datetime) -> None:
    facts = {
        "given_back": dispute.seconds / HOUR_S,
        "reason": dispute.answer,
        "url": "/fairness",
    }
    notices.tell(session, [dispute.by_id], "credit_decided", facts, now)


def _wrong_words(text: str) -> Refusal | None:
    if not text.strip():
        return Refusal("reason_needed")
    return Refusal("too_many_characters", {"most": MOST_WORDS}) if len(text) > MOST_WORDS else None
