"""Requests: bookings that wait for a yes, what a yes would mean, and giving it or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Invite, Mail, Occurrence, OccurrenceStatus, Series, Space
from samen.adapters.db.models.booking import LONGEST_CLAIM, OVERLAP
from samen.domain.access import Viewer
from samen.domain.rules import Refusal
from samen.services import audit, booking, notices, placing, quota, standing
from samen.services.booking import Refused
from samen.services.moving import slot_of
from samen.services.placing import DateRefused
from samen.services.quota import QuotaUse
from samen.services.reach import offer_back
from samen.services.rivals import Other, others

ALREADY_DECIDED = Refused((Refusal("already_decided"),))
NO_SUCH = Refused((Refusal("no_such_request"),))


@dataclass(frozen=True)
class RequestedDate:
    """A date to decide on, with the requests that a yes would decline, and what makes a yes impossible."""

    occurrence: Occurrence
    rivals: tuple[Other, ...]
    clashes: tuple[Other, ...]


@dataclass(frozen=True)
class Consequence:
    """How many dates of a tenant a yes would decline."""

    tenant: str
    tenant_name: str
    dates: int


@dataclass(frozen=True)
class Request:
    """What waits for a yes, and what a yes to all of it would decline.

    `quotas`: how its tenant stands around the first date, with the request counted.
    """

    series: Series
    dates: tuple[RequestedDate, ...]
    declines: tuple[Consequence, ...]
    quotas: Sequence[QuotaUse]


@dataclass(frozen=True)
class Decided:
    """The dates decided on, and the rivals' dates that a yes declined."""

    series: Series
    occurrences: tuple[Occurrence, ...]
    declined: tuple[Occurrence, ...] = ()


def waiting(session: Session, viewer: Viewer, now: datetime) -> list[Request]:
    """The requests that are the viewer's to decide, oldest first."""
    found = session.scalars(
        select(Occurrence)
        .join(Occurrence.series)
        .where(Occurrence.space_id.in_(_decidable(session, viewer)), standing.PENDING)
        # Bounded for the index on space and start.
        .where(Occurrence.ends_at > now, Occurrence.starts_at > now - LONGEST_CLAIM)
        .order_by(Series.created_at, Series.id, Occurrence.starts_at)
        .options(joinedload(Occurrence.series).joinedload(Series.tenant), joinedload(Occurrence.space))
    ).all()
    known = others(session, found)
    grouped = groupby(found, key=lambda one: one.series)
    return [_request(session, series, list(dates), known) for series, dates in grouped]


def _request(
    session: Session, series: Series, dates: Sequence[Occurrence], known: Mapping[UUID, Sequence[Other]]
) -> Request:
    asked = tuple(RequestedDate(one, *_apart(known[one.id])) for one in dates)
    rivals = {other.occurrence_id: (other.tenant, other.tenant_name) for one in asked for other in one.rivals}
    declines = tuple(
        Consequence(*tenant, count) for tenant, count in sorted(Counter(rivals.values()).items())
    )
    return Request(series, asked, declines, quota.usage(session, series.tenant_id, dates[0].starts_at))


def _apart(known: Iterable[Other]) -> tuple[tuple[Other, ...], tuple[Other, ...]]:
    """Those who ask for the same, and those who have it."""
    listed = tuple(known)
    return tuple(one for one in listed if one.pending), tuple(one for one in listed if not one.pending)


def approve(
    session: Session,
    series_id: UUID,
    viewer: Viewer,
    now: datetime,
    occurrence_ids: Collection[UUID] | None = None,
) -> Decided | Refused:
    """Say yes to every date, or to those named: to all or none. Requests for the same time are declined."""
    asked = _asked(session, series_id, viewer, now, occurrence_ids)
    if isinstance(asked, Refused):
        return asked
    turns = {one.tenant_id for found in others(session, asked).values() for one in found if one.pending}
    _wait(session, asked, turns)
    asked = _asked(session, series_id, viewer, now, occurrence_ids)
    if isinstance(asked, Refused):
        return asked
    known = {one: _apart(found) for one, found in others(session, asked).items()}
    if taken := [_taken(one, known[one.id][1]) for one in asked if known[one.id][1]]:
        return Refused.over(taken)
    # A rival who came while this waited keeps their request: a yes to it will find this one's in its way.
    rivals = {one.occurrence_id for pending, _ in known.values() for one in pending if one.tenant_id in turns}
    if not _confirmed(session, [one.id for one in asked], rivals, now):
        return ALREADY_DECIDED
    return _say_yes(session, asked, _rows(session, rivals), viewer, now)


def _taken(one: Occurrence, clashes: Sequence[Other]) -> DateRefused:
    refusal = Refusal("taken", {"space": one.space.name})
    return DateRefused(
        one.original_start, slot_of(one).during, (refusal,), tuple(other.claimed for other in clashes)
    )


class _TooLate(Exception):
    """Takes everything back: somebody else decided first."""


def _confirmed(session: Session, ids: Sequence[UUID], rivals: Collection[UUID], now: datetime) -> bool:
    """Whether every date could be confirmed; if not, nothing has changed. The database has the last word."""
    try:
        with session.begin_nested():
            standing.end(session, rivals, standing.PENDING, OccurrenceStatus.DECLINED, now)
            confirmed = standing.become(session, ids, standing.PENDING, OccurrenceStatus.CONFIRMED)
            if len(confirmed) < len(ids):
                raise _TooLate
            standing.hold(session, ids, active=True)
    except _TooLate:
        return False
    except IntegrityError as error:
        if OVERLAP not in str(error.orig):
            raise
        return False
    return True


