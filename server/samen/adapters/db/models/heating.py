"""How zones are heated: what was set, what runs, and what was measured of them."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from samen.adapters.db.models.base import Base, choice
from samen.domain.zone_settings import Steering, Vent


class ZoneHeating(Base):
    """What was set for a zone, as `domain.zone_settings` says it; without a row the usual holds."""

    __tablename__ = "zone_heating"
    __table_args__ = (
        CheckConstraint("frost_deg_c <= setback_deg_c AND setback_deg_c <= comfort_deg_c", name="order"),
        CheckConstraint("hysteresis_k > 0", name="hysteresis"),
        CheckConstraint("vent_before_min >= 0 AND vent_after_min >= 0 AND coast_min >= 0", name="lengths"),
    )

    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), primary_key=True)
    steering: Mapped[Steering] = mapped_column(choice(Steering, "steering"))
    comfort_deg_c: Mapped[float]
    setback_deg_c: Mapped[float]
    frost_deg_c: Mapped[float]
    hysteresis_k: Mapped[float]
    earliest: Mapped[time]
    vent_before_min: Mapped[int]
    vent_after_min: Mapped[int]
    idle_vent: Mapped[Vent] = mapped_column(choice(Vent, "idle_vent"))
    coast_min: Mapped[int]
    heats_on_holidays: Mapped[bool]


class ZoneWarming(Base):
    """A warm-up that runs: since when, and for a booking that starts when."""

    __tablename__ = "zone_warmings"

    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), primary_key=True)
    since_at: Mapped[datetime]
    for_at: Mapped[datetime]


class WarmUp(Base):
    """A zone that warmed up, as its sensors saw it; where it ends lower than it began, it cooled down.

    `whole`: it came to where it was to go. `kwh`: the heat that the zone's meter counted meanwhile.
    """

    __tablename__ = "warm_ups"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    from_deg_c: Mapped[float]
    to_deg_c: Mapped[float]
    outdoor_deg_c: Mapped[float | None]
    minutes: Mapped[float]
    whole: Mapped[bool]
    kwh: Mapped[float | None]


class SteeredDay(Base):
    """Whether a zone in alternate weeks was steered on a local day; None where that changed within it."""

    __tablename__ = "steered_days"

    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    steered: Mapped[bool | None]
