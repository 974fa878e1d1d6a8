"""Asking for a room that somebody else booked and that stands empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import (
    Invite,
    Occurrence,
    OccurrenceStatus,
    Series,
    Space,
    Waiting,
    WaitState,
)
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.domain.presence import RoomNow
from samen.domain.rules import Refusal
from samen.domain.waiting import ANSWER_WITHIN, changes_hands, may_be_asked_for, still_refused
from samen.services import audit, booking, notices, placing, quota, release, rooms, standing, waitlist
from samen.services.booking import Refused
from samen.services.moving import slot_of
from samen.services.placing import Party, Slot

NO_SUCH = Refused((Refusal("no_such_wait"),))


def ask(
    session: Session, occurrence_id: UUID, viewer: Viewer, title: str, people: int | None, now: datetime
) -> Waiting | Refused:
    """Ask for the rest of a booking. Its owner has ten minutes to say that they are coming."""
    booked = session.get(Occurrence, occurrence_id)
    if booked is None:
        return Refused((Refusal("no_such_booking"),))
    take_turn(session, TENANT, [booked.series.tenant_id, viewer.tenant_id])
    session.refresh(booked)
    if no := _against(session, booked, viewer, people, now):
        return no
    asked = Waiting(
        member_id=viewer.member_id,
        tenant_id=viewer.tenant_id,
        space_id=booked.space_id,
        starts_at=now,
        ends_at=booked.ends_at,
        title=title,
        people=people,
        created_at=now,
        takes_over_id=booked.id,
        answer_by=now + ANSWER_WITHIN,
    )
    session.add(asked)
    session.flush()
    facts = booking.facts_of(booked.series, [booked]) | {"url": "/waitlist"}
    facts["until"] = (now + ANSWER_WITHIN).isoformat()
    notices.tell(session, [booked.series.booked_by_id], "take_over_asked", facts, now)
    return asked


def may_be_asked(session: Session, booked: Occurrence, viewer: Viewer, now: datetime) -> bool:
    """Whether there is any point in asking, as things look now."""
    return _against(session, booked, viewer, None, now, firm=False) is None


def _against(
    session: Session,
    booked: Occurrence,
    viewer: Viewer,
    people: int | None,
    now: datetime,
    *,
    firm: bool = True,
) -> Refused | None:
    """Why it cannot be asked for, if it cannot. Not `firm`: without waiting for anybody's turn."""
    if booked.series.tenant_id == viewer.tenant_id:
        return Refused((Refusal("yours_already"),))
    stands = booked.status is OccurrenceStatus.CONFIRMED
    no = may_be_asked_for(_during(booked), _room(session, booked.space, now), now)
    if no is not None or not stands:
        return Refused((no or Refusal("not_running_now"),))
    before = select(Waiting.id).where(Waiting.takes_over_id == booked.id).limit(1)
    if session.scalar(before) is not None:
        return Refused((Refusal("already_asked"),))
    rest, who = Interval(now, booked.ends_at), booking.booker_of(viewer)
    if booking.status_of(booked.space, who)[0] is not OccurrenceStatus.CONFIRMED:
        return Refused((Refusal("needs_a_yes"),))
    dates = placing.refused_dates(
        session, [Slot(now, booked.space, rest)], Party(who, people), now, [booked.id]
    )
    reasons = still_refused([reason for date in dates for reason in date.refusals])
    reasons += quota.over(session, viewer.tenant_id, [(rest, booked.space.weight)], now, firm=firm)
    return Refused(tuple(reasons)) if reasons else None


def to_answer(session: Session, viewer: Viewer, now: datetime) -> Sequence[Waiting]:
    """Who asks for a room that the viewer booked, and waits for an answer."""
    asked = (
        select(Waiting)
        .join(Occurrence, Occurrence.id == Waiting.takes_over_id)
        .join(Series, Series.id == Occurrence.series_id)
        .where(Waiting.state == WaitState.WAITING, Waiting.answer_by > now)
        .where(Series.booked_by_id == viewer.member_id, Occurrence.status == OccurrenceStatus.CONFIRMED)
    )
    return session.scalars(asked.order_by(Waiting.answer_by)).all()


