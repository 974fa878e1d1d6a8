"""Credits: by what rules, whose share is how large, the ledger, and what was disputed of it."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.tenant import Tenant


class DisputeState(enum.Enum):
    """An open one waits for a manager's word; what is upheld is given back by a further entry."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class CreditRules(Base):
    """One row for the house: without it the usual holds.

    `refunded_h`: how many hours before its start a booking can be cancelled without being charged.
    The local days from `settled_from` up to, but not including, `settled_until` were settled.
    """

    __tablename__ = "credit_rules"
    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("refunded_h >= 0", name="refunded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    refunded_h: Mapped[int] = mapped_column(default=48)
    settled_from: Mapped[date | None]
    settled_until: Mapped[date | None]


class CreditShare(Base):
    """A tenant's entitlement as it holds for a quarter, from a local day of it on."""

    __tablename__ = "credit_shares"
    __table_args__ = (CheckConstraint("entitlement > 0", name="entitlement"),)

    from_on: Mapped[date] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    entitlement: Mapped[float]


class CreditEntry(Base):
    """A line of the ledger, as `domain.credits.Entry` has it: added, and never changed.

    `seconds`: earned, or spent where it is less than nothing. `on_date`: the local day that it is about.
    """

    __tablename__ = "credit_entries"
    __table_args__ = (
        Index("ix_credit_entries_on_date", "on_date"),
        Index("ix_credit_entries_tenant_id_on_date", "tenant_id", "on_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    on_date: Mapped[date]
    key: Mapped[str]
    seconds: Mapped[int]
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]
    corrects: Mapped[bool]
    made_at: Mapped[datetime]

    tenant: Mapped[Tenant] = relationship()


class CreditDispute(Base):
    """What a tenant says against an entry, once, and what a manager decided. `seconds`: given back."""

    __tablename__ = "credit_disputes"
    __table_args__ = (CheckConstraint("seconds >= 0", name="seconds"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("credit_entries.id"), primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    reason: Mapped[str]
    filed_at: Mapped[datetime]
    state: Mapped[DisputeState] = mapped_column(choice(DisputeState, "state"), default=DisputeState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    seconds: Mapped[int] = mapped_column(default=0)

    entry: Mapped[CreditEntry] = relationship()

    @property
    def key(self) -> str:
        """Under which what was given back stands in the ledger."""
        return f"dispute:{self.entry_id}"
