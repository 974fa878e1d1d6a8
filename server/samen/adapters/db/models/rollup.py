"""Energy and occupancy per quarter, hour and local day, and what has to be computed again."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base, choice


class Step(enum.Enum):
    """The length of a bucket. A DAY is a local day of 23, 24 or 25 hours."""

    QUARTER = "15min"
    HOUR = "hour"
    DAY = "day"


class EnergyRollup(Base):
    """What a register counted in a bucket, in its unit.

    `known_s` is how many of the bucket's seconds lie between two readings of one gen, `estimated_s` how
    many of those lie between two that are further apart than the bucket is long: there the amount was
    spread evenly, its shape is not known.
    """

    __tablename__ = "energy_rollups"
    # Read by register, step and time, and written by time: on SQLite the rows lie in the order of their key.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"), primary_key=True)
    step: Mapped[Step] = mapped_column(choice(Step, "step"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    amount: Mapped[float]
    known_s: Mapped[int]
    estimated_s: Mapped[int]


class OccupancyRollup(Base):
    """How long a space was occupied, empty and unknown in a bucket, in seconds.

    They add up to the part of the bucket that lies between two readings.
    """

    __tablename__ = "occupancy_rollups"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    step: Mapped[Step] = mapped_column(choice(Step, "step"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    occupied_s: Mapped[int]
    empty_s: Mapped[int]
    unknown_s: Mapped[int]


class DirtyEnergy(Base):
    """Readings of a register between two instants changed: the buckets around them are computed again.

    Marks are only ever added, and deleted with the computation that saw them: two workers never wait for
    one another, and a mark that is committed late is simply seen later.
    """

    __tablename__ = "dirty_energy"

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    marked_at: Mapped[datetime]


class DirtyOccupancy(Base):
    """Readings of a space between two instants changed."""

    __tablename__ = "dirty_occupancy"

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    marked_at: Mapped[datetime]
