"""Noting deeds in the audit chain, and verifying it."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import AUDIT, take_turn
from samen.adapters.db.models import AuditEntry, Member
from samen.domain.audit import GENESIS, Deed, Link, digest, first_broken

STREAMED = {"yield_per": 1000}


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds: how many entries, the newest digest, and the first broken entry if any."""

    entries: int
    head: str
    broken: Link | None


def note(
    session: Session, actor: str, action: str, subject: str, facts: Mapping[str, Any], now: datetime
) -> AuditEntry:
    """Add a deed to the chain, in the transaction of the deed itself.

    Writers queue here until the transaction ends, so take any other lock first. Raises TypeError when
    `facts` holds something other than JSON values.
    """
    take_turn(session, AUDIT, (0,))
    kept = json.loads(json.dumps(dict(facts)))
    previous = head(session)
    entry = AuditEntry(
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        facts=kept,
        previous=previous,
        digest=digest(previous, Deed(now, actor, action, subject, kept)),
    )
    session.add(entry)
    session.flush()
    return entry


def deeds_on(
    session: Session, subject: str, *, action: str | None = None, most: int = 1
) -> Sequence[AuditEntry]:
    """What was done to a subject, the newest first; of one kind, where it is named."""
    query = select(AuditEntry).where(AuditEntry.subject == subject)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(most)).all()


def name_of(session: Session, actor: str) -> str | None:
    """The member's who did it; None where Samen itself did."""
    _kind, _colon, number = actor.partition(":")
    member = session.get(Member, int(number)) if number.isdigit() else None
    return member.name if member else None


def verify(session: Session) -> Verdict:
    """Recompute every digest. Entries cut off the end leave no trace here: compare `head` with a copy."""
    with closing(_links(session)) as links:
        broken = first_broken(links)
    entries = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    return Verdict(entries, head(session), broken)


def head(session: Session) -> str:
    """The newest entry's digest."""
    newest = select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalar(newest) or GENESIS


def _links(session: Session) -> Generator[Link, None, None]:
    # Streamed: a chain of years is not held in memory. An early end closes the cursor.
    with session.scalars(select(AuditEntry).order_by(AuditEntry.id), execution_options=STREAMED) as entries:
        for entry in entries:
            deed = Deed(entry.at, entry.actor, entry.action, entry.subject, entry.facts)
            yield Link(entry.id, deed, entry.previous, entry.digest)
