"""Waiting for a space that is taken.

Freed time is offered in the transaction that frees it, to the first in line who fits, and kept for them for
a set time; then to the next. An offer is an occurrence that is HELD: it claims its space as a booking does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.locks import SPACE, TENANT, take_turn, try_turn
from samen.adapters.db.models import (
    Claim,
    Membership,
    Occurrence,
    OccurrenceStatus,
    Series,
    Space,
    Waiting,
    WaitState,
)
from samen.domain.access import Viewer
from samen.domain.alternatives import Alternative
from samen.domain.interval import Interval, hull
from samen.domain.rules import Booker, Refusal, Wanted, refusals
from samen.domain.waiting import PASSING, hold_until, opens_of, still_refused, what_is_left
from samen.services import audit, booking, notices, placing, quota, standing
from samen.services.booking import Booked, Refused
from samen.services.claims import claims_within
from samen.services.placing import DateRefused, Party, Picture, Slot

LIVE = (WaitState.WAITING, WaitState.OFFERED)
NO_SUCH = Refused((Refusal("no_such_wait"),))


@dataclass(frozen=True)
class Place:
    """Where a member stands: `ahead` came before them for the same time; kept `until`, once it is offered."""

    waiting: Waiting
    ahead: int
    during: Interval
    until: datetime | None


@dataclass(frozen=True)
class Wish:
    """What a member would have, were it not taken."""

    space: str
    during: Interval
    title: str
    people: int | None
    viewer: Viewer


def join(session: Session, wish: Wish, now: datetime) -> Waiting | Refused:
    """Get in line for what is taken now, or cannot be booked yet; what is free is booked instead."""
    space = booking.find_space(session, wish.space)
    if isinstance(space, Refused):
        return space
    # Whoever is about to free the space goes first, and then it is free; or goes after, and sees the wait.
    slot = Slot(wish.during.start, space, wish.during)
    placing.wait_for(session, [slot])
    party = Party(booking.booker_of(wish.viewer), wish.people)
    refused = placing.refused_dates(session, [slot], party, now)
    no = _against(refused, slot)
    if no is not None or (no := _twice(session, wish, space)):
        return no
    waiting = Waiting(
        member_id=wish.viewer.member_id,
        tenant_id=wish.viewer.tenant_id,
        space_id=space.id,
        starts_at=wish.during.start,
        ends_at=wish.during.end,
        title=wish.title,
        people=wish.people,
        created_at=now,
        opens_at=opens_of(refused[0].refusals),
    )
    session.add(waiting)
    session.flush()
    return waiting


def _against(refused: Sequence[DateRefused], slot: Slot) -> Refused | None:
    """Why there is no point in waiting: nothing is in the way, or something that will not go away."""
    if not refused:
        free = Alternative(slot.space.slug, slot.during)
        return Refused((Refusal("it_is_free", {"space": slot.space.name}),), (), (free,))
    lasting = tuple(reason for reason in refused[0].refusals if reason.code not in PASSING)
    return Refused(lasting, (), refused[0].alternatives) if lasting else None


def _twice(session: Session, wish: Wish, space: Space) -> Refused | None:
    """Nobody stands in one line twice."""
    same = select(Waiting.id).where(
        Waiting.member_id == wish.viewer.member_id,
        Waiting.space_id == space.id,
        Waiting.state.in_(LIVE),
        Waiting.starts_at < wish.during.end,
        Waiting.ends_at > wish.during.start,
    )
    return Refused((Refusal("already_waiting", {"space": space.name}),)) if session.scalar(same) else None


def places(session: Session, viewer: Viewer, now: datetime) -> list[Place]:
    """What the viewer waits for, and what is kept for them, in order of time."""
    waiting = line(session, now)
    mine = [
        Place(one, _ahead(one, waiting), wanted_by(one), None)
        for one in waiting
        if one.member_id == viewer.member_id
    ]
    offered = (
        select(Waiting)
        .join(Occurrence, Occurrence.id == Waiting.offer_id)
        .where(Waiting.member_id == viewer.member_id, Waiting.state == WaitState.OFFERED)
        .where(Occurrence.status == OccurrenceStatus.HELD, Occurrence.hold_until > now)
    )
    kept = [
        Place(one, 0, Interval(one.offer.starts_at, one.offer.ends_at), one.offer.hold_until)
        for one in session.scalars(offered)
        if one.offer is not None
    ]
    return sorted([*kept, *mine], key=lambda place: (place.until is None, place.during))


def _ahead(one: Waiting, waiting: Sequence[Waiting]) -> int:
    """How many came before for a part of the same."""
    wanted, atoms = placing.claimed(one.space, wanted_by(one)), set(placing.atoms_of(one.space))
    return sum(_meets(other, atoms, wanted) for other in takewhile(lambda other: other is not one, waiting))


def withdraw(session: Session, waiting_id: int, viewer: Viewer, now: datetime) -> Waiting | Refused:
    """Leave the line; what was kept goes to the next."""
    one = _of_viewer(session, waiting_id, viewer)
    if one is None:
        return NO_SUCH
    if turn(session, one, WaitState.WAITING, WaitState.WITHDRAWN):
        return one
    return decline(session, waiting_id, viewer, now)


def accept(session: Session, waiting_id: int, viewer: Viewer, now: datetime) -> Booked | Refused:
    """Take what was offered, as long as it is kept. Where a yes is needed, it becomes a request."""
    one = _of_viewer(session, waiting_id, viewer)
    if one is None:
        return NO_SUCH
    offer, who = one.offer, booker_of(session, one)
    if one.state is not WaitState.OFFERED or offer is None or who is None:
        return Refused((Refusal("offer_is_over"),))
    during = Interval(offer.starts_at, offer.ends_at)
    if over := quota.over(session, one.tenant_id, [(during, one.space.weight)], now, [offer.id]):
        return Refused(tuple(over))
    status, holds = booking.status_of(one.space, who)
    placing.wait_for(session, [Slot(offer.original_start, one.space, during)])
    if not standing.become(session, [offer.id], standing.HELD & (Occurrence.hold_until > now), status):
        return Refused((Refusal("offer_is_over"),))
    turn(session, one, WaitState.OFFERED, WaitState.TAKEN)
    return _taken(session, offer, viewer, holds, now)


def _taken(session: Session, offer: Occurrence, viewer: Viewer, holds: bool, now: datetime) -> Booked:
    series = offer.series
    placing.number_change(session, series, [offer.id])
    if not holds:
        standing.hold(session, [offer.id], active=False)
        _offer_rest(session, offer, now)
    session.refresh(offer)
    booking.tell(session, series, [offer], "booking_made", viewer, now)
    facts = booking.audit_facts([offer])
    audit.note(session, viewer.actor, "booking.made", str(series.id), facts, now)
    return Booked(series, (offer,))


def decline(session: Session, waiting_id: int, viewer: Viewer, now: datetime) -> Waiting | Refused:
    """Give an offer back: it goes to the next at once."""
    one = _of_viewer(session, waiting_id, viewer)
    if one is None:
        return NO_SUCH
    if not _end(session, one, WaitState.WITHDRAWN, now):
        return Refused((Refusal("offer_is_over"),))
    return one


def overdue(session: Session, now: datetime) -> Sequence[int]:
    """Offers that nobody took in time, or that were given up as if they were bookings."""
    due = (
        select(Waiting.id)
        .join(Occurrence, Occurrence.id == Waiting.offer_id)
        .where(Waiting.state == WaitState.OFFERED)
        .where((Occurrence.hold_until <= now) | (Occurrence.status != OccurrenceStatus.HELD))
    )
    return session.scalars(due.order_by(Waiting.id)).all()


def lapse(session: Session, waiting_id: int, now: datetime) -> Waiting:
    """End an offer that is overdue, tell so, and offer it to the next; of several workers one does.

    One a transaction: each waits for the turn of its own tenant.
    """
    one = session.get_one(Waiting, waiting_id)
    if _end(session, one, WaitState.LAPSED, now):
        notices.tell(session, [one.member_id], "offer_lapsed", facts_of(one, wanted_by(one)), now)
    return one


def expire(session: Session, now: datetime) -> list[Waiting]:
    """End every offer that is overdue, where nobody else works on the same database."""
    return [lapse(session, waiting_id, now) for waiting_id in overdue(session, now)]


def _end(session: Session, one: Waiting, state: WaitState, now: datetime) -> bool:
    """End an offer, unless somebody else did something with it just now; what it kept goes to the next."""
    take_turn(session, TENANT, [one.tenant_id])
    offer = one.offer
    if offer is None:
        return False
    placing.wait_for(session, [Slot(offer.original_start, offer.space, wanted_by(one))])
    ended = standing.end(session, [offer.id], standing.HELD, OccurrenceStatus.LAPSED, now)
    if not turn(session, one, WaitState.OFFERED, state) or not ended:
        return False
    _offer_rest(session, offer, now)
    return True


def _offer_rest(session: Session, offer: Occurrence, now: datetime) -> None:
    during = Interval(offer.starts_at, offer.ends_at)
    offer_freed(session, placing.atoms_of(offer.space), placing.claimed(offer.space, during), now)


def _of_viewer(session: Session, waiting_id: int, viewer: Viewer) -> Waiting | None:
    """A wait that the viewer may answer for, as it stands once it is their tenant's turn."""
    one = session.get(Waiting, waiting_id)
    if one is None or not viewer.may_change(one.tenant_id, one.member_id):
        return None
    take_turn(session, TENANT, [one.tenant_id])
    session.refresh(one)
    return one


