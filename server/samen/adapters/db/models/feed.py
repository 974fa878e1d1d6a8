"""Addresses under which a calendar may be read without signing in."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from samen.adapters.db.models.base import Base, choice
from samen.adapters.db.models.member import Member
from samen.adapters.db.models.site import Space
from samen.adapters.db.models.tenant import Tenant


class FeedKind(enum.Enum):
    """Whose calendar it is."""

    PERSON = "person"
    SPACE = "space"
    TENANT = "tenant"


class CalendarFeed(Base):
    """A feed's secret address, of which only the hash is kept. It shows what `member` may see, no more."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FeedKind] = mapped_column(choice(FeedKind, "kind"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id"))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship()
    space: Mapped[Space | None] = relationship()
    tenant: Mapped[Tenant | None] = relationship()
