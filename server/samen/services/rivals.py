"""Who else asks for a time, or has it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Series, Tenant
from samen.adapters.db.models.booking import LONGEST_CLAIM
from samen.domain.interval import Interval, hull

Spans = Mapping[int, Interval]


@dataclass(frozen=True)
class Other:
    """A date of another booking at the same time. `pending`: it only asks for it."""

    occurrence_id: UUID
    series_id: UUID
    tenant_id: int
    tenant: str
    tenant_name: str
    claimed: Interval
    pending: bool


def others(session: Session, dates: Sequence[Occurrence]) -> dict[UUID, list[Other]]:
    """For each date, the requests for a part of the same time and space, and what holds a part of it."""
    own = _own(session, dates)
    by_atom = _around(session, list(own.values()))
    found: dict[UUID, list[Other]] = {}
    for one in dates:
        near = (other for atom, span in own[one.id].items() for other in _near(by_atom[atom], span))
        apart = {other.occurrence_id: other for other in near if other.series_id != one.series_id}
        found[one.id] = list(apart.values())
    return found


def _own(session: Session, dates: Sequence[Occurrence]) -> dict[UUID, dict[int, Interval]]:
    """What each date claims, or would, of each indivisible space."""
    rows = session.execute(
        select(Claim.occurrence_id, Claim.space_id, Claim.starts_at, Claim.ends_at).where(
            Claim.occurrence_id.in_([one.id for one in dates])
        )
    )
    own: dict[UUID, dict[int, Interval]] = {one.id: {} for one in dates}
    for id_, atom, start, end in rows:
        own[id_][atom] = Interval(start, end)
    return own


def _around(session: Session, own: Sequence[Spans]) -> defaultdict[int, list[Other]]:
    """All that asks for, or holds, one of these spaces around these times, in order of its start."""
    found: defaultdict[int, list[Other]] = defaultdict(list)
    spans = [span for one in own for span in one.values()]
    if not spans:
        return found
    around = hull(spans)
    columns = (Claim.space_id, Claim.starts_at, Claim.ends_at, Occurrence.id, Occurrence.status)
    rows = session.execute(
        select(*columns, Series.id, Tenant)
        .join(Occurrence, Occurrence.id == Claim.occurrence_id)
        .join(Series, Series.id == Occurrence.series_id)
        .join(Tenant, Tenant.id == Series.tenant_id)
        .where(Claim.space_id.in_({atom for one in own for atom in one}))
        .where(Claim.starts_at < around.end, Claim.starts_at > around.start - LONGEST_CLAIM)
        .where(or_(Claim.active, Occurrence.status == OccurrenceStatus.PENDING))
        .order_by(Claim.starts_at)
    )
    for atom, start, end, id_, status, series_id, tenant in rows:
        other = Other(
            id_,
            series_id,
            tenant.id,
            tenant.slug,
            tenant.name,
            Interval(start, end),
            pending=status is OccurrenceStatus.PENDING,
        )
        found[atom].append(other)
    return found


def _near(ordered: Sequence[Other], span: Interval) -> Iterator[Other]:
    first = bisect_left(ordered, span.start - LONGEST_CLAIM, key=lambda other: other.claimed.start)
    for place in range(first, len(ordered)):
        other = ordered[place]
        if other.claimed.start >= span.end:
            return
        if other.claimed.overlaps(span):
            yield other
