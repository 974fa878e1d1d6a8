"""Waste that was found on meters, and what was last known of each of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.meter import Meter
from samen.domain.waste import Kind, State


class Finding(Base):
    """One kind of waste on one meter. `current`: the one that stands; of older ones, their results count.

    `kwh_year`, `kw` and `cents_year`: what ending it is expected to save; `base_kw`: the level above which it
    is counted. `done_on` is None where a finding ended by itself. `quiet_until`: it opens no anew before.
    """

    __tablename__ = "findings"
    __table_args__ = (
        Index(
            "uq_findings_current",
            "meter_id",
            "kind",
            unique=True,
            postgresql_where=text("current"),
            sqlite_where=text("current"),
        ),
        Index("ix_findings_owner_id", "owner_id"),
        Index("ix_findings_site_id", "site_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    meter_id: Mapped[int] = mapped_column(ForeignKey("meters.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    state: Mapped[State] = mapped_column(choice(State, "state"), default=State.OPEN)
    current: Mapped[bool] = mapped_column(default=True)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    kwh_year: Mapped[float | None]
    kw: Mapped[float]
    base_kw: Mapped[float]
    cents_year: Mapped[int | None]
    price_is_estimate: Mapped[bool]
    evidence: Mapped[dict[str, Any]]
    done_on: Mapped[date | None]
    reason: Mapped[str | None]
    quiet_until: Mapped[date | None]
    result: Mapped[dict[str, Any] | None]

    meter: Mapped[Meter] = relationship()
    owner: Mapped[Member | None] = relationship()


class WasteReview(Base):
    """What was said of a site's meters in the last nightly look, and of which local date that was."""

    __tablename__ = "waste_reviews"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    reviewed_on: Mapped[date]
    figures: Mapped[dict[str, Any]]
