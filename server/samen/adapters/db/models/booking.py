"""Bookings: a series, its occurrences, and the claims that may not overlap."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import ExecutableDDLElement

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.site import Space
from samen.adapters.db.models.tenant import Tenant


class OccurrenceStatus(enum.Enum):
    """Where an occurrence stands.

    Confirmed ones hold their space; pending ones wait for a yes, and hold it where the space's rules say
    so; `held` is a freed slot kept for somebody on the waitlist. The others are over.
    """

    CONFIRMED = "confirmed"
    PENDING = "pending"
    HELD = "held"
    CANCELLED = "cancelled"
    RELEASED = "released"
    DECLINED = "declined"
    LAPSED = "lapsed"


# What is offered along with a space: equipment, a person's hours. Every date of the series claims it too.
series_bundle = Table(
    "series_bundle",
    Base.metadata,
    Column("series_id", ForeignKey("series.id"), primary_key=True),
    Column("space_id", ForeignKey("spaces.id"), primary_key=True),
)


class Series(Base):
    """What was asked for, in local wall time; a one-off booking is a series without a rule.

    `sequence` rises with every change to it or to one of its dates, which then carries the same number
    (RFC 5546). `source_uid`: under which UID it was imported. `ghost_asked_at`: when its owner was asked
    about dates that nobody came to.
    """

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_tenant_id", "tenant_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    title: Mapped[str]
    people: Mapped[int | None]
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    length: Mapped[timedelta]
    timezone: Mapped[str]
    rrule: Mapped[str | None]
    created_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    source_uid: Mapped[str | None] = mapped_column(index=True)
    ghost_asked_at: Mapped[datetime | None]

    space: Mapped[Space] = relationship()
    bundle: Mapped[list[Space]] = relationship(secondary=series_bundle, order_by="Space.position")
    tenant: Mapped[Tenant] = relationship()
    booked_by: Mapped[Member] = relationship()
    occurrences: Mapped[list[Occurrence]] = relationship(
        back_populates="series", order_by="Occurrence.starts_at", cascade="all, delete-orphan"
    )


class Occurrence(Base):
    """One date of a series; `tenant_id` is the series' own, kept here for an index by tenant and time.

    `original_start` is the start the series' rule gives it, and its RECURRENCE-ID; `moved` says that this
    date alone was given another time or space. `title` and `people` are this date's own, else the series'.
    `look_at`: when the sweep must look at it next. `used`: whether somebody came, once that is known.
    `booked_until`: its end as booked, where the tail was given back.
    """

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("series_id", "original_start"),
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_occurrences_space_id_starts_at", "space_id", "starts_at"),
        Index("ix_occurrences_tenant_id_starts_at", "tenant_id", "starts_at"),
        Index("ix_occurrences_look_at", "look_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    original_start: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[OccurrenceStatus] = mapped_column(choice(OccurrenceStatus, "status"))
    sequence: Mapped[int] = mapped_column(default=0)
    moved: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str | None]
    people: Mapped[int | None]
    hold_until: Mapped[datetime | None]
    look_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    used: Mapped[bool | None]
    booked_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    series: Mapped[Series] = relationship(back_populates="occurrences")
    space: Mapped[Space] = relationship()
    claims: Mapped[list[Claim]] = relationship(cascade="all, delete-orphan")


class Claim(Base):
    """An occurrence's hold on one indivisible space, buffers included. Active ones never overlap."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        ExcludeConstraint(
            ("space_id", "="),
            (text("tstzrange(starts_at, ends_at, '[)')"), "&&"),
            using="gist",
            where=text("active"),
            name="ex_claims_overlap",
        ).ddl_if(dialect="postgresql"),
        CheckConstraint("ends_at - starts_at <= interval '4 days'", name="length").ddl_if(
            dialect="postgresql"
        ),
        Index("ix_claims_space_id_starts_at", "space_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[UUID] = mapped_column(ForeignKey("occurrences.id"), index=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    active: Mapped[bool] = mapped_column(default=True)


OVERLAP = "ex_claims_overlap"
# Claims are short, and so only those that begin nearby can meet: without that bound the trigger, and every
# look at a calendar, would read a space's whole past.
LONGEST_CLAIM = timedelta(days=4)
_TRIGGER = """
CREATE TRIGGER ex_claims_overlap_{when} BEFORE {when} ON claims WHEN NEW.active
BEGIN
    SELECT RAISE(ABORT, 'ck_claims_length') WHERE julianday(NEW.ends_at) - julianday(NEW.starts_at) > 4;
    SELECT RAISE(ABORT, 'ex_claims_overlap') WHERE EXISTS (
        SELECT 1 FROM claims AS held
        WHERE held.space_id = NEW.space_id AND held.active AND held.id IS NOT NEW.id
          AND held.starts_at < NEW.ends_at AND NEW.starts_at < held.ends_at
          AND held.starts_at > datetime(NEW.starts_at, '-4 days', '-1 second'));
END
"""
# Two triggers: a claim that is moved, restored or given another space must be refused as a new one is.
OVERLAP_TRIGGERS = tuple(_TRIGGER.format(when=when) for when in ("INSERT", "UPDATE"))


def _guard_overlap() -> None:
    extension: ExecutableDDLElement = DDL("CREATE EXTENSION IF NOT EXISTS btree_gist")  # type: ignore[no-untyped-call]
    event.listen(Base.metadata, "before_create", extension.execute_if(dialect="postgresql"))
    for statement in OVERLAP_TRIGGERS:
        trigger: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(Claim.__table__, "after_create", trigger.execute_if(dialect="sqlite"))


_guard_overlap()
