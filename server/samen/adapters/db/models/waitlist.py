"""Who waits for a space that is taken."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.booking import Occurrence
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.site import Space
from samen.adapters.db.models.tenant import Tenant


class WaitState(enum.Enum):
    """Where somebody on the waitlist stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Waiting(Base):
    """A wish for a space at a time when it is taken.

    `offer_id`: the occurrence that is kept for them until its `hold_until`. A take-over asks for the room
    of `takes_over_id`, booked and empty: `answer_by` is until when its owner may say that they keep it.
    A request that was gathered before its date could be booked is decided at `opens_at`; `decision` says by
    which rule, as `domain.contest` does.
    """

    __tablename__ = "waitlist"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_waitlist_state_starts_at", "state", "starts_at"),
        Index("ix_waitlist_opens_at", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str]
    people: Mapped[int | None]
    created_at: Mapped[datetime]
    state: Mapped[WaitState] = mapped_column(choice(WaitState, "state"), default=WaitState.WAITING)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("occurrences.id"))
    takes_over_id: Mapped[UUID | None] = mapped_column(ForeignKey("occurrences.id"))
    answer_by: Mapped[datetime | None]
    opens_at: Mapped[datetime | None]
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    member: Mapped[Member] = relationship()
    tenant: Mapped[Tenant] = relationship()
    space: Mapped[Space] = relationship()
    offer: Mapped[Occurrence | None] = relationship(foreign_keys=[offer_id])
    takes_over: Mapped[Occurrence | None] = relationship(foreign_keys=[takes_over_id])
