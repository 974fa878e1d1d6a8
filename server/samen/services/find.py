"""Finding something free: time first, then people and features."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Claim, Space
from samen.domain.interval import Interval
from samen.domain.rules import Wanted, refusals
from samen.services.placing import claimed, look


def free_spaces(
    session: Session, during: Interval, people: int, features: Sequence[str], now: datetime
) -> list[Space]:
    """Spaces that would accept the booking now: warm zones first (a neighbour is booked), then best fit."""
    spaces = session.scalars(select(Space).order_by(Space.position)).all()
    picture = look(session, spaces, during)
    wanted = Wanted(during, people)
    fit = [
        space
        for space in spaces
        if set(features) <= {feature.feature for feature in space.features}
        and not refusals(wanted, picture.rules[space.id], now)
        and not picture.busy([space], claimed(space, during))
    ]
    warm = _warm_zones(session, during)
    return sorted(fit, key=lambda space: (space.zone_id not in warm, space.capacity, space.position))


def _warm_zones(session: Session, during: Interval) -> set[int | None]:
    """Zones in which something is booked at that time, so that they are heated anyway."""
    heated = (
        select(Space.zone_id)
        .join(Claim, Claim.space_id == Space.id)
        .where(Claim.active, Claim.starts_at < during.end, Claim.ends_at > during.start)
    )
    return set(session.scalars(heated))
