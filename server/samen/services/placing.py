"""Putting dates into the calendar, and taking them out: what every way of booking shares.

The database is the referee: claims on an indivisible space never overlap. What is looked up here before
makes the answer kind; what is stored here makes it true.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.locks import SPACE, take_turn
from samen.adapters.db.models import (
    Claim,
    Occurrence,
    OccurrenceStatus,
    Series,
    Space,
    Waiting,
    WaitState,
)
from samen.domain.alternatives import Alternative, Candidate, Heat, alternatives
from samen.domain.interval import Interval, hull, local_day
from samen.domain.rules import Booker, Refusal, SpaceRules, Wanted, refusals
from samen.services.claims import claims_within
from samen.services.heat_hint import heat_of
from samen.services.rules import rules_by_space

ALIVE = (OccurrenceStatus.CONFIRMED, OccurrenceStatus.PENDING, OccurrenceStatus.HELD)
# Asked for before it could be booked, and neither decided nor withdrawn.
UNDECIDED = Waiting.opens_at.is_not(None) & Waiting.decision.is_(None) & (Waiting.state == WaitState.WAITING)
# So many clashing dates are shown with a way out each; who has more is better served by another room.
MOST_WAYS_OUT = 60


@dataclass(frozen=True)
class Slot:
    """A date to be placed. `original_start`: what the series' rule says; `moved`: this date alone differs."""

    original_start: datetime
    space: Space
    during: Interval
    moved: bool = False


@dataclass(frozen=True)
class Party:
    """For whom dates are placed, with how many people, and what comes along."""

    who: Booker
    people: int | None = None
    bundle: tuple[Space, ...] = ()


