"""Meters and their registers."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.device import Device
from samen.adapters.db.models.site import Site, Space, Zone
from samen.adapters.db.models.tenant import Tenant


class MeterKind(enum.Enum):
    """What a meter counts."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    WATER = "water"
    HEAT = "heat"


class Unit(enum.Enum):
    """The one unit of a register's index."""

    WH = "Wh"
    LITRE = "L"


class Meter(Base):
    """A meter. `main` is the meter above a sub-meter; what its sub-meters leave is "not measured"."""

    __tablename__ = "meters"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[MeterKind] = mapped_column(choice(MeterKind, "kind"))
    position: Mapped[int] = mapped_column(default=0)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    main_id: Mapped[int | None] = mapped_column(ForeignKey("meters.id"))
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"))
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"))

    site: Mapped[Site] = relationship()
    main: Mapped[Meter | None] = relationship(remote_side="Meter.id")
    space: Mapped[Space | None] = relationship()
    zone: Mapped[Zone | None] = relationship()
    tenant: Mapped[Tenant | None] = relationship()
    registers: Mapped[list[Register]] = relationship(back_populates="meter", order_by="Register.code")


class Register(Base):
    """One index of a meter. A node names it by `code` (an OBIS code where there is one)."""

    __tablename__ = "registers"
    __table_args__ = (UniqueConstraint("meter_id", "code"), UniqueConstraint("device_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"))
    code: Mapped[str]
    unit: Mapped[Unit] = mapped_column(choice(Unit, "unit"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))

    meter: Mapped[Meter] = relationship(back_populates="registers")
    device: Mapped[Device | None] = relationship()
