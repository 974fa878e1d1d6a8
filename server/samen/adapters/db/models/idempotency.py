"""The first answer to a POST, kept so that a retry gets it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base


class IdempotencyKey(Base):
    """A member's key with the request it came with and the answer it got."""

    __tablename__ = "idempotency_keys"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str]
    status: Mapped[int]
    content_type: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
