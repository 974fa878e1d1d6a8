"""Bookings from calendar files: each event with all of its dates, or not at all."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Member, Membership, Series, Space, Tenant
from samen.adapters.ical_in import Unreadable
from samen.domain.access import Role, Viewer
from samen.domain.calendar_file import FileEvent, Plan, Titled, plan
from samen.domain.rules import Refusal, bookable_until
from samen.domain.series import BadRule
from samen.services import booking
from samen.services.booking import Ask, Booked, Instead, Refused

FOR_A_TENANT = (Role.TENANT_ADMIN, Role.MANAGER, Role.MEMBER)
FOR_THE_BUILDING = (Role.MANAGER, Role.TENANT_ADMIN, Role.MEMBER)


class Outcome(enum.Enum):
    """What became of an event. `cancelled` and `over`: nothing to book is left of it."""

    IMPORTED = "imported"
    KNOWN = "known"
    CANCELLED = "cancelled"
    OVER = "over"
    REFUSED = "refused"


@dataclass(frozen=True)
class EventReport:
    """What became of one event.

    `dates` were booked and `over` were past; `missing` local times do not exist; `cut`: its rule goes on
    beyond what can be booked; `single`: its rule cannot be kept here, each date is a booking of its own.
    Of a refused one, the reasons and when they apply. `tried`: how many dates were looked at.
    """

    uid: str
    title: str
    outcome: Outcome
    dates: int = 0
    over: int = 0
    missing: tuple[datetime, ...] = ()
    cut: bool = False
    single: bool = False
    refusals: tuple[Refusal, ...] = ()
    refused_at: tuple[datetime, ...] = ()
    tried: int = 0


@dataclass(frozen=True)
class ImportReport:
    """What became of a file. Not `stored`: some of it was refused, and nothing of it was kept."""

    events: tuple[EventReport, ...]
    stored: bool


@dataclass(frozen=True)
class Into:
    """Where events go, and in whose name."""

    space: Space
    viewer: Viewer


def import_events(
    session: Session,
    events: Iterable[FileEvent | Unreadable],
    into: Into,
    now: datetime,
    *,
    skip_refused: bool,
    most_dates: int | None = None,
) -> ImportReport:
    """Book what the file holds: all of it, or with `skip_refused` whatever is not refused.

    Once `most_dates` were looked at, the events that are left are refused: nobody else can book meanwhile.
    """
    with session.begin_nested() as attempt:
        reports: list[EventReport] = []
        for event in events:
            tried = sum(one.tried for one in reports)
            full = most_dates is not None and tried >= most_dates
            reports.append(_turned_away(event, tried) if full else _import(session, event, into, now))
        stored = skip_refused or all(one.outcome is not Outcome.REFUSED for one in reports)
        if not stored:
            attempt.rollback()
    return ImportReport(tuple(reports), stored)


def _turned_away(event: FileEvent | Unreadable, tried: int) -> EventReport:
    no = Refusal("too_much_at_once", {"dates": tried})
    return EventReport(event.uid, event.title, Outcome.REFUSED, refusals=(no,))


def importer(session: Session, tenant: Tenant | None, email: str | None) -> Viewer | None:
    """In whose name to import: the named member, else whoever may do most, the tenant's admin first."""
    wanted = select(Membership).join(Member, Member.id == Membership.member_id)
    wanted = wanted.where(Member.disabled_at.is_(None), Membership.role != Role.AUDITOR)
    if tenant is not None:
        wanted = wanted.where(Membership.tenant_id == tenant.id)
    if email is not None:
        wanted = wanted.where(Member.email == email.strip().lower())
    order = FOR_A_TENANT if tenant is not None else FOR_THE_BUILDING
    found = session.scalars(wanted).all()
    one = min(found, key=lambda one: (order.index(one.role), one.member_id, one.tenant_id), default=None)
    return Viewer(one.member_id, one.tenant_id, one.role) if one else None


def _import(session: Session, event: FileEvent | Unreadable, into: Into, now: datetime) -> EventReport:
    if isinstance(event, Unreadable):
        return EventReport(event.uid, event.title, Outcome.REFUSED, refusals=(event.refusal,))
    if event.cancelled:
        return EventReport(event.uid, event.title, Outcome.CANCELLED)
    if _is_known(session, event.uid, into.space):
        return EventReport(event.uid, event.title, Outcome.KNOWN)
    space, zone = into.space, ZoneInfo(into.space.site.timezone)
    horizon = bookable_until(space.horizon_days, zone, now, gathers=space.gather_days > 0)
    try:
        planned = plan(event, zone, now, horizon)
    except BadRule as error:
        planned = Refusal(error.code, dict(error.facts))
    if isinstance(planned, Refusal):
        return EventReport(event.uid, event.title, Outcome.REFUSED, refusals=(planned,))
    return replace(_book(session, event, planned, into, now), tried=planned.dates)


def _is_known(session: Session, uid: str, space: Space) -> bool:
    """Whether the space has it from an earlier file, or gave it out itself."""
    name, _, house = uid.partition("@")
    own = _uuid(name) if house == "samen" else None
    known = or_(Series.source_uid == uid, Series.id == own) if own else Series.source_uid == uid
    return session.scalar(select(Series.id).where(Series.space_id == space.id, known).limit(1)) is not None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _book(session: Session, event: FileEvent, planned: Plan, into: Into, now: datetime) -> EventReport:
    asks = _asks(event, planned, into)
    if not asks:
        outcome = Outcome.OVER if planned.over else Outcome.CANCELLED
        return EventReport(event.uid, event.title, outcome, over=planned.over, missing=planned.missing)
    dates = 0
    with session.begin_nested() as attempt:
        for ask in asks:
            answer = booking.request(session, ask, now)
            if isinstance(answer, Refused):
                attempt.rollback()
                return _refused(event, answer, ask)
            _retitle(answer, planned)
            dates += len(answer.occurrences)
    return EventReport(
        event.uid,
        event.title,
        Outcome.IMPORTED,
        dates=dates,
        over=planned.over,
        missing=planned.missing,
        cut=planned.cut,
        single=event.rrule is not None and planned.rrule is None and dates > 1,
    )


def _asks(event: FileEvent, planned: Plan, into: Into) -> list[Ask]:
    singles = [_ask(event, one, into) for one in planned.singles]
    if planned.first is None:
        return singles
    instead = {
        start: None if during is None else Instead(into.space.slug, during)
        for start, during in planned.moved.items()
    }
    whole = _ask(event, Titled(planned.first, event.title), into)
    return [replace(whole, rrule=planned.rrule, instead=instead), *singles]


def _ask(event: FileEvent, one: Titled, into: Into) -> Ask:
    title = one.title or event.title or into.space.name
    return Ask(into.space.slug, one.during, title, None, into.viewer, source_uid=event.uid)


def _retitle(booked: Booked, planned: Plan) -> None:
    for one in booked.occurrences:
        if one.original_start in planned.titles:
            one.title = planned.titles[one.original_start]


def _refused(event: FileEvent, answer: Refused, ask: Ask) -> EventReport:
    when = tuple(one.during.start for one in answer.dates) or (ask.during.start,)
    return EventReport(event.uid, event.title, Outcome.REFUSED, refusals=answer.refusals, refused_at=when)
