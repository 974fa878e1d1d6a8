"""Who had booked, and who was there: the building's rooms over a span."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from samen.adapters.db.models import (
    Occurrence,
    OccurrenceStatus,
    Series,
    Site,
    Space,
    SpaceKind,
    Step,
    Tenant,
)
from samen.adapters.db.models.booking import LONGEST_CLAIM
from samen.domain.interval import Interval
from samen.domain.presence import Use as Bucket
from samen.services.occupancy import uses_of

HOUR_S = 3600


@dataclass(frozen=True)
class BookedBy:
    """What a tenant had booked of a space, in hours within the span."""

    tenant: str
    tint: int
    space: str
    hours: float


@dataclass(frozen=True)
class Seen:
    """What a space's sensor saw, in hours. The last two are at least so much: to the bucket, no finer."""

    space: str
    occupied_h: float
    empty_h: float
    booked_h: float
    booked_empty_h: float
    unbooked_occupied_h: float


@dataclass(frozen=True)
class Use:
    """What was booked by whom, and what the rooms' sensors saw."""

    booked: tuple[BookedBy, ...]
    seen: tuple[Seen, ...]


def use_of(session: Session, site: Site, spans: Sequence[Interval], step: Step) -> Use:
    """The site's rooms over consecutive buckets of a step."""
    during = Interval(spans[0].start, spans[-1].end)
    booked = _bookings(session, site, during)
    edges = [*(span.start.timestamp() for span in spans), during.end.timestamp()]
    return Use(_by_tenant(booked, during), _seen(session, site, during, step, booked, edges))


@dataclass(frozen=True)
class _Booked:
    space_id: int
    space: str
    tenant: str
    tint: int
    start: float
    end: float


def _bookings(session: Session, site: Site, during: Interval) -> list[_Booked]:
    """Rows, not objects: a year has thousands."""
    rows = session.execute(
        select(
            Occurrence.space_id,
            Space.name,
            Tenant.name,
            Tenant.tint,
            Occurrence.starts_at,
            Occurrence.ends_at,
        )
        .join(Space, Space.id == Occurrence.space_id)
        .join(Series, Series.id == Occurrence.series_id)
        .join(Tenant, Tenant.id == Series.tenant_id)
        .where(
            Space.site_id == site.id,
            Occurrence.status == OccurrenceStatus.CONFIRMED,
            Occurrence.starts_at > during.start - LONGEST_CLAIM,
            Occurrence.starts_at < during.end,
            Occurrence.ends_at > during.start,
        )
    )
    return [
        _Booked(space_id, space, tenant, tint, start.timestamp(), end.timestamp())
        for space_id, space, tenant, tint, start, end in rows
    ]


def _by_tenant(booked: Iterable[_Booked], during: Interval) -> tuple[BookedBy, ...]:
    low, high = during.start.timestamp(), during.end.timestamp()
    hours: dict[tuple[str, int, str], float] = defaultdict(float)
    for one in booked:
        hours[one.tenant, one.tint, one.space] += (min(one.end, high) - max(one.start, low)) / HOUR_S
    found = [BookedBy(*key, figure) for key, figure in hours.items()]
    return tuple(sorted(found, key=lambda one: (one.tenant, -one.hours, one.space)))


def _seen(
    session: Session,
    site: Site,
    during: Interval,
    step: Step,
    booked: Iterable[_Booked],
    edges: Sequence[float],
) -> tuple[Seen, ...]:
    """Per room with a sensor: bucket by bucket, beside what was booked of it or of a whole it is part of."""
    rooms = select(Space).where(Space.site_id == site.id, Space.kind == SpaceKind.ROOM)
    spaces = session.scalars(
        rooms.order_by(Space.position).options(selectinload(Space.parts, recursion_depth=-1))
    ).all()
    use = uses_of(session, [space.id for space in spaces], during, step)
    spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    atoms = {space.id: [atom.id for atom in space.atoms()] for space in spaces}
    for one in booked:
        for atom in atoms.get(one.space_id, ()):
            spans[atom].append((one.start, one.end))
    return tuple(
        _space_seen(space.name, use[space.id], _booked_s(spans[space.id], edges))
        for space in spaces
        if space.id in use
    )


def _booked_s(spans: Iterable[tuple[float, float]], edges: Sequence[float]) -> dict[float, float]:
    """Booked seconds of each bucket."""
    seconds: dict[float, float] = defaultdict(float)
    for start, end in spans:
        place = max(bisect_right(edges, start) - 1, 0)
        for low, high in pairwise(edges[place:]):
            if low >= end:
                break
            seconds[low] += max(0.0, min(end, high) - max(start, low))
    return seconds


def _space_seen(name: str, uses: Iterable[Bucket], booked: Mapping[float, float]) -> Seen:
    rows = [(one.occupied_s, one.empty_s, booked.get(one.start, 0.0)) for one in uses]
    return Seen(
        space=name,
        occupied_h=sum(occupied for occupied, _, _ in rows) / HOUR_S,
        empty_h=sum(empty for _, empty, _ in rows) / HOUR_S,
        booked_h=fsum(booked.values()) / HOUR_S,
        # Whoever was there may have been there within the booking or beside it: only the excess is sure.
        booked_empty_h=fsum(min(empty, max(0.0, held - occupied)) for occupied, empty, held in rows) / HOUR_S,
        unbooked_occupied_h=fsum(max(0.0, occupied - held) for occupied, _, held in rows) / HOUR_S,
    )
