"""What nodes reported, exactly once, and what it says of rooms and registers."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base, choice


class TimeQuality(enum.Enum):
    """How an instant is known.

    NTP: the node's own clock, set. DATED: from seconds since boot, once the boot synchronised.
    RECEIVED: the server's clock on arrival, nothing better yet. IMPORTED: from a file.
    """

    NTP = "ntp"
    DATED = "dated"
    RECEIVED = "received"
    IMPORTED = "imported"


class Reading(Base):
    """A node's reading. Its identity is (device, boot, seq): a resend is the same row."""

    __tablename__ = "readings"
    __table_args__ = (Index("ix_readings_at", "at"), {"sqlite_with_rowid": False})

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    boot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stream: Mapped[str]
    at: Mapped[datetime]
    quality: Mapped[TimeQuality] = mapped_column(choice(TimeQuality, "quality"))
    up: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


# Indexes from files and as typed (`metering.INDEX_GENS`), said as the partial index over them says it.
AS_SHOWN = text("index_readings.gen >= 2097152")


class IndexReading(Base):
    """A register's index at an instant, in the register's unit. A reset or a new meter is a new `gen`.

    Energy between two readings of one gen is their difference; between gens nothing is known.
    """

    __tablename__ = "index_readings"
    __table_args__ = (
        Index("ix_index_readings_register_id_at", "register_id", "at"),
        ForeignKeyConstraint(
            ["device_id", "boot", "seq"], ["readings.device_id", "readings.boot", "readings.seq"]
        ),
        Index("ix_index_readings_device_id_boot_seq", "device_id", "boot", "seq"),
        Index(
            "ix_index_readings_as_shown",
            "register_id",
            "at",
            sqlite_where=text("gen >= 2097152"),
            postgresql_where=text("gen >= 2097152"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"))
    gen: Mapped[int]
    at: Mapped[datetime]
    index: Mapped[float]
    power_w: Mapped[float | None]
    quality: Mapped[TimeQuality] = mapped_column(choice(TimeQuality, "quality"))
    device_id: Mapped[int | None]
    boot: Mapped[int | None] = mapped_column(BigInteger)
    seq: Mapped[int | None] = mapped_column(BigInteger)


class OccupancyReading(Base):
    """A space's occupancy from an instant on, as its node saw it."""

    __tablename__ = "occupancy_readings"
    __table_args__ = (
        Index("ix_occupancy_readings_space_id_at", "space_id", "at"),
        ForeignKeyConstraint(
            ["device_id", "boot", "seq"], ["readings.device_id", "readings.boot", "readings.seq"]
        ),
    )

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    boot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    at: Mapped[datetime]
    state: Mapped[str]
    confidence: Mapped[int]
    quality: Mapped[TimeQuality] = mapped_column(choice(TimeQuality, "quality"))


class ReadingGap(Base):
    """Readings that a node dropped before the server had them: `first` to `last`, and why."""

    __tablename__ = "reading_gaps"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    boot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    why: Mapped[str]
    received_at: Mapped[datetime]


class SpaceState(Base):
    """The newest that is known of a space: what the page shows beside its name."""

    __tablename__ = "space_states"

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    occupancy: Mapped[str | None]
    confidence: Mapped[int | None]
    since_at: Mapped[datetime | None]
    occupancy_at: Mapped[datetime | None]
    deg_c: Mapped[float | None]
    humidity: Mapped[float | None]
    co2_ppm: Mapped[float | None]
    climate_at: Mapped[datetime | None]
