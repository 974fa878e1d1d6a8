"""Sites, heating zones and the spaces that are shared."""

from __future__ import annotations

from datetime import time

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base


class Site(Base):
    """A building with one address, one local time and one MQTT subtree."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Europe/Brussels")


class Zone(Base):
    """Spaces that are heated together."""

    __tablename__ = "zones"
    __table_args__ = (UniqueConstraint("site_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    slug: Mapped[str]
    name: Mapped[str]


class Space(Base):
    """Something bookable with a place. A whole (`parts`) is booked by claiming all of its parts."""

    __tablename__ = "spaces"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("opening < closing", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"))
    whole_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int]
    area_m2: Mapped[float]
    opening: Mapped[time]
    closing: Mapped[time]
    horizon_days: Mapped[int] = mapped_column(default=400)

    site: Mapped[Site] = relationship()
    zone: Mapped[Zone | None] = relationship()
    parts: Mapped[list[Space]] = relationship(order_by="Space.position")
    features: Mapped[list[SpaceFeature]] = relationship(
        cascade="all, delete-orphan", order_by="SpaceFeature.feature"
    )

    def atoms(self) -> list[Space]:
        """The indivisible spaces that a booking of this one claims: itself, or all of its parts."""
        return [atom for part in self.parts for atom in part.atoms()] if self.parts else [self]


class SpaceFeature(Base):
    """A thing a space has: projector, kitchen, step-free access."""

    __tablename__ = "space_features"

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    feature: Mapped[str] = mapped_column(primary_key=True)
