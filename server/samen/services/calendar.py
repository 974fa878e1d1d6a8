"""What is booked when, as a viewer may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, select, type_coerce
from sqlalchemy.orm import Session, joinedload, selectinload

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Series, Site, Space, Tenant
from samen.domain.access import Viewer
from samen.domain.interval import Interval, at_wall, gaps, local_day
from samen.domain.rules import SpaceRules, opening_of
from samen.services.claims import claims_within
from samen.services.placing import ALIVE, atoms_of
from samen.services.rules import rules_by_space

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
    """A space's local day: bookings that hold it (its parts' and its whole's too) and the free gaps left.

    `open_during`: from opening to closing, None on a day that it is closed. `closed`: what the day holds
    beside that, and closures in between.
    """

    space: Space
    open_during: Interval | None
    closed: tuple[Interval, ...]
    bookings: tuple[Booking, ...]
    free: tuple[Interval, ...]


@dataclass(frozen=True)
class Held:
    """That a space is held, as everybody may know it: when, by whose tint and how firmly; not what for.

    `key`: the same for all that one occurrence holds. `mine`: the viewer booked it themselves.
    """

    key: Hashable
    during: Interval
    status: OccurrenceStatus
    tint: int
    mine: bool


@dataclass(frozen=True)
class DayHeld:
    """A space's local day in a week: as `SpaceDay`, with no more of each booking than a strip shows."""

    on: date
    open_during: Interval | None
    closed: tuple[Interval, ...]
    held: tuple[Held, ...]
    free: tuple[Interval, ...]


@dataclass(frozen=True)
class SpaceWeek:
    """A space's seven local days."""

    space: Space
    days: tuple[DayHeld, ...]


def day(session: Session, site: Site, on: date, viewer: Viewer, now: datetime) -> list[SpaceDay]:
    """Every space of the site on a local day; gaps that are over are not offered."""
    during = local_day(on, ZoneInfo(site.timezone))
    spaces = spaces_of(session, site)
    rules, held = rules_by_space(session, spaces, during), _occurrences_by_space(session, spaces, during)
    return [_space_day(space, rules[space.id], held, on, viewer, now) for space in spaces]


def week(session: Session, site: Site, monday: date, viewer: Viewer, now: datetime) -> list[SpaceWeek]:
    """Every space of the site on the seven local days from `monday` on; gaps that are over are left out.

    A handful of questions to the database, whatever the number of spaces and of bookings.
    """
    zone, days = ZoneInfo(site.timezone), _seven(monday)
    spaces, during = spaces_of(session, site), _whole(days, zone)
    rules = rules_by_space(session, spaces, during)
    held = _held_by_day(_held(session, spaces, during, viewer), days, zone)
    return [
        SpaceWeek(space, tuple(_day_held(space, rules[space.id], held, on, now) for on in days))
        for space in spaces
    ]


def spaces_of(session: Session, site: Site) -> Sequence[Space]:
    """The site's spaces in their order, each with its parts at hand."""
    query = select(Space).where(Space.site_id == site.id).order_by(Space.position)
    return session.scalars(query.options(selectinload(Space.parts, recursion_depth=-1))).all()


def week_load(session: Session, site: Site, monday: date, viewer: Viewer) -> list[list[float]]:
    """For each of seven local days, the share of spaces held in each hour from 8 to 21."""
    zone, days = ZoneInfo(site.timezone), _seven(monday)
    spaces = spaces_of(session, site)
    held = _held_by_day(_held(session, spaces, _whole(days, zone), viewer), days, zone)
    atoms, count = atoms_of(*spaces), max(len(spaces), 1)
    return [
        [_busy_share([held[atom, on] for atom in atoms], on, hour, zone, count) for hour in range(8, 22)]
        for on in days
    ]


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


def _seven(monday: date) -> list[date]:
    return [monday + timedelta(days=n) for n in range(7)]


def _whole(days: Sequence[date], zone: ZoneInfo) -> Interval:
    return Interval(local_day(days[0], zone).start, local_day(days[-1], zone).end)


