"""What tenants wish for in a round, and what they say of what they got."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.tenant import Tenant


class Wish(Base):
    """A weekly slot that a tenant wishes for.

    `options`, the most welcome first: {day, start, penalty} on the round's grid. `weeks`: which of the
    season's. `spaces`: slugs of the only ones that do, None for any that fit. `needs`: people or things that
    the tenant has once; two of its wishes that need the same one do not meet.
    """

    __tablename__ = "wishes"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
        CheckConstraint("slots > 0 AND people >= 0", name="size"),
        Index("ix_wishes_round_id_tenant_id", "round_id", "tenant_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    title: Mapped[str]
    people: Mapped[int]
    features: Mapped[list[str]]
    slots: Mapped[int]
    weeks: Mapped[list[int]] = mapped_column(JSON)
    priority: Mapped[int] = mapped_column(default=1)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    spaces: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    needs: Mapped[list[str]]
    filed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    tenant: Mapped[Tenant] = relationship()
    member: Mapped[Member] = relationship()


class Objection(Base):
    """What a tenant says against what became of its wish, and the answer to it."""

    __tablename__ = "objections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wishes.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    text: Mapped[str]
    made_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))

    wish: Mapped[Wish] = relationship()
    member: Mapped[Member] = relationship(foreign_keys=member_id)


class Swap(Base):
    """Two wishes that trade places: `wish`'s tenant asks, `other`'s says yes or no."""

    __tablename__ = "swaps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wishes.id"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("wishes.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    asked_at: Mapped[datetime]
    agreed: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))

    wish: Mapped[Wish] = relationship(foreign_keys=wish_id)
    other: Mapped[Wish] = relationship(foreign_keys=other_id)