def keep(session: Session, waiting_id: int, viewer: Viewer, now: datetime) -> Waiting | Refused:
    """ "We are coming": the booking is checked in, and who asked is told no."""
    asked = session.get(Waiting, waiting_id)
    booked = asked and asked.takes_over
    if not asked or not booked or not viewer.may_change(booked.series.tenant_id, booked.series.booked_by_id):
        return NO_SUCH
    take_turn(session, TENANT, [booked.series.tenant_id, asked.tenant_id])
    answer = release.check_in(session, booked.id, viewer, now)
    if isinstance(answer, Refused):
        return answer
    _refuse(session, asked, now)
    return asked


def overdue(session: Session, now: datetime) -> Sequence[int]:
    """What nobody answered in time."""
    due = select(Waiting.id).where(Waiting.state == WaitState.WAITING, Waiting.answer_by <= now)
    return session.scalars(due.order_by(Waiting.id)).all()


def settle(session: Session, waiting_id: int, now: datetime) -> Waiting:
    """Decide on what nobody answered in time. With several workers, one a transaction: one of them wins."""
    asked = session.get_one(Waiting, waiting_id)
    if not _change_hands(session, asked, now):
        _refuse(session, asked, now)
    return asked


def _change_hands(session: Session, asked: Waiting, now: datetime) -> bool:
    """Give the rest to who asked, if nobody is known to be there; never on a silent sensor."""
    booked = asked.takes_over
    if booked is None:
        return False
    take_turn(session, TENANT, [asked.tenant_id, booked.series.tenant_id])
    placing.wait_for(session, [slot_of(booked)], booked.series.bundle)
    session.refresh(booked)
    room = _room(session, booked.space, now)
    answered = booked.checked_in_at is not None and booked.checked_in_at >= asked.created_at
    if not changes_hands(_during(booked), room, answered, now) or not waitlist.booker_of(session, asked):
        return False
    rest = Interval(now, booked.ends_at)
    if quota.over(session, asked.tenant_id, [(rest, booked.space.weight)], now):
        return False
    if not standing.end(session, [booked.id], standing.CONFIRMED, OccurrenceStatus.RELEASED, now):
        return False
    _tell_given_up(session, booked, now)
    _give(session, asked, rest, now)
    waitlist.offer_freed(session, *_freed(booked), now)
    audit.note(
        session, release.TICK, "booking.released", str(booked.series_id), booking.audit_facts([booked]), now
    )
    return True


def _tell_given_up(session: Session, booked: Occurrence, now: datetime) -> None:
    series = booked.series
    placing.number_change(session, series, [booked.id])
    notices.tell(
        session,
        [series.booked_by_id],
        "no_show_released",
        booking.facts_of(series, [booked]),
        now,
        invite=Invite.CANCEL,
        series_id=series.id,
        occurrence_id=booked.id,
    )


def _give(session: Session, asked: Waiting, rest: Interval, now: datetime) -> None:
    given = waitlist.store(session, asked, rest, OccurrenceStatus.CONFIRMED, now)
    asked.offer_id, asked.state = given, WaitState.TAKEN
    session.flush()
    made = session.get_one(Occurrence, given)
    facts = booking.facts_of(made.series, [made])
    notices.tell(
        session,
        [asked.member_id],
        "take_over_granted",
        facts,
        now,
        invite=Invite.REQUEST,
        series_id=made.series_id,
    )


def _refuse(session: Session, asked: Waiting, now: datetime) -> None:
    if waitlist.turn(session, asked, WaitState.WAITING, WaitState.LAPSED):
        facts = waitlist.facts_of(asked, waitlist.wanted_by(asked)) | {"url": "/"}
        notices.tell(session, [asked.member_id], "take_over_refused", facts, now)


def _freed(booked: Occurrence) -> tuple[list[int], Interval]:
    atoms = placing.atoms_of(booked.space, *booked.series.bundle)
    return atoms, placing.claimed(booked.space, _during(booked))


def _during(booked: Occurrence) -> Interval:
    return Interval(booked.starts_at, booked.ends_at)


def _room(session: Session, space: Space, now: datetime) -> RoomNow:
    """How the room stands by its sensor, and by nothing else."""
    states = rooms.room_states(session, space.site_id, now)
    return next(state.now for state in states if state.space_id == space.id)
