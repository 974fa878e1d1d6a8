"""What people are told, on the page and by mail."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.member import Member


class Notice(Base):
    """Something a member should know: a code and its facts, worded in the member's language when shown."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class MailState(enum.Enum):
    """Where a mail stands. A worker that dies while sending leaves it `sending`: it is never sent twice."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Invite(enum.Enum):
    """Which calendar object comes with a mail (RFC 5546)."""

    REQUEST = "request"
    CANCEL = "cancel"


class Mail(Base):
    """A mail that waits, or went: a code and facts, worded in the reader's language when it is sent.

    With `invite`, the calendar object of `series_id` goes along; of its one date where `occurrence_id` says.
    """

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]
    invite: Mapped[Invite | None] = mapped_column(choice(Invite, "invite"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    occurrence_id: Mapped[UUID | None] = mapped_column(ForeignKey("occurrences.id"))
    state: Mapped[MailState] = mapped_column(choice(MailState, "state"), default=MailState.DUE)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(unique=True)

    member: Mapped[Member] = relationship()
