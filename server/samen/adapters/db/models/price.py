"""What a building pays by its contracts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.meter import MeterKind


class Price(Base):
    """All that a kWh costs from a day on, VAT included, in place of the region's order of magnitude."""

    __tablename__ = "prices"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    kind: Mapped[MeterKind] = mapped_column(choice(MeterKind, "kind"), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    eur_per_kwh: Mapped[float]
