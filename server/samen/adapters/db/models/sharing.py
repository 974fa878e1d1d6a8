"""Who has what, by which key costs are shared, bills, and what became of each."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.meter import Meter, MeterKind
from samen.adapters.db.models.site import Site
from samen.adapters.db.models.tenant import Tenant


class HoursBasis(enum.Enum):
    """Which hours a key counts: all that were booked, or those in which a sensor saw somebody."""

    BOOKED = "booked"
    OCCUPIED = "occupied"


class TenantStanding(Base):
    """What a tenant has in a building from a local date on; 0 and 0 where it left."""

    __tablename__ = "tenant_standings"
    __table_args__ = (CheckConstraint("area_m2 >= 0 AND heads >= 0", name="figures"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    area_m2: Mapped[float]
    heads: Mapped[float]

    tenant: Mapped[Tenant] = relationship()


class SharingKey(Base):
    """A key, as decided: never changed, the next version takes its place. Weights in thousandths.

    It holds for bills whose first day is `from_on` or later. `decided_by`, `decided_on`, `decision`: who
    agreed to it when, in their words.
    """

    __tablename__ = "sharing_keys"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "version"),
        CheckConstraint("area >= 0 AND hours >= 0 AND heads >= 0", name="weights"),
        CheckConstraint("area + hours + heads = 1000", name="whole"),
        CheckConstraint("fixed >= 0 AND fixed <= 1000", name="fixed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[MeterKind] = mapped_column(choice(MeterKind, "kind"))
    version: Mapped[int]
    from_on: Mapped[date]
    area: Mapped[int]
    hours: Mapped[int]
    heads: Mapped[int]
    fixed: Mapped[int]
    hours_basis: Mapped[HoursBasis] = mapped_column(choice(HoursBasis, "hours_basis"))
    decided_by: Mapped[str]
    decided_on: Mapped[date]
    decision: Mapped[str]
    created_at: Mapped[datetime]


class Bill(Base):
    """A supplier's bill over local dates, `from_on` up to and without `until_on`; never changed.

    `cents` with VAT, below zero for a credit; `fixed_cents`: what the bill names as fixed of it. `used`: in
    kWh, in m³ for water, None where the bill names none. `meter`: the main meter it is for, else all of its
    kind. `replaces`: the bill that was typed wrong.
    """

    __tablename__ = "bills"
    __table_args__ = (
        CheckConstraint("from_on < until_on", name="span"),
        Index("ix_bills_site_id_from_on", "site_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[MeterKind] = mapped_column(choice(MeterKind, "kind"))
    meter_id: Mapped[int | None] = mapped_column(ForeignKey("meters.id"))
    supplier: Mapped[str]
    number: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    used: Mapped[float | None]
    cents: Mapped[int]
    fixed_cents: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("bills.id"), unique=True)

    site: Mapped[Site] = relationship()
    meter: Mapped[Meter | None] = relationship()


class Settlement(Base):
    """A bill, shared: never changed. `inputs` is all that the shares follow from, `digest` is over both.

    `corrects`: the settlement whose place it takes, for the reason in `note`.
    """

    __tablename__ = "settlements"

    id: Mapped[int] = mapped_column(primary_key=True)
    bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), index=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("sharing_keys.id"), index=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("settlements.id"), unique=True)
    made_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    inputs: Mapped[dict[str, Any]]
    doubts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    digest: Mapped[str]

    bill: Mapped[Bill] = relationship()
    key: Mapped[SharingKey] = relationship()
    shares: Mapped[list[SettledShare]] = relationship(order_by="SettledShare.tenant_id")
    corrects: Mapped[Settlement | None] = relationship(remote_side="Settlement.id")


class SettledShare(Base):
    """What a tenant owes of a settlement. `lines` add up to `cents`."""

    __tablename__ = "settled_shares"

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True, index=True)
    cents: Mapped[int]
    kwh: Mapped[float]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    settlement: Mapped[Settlement] = relationship(back_populates="shares")
    tenant: Mapped[Tenant] = relationship()