def turn(session: Session, one: Waiting, was: WaitState, becomes: WaitState) -> bool:
    """Whether it was this worker who brought somebody in the line from one state to the next."""
    changed = update(Waiting).where(Waiting.id == one.id, Waiting.state == was).values(state=becomes)
    return session.scalar(changed.returning(Waiting.id)) is not None


def offer_freed(session: Session, atom_ids: Iterable[int], during: Interval, now: datetime) -> list[Waiting]:
    """Offer freed time to those who wait for it: first come, first served; gives those who got an offer.

    Runs in the transaction that frees, which holds the freed spaces' turns. `during`: freed, with buffers.
    """
    atoms = set(atom_ids)
    met = [one for one in _served(session, now) if _meets(one, atoms, during)]
    return _offer(session, met, now)


def catch_up(session: Session, now: datetime) -> list[Waiting]:
    """Offer what is waited for and stands free: left over, or allowed again by rules or quota."""
    return _offer(session, free_again(session, now), now)


def free_again(session: Session, now: datetime) -> list[Waiting]:
    """Who waits, in order, for what nothing holds."""
    return [one for one in _served(session, now) if not _is_held(session, one, now)]


def _is_held(session: Session, one: Waiting, now: datetime) -> bool:
    span = placing.claimed(one.space, Interval(max(one.starts_at, now), one.ends_at))
    held = select(Claim.id).where(
        Claim.space_id.in_(placing.atoms_of(one.space)),
        *claims_within(span),
    )
    return session.scalar(held.limit(1)) is not None


