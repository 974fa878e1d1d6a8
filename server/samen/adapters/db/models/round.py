"""Season rounds: what is shared out, the solver's runs, and what was given."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.booking import Series
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.site import Site, Space
from samen.adapters.db.models.wish import Wish
from samen.domain.allocation.season import Season


class RoundState(enum.Enum):
    """Draft → open (wishes are filed) → closed (drafts are made) → preview → final; or cancelled."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PREVIEW = "preview"
    FINAL = "final"
    CANCELLED = "cancelled"


class NamesShown(enum.Enum):
    """What tenants read of who got what they wanted: only when, or which association too."""

    NOBODY = "nobody"
    TENANTS = "tenants"


class SolveState(enum.Enum):
    """A run of the solver. What failed or was cancelled keeps the last plan that it found."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Which spaces take part. No two of them share a part.
round_spaces = Table(
    "round_spaces",
    Base.metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("space_id", ForeignKey("spaces.id"), primary_key=True),
)


class Round(Base):
    """A season's spaces, shared out. `from_on` to `until_on`: local dates, whole weeks.

    `policy`: the fields of `domain.allocation.instance.Policy`. `priority_points`: what a tenant's priorities
    may cost together, one of 2 costs 1 and one of 3 costs 2. `counts_used`: whether shares follow measured
    use. `most_skipped`: on so many dates at the most a time that is offered may be taken or closed; they are
    left out. `version` rises with every change.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        CheckConstraint("from_on < until_on", name="season"),
        CheckConstraint("opens_at < closes_at", name="filing"),
        CheckConstraint("slot_minutes > 0", name="slots"),
        CheckConstraint("priority_points >= 0", name="points"),
        Index("ix_rounds_site_id", "site_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    state: Mapped[RoundState] = mapped_column(choice(RoundState, "state"), default=RoundState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    from_on: Mapped[date]
    until_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    objections_until_at: Mapped[datetime | None]
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    day_start: Mapped[time]
    day_end: Mapped[time]
    slot_minutes: Mapped[int] = mapped_column(default=30)
    policy: Mapped[dict[str, Any]]
    priority_points: Mapped[int] = mapped_column(default=4)
    names_shown: Mapped[NamesShown] = mapped_column(
        choice(NamesShown, "names_shown"), default=NamesShown.NOBODY
    )
    counts_used: Mapped[bool] = mapped_column(default=False)
    most_skipped: Mapped[int] = mapped_column(default=3)
    created_at: Mapped[datetime]
    final_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship()
    spaces: Mapped[list[Space]] = relationship(secondary=round_spaces, order_by="Space.position")
    wishes: Mapped[list[Wish]] = relationship(order_by="Wish.filed_at, Wish.id")

    @property
    def season(self) -> Season:
        """Its dates, days and slots."""
        return Season(
            self.from_on,
            self.until_on,
            tuple(self.weekdays),
            self.day_start,
            self.day_end,
            self.slot_minutes,
            ZoneInfo(self.site.timezone),
        )


class Solve(Base):
    """A run. `trial`: of the sandbox, with a policy of its own; it can be no preview.

    `instance` and `plan` are files, byte for byte; `plan` is the best that was found so far, `metrics` what
    it gives. `budget_s` in seconds. `stage` and `seconds`: how far it is. `beat_at`: when its worker last
    gave a sign of life. `cancel`: somebody asked it to stop. `chosen_at`: since when its plan is the preview.
    """

    __tablename__ = "solves"
    __table_args__ = (
        CheckConstraint("budget_s > 0", name="budget"),
        Index("ix_solves_round_id", "round_id"),
        Index(
            "uq_solves_chosen",
            "round_id",
            unique=True,
            postgresql_where=text("chosen_at IS NOT NULL"),
            sqlite_where=text("chosen_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    name: Mapped[str] = mapped_column(default="")
    trial: Mapped[bool] = mapped_column(default=False)
    method: Mapped[str]
    seed: Mapped[int]
    budget_s: Mapped[float]
    policy: Mapped[dict[str, Any]]
    state: Mapped[SolveState] = mapped_column(choice(SolveState, "state"), default=SolveState.QUEUED)
    cancel: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str | None]
    seconds: Mapped[float] = mapped_column(default=0.0)
    metrics: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[str | None]
    instance_sha256: Mapped[str]
    instance: Mapped[bytes] = mapped_column(deferred=True)
    plan_sha256: Mapped[str | None]
    plan: Mapped[bytes | None] = mapped_column(deferred=True)
    worker: Mapped[str | None]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    asked_by: Mapped[Member] = relationship()


class HandAward(Base):
    """A place that a manager gave by hand: every run keeps it. `day` and `start` as in the round's grid."""

    __tablename__ = "hand_awards"

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wishes.id"), primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), index=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    day: Mapped[int]
    start: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    at: Mapped[datetime]

    wish: Mapped[Wish] = relationship()
    space: Mapped[Space] = relationship()


class RoundAward(Base):
    """What a wish gets by the preview, swaps included; once final, as which series.

    `skipped`: the dates that were left out, each {start, end, codes}: instants, and the refusals' codes.
    """

    __tablename__ = "round_awards"

    wish_id: Mapped[UUID] = mapped_column(ForeignKey("wishes.id"), primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), index=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    day: Mapped[int]
    start: Mapped[int]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    wish: Mapped[Wish] = relationship()
    space: Mapped[Space] = relationship()
    series: Mapped[Series | None] = relationship()
