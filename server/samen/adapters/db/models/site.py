"""Sites, heating zones and the spaces that are shared."""

from __future__ import annotations

import enum
from datetime import datetime, time

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.tenant import Tenant
from samen.domain.access import Role
from samen.domain.release import ReleasePolicy
from samen.domain.rules import Approval


class SpaceKind(enum.Enum):
    """What is shared: all three are booked by the same engine."""

    ROOM = "room"
    EQUIPMENT = "equipment"
    PERSON = "person"


# A whole and its parts; a part may belong to several wholes (A+B and B+C).
space_parts = Table(
    "space_parts",
    Base.metadata,
    Column("whole_id", ForeignKey("spaces.id"), primary_key=True),
    Column("part_id", ForeignKey("spaces.id"), primary_key=True, index=True),
)


class Site(Base):
    """A building with one address, one local time and one MQTT subtree.

    `latitude` and `longitude`, in degrees, are there for its weather alone. Until `simulated_until`, what
    meters and sensors say was invented: pages say so.
    """

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Europe/Brussels")
    region: Mapped[str] = mapped_column(default="brussels")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    simulated_until: Mapped[datetime | None]


class Zone(Base):
    """Spaces that are heated together."""

    __tablename__ = "zones"
    __table_args__ = (UniqueConstraint("site_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    slug: Mapped[str]
    name: Mapped[str]


class Space(Base):
    """Something bookable. A whole (`parts`) is booked by claiming all of its parts.

    `owner`: the tenant whose admins decide on requests. `weight`: how much an hour counts against a quota.
    `gather_days`: for so many days before a date can be booked, requests for it are gathered; 0: never.
    `door_version`: raised to make the door's address stop working. Spans in minutes.
    """

    __tablename__ = "spaces"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("opening < closing", name="hours"),
        CheckConstraint("before_min >= 0 AND after_min >= 0", name="buffers"),
        CheckConstraint("0 < shortest_min AND shortest_min <= longest_min", name="lengths"),
        CheckConstraint("weight >= 0", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[SpaceKind] = mapped_column(choice(SpaceKind, "kind"), default=SpaceKind.ROOM)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int]
    area_m2: Mapped[float]
    opening: Mapped[time]
    closing: Mapped[time]
    closed_on_holidays: Mapped[bool] = mapped_column(default=False)
    horizon_days: Mapped[int] = mapped_column(default=400)
    notice_min: Mapped[int] = mapped_column(default=0)
    shortest_min: Mapped[int] = mapped_column(default=5)
    longest_min: Mapped[int] = mapped_column(default=1440)
    before_min: Mapped[int] = mapped_column(default=0)
    after_min: Mapped[int] = mapped_column(default=0)
    approval: Mapped[Approval] = mapped_column(choice(Approval, "approval"), default=Approval.NONE)
    pending_holds: Mapped[bool] = mapped_column(default=True)
    release: Mapped[ReleasePolicy] = mapped_column(
        choice(ReleasePolicy, "release"), default=ReleasePolicy.SENSOR
    )
    grace_min: Mapped[int] = mapped_column(default=15)
    tail_min: Mapped[int] = mapped_column(default=30)
    hold_min: Mapped[int] = mapped_column(default=30)
    gather_days: Mapped[int] = mapped_column(default=0)
    weight: Mapped[float] = mapped_column(default=1.0)
    door_version: Mapped[int] = mapped_column(default=0)

    site: Mapped[Site] = relationship()
    zone: Mapped[Zone | None] = relationship()
    owner: Mapped[Tenant | None] = relationship()
    parts: Mapped[list[Space]] = relationship(
        secondary=space_parts,
        primaryjoin="Space.id == space_parts.c.whole_id",
        secondaryjoin="Space.id == space_parts.c.part_id",
        order_by="Space.position",
    )
    features: Mapped[list[SpaceFeature]] = relationship(
        cascade="all, delete-orphan", order_by="SpaceFeature.feature"
    )
    hours: Mapped[list[SpaceHours]] = relationship(
        cascade="all, delete-orphan", order_by="SpaceHours.weekday"
    )
    permissions: Mapped[list[SpacePermission]] = relationship(cascade="all, delete-orphan")

    def atoms(self) -> list[Space]:
        """The indivisible spaces that a booking of this one claims: itself, or all of its parts."""
        found = [atom for part in self.parts for atom in part.atoms()] if self.parts else [self]
        return list(dict.fromkeys(found))


class SpaceFeature(Base):
    """A thing a space has: projector, kitchen, step-free access."""

    __tablename__ = "space_features"

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    feature: Mapped[str] = mapped_column(primary_key=True)


class SpaceHours(Base):
    """A weekday (0 is Monday) on which other hours hold than the space's usual ones; none: closed."""

    __tablename__ = "space_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("(opening IS NULL AND closing IS NULL) OR opening < closing", name="hours"),
    )

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opening: Mapped[time | None]
    closing: Mapped[time | None]


class SpacePermission(Base):
    """Who may book a space: a tenant, a role, or a role in a tenant. A space without any is for everyone."""

    __tablename__ = "space_permissions"

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), index=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"))
    role: Mapped[Role | None] = mapped_column(choice(Role, "role"))


class Blackout(Base):
    """A time in which a space, or the whole site, cannot be booked."""

    __tablename__ = "blackouts"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="span"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]

    space: Mapped[Space | None] = relationship()


class Peak(Base):
    """Local hours that weigh more against a quota. `weekdays`: bit 0 is Monday."""

    __tablename__ = "peaks"
    __table_args__ = (
        CheckConstraint("opening < closing", name="hours"),
        CheckConstraint("weight >= 0", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    weekdays: Mapped[int]
    opening: Mapped[time]
    closing: Mapped[time]
    weight: Mapped[float]