def line(session: Session, now: datetime) -> Sequence[Waiting]:
    """Who waits, in the order in which they came."""
    waiting = select(Waiting).where(Waiting.state == WaitState.WAITING, Waiting.ends_at > now)
    with_space = waiting.options(joinedload(Waiting.space).joinedload(Space.site))
    return session.scalars(with_space.order_by(Waiting.created_at, Waiting.id)).all()


def _served(session: Session, now: datetime) -> list[Waiting]:
    """The line without those whose request is still to be decided, by credit and not by who came first."""
    return [one for one in line(session, now) if one.opens_at is None or one.decision is not None]


def _meets(one: Waiting, atoms: set[int], during: Interval) -> bool:
    wanted = placing.claimed(one.space, wanted_by(one))
    return wanted.overlaps(during) and not atoms.isdisjoint(placing.atoms_of(one.space))


def wanted_by(one: Waiting) -> Interval:
    """The time that somebody waits for."""
    return Interval(one.starts_at, one.ends_at)


def _offer(session: Session, waiting: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """Go down the line; from the first whose space is in other hands just now, it is left to the sweep."""
    queue = list(takewhile(lambda one: try_turn(session, SPACE, placing.atoms_of(one.space)), waiting))
    offered: list[Waiting] = []
    picture = _look(session, queue)
    for one in queue:
        during = _fitting(session, one, picture, now)
        if during is not None and _keep(session, one, during, now):
            offered.append(one)
            picture = _look(session, queue)
    return offered


def _look(session: Session, queue: Sequence[Waiting]) -> Picture:
    if not queue:
        return Picture({})
    spaces = list({one.space_id: one.space for one in queue}.values())
    return placing.look(session, spaces, hull(wanted_by(one) for one in queue))


def _fitting(session: Session, one: Waiting, picture: Picture, now: datetime) -> Interval | None:
    """What somebody in the line can be offered: free, allowed by the rules, and within their quota."""
    space, wanted, who = one.space, wanted_by(one), booker_of(session, one)
    buffers = (timedelta(minutes=space.before_min), timedelta(minutes=space.after_min))
    held = picture.busy([space], placing.claimed(space, wanted))
    during = what_is_left(wanted, held, buffers, now)
    if during is None or who is None:
        return None
    if still_refused(refusals(Wanted(during, one.people, who), picture.rules[space.id], now)):
        return None
    # Not firm: a wait for the tenant's turn here could be for somebody who waits for this space.
    over = quota.over(session, one.tenant_id, [(during, space.weight)], now, firm=False)
    return None if over else during


def booker_of(session: Session, one: Waiting) -> Booker | None:
    """Who waits, as the rules want to know it; None for somebody who has left."""
    membership = session.get(Membership, (one.member_id, one.tenant_id))
    if membership is None or one.member.disabled_at is not None:
        return None
    return Booker(one.tenant_id, membership.role)


def _keep(session: Session, one: Waiting, during: Interval, now: datetime) -> bool:
    """Keep the time for them, unless they have just withdrawn."""
    if not turn(session, one, WaitState.WAITING, WaitState.OFFERED):
        return False
    until = hold_until(now, timedelta(minutes=one.space.hold_min), during.start)
    one.offer_id = store(session, one, during, OccurrenceStatus.HELD, now, until)
    session.flush()
    notices.tell(session, [one.member_id], "slot_offered", facts_of(one, during, until=until), now)
    return True


def store(
    session: Session,
    one: Waiting,
    during: Interval,
    status: OccurrenceStatus,
    now: datetime,
    until: datetime | None = None,
) -> UUID:
    """Put what somebody waited for into the calendar, in their name."""
    zone = ZoneInfo(one.space.site.timezone)
    series = Series(
        space_id=one.space_id,
        tenant_id=one.tenant_id,
        booked_by_id=one.member_id,
        title=one.title,
        people=one.people,
        starts_local=during.start.astimezone(zone).replace(tzinfo=None),
        length=during.length,
        timezone=zone.key,
        created_at=now,
    )
    session.add(series)
    session.flush()
    slot = Slot(during.start, one.space, during)
    (stored,) = placing.store(session, series, [slot], status, hold_until=until)
    return stored


def facts_of(one: Waiting, during: Interval, **instants: datetime) -> dict[str, str]:
    """What a notice says to whoever waits."""
    facts = {
        "space": one.space.name,
        "title": one.title,
        "start": during.start.isoformat(),
        "end": during.end.isoformat(),
        "url": "/waitlist",
    }
    return facts | {name: at.isoformat() for name, at in instants.items()}
