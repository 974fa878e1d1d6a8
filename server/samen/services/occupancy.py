"""What sensors saw of spaces, bucket by bucket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import OccupancyRollup, Step
from samen.domain.interval import Interval
from samen.domain.presence import Use


def uses_of(session: Session, space_ids: Iterable[int], during: Interval, step: Step) -> dict[int, list[Use]]:
    """By space, the buckets that begin in `during`, in no order; spaces without any are left out."""
    rows = session.execute(
        select(
            OccupancyRollup.space_id,
            OccupancyRollup.starts_at,
            OccupancyRollup.occupied_s,
            OccupancyRollup.empty_s,
            OccupancyRollup.unknown_s,
        ).where(
            OccupancyRollup.space_id.in_(space_ids),
            OccupancyRollup.step == step,
            OccupancyRollup.starts_at >= during.start,
            OccupancyRollup.starts_at < during.end,
        )
    )
    found: defaultdict[int, list[Use]] = defaultdict(list)
    for space_id, at, *seconds in rows:
        found[space_id].append(Use(at.timestamp(), *seconds))
    return found
