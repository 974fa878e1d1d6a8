"""One deed per key: the first answer to a POST is kept for a day and given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from samen.adapters.db.locks import IDEMPOTENCY, take_turn
from samen.adapters.db.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Answer:
    """An answer as it went over the wire."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Asked:
    """A member's key and the digest of the request that came with it."""

    member_id: int
    key: str
    digest: str


class KeyReused(Exception):
    """The key came before, with another request."""


def recall(session: Session, asked: Asked, now: datetime) -> Answer | None:
    """The answer given before. Waits while a twin of the request is being answered. Raises KeyReused."""
    take_turn(session, IDEMPOTENCY, (asked.member_id,))
    session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.member_id == asked.member_id, IdempotencyKey.created_at <= now - KEPT_FOR
        )
    )
    kept = session.get(IdempotencyKey, (asked.member_id, asked.key))
    if kept is None:
        return None
    if kept.request_digest != asked.digest:
        raise KeyReused
    return Answer(kept.status, kept.content_type, kept.body)


def keep(session: Session, asked: Asked, answer: Answer, now: datetime) -> None:
    """Store the first answer in the transaction of the deed: both are there, or neither."""
    session.add(
        IdempotencyKey(
            member_id=asked.member_id,
            key=asked.key,
            request_digest=asked.digest,
            status=answer.status,
            content_type=answer.content_type,
            body=answer.body,
            created_at=now,
        )
    )
