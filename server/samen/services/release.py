"""Whether booked spaces are used: check-in, giving back, and the sweep that frees what stands empty.

What happens is decided in `domain.release`. Each booking is looked at when it is due, in a transaction of its
own that changes it only as it was found: of several workers one wins, and so does who checks in meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Claim, Invite, Notice, Occurrence, OccurrenceStatus, Series, Space
from samen.adapters.message import Publication
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval
from samen.domain.release import (
    AGAIN,
    EARLY,
    Booked,
    Next,
    Step,
    Terms,
    check_in_from,
    frees_at,
    next_mark,
    next_step,
)
from samen.domain.rules import Refusal
from samen.services import audit, booking, ghosts, notices, placing, standing
from samen.services.booking import Refused, audit_facts, facts_of
from samen.services.live import calendar_changed
from samen.services.moving import slot_of
from samen.services.placing import Slot
from samen.services.presence_seen import seen_of
from samen.services.reach import NO_SUCH, changeable, offer_back

TICK = "worker:tick"
BATCH = 100
# Of a sensor that stays silent managers hear once a day.
TOLD_AGAIN = timedelta(days=1)


def terms_of(space: Space) -> Terms:
    """By what the space is freed."""
    return Terms(space.release, timedelta(minutes=space.grace_min), timedelta(minutes=space.tail_min))


def booked_of(one: Occurrence) -> Booked:
    """The booking as the domain wants it."""
    during = Interval(one.starts_at, one.ends_at)
    return Booked(during, one.series.created_at, one.checked_in_at, one.warned_at)


def check_in(
    session: Session, occurrence_id: UUID, viewer: Viewer | None, now: datetime
) -> Occurrence | Refused:
    """ "We are here", or "we are coming": as often as one likes. Without a viewer: said at the door."""
    one = _in_turn(session, occurrence_id)
    if one is None or not may_check_in(viewer, one.series):
        return NO_SUCH
    if (no := why_not_here(one, now)) is not None:
        return Refused((no,))
    first = booked_of(one).here_at is None
    # The sweep looks anew: what it was about to do with this booking, it does no more.
    look_at = min(one.ends_at, max(one.starts_at, now + AGAIN))
    if not _change(session, one.id, standing.CONFIRMED, checked_in_at=now, look_at=look_at):
        return NO_SUCH
    if first:
        actor = viewer.actor if viewer else f"door:{one.space.slug}"
        audit.note(session, actor, "booking.checked_in", str(one.series_id), audit_facts([one]), now)
    session.refresh(one)
    return one


def may_check_in(viewer: Viewer | None, series: Series) -> bool:
    """Everybody of the tenant, a manager, and who stands at the door."""
    return viewer is None or viewer.role is Role.MANAGER or viewer.tenant_id == series.tenant_id


def why_not_here(one: Occurrence, now: datetime) -> Refusal | None:
    """Why nobody can check in to it at this moment, if nobody can."""
    opens = check_in_from(Interval(one.starts_at, one.ends_at))
    if (no := _why_not_standing(one)) is not None:
        return no
    if now >= one.ends_at:
        return Refusal("already_over", {"ended": one.ends_at})
    return Refusal("too_early_to_check_in", {"opens": opens}) if now < opens else None


def _why_not_standing(one: Occurrence) -> Refusal | None:
    """Only what is confirmed can be used, or given back."""
    return {
        OccurrenceStatus.CONFIRMED: None,
        OccurrenceStatus.PENDING: Refusal("still_pending"),
        OccurrenceStatus.HELD: Refusal("accept_first"),
        OccurrenceStatus.RELEASED: Refusal("already_released"),
    }.get(one.status, Refusal("already_cancelled"))


def release(session: Session, occurrence_id: UUID, viewer: Viewer, now: datetime) -> Occurrence | Refused:
    """Give a booking back: the whole of one that has not begun, what is left of one that runs."""
    one = changeable(session, occurrence_id, viewer, now)
    if isinstance(one, Refused):
        return one
    if (no := _why_not_standing(one)) is not None:
        return Refused((no,))
    before, ends_at = slot_of(one), next_mark(now)
    whole = ends_at <= one.starts_at or now < one.starts_at
    if not whole and ends_at >= one.ends_at:
        return Refused((Refusal("too_little_left", {"ends": one.ends_at}),))
    placing.wait_for(session, [before], one.series.bundle)
    if whole:
        done = bool(standing.end(session, [one.id], standing.CONFIRMED, OccurrenceStatus.RELEASED, now))
    else:
        done = _shorten(session, one, standing.CONFIRMED, ends_at)
    if not done:
        return NO_SUCH
    placing.number_change(session, one.series, [one.id])
    session.refresh(one)
    told = "booking_cancelled" if whole else "booking_changed"
    booking.tell(session, one.series, [one], told, viewer, now)
    _give_away(session, one, before, viewer.actor, now)
    return one


def _shorten(session: Session, one: Occurrence, stands: ColumnElement[bool], ends_at: datetime) -> bool:
    """End it earlier, its claims too; False when it was changed meanwhile."""
    until, by = one.booked_until or one.ends_at, one.ends_at - ends_at
    if not _change(session, one.id, stands, ends_at=ends_at, booked_until=until, look_at=ends_at):
        return False
    # As they were claimed: the space's buffers may be others by now, and others may have booked by them.
    for claim in session.scalars(select(Claim).where(Claim.occurrence_id == one.id)):
        claim.ends_at -= by
    session.flush()
    return True


def _give_away(session: Session, one: Occurrence, before: Slot, actor: str, now: datetime) -> None:
    """Offer what is free now to those who wait for it, in this transaction, and put it on record."""
    ended = one.status is OccurrenceStatus.RELEASED
    freed = before.during if ended else Interval(one.ends_at, before.during.end)
    offer_back(session, [Slot(before.original_start, before.space, freed)], one.series.bundle, now)
    facts = audit_facts([one]) | {"freed_from": freed.start.isoformat(), "freed_to": freed.end.isoformat()}
    audit.note(session, actor, "booking.released", str(one.series_id), facts, now)


@dataclass(frozen=True)
class Due:
    """A booking to be looked at, as it was found."""

    occurrence_id: UUID
    look_at: datetime


@dataclass
class Swept:
    """How many bookings were looked at, and what open pages should be told after the commit."""

    looked: int = 0
    changes: list[Publication] = field(default_factory=list)


def due(session: Session, now: datetime, limit: int = BATCH) -> list[Due]:
    """What the sweep must look at, the longest overdue first."""
    rows = session.execute(
        select(Occurrence.id, Occurrence.look_at)
        .where(Occurrence.look_at <= now, standing.CONFIRMED)
        .order_by(Occurrence.look_at)
        .limit(limit)
    )
    return [Due(occurrence_id, look_at) for occurrence_id, look_at in rows if look_at is not None]


def sweep(database: Database, now: datetime, limit: int = BATCH) -> Swept:
    """Look at what is due, each booking in a short transaction of its own."""
    with database.read() as session:
        waiting = due(session, now, limit)
    swept = Swept()
    for one in waiting:
        with database.write() as session:
            changes = look(session, one, now)
        if changes is not None:
            swept.looked += 1
            swept.changes += changes
    return swept


def look(session: Session, found: Due, now: datetime) -> list[Publication] | None:
    """Do what is to be done with a booking; None where another worker did, or somebody changed it."""
    one = _in_turn(session, found.occurrence_id)
    if one is None or one.status is not OccurrenceStatus.CONFIRMED or one.look_at != found.look_at:
        return None
    terms = terms_of(one.space)
    since = min(one.starts_at, now) - 2 * EARLY
    sight = seen_of(session, one.space, Interval(since, min(now, one.ends_at)))
    at_hand = _AtHand(session, one, _as_found(one, found), now)
    return at_hand.do(next_step(booked_of(one), sight, terms, now))


def _as_found(one: Occurrence, found: Due) -> ColumnElement[bool]:
    """What must still be so when the booking is changed."""
    return (
        standing.CONFIRMED
        & (Occurrence.look_at == found.look_at)
        & (Occurrence.ends_at == one.ends_at)
        & Occurrence.checked_in_at.is_not_distinct_from(one.checked_in_at)
    )


@dataclass(frozen=True)
class _AtHand:
    """A booking that the sweep looks at, and what must still be so (`stands`) for anything to be done."""

    session: Session
    one: Occurrence
    stands: ColumnElement[bool]
    now: datetime

    def do(self, found: Next) -> list[Publication] | None:
        if found.step is Step.FREE:
            return self._free()
        if found.step is Step.SHORTEN and found.ends_at is not None:
            return self._shorten(found.ends_at)
        more: dict[str, object] = {"used": found.used} if found.step is Step.FINISH else {}
        if found.step is Step.WARN:
            more = {"warned_at": self.now}
        if not _change(self.session, self.one.id, self.stands, look_at=found.look_at, **more):
            return None
        self.session.refresh(self.one)
        self._tell(found.step)
        return []

    def _tell(self, step: Step) -> None:
        if step is Step.WARN:
            self._warn()
        elif step is Step.TELL_SILENT:
            self._tell_managers()
        elif step is Step.FINISH and self.one.used is False:
            ghosts.ask_owner(self.session, self.one.series, self.now)

    def _warn(self) -> None:
        until = frees_at(booked_of(self.one), terms_of(self.one.space))
        more = {"url": f"/check-in/{self.one.space.slug}", "until": until.isoformat()}
        self._tell_booker("release_warning", None, more)

    def _tell_managers(self) -> None:
        """Not those who heard of the same silence within the last day."""
        facts = facts_of(self.one.series, [self.one]) | {"url": "/devices"}
        told = self.session.execute(
            select(Notice.member_id, Notice.facts).where(
                Notice.code == "sensor_silent", Notice.created_at > self.now - TOLD_AGAIN
            )
        )
        know = {member for member, said in told if said.get("space") == facts["space"]}
        managers = set(notices.deciders(self.session, ())) - know
        facts = {name: facts[name] for name in ("space", "start", "end", "url")}
        notices.tell(self.session, managers, "sensor_silent", facts, self.now)

    def _free(self) -> list[Publication] | None:
        """Nobody came: somebody else may have it."""
        session, one, before = self.session, self.one, slot_of(self.one)
        placing.wait_for(session, [before], one.series.bundle)
        if not standing.end(session, [one.id], self.stands, OccurrenceStatus.RELEASED, self.now):
            return None
        session.refresh(one)
        one.used = False
        placing.number_change(session, one.series, [one.id])
        self._tell_booker("no_show_released", Invite.CANCEL)
        ghosts.ask_owner(session, one.series, self.now)
        return self._gone(before)

    def _shorten(self, ends_at: datetime) -> list[Publication] | None:
        """Everybody has left: somebody else may have the rest."""
        session, one, before = self.session, self.one, slot_of(self.one)
        placing.wait_for(session, [before], one.series.bundle)
        if not _shorten(session, one, self.stands, ends_at):
            return None
        session.refresh(one)
        placing.number_change(session, one.series, [one.id])
        self._tell_booker("tail_released", Invite.REQUEST)
        return self._gone(before)

    def _gone(self, before: Slot) -> list[Publication]:
        _give_away(self.session, self.one, before, TICK, self.now)
        site = before.space.site
        on = before.during.start.astimezone(ZoneInfo(site.timezone)).date()
        return [calendar_changed(site.slug, before.space.slug, on)]

    def _tell_booker(self, code: str, invite: Invite | None, more: dict[str, str] | None = None) -> None:
        series = self.one.series
        facts = facts_of(series, [self.one]) | (more or {})
        notices.tell(
            self.session,
            [series.booked_by_id],
            code,
            facts,
            self.now,
            invite=invite,
            series_id=series.id,
            occurrence_id=self.one.id if series.rrule else None,
        )


def _in_turn(session: Session, occurrence_id: UUID) -> Occurrence | None:
    """The booking as it stands once it is this one's turn among those who change its tenant's bookings."""
    owner = select(Series.tenant_id).join(Occurrence).where(Occurrence.id == occurrence_id)
    tenant_id = session.scalar(owner)
    if tenant_id is None:
        return None
    take_turn(session, TENANT, [tenant_id])
    return session.get(Occurrence, occurrence_id, populate_existing=True)


def _change(session: Session, occurrence_id: UUID, stands: ColumnElement[bool], **values: object) -> bool:
    """Whether it stood as said, and is changed now."""
    changed = update(Occurrence).where(Occurrence.id == occurrence_id, stands).values(**values)
    return session.scalar(changed.returning(Occurrence.id)) is not None
