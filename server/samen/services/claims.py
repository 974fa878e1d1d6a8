"""Which claims hold some of a time, as every reader of the calendar asks it."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from samen.adapters.db.models import Claim
from samen.adapters.db.models.booking import LONGEST_CLAIM
from samen.domain.interval import Interval


def claims_within(during: Interval) -> tuple[ColumnElement[bool], ...]:
    """Claims that hold some of that time. Bounded on both sides, so that an index finds them by space."""
    return (
        Claim.active.is_(True),
        Claim.starts_at < during.end,
        Claim.starts_at > during.start - LONGEST_CLAIM,
        Claim.ends_at > during.start,
    )
