"""The associations that share the building."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base


class Tenant(Base):
    """An association. `tint` picks one of the page's tenant colours (0 to 7)."""

    __tablename__ = "tenants"
    __table_args__ = (CheckConstraint("entitlement > 0", name="entitlement"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tint: Mapped[int] = mapped_column(default=0)
    entitlement: Mapped[float] = mapped_column(default=1.0)
