"""Calendars to subscribe to: their secret addresses, and what they show today."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from samen.adapters.db.models import (
    CalendarFeed,
    Claim,
    FeedKind,
    Member,
    Occurrence,
    OccurrenceStatus,
    Series,
    Space,
    Tenant,
)
from samen.domain.access import Role, Viewer
from samen.domain.calendar_event import Date, Event, Kept, Standing, events_of
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.login import hash_token, new_token
from samen.services.placing import atoms_of

LOOKS_BACK = timedelta(days=365)
# A program fetches the whole calendar each time. Past this, the series that began longest ago stay away.
MOST_SERIES = 3000
READ_AGAIN_AFTER = timedelta(minutes=15)
OVERSEERS = frozenset({Role.MANAGER, Role.AUDITOR})
STANDINGS = {
    OccurrenceStatus.CONFIRMED: Standing.CONFIRMED,
    OccurrenceStatus.PENDING: Standing.TENTATIVE,
    OccurrenceStatus.HELD: Standing.TENTATIVE,
}


@dataclass(frozen=True)
class Made:
    """A new feed, and its token, to be shown once."""

    feed: CalendarFeed
    token: str


@dataclass(frozen=True)
class Reader:
    """Whose eyes a calendar is drawn for, and the word for a booking whose title is not for them,
    given the tenant's name.
    """

    viewers: tuple[Viewer, ...]
    taken_by: Callable[[str], str]

    def title(self, series: Series, title: str | None) -> str:
        seen = any(viewer.sees_details_of(series.tenant_id) for viewer in self.viewers)
        return (title or series.title) if seen else self.taken_by(series.tenant.name)


def make(session: Session, viewer: Viewer, kind: FeedKind, slug: str | None, now: datetime) -> Made | Refusal:
    """A feed of the viewer's own bookings, of a space's, or of a tenant's that they belong to."""
    feed = CalendarFeed(kind=kind, member_id=viewer.member_id, created_at=now)
    if kind is FeedKind.SPACE:
        feed.space = session.scalar(select(Space).where(Space.slug == slug))
    elif kind is FeedKind.TENANT:
        feed.tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if not _shows_something(feed) or (feed.tenant and not _may_read((viewer,), feed.tenant.id)):
        return Refusal("no_such_calendar")
    token = new_token()
    feed.token_hash = hash_token(token)
    session.add(feed)
    session.flush()
    facts = {"kind": kind.value, "of": slug}
    audit.note(session, viewer.actor, "feed.made", f"feed:{feed.id}", facts, now)
    return Made(feed, token)


def feeds_of(session: Session, viewer: Viewer) -> Sequence[CalendarFeed]:
    """The member's feeds that can be read, newest first."""
    return session.scalars(
        select(CalendarFeed)
        .where(CalendarFeed.member_id == viewer.member_id, CalendarFeed.revoked_at.is_(None))
        .options(joinedload(CalendarFeed.space), joinedload(CalendarFeed.tenant))
        .order_by(CalendarFeed.id.desc())
    ).all()


def choices(session: Session, viewer: Viewer) -> tuple[Sequence[Space], Sequence[Tenant]]:
    """The spaces and tenants whose calendars the viewer may subscribe to."""
    tenants = select(Tenant).order_by(Tenant.name)
    if viewer.role not in OVERSEERS:
        tenants = tenants.where(Tenant.id == viewer.tenant_id)
    spaces = select(Space).order_by(Space.site_id, Space.position)
    return session.scalars(spaces).all(), session.scalars(tenants).all()


def revoke(session: Session, viewer: Viewer, feed_id: int, now: datetime) -> bool:
    """End a feed of the member's own; False where there is none left to end."""
    ended = session.scalar(
        update(CalendarFeed)
        .where(CalendarFeed.id == feed_id, CalendarFeed.member_id == viewer.member_id)
        .where(CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(CalendarFeed.id)
    )
    if ended is None:
        return False
    audit.note(session, viewer.actor, "feed.revoked", f"feed:{feed_id}", {}, now)
    return True


def feed_behind(session: Session, token: str) -> CalendarFeed | None:
    """The feed of that address, while it is not revoked and its member may still see what it shows."""
    feed = session.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.token_hash == hash_token(token), CalendarFeed.revoked_at.is_(None))
        .options(
            joinedload(CalendarFeed.member), joinedload(CalendarFeed.space), joinedload(CalendarFeed.tenant)
        )
    )
    if feed is None:
        return None
    viewers = viewers_of(feed.member)
    may_read = feed.tenant_id is None or _may_read(viewers, feed.tenant_id)
    return feed if viewers and may_read else None


