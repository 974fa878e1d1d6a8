"""Waiting for a space that is taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from samen.adapters.db.models import Waiting
from samen.domain.interval import Interval


def offer_freed(
    _session: Session, _atom_ids: Iterable[int], _during: Interval, _now: datetime
) -> list[Waiting]:
    """Offer freed time to the first who fits."""
    return []
