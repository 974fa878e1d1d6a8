"""What is booked when, as a viewer may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Series, Site, Space
from samen.domain.access import Viewer
from samen.domain.interval import Interval, at_wall, gaps, local_day
from samen.services.placing import ALIVE

# A gap shorter than this is not worth a button.
SHORTEST_GAP = timedelta(minutes=15)


@dataclass(frozen=True)
class Booking:
    """An occurrence as one viewer sees it: `title` and `people` are None where they are not theirs to see.

    `mine`: the viewer booked it themselves.
    """

    id: UUID
    series_id: UUID
    space: str
    space_name: str
    during: Interval
    status: OccurrenceStatus
    tenant: str
    tenant_name: str
    tint: int
    title: str | None
    people: int | None
    may_change: bool
    mine: bool


@dataclass(frozen=True)
class SpaceDay:
    """A space's local day: bookings that hold it (its parts' and its whole's too) and the free gaps left."""

    space: Space
    open_during: Interval
    bookings: tuple[Booking, ...]
    free: tuple[Interval, ...]


def day(session: Session, site: Site, on: date, viewer: Viewer, now: datetime) -> list[SpaceDay]:
    """Every space of the site on a local day; gaps that are over are not offered."""
    zone = ZoneInfo(site.timezone)
    held = _held(session, site, local_day(on, zone))
    return [_space_day(space, held, on, zone, viewer, now) for space in spaces_of(session, site)]


def spaces_of(session: Session, site: Site) -> Sequence[Space]:
    """The site's spaces in their order."""
    return session.scalars(select(Space).where(Space.site_id == site.id).order_by(Space.position)).all()


def week_load(session: Session, site: Site, monday: date) -> list[list[float]]:
    """For each of seven local days, the share of spaces held in each hour from 8 to 21."""
    zone = ZoneInfo(site.timezone)
    days = [monday + timedelta(days=n) for n in range(7)]
    week = Interval(local_day(days[0], zone).start, local_day(days[-1], zone).end)
    held = _held(session, site, week)
    count = max(len(spaces_of(session, site)), 1)
    return [[_busy_share(held, on, hour, zone, count) for hour in range(8, 22)] for on in days]


def my_bookings(
    session: Session, viewer: Viewer, now: datetime, past_limit: int = 20
) -> tuple[list[Booking], list[Booking]]:
    """What the viewer booked: still to come in order of time, and what is over or ended, newest first."""
    mine = _occurrences().where(Series.booked_by_id == viewer.member_id)
    coming = mine.where(Occurrence.ends_at > now, Occurrence.status.in_(ALIVE))
    over = mine.where((Occurrence.ends_at <= now) | Occurrence.status.not_in(ALIVE))
    return (
        [seen(found, viewer) for found in session.scalars(coming.order_by(Occurrence.starts_at))],
        [
            seen(found, viewer)
            for found in session.scalars(over.order_by(Occurrence.starts_at.desc()).limit(past_limit))
        ],
    )


def occurrences(
    session: Session, during: Interval, viewer: Viewer, space: str | None = None, tenant: str | None = None
) -> list[Booking]:
    """Occurrences that hold their space within `during`, in order of time."""
    query = _occurrences().where(
        Occurrence.starts_at < during.end, Occurrence.ends_at > during.start, Occurrence.status.in_(ALIVE)
    )
    if space is not None:
        query = query.where(Occurrence.space.has(Space.slug == space))
    if tenant is not None:
        query = query.where(Series.tenant.has(slug=tenant))
    return [seen(found, viewer) for found in session.scalars(query.order_by(Occurrence.starts_at))]


def _occurrences() -> Select[Occurrence]:
    return (
        select(Occurrence)
        .join(Occurrence.series)
        .options(joinedload(Occurrence.series).joinedload(Series.tenant), joinedload(Occurrence.space))
    )


def _held(session: Session, site: Site, during: Interval) -> list[tuple[int, Occurrence]]:
    """(space held, by which occurrence), one row per claim: a whole shows in all of its parts."""
    rows = session.execute(
        select(Claim.space_id, Occurrence)
        .join(Occurrence, Claim.occurrence_id == Occurrence.id)
        .join(Space, Space.id == Claim.space_id)
        .where(Space.site_id == site.id, Claim.active)
        .where(Claim.starts_at < during.end, Claim.ends_at > during.start)
        .options(joinedload(Occurrence.series).joinedload(Series.tenant), joinedload(Occurrence.space))
        .order_by(Claim.starts_at)
    )
    return [(space_id, occurrence) for space_id, occurrence in rows]


def _space_day(
    space: Space,
    held: list[tuple[int, Occurrence]],
    on: date,
    zone: ZoneInfo,
    viewer: Viewer,
    now: datetime,
) -> SpaceDay:
    atoms = {atom.id for atom in space.atoms()}
    own = {occurrence.id: occurrence for space_id, occurrence in held if space_id in atoms}
    bookings = tuple(seen(occurrence, viewer) for occurrence in own.values())
    hours = Interval(at_wall(on, space.opening, zone), at_wall(on, space.closing, zone))
    return SpaceDay(space, hours, bookings, _offered(hours, bookings, now))


def _offered(hours: Interval, bookings: tuple[Booking, ...], now: datetime) -> tuple[Interval, ...]:
    free = gaps(hours, (booking.during for booking in bookings))
    return tuple(gap for gap in free if gap.length >= SHORTEST_GAP and gap.end > now)


def _busy_share(held: list[tuple[int, Occurrence]], on: date, hour: int, zone: ZoneInfo, count: int) -> float:
    start = at_wall(on, time(hour), zone)
    end = start + timedelta(hours=1)
    return len({space for space, one in held if one.starts_at < end and one.ends_at > start}) / count


def seen(occurrence: Occurrence, viewer: Viewer) -> Booking:
    """One occurrence as the viewer may see it."""
    series = occurrence.series
    details = viewer.sees_details_of(series.tenant_id)
    return Booking(
        id=occurrence.id,
        series_id=series.id,
        space=occurrence.space.slug,
        space_name=occurrence.space.name,
        during=Interval(occurrence.starts_at, occurrence.ends_at),
        status=occurrence.status,
        tenant=series.tenant.slug,
        tenant_name=series.tenant.name,
        tint=series.tenant.tint,
        title=series.title if details else None,
        people=series.people if details else None,
        may_change=viewer.may_change(series.tenant_id, series.booked_by_id),
        mine=series.booked_by_id == viewer.member_id,
    )
