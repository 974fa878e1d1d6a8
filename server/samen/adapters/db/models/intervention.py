"""The register of interventions, their pictures, and signed dossiers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.meter import Meter
from samen.domain.interventions import InterventionKind

intervention_meters = Table(
    "intervention_meters",
    Base.metadata,
    Column("intervention_id", ForeignKey("interventions.id", ondelete="CASCADE"), primary_key=True),
    Column("meter_id", ForeignKey("meters.id"), primary_key=True),
)


class Intervention(Base):
    """Something done to use less.

    It touches every meter of its `carriers` (values of MeterKind), and its `meters`. `done_on`: the last day
    of works that took longer than a day. Unknown costs are NULL.
    """

    __tablename__ = "interventions"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        CheckConstraint("starts_on <= done_on", name="days"),
        CheckConstraint("cost_cents >= 0 AND subsidy_cents >= 0", name="money"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    kind: Mapped[InterventionKind] = mapped_column(choice(InterventionKind, "kind"))
    carriers: Mapped[list[str]]
    starts_on: Mapped[date]
    done_on: Mapped[date | None]
    cost_cents: Mapped[int | None]
    subsidy_cents: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    told_at: Mapped[datetime]

    told_by: Mapped[Member | None] = relationship()
    meters: Mapped[list[Meter]] = relationship(secondary=intervention_meters, order_by="Meter.position")


class InterventionPicture(Base):
    """An intervention's picture, rebuilt without what is not the image; `sha256` names it in its address."""

    __tablename__ = "intervention_pictures"

    intervention_id: Mapped[int] = mapped_column(
        ForeignKey("interventions.id", ondelete="CASCADE"), primary_key=True
    )
    content_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str]


class Dossier(Base):
    """A signed report of a saving, never changed: a later one of the same meter supersedes it.

    `report` is JSON text, whose SHA-256 is `sha256`; `files`: CSV texts by their names, of what was
    evaluated, exactly.
    """

    __tablename__ = "dossiers"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"), index=True)
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    signed_at: Mapped[datetime]
    report: Mapped[str]
    files: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), unique=True)

    meter: Mapped[Meter] = relationship()
    signed_by: Mapped[Member] = relationship()
