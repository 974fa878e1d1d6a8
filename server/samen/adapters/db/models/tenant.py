"""The associations that share the building."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.domain.quota import Basis, Period


class Tenant(Base):
    """An association. `tint` picks one of the page's tenant colours (0 to 7)."""

    __tablename__ = "tenants"
    __table_args__ = (CheckConstraint("entitlement > 0", name="entitlement"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tint: Mapped[int] = mapped_column(default=0)
    entitlement: Mapped[float] = mapped_column(default=1.0)

    quotas: Mapped[list[Quota]] = relationship(cascade="all, delete-orphan", order_by="Quota.period")


class Quota(Base):
    """Weighted hours that a tenant's members may book together in a local week, month or quarter."""

    __tablename__ = "quotas"
    __table_args__ = (CheckConstraint("hours >= 0", name="hours"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    period: Mapped[Period] = mapped_column(choice(Period, "period"), primary_key=True)
    hours: Mapped[float]
    basis: Mapped[Basis] = mapped_column(choice(Basis, "basis"), default=Basis.BOOKED)