@dataclass(frozen=True)
class DateRefused:
    """A date that cannot be had: why, what stands in the way, and what could be had instead.

    `original_start` names the date in the answer, whatever time or space was tried for it.
    """

    original_start: datetime
    during: Interval
    refusals: tuple[Refusal, ...]
    conflicts: tuple[Interval, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Picture:
    """Rules and claims of some spaces over a stretch of time, read once.

    `asked`: by indivisible space, what was asked for before it could be booked and is not decided yet, with
    the instant at which it is to be.
    """

    rules: Mapping[int, SpaceRules]
    claims: Mapping[int, Sequence[Interval]] = field(default_factory=dict)
    asked: Mapping[int, Sequence[tuple[Interval, datetime]]] = field(default_factory=dict)

    def busy(self, spaces: Iterable[Space], during: Interval) -> tuple[Interval, ...]:
        """What holds one of the spaces within `during`, in order of time, each span once."""
        held = {
            span for atom in atoms_of(*spaces) for span in self.claims.get(atom, ()) if span.overlaps(during)
        }
        return tuple(sorted(held))

    def is_being_decided(self, space: Space, during: Interval, now: datetime) -> bool:
        """Whether that time is open and those who asked for it before wait for their answer."""
        return any(
            opens_at <= now and span.overlaps(during)
            for atom in atoms_of(space)
            for span, opens_at in self.asked.get(atom, ())
        )


def atoms_of(*spaces: Space) -> list[int]:
    """The indivisible spaces that the spaces are made of, sorted, each once."""
    return sorted({atom.id for space in spaces for atom in space.atoms()})


def claimed(space: Space, during: Interval) -> Interval:
    """What a booking keeps others out of: its time and the buffers around it."""
    before, after = timedelta(minutes=space.before_min), timedelta(minutes=space.after_min)
    return Interval(during.start - before, during.end + after)


def look(
    session: Session, spaces: Sequence[Space], during: Interval, ignoring: Collection[UUID] = ()
) -> Picture:
    """Read rules and claims; the claims of the occurrences `ignoring` are overlooked."""
    reach = hull(claimed(space, during) for space in spaces)
    rows = session.execute(
        select(Claim.space_id, Claim.starts_at, Claim.ends_at, Claim.occurrence_id)
        .where(Claim.space_id.in_(atoms_of(*spaces)), *claims_within(reach))
        .order_by(Claim.starts_at)
    )
    claims: dict[int, list[Interval]] = {}
    for atom, start, end, occurrence_id in rows:
        if occurrence_id not in ignoring:
            claims.setdefault(atom, []).append(Interval(start, end))
    return Picture(rules_by_space(session, spaces, during), claims, _asked(session, reach))


def _asked(session: Session, reach: Interval) -> dict[int, list[tuple[Interval, datetime]]]:
    """What was asked for of any space: there is little, and only before a date opens."""
    found: dict[int, list[tuple[Interval, datetime]]] = {}
    waiting = session.scalars(
        select(Waiting)
        .where(UNDECIDED, Waiting.starts_at < reach.end, Waiting.ends_at > reach.start)
        .options(joinedload(Waiting.space))
    )
    for one in waiting:
        span = claimed(one.space, Interval(one.starts_at, one.ends_at))
        if one.opens_at is not None:
            for atom in atoms_of(one.space):
                found.setdefault(atom, []).append((span, one.opens_at))
    return found


def busy(
    session: Session, space: Space, during: Interval, ignoring: Collection[UUID] = ()
) -> tuple[Interval, ...]:
    """When the space, or a part of it, is claimed within `during`."""
    return look(session, [space], during, ignoring).busy([space], during)


def wait_for(session: Session, slots: Iterable[Slot], bundle: Sequence[Space] = ()) -> None:
    """Queue for every space that the slots claim, so that of several at once none ends in a deadlock."""
    spaces = {slot.space.id: slot.space for slot in slots}
    take_turn(session, SPACE, atoms_of(*spaces.values(), *bundle))


def refused_dates(
    session: Session, slots: Sequence[Slot], party: Party, now: datetime, ignoring: Collection[UUID] = ()
) -> list[DateRefused]:
    """The slots that cannot be had, in order, each with its ways out; none when all can."""
    if not slots:
        return []
    spaces = list({space.id: space for slot in slots for space in (slot.space, *party.bundle)}.values())
    picture = look(session, spaces, hull(slot.during for slot in slots), ignoring)
    found = [refused for slot in slots if (refused := against(slot, party, picture, now)) is not None]
    return _with_ways_out(session, found, slots, party, now, ignoring) if found else []


def against(slot: Slot, party: Party, picture: Picture, now: datetime) -> DateRefused | None:
    """Why the slot cannot be had, without ways out; None when it can."""
    wanted = Wanted(slot.during, party.people, party.who)
    reasons = refusals(wanted, picture.rules[slot.space.id], now)
    for extra in party.bundle:
        reasons += refusals(Wanted(slot.during, None, party.who), picture.rules[extra.id], now)
    conflicts: tuple[Interval, ...] = ()
    for space in (slot.space, *party.bundle):
        held = picture.busy([space], claimed(space, slot.during))
        reasons += [Refusal("taken", {"space": space.name})] if held else []
        conflicts += held
    if picture.is_being_decided(slot.space, claimed(slot.space, slot.during), now):
        reasons.append(Refusal("being_decided", {"space": slot.space.name}))
    if not reasons:
        return None
    return DateRefused(slot.original_start, slot.during, tuple(reasons), conflicts)


def _with_ways_out(
    session: Session,
    refused: Sequence[DateRefused],
    slots: Sequence[Slot],
    party: Party,
    now: datetime,
    ignoring: Collection[UUID],
) -> list[DateRefused]:
    """Each with the nearest yes on its local day: another space of the site, or another time in its own."""
    by_start = {slot.original_start: slot for slot in slots}
    first = by_start[refused[0].original_start].space
    zone = ZoneInfo(first.site.timezone)
    shown = refused[:MOST_WAYS_OUT]
    days = {one.original_start: local_day(one.during.start.astimezone(zone).date(), zone) for one in shown}
    others = session.scalars(
        select(Space).where(Space.site_id == first.site_id, Space.kind == first.kind).order_by(Space.position)
    ).all()
    spaces = list({space.id: space for space in (*others, *(slot.space for slot in slots))}.values())
    picture = look(session, spaces, hull(days.values()), ignoring)
    heat = heat_of(session, first.site, spaces, now, hull(days.values()).end)
    told = [
        _way_out(
            one,
            by_start[one.original_start].space,
            spaces,
            picture,
            days[one.original_start],
            party,
            now,
            heat,
        )
        for one in shown
    ]
    return [*told, *refused[MOST_WAYS_OUT:]]


def _way_out(
    refused: DateRefused,
    own: Space,
    spaces: Sequence[Space],
    picture: Picture,
    around: Interval,
    party: Party,
    now: datetime,
    heat: Heat,
) -> DateRefused:
    wanted = Wanted(refused.during, party.people, party.who)
    others = [candidate(other, picture, around) for other in spaces if other.id != own.id]
    instead = alternatives(wanted, candidate(own, picture, around), others, around, now, heat)
    return DateRefused(
        refused.original_start, refused.during, refused.refusals, refused.conflicts, tuple(instead)
    )


def candidate(space: Space, picture: Picture, around: Interval) -> Candidate:
    """With each claim made longer by the space's own buffers: what is free then is free with buffers."""
    before, after = timedelta(minutes=space.before_min), timedelta(minutes=space.after_min)
    held = (
        Interval(span.start - after, span.end + before)
        for span in picture.busy([space], claimed(space, around))
    )
    return Candidate(space.slug, picture.rules[space.id], tuple(held))


def store(
    session: Session,
    series: Series,
    slots: Sequence[Slot],
    status: OccurrenceStatus,
    *,
    holds: bool = True,
    hold_until: datetime | None = None,
) -> list[UUID]:
    """Store every date in one statement and every claim in another; `holds`: whether the claims count.

    The series must have been flushed. Raises IntegrityError naming OVERLAP when somebody was first.
    """
    ids = [uuid4() for _ in slots]
    rows = [
        {
            "id": occurrence_id,
            "series_id": series.id,
            "tenant_id": series.tenant_id,
            "space_id": slot.space.id,
            "original_start": slot.original_start,
            "starts_at": slot.during.start,
            "ends_at": slot.during.end,
            "status": status,
            "sequence": series.sequence,
            "moved": slot.moved,
            "hold_until": hold_until,
            "look_at": slot.during.start if status is OccurrenceStatus.CONFIRMED else None,
        }
        for occurrence_id, slot in zip(ids, slots, strict=True)
    ]
    _insert(session, Occurrence, rows)
    _claim(session, dict(zip(ids, slots, strict=True)), series.bundle, holds=holds)
    return ids


def put_claims(
    session: Session, slots: Mapping[UUID, Slot], bundle: Sequence[Space], *, holds: bool = True
) -> None:
    """Claim each occurrence's slot anew, in one statement. Raises IntegrityError naming OVERLAP."""
    session.execute(delete(Claim).where(Claim.occurrence_id.in_(list(slots))))
    _claim(session, slots, bundle, holds=holds)


def _claim(session: Session, slots: Mapping[UUID, Slot], bundle: Sequence[Space], *, holds: bool) -> None:
    rows = [
        {
            "occurrence_id": occurrence_id,
            "space_id": atom,
            "starts_at": span.start,
            "ends_at": span.end,
            "active": holds,
        }
        for occurrence_id, slot in slots.items()
        for atom, span in _claims(slot, bundle).items()
    ]
    _insert(session, Claim, rows)


def _insert(
    session: Session, model: type[Occurrence] | type[Claim], rows: Sequence[Mapping[str, Any]]
) -> None:
    """All rows in one statement, which is compiled once for any number of them: hence the `returning`."""
    session.execute(insert(model).returning(model.id), rows)


def _claims(slot: Slot, bundle: Sequence[Space]) -> dict[int, Interval]:
    """What a slot claims of each indivisible space: where two say something, as much as both."""
    spans: dict[int, Interval] = {}
    for space in (*bundle, slot.space):
        span = claimed(space, slot.during)
        for atom in atoms_of(space):
            spans[atom] = hull([span, spans[atom]]) if atom in spans else span
    return spans


def free(
    session: Session, occurrence_ids: Collection[UUID], status: OccurrenceStatus, now: datetime
) -> list[UUID]:
    """End those that are still alive and give their claims up; who wins a race for one finds it here."""
    ended = list(
        session.scalars(
            update(Occurrence)
            .where(Occurrence.id.in_(list(occurrence_ids)), Occurrence.status.in_(ALIVE))
            .values(status=status, ended_at=now, look_at=None, hold_until=None)
            .returning(Occurrence.id)
        )
    )
    session.execute(update(Claim).where(Claim.occurrence_id.in_(ended)).values(active=False))
    return ended


def number_change(session: Session, series: Series, occurrence_ids: Collection[UUID]) -> None:
    """Raise the series' sequence, and give the changed dates the same number (RFC 5546)."""
    series.sequence += 1
    session.execute(
        update(Occurrence).where(Occurrence.id.in_(list(occurrence_ids))).values(sequence=series.sequence)
    )
