"""The demo's credits: its last quarters settled, and an entry that somebody disputes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import CreditEntry
from samen.domain.access import Viewer
from samen.domain.credits import Outcome, last_quarter, quarter_of
from samen.services import disputes
from samen.services.credits import settle

REASON = "Nous étions là, mais dans le jardin : la salle servait de vestiaire."


def seed_credits(session: Session, lea: Viewer, now: datetime) -> None:
    """From the beginning of the quarter before the last one on."""
    settle(session, now, since=last_quarter(last_quarter(quarter_of(now.date()))))
    missed = (
        select(CreditEntry.id)
        .where(CreditEntry.tenant_id == lea.tenant_id, CreditEntry.code == Outcome.NO_SHOW.value)
        .order_by(CreditEntry.on_date.desc(), CreditEntry.id.desc())
    )
    if (entry_id := session.scalar(missed.limit(1))) is not None:
        disputes.file(session, entry_id, lea, REASON, now)
