"""How warm it was outdoors, per hour and source and per local day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base, choice
from samen.domain.outdoor import OutdoorDoubt, WeatherSource


class OutdoorHour(Base):
    """The mean outdoor temperature of the hour that starts then, as one source has it.

    With a `doubt` it is left out of everything and only told.
    """

    __tablename__ = "outdoor_hours"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True, autoincrement=False)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    source: Mapped[WeatherSource] = mapped_column(choice(WeatherSource, "source"), primary_key=True)
    deg_c: Mapped[float]
    doubt: Mapped[OutdoorDoubt | None] = mapped_column(choice(OutdoorDoubt, "doubt"))


class OutdoorDay(Base):
    """The mean of a local day's known hours, and from which source how many of its `hours` came.

    Kept by whoever changes hours, in the same transaction: ten years are 3 653 small rows.
    """

    __tablename__ = "outdoor_days"
    __table_args__ = (
        CheckConstraint("sensor_hours + csv_hours + archive_hours BETWEEN 1 AND hours", name="hours"),
        {"sqlite_with_rowid": False},
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True, autoincrement=False)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    deg_c: Mapped[float]
    hours: Mapped[int]
    sensor_hours: Mapped[int]
    csv_hours: Mapped[int]
    archive_hours: Mapped[int]

    @property
    def known_hours(self) -> int:
        return self.sensor_hours + self.csv_hours + self.archive_hours


class DirtyOutdoor(Base):
    """What a site's outdoor sensors said between two instants changed: those hours are computed again."""

    __tablename__ = "dirty_outdoor"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    marked_at: Mapped[datetime]


class ArchiveAsk(Base):
    """How asking the weather archive for a site goes: when next, and what went wrong last, if it did.

    `asked_at`: when it was last looked whether there is something to ask.
    `failures` counts those since the last answer that could be used, which came at `answered_at`.
    """

    __tablename__ = "archive_asks"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    again_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]
    answered_at: Mapped[datetime | None]
