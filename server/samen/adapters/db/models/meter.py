"""Meters and their registers."""

from __future__ import annotations

import enum
from datetime import date, datetime

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


# What people read: kWh from Wh, m³ from litres.
PER_SHOWN_UNIT = 1000.0


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
    """One index of a meter. A node names it by `code` (an OBIS code where there is one).

    `digits`: how many the meter shows before the comma, in kWh or m³; after the last it begins at 0 again.
    """

    __tablename__ = "registers"
    __table_args__ = (UniqueConstraint("meter_id", "code"), UniqueConstraint("device_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"))
    code: Mapped[str]
    unit: Mapped[Unit] = mapped_column(choice(Unit, "unit"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    digits: Mapped[int | None]

    meter: Mapped[Meter] = relationship(back_populates="registers")
    device: Mapped[Device | None] = relationship()

    @property
    def rolls_over_at(self) -> float | None:
        """The index that is shown as 0 again, in the register's unit; None if nobody has said."""
        return None if self.digits is None else 10.0**self.digits * PER_SHOWN_UNIT


class EventKind(enum.Enum):
    """Why an index begins anew."""

    REPLACED = "replaced"
    ROLLED_OVER = "rolled_over"
    RESET = "reset"


class MeterEvent(Base):
    """A register's index begins anew: the last of the old and the first of the new, in its unit."""

    __tablename__ = "meter_events"
    __table_args__ = (UniqueConstraint("register_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"))
    at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(choice(EventKind, "kind"))
    final_index: Mapped[float]
    first_index: Mapped[float]
    note: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]

    register: Mapped[Register] = relationship()


class IndexDecrease(Base):
    """An index that falls between two readings, and nobody has said why: nothing is known between them."""

    __tablename__ = "index_decreases"

    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    since_at: Mapped[datetime]
    before: Mapped[float]
    after: Mapped[float]

    register: Mapped[Register] = relationship()


class CalorificFactor(Base):
    """What a m³ of gas holds from a date on, for a site or for one of its meters."""

    __tablename__ = "calorific_factors"
    __table_args__ = (UniqueConstraint("site_id", "meter_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    meter_id: Mapped[int | None] = mapped_column(ForeignKey("meters.id"))
    from_on: Mapped[date]
    kwh_per_m3: Mapped[float]


class QuarterDemand(Base):
    """The mean power of the running quarter of an hour, as a smart meter told it last (1.4.0)."""

    __tablename__ = "quarter_demands"

    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"), primary_key=True)
    w: Mapped[float]
    at: Mapped[datetime]


class ToldPeak(Base):
    """The largest quarter of a local month as a smart meter told it (1.6.0, 98.1.0); `at`: when it ended."""

    __tablename__ = "told_peaks"

    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"), primary_key=True)
    month_on: Mapped[date] = mapped_column(primary_key=True)
    w: Mapped[float]
    at: Mapped[datetime | None]


class ReadingsFile(Base):
    """A file of readings that was sent and looked at, but not taken in yet; gzip."""

    __tablename__ = "readings_files"

    token: Mapped[str] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"))
    name: Mapped[str]
    content: Mapped[bytes]
    actor: Mapped[str]
    created_at: Mapped[datetime]