def _occurrences_by_space(
    session: Session, spaces: Sequence[Space], during: Interval
) -> Mapping[int, Sequence[Occurrence]]:
    """By the indivisible space held: a whole shows in all of its parts."""
    rows = session.execute(
        select(Claim.space_id, Occurrence)
        .join(Occurrence, Claim.occurrence_id == Occurrence.id)
        .where(Claim.space_id.in_(atoms_of(*spaces)), *claims_within(during))
        .options(joinedload(Occurrence.series).joinedload(Series.tenant), joinedload(Occurrence.space))
        .order_by(Claim.starts_at)
    )
    found: defaultdict[int, list[Occurrence]] = defaultdict(list)
    for space_id, occurrence in rows:
        found[space_id].append(occurrence)
    return found


def _held(
    session: Session, spaces: Sequence[Space], during: Interval, viewer: Viewer
) -> list[tuple[int, Held]]:
    """(indivisible space held, what holds it) in order of time. Columns, not objects: a week has hundreds."""
    rows = session.execute(
        select(
            Claim.space_id,
            # As the database keeps it: making a UUID of each of a thousand rows takes a third of the time.
            type_coerce(Occurrence.id, String),
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.status,
            Tenant.tint,
            Series.booked_by_id,
        )
        .join(Occurrence, Claim.occurrence_id == Occurrence.id)
        .join(Series, Occurrence.series_id == Series.id)
        .join(Tenant, Series.tenant_id == Tenant.id)
        .where(Claim.space_id.in_(atoms_of(*spaces)), *claims_within(during))
        .order_by(Claim.starts_at)
    )
    return [
        (space_id, Held(key, Interval(start, end), status, tint, booked_by == viewer.member_id))
        for space_id, key, start, end, status, tint, booked_by in rows
    ]


def _held_by_day(
    held: Iterable[tuple[int, Held]], days: Sequence[date], zone: ZoneInfo
) -> defaultdict[tuple[int, date], list[Held]]:
    """By indivisible space and local day; what goes on past midnight is in both days."""
    spans = [(on, local_day(on, zone)) for on in days]
    found: defaultdict[tuple[int, date], list[Held]] = defaultdict(list)
    for space_id, one in held:
        for on, span in spans:
            if one.during.overlaps(span):
                found[space_id, on].append(one)
    return found


def _space_day(
    space: Space,
    rules: SpaceRules,
    held: Mapping[int, Sequence[Occurrence]],
    on: date,
    viewer: Viewer,
    now: datetime,
) -> SpaceDay:
    own = {occurrence.id: occurrence for atom in space.atoms() for occurrence in held.get(atom.id, ())}
    bookings = tuple(seen(occurrence, viewer) for occurrence in own.values())
    hours, closed = _hours(rules, on)
    free = _offered(hours, [*closed, *(booking.during for booking in bookings)], now)
    return SpaceDay(space, hours, closed, bookings, free)


def _day_held(
    space: Space,
    rules: SpaceRules,
    held: Mapping[tuple[int, date], Sequence[Held]],
    on: date,
    now: datetime,
) -> DayHeld:
    own = {one.key: one for atom in space.atoms() for one in held.get((atom.id, on), ())}
    hours, closed = _hours(rules, on)
    free = _offered(hours, [*closed, *(one.during for one in own.values())], now)
    return DayHeld(on, hours, closed, tuple(own.values()), free)


def _hours(rules: SpaceRules, on: date) -> tuple[Interval | None, tuple[Interval, ...]]:
    """From opening to closing, and when in the local day it is closed."""
    hours, whole = opening_of(rules, on), local_day(on, rules.zone)
    shut = [closure.during for closure in rules.blackouts if closure.during.overlaps(whole)]
    if hours is None:
        return None, (whole,)
    return hours, (*gaps(whole, [hours]), *shut)


def _offered(hours: Interval | None, busy: Iterable[Interval], now: datetime) -> tuple[Interval, ...]:
    free = gaps(hours, busy) if hours else []
    return tuple(gap for gap in free if gap.length >= SHORTEST_GAP and gap.end > now)


def _busy_share(held: Sequence[Sequence[Held]], on: date, hour: int, zone: ZoneInfo, count: int) -> float:
    start = at_wall(on, time(hour), zone)
    span = Interval(start, start + timedelta(hours=1))
    return sum(any(one.during.overlaps(span) for one in of_space) for of_space in held) / count


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
        title=(occurrence.title or series.title) if details else None,
        people=(occurrence.people or series.people) if details else None,
        may_change=viewer.may_change(series.tenant_id, series.booked_by_id),
        mine=series.booked_by_id == viewer.member_id,
    )