def read_lately(feed: CalendarFeed, now: datetime) -> bool:
    """Whether its last reading is known well enough: not every reading should have to write."""
    return feed.read_at is not None and now - feed.read_at < READ_AGAIN_AFTER


def note_read(session: Session, feed_id: int, now: datetime) -> None:
    """Remember when a feed was last read."""
    session.execute(update(CalendarFeed).where(CalendarFeed.id == feed_id).values(read_at=now))


def viewers_of(member: Member) -> tuple[Viewer, ...]:
    """A member in each of their memberships; nobody once the account is closed."""
    if member.disabled_at is not None:
        return ()
    return tuple(Viewer(member.id, one.tenant_id, one.role) for one in member.memberships)


def events(
    session: Session, feed: CalendarFeed, taken_by: Callable[[str], str], now: datetime
) -> list[Event]:
    """What the feed shows: whatever is not over for more than a year, as its member may see it."""
    reader = Reader(viewers_of(feed.member), taken_by)
    atoms = atoms_of(feed.space) if feed.space else []
    wanted = _wanted(feed, atoms).where(Occurrence.ends_at > now - LOOKS_BACK)
    found = session.scalars(
        select(Series)
        .where(Series.id.in_(wanted))
        .options(
            selectinload(Series.occurrences),
            selectinload(Series.bundle),
            selectinload(Series.tenant),
            selectinload(Series.space).joinedload(Space.site),
        )
        .order_by(Series.starts_local.desc(), Series.id)
        .limit(MOST_SERIES)
    ).all()
    if feed.space is None:
        return [event for one in found for event in events_of(kept(one, reader))]
    here = set(session.scalars(_here(atoms).with_only_columns(Occurrence.id)))
    return [event for one in found for event in events_of(kept(one, reader, atoms, here))]


def kept(
    series: Series, reader: Reader, atoms: Collection[int] = (), here: Collection[UUID] | None = None
) -> Kept:
    """The series as the reader may see it; with `here`, those of its dates are shown that are in a space
    that `atoms` make up.
    """
    own = here is None or not set(atoms).isdisjoint(atoms_of(series.space, *series.bundle))
    return Kept(
        uid=f"{series.id}@samen",
        zone=ZoneInfo(series.timezone),
        starts_local=series.starts_local,
        length=series.length,
        rrule=series.rrule,
        title=reader.title(series, None),
        place=_place(series.space),
        tenant=series.tenant.name,
        sequence=series.sequence,
        made_at=series.created_at,
        dates=tuple(_date(one, series, reader, here is None or one.id in here) for one in series.occurrences),
        here=own,
    )


def _date(one: Occurrence, series: Series, reader: Reader, here: bool) -> Date:
    return Date(
        original_start=one.original_start,
        during=Interval(one.starts_at, one.ends_at),
        standing=STANDINGS.get(one.status, Standing.CANCELLED),
        sequence=one.sequence,
        title=reader.title(series, one.title),
        place=_place(one.space),
        changed_at=one.ended_at,
        here=here,
    )


def _place(space: Space) -> str:
    return ", ".join(part for part in (space.name, space.site.name, space.site.address) if part)


def _wanted(feed: CalendarFeed, atoms: Collection[int]) -> Select[UUID]:
    """The series with a date in the feed, as a query of their ids that can be narrowed by date."""
    if feed.kind is FeedKind.SPACE:
        return _here(atoms).with_only_columns(Occurrence.series_id)
    chosen = select(Occurrence.series_id).join(Occurrence.series)
    if feed.kind is FeedKind.PERSON:
        return chosen.where(Series.booked_by_id == feed.member_id)
    return chosen.where(Series.tenant_id == feed.tenant_id)


def _here(atoms: Collection[int]) -> Select[Occurrence]:
    """Dates that take the space, or a part of it, whole or bundled; also those that did until they ended."""
    return select(Occurrence).join(Occurrence.claims).where(Claim.space_id.in_(atoms))


def _shows_something(feed: CalendarFeed) -> bool:
    wanted = {FeedKind.PERSON: feed.member_id, FeedKind.SPACE: feed.space, FeedKind.TENANT: feed.tenant}
    return wanted[feed.kind] is not None


def _may_read(viewers: Collection[Viewer], tenant_id: int) -> bool:
    """A tenant's calendar is for its members, and for those who look after the building."""
    return any(viewer.tenant_id == tenant_id or viewer.role in OVERSEERS for viewer in viewers)
