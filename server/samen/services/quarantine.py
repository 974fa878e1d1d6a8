"""Messages that cannot be used: counted, and kept as short samples with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Quarantined, QuarantineTally
from samen.adapters.db.upsert import insert_into
from samen.adapters.message import Message

KEPT_PER_REASON = 100
SAMPLE_LENGTH = 200
# A flood must not turn every batch into a hundred inserts that the next one deletes.
KEPT_PER_BATCH = 10


@dataclass(frozen=True)
class Refused:
    """A message and why it cannot be used; `device` is the slug where it is one of ours."""

    message: Message
    reason: str
    detail: str = ""
    device: str | None = None


def quarantine(session: Session, refused: Sequence[Refused], now: datetime) -> None:
    """Count the messages and keep some samples, at most 100 for a reason: the newest."""
    if not refused:
        return
    _count(session, refused, now)
    reasons = sorted({entry.reason for entry in refused})
    for reason in reasons:
        newest = [entry for entry in refused if entry.reason == reason][-KEPT_PER_BATCH:]
        session.add_all(_sample(entry, now) for entry in newest)
    session.flush()
    for reason in reasons:
        _thin_out(session, reason)


def _count(session: Session, refused: Sequence[Refused], now: datetime) -> None:
    tally = Counter((entry.reason, entry.device or "") for entry in refused)
    # Sorted: two workers that count the same reasons wait for each other in one order.
    rows = [
        {"reason": reason, "device": device, "messages": messages, "last_at": now}
        for (reason, device), messages in sorted(tally.items())
    ]
    insert = insert_into(session, QuarantineTally)
    merged = insert.on_conflict_do_update(
        index_elements=["reason", "device"],
        set_={
            "messages": QuarantineTally.messages + insert.excluded.messages,
            "last_at": insert.excluded.last_at,
        },
    )
    for row in rows:
        session.execute(merged, row)


def _sample(entry: Refused, now: datetime) -> Quarantined:
    return Quarantined(
        received_at=now,
        topic=printable(entry.message.topic),
        device=entry.device,
        reason=entry.reason,
        detail=printable(entry.detail),
        sample=printable(entry.message.payload[:SAMPLE_LENGTH].decode("utf-8", "replace")),
        size=len(entry.message.payload),
    )


def _thin_out(session: Session, reason: str) -> None:
    of_reason = select(Quarantined.id).where(Quarantined.reason == reason)
    oldest_kept = of_reason.order_by(Quarantined.id.desc()).offset(KEPT_PER_REASON - 1).limit(1)
    session.execute(
        delete(Quarantined)
        .where(Quarantined.reason == reason, Quarantined.id < oldest_kept.scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def printable(text: str) -> str:
    """At most 200 characters that every database and every page can hold."""
    return "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:SAMPLE_LENGTH]
    )