def _say_yes(
    session: Session,
    asked: Sequence[Occurrence],
    declined: Sequence[Occurrence],
    viewer: Viewer,
    now: datetime,
) -> Decided:
    rows = _rows(session, [one.id for one in asked])
    series = rows[0].series
    placing.number_change(session, series, [one.id for one in rows])
    notices.tell(
        session,
        [series.booked_by_id],
        "request_approved",
        booking.facts_of(series, rows),
        now,
        invite=Invite.REQUEST,
        series_id=series.id,
        occurrence_id=rows[0].id if len(rows) == 1 and series.rrule else None,
    )
    for rival, dates in groupby(declined, key=lambda one: one.series):
        _say_no(session, rival, tuple(dates), "request_overtaken", {}, now)
    _note(session, "booking.approved", rows, viewer, now)
    _note(session, "booking.declined", declined, viewer, now)
    return Decided(series, rows, tuple(declined))


def decline(
    session: Session,
    series_id: UUID,
    viewer: Viewer,
    reason: str,
    now: datetime,
    occurrence_ids: Collection[UUID] | None = None,
) -> Decided | Refused:
    """Say no to every date, or to those named; what they held goes to who waits for it."""
    asked = _asked(session, series_id, viewer, now, occurrence_ids)
    if isinstance(asked, Refused):
        return asked
    _wait(session, asked, ())
    ids = [one.id for one in asked]
    ended = standing.end(session, ids, standing.PENDING, OccurrenceStatus.DECLINED, now)
    if not ended:
        return ALREADY_DECIDED
    rows = _rows(session, ended)
    _say_no(session, rows[0].series, rows, "request_declined", {"reason": reason}, now)
    _note(session, "booking.declined", rows, viewer, now)
    return Decided(rows[0].series, rows)


def _say_no(
    session: Session,
    series: Series,
    rows: Sequence[Occurrence],
    code: str,
    more: Mapping[str, str],
    now: datetime,
) -> None:
    """Tell who asked; what stands in their calendar is taken out of it again."""
    facts = {**booking.facts_of(series, rows), **more}
    placing.number_change(session, series, [one.id for one in rows])
    one_date = rows[0].id if len(rows) == 1 and series.rrule else None
    invited = _was_invited(session, series)
    notices.tell(
        session,
        [series.booked_by_id],
        code,
        facts,
        now,
        invite=Invite.CANCEL if invited else None,
        series_id=series.id if invited else None,
        occurrence_id=one_date if invited else None,
    )
    offer_back(session, [slot_of(one) for one in rows], series.bundle, now)


def _was_invited(session: Session, series: Series) -> bool:
    """A booking that waits again after a change has been in its owner's calendar before."""
    sent = select(Mail.id).where(Mail.series_id == series.id, Mail.invite == Invite.REQUEST).limit(1)
    return session.scalar(sent) is not None


def _note(session: Session, deed: str, rows: Sequence[Occurrence], viewer: Viewer, now: datetime) -> None:
    for series_id, dates in groupby(rows, key=lambda one: one.series_id):
        facts = booking.audit_facts(list(dates))
        audit.note(session, viewer.actor, deed, str(series_id), facts, now)


def _decidable(session: Session, viewer: Viewer) -> list[int]:
    rows = session.execute(select(Space.id, Space.owner_id))
    return [space_id for space_id, owner_id in rows if viewer.may_decide(owner_id)]


def _asked(
    session: Session,
    series_id: UUID,
    viewer: Viewer,
    now: datetime,
    occurrence_ids: Collection[UUID] | None,
) -> Sequence[Occurrence] | Refused:
    """The dates to decide on, as they stand at this moment."""
    found = session.scalars(
        select(Occurrence)
        .where(Occurrence.series_id == series_id, Occurrence.space_id.in_(_decidable(session, viewer)))
        .order_by(Occurrence.starts_at)
        .execution_options(populate_existing=True)
    ).all()
    named = [one for one in found if occurrence_ids is None or one.id in occurrence_ids]
    if not named or (occurrence_ids is not None and len(named) < len(set(occurrence_ids))):
        return NO_SUCH
    open_ = [one for one in named if one.status is OccurrenceStatus.PENDING and one.ends_at > now]
    complete = occurrence_ids is None or len(open_) == len(named)
    return open_ if open_ and complete else ALREADY_DECIDED


def _wait(session: Session, asked: Sequence[Occurrence], tenants: Iterable[int]) -> None:
    series = asked[0].series
    take_turn(session, TENANT, [series.tenant_id, *tenants])
    placing.wait_for(session, [slot_of(one) for one in asked], series.bundle)


def _rows(session: Session, ids: Collection[UUID]) -> tuple[Occurrence, ...]:
    """The dates as they are stored now, series by series, in order of time."""
    found = select(Occurrence).where(Occurrence.id.in_(list(ids)))
    in_order = found.order_by(Occurrence.series_id, Occurrence.starts_at)
    return tuple(session.scalars(in_order.execution_options(populate_existing=True)))
