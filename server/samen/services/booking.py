"""Booking a space, and giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from samen.adapters.db.locks import SPACE, take_turn
from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Series, Space
from samen.adapters.db.models.booking import OVERLAP
from samen.domain.access import Viewer
from samen.domain.alternatives import Alternative, Candidate, alternatives
from samen.domain.interval import Interval, local_day
from samen.domain.rules import Refusal, SpaceRules, Wanted, refusals
from samen.services import audit

HOLDING = (OccurrenceStatus.CONFIRMED, OccurrenceStatus.PENDING)


@dataclass(frozen=True)
class Ask:
    """What a member asks for, in the name of their tenant."""

    space: str
    during: Interval
    title: str
    people: int | None
    viewer: Viewer


@dataclass(frozen=True)
class Booked:
    """A yes: the series with its one occurrence."""

    series: Series


@dataclass(frozen=True)
class Refused:
    """A no: why, what stands in the way (times only), and what would be accepted instead."""

    refusals: tuple[Refusal, ...]
    conflicts: tuple[Interval, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Cancelled:
    """The occurrence no longer holds its space."""

    occurrence: Occurrence


def request(session: Session, ask: Ask, now: datetime) -> Booked | Refused:
    """Book, or say why not. The database is the referee: of two at once, one is refused here."""
    space = session.scalar(select(Space).where(Space.slug == ask.space))
    if space is None:
        return Refused((Refusal("unknown_space", {"space": ask.space}),))
    wanted = Wanted(ask.during, ask.people)
    if reasons := refusals(wanted, rules_of(space), now):
        return Refused(tuple(reasons), (), _instead(session, space, wanted, now))
    take_turn(session, SPACE, (atom.id for atom in space.atoms()))
    if conflicts := busy(session, space, ask.during):
        return _taken(session, space, wanted, conflicts, now)
    try:
        with session.begin_nested():
            series = _store(session, ask, space, now)
    except IntegrityError as error:
        if OVERLAP not in str(error.orig):
            raise
        return _taken(session, space, wanted, busy(session, space, ask.during), now)
    audit.note(session, ask.viewer.actor, "booking.made", str(series.id), _facts(space, ask.during), now)
    return Booked(series)


def cancel(session: Session, occurrence_id: UUID, viewer: Viewer, now: datetime) -> Cancelled | Refused:
    """Give the space back. Whoever comes second is told that it has ended already."""
    occurrence = session.get(Occurrence, occurrence_id)
    if occurrence is None or not _may_change(viewer, occurrence):
        return Refused((Refusal("no_such_booking"),))
    if occurrence.ends_at <= now:
        return Refused((Refusal("already_over", {"ended": occurrence.ends_at}),))
    if not _end(session, occurrence, OccurrenceStatus.CANCELLED, now):
        return Refused((Refusal("already_cancelled"),))
    during = Interval(occurrence.starts_at, occurrence.ends_at)
    audit.note(
        session, viewer.actor, "booking.cancelled", str(occurrence.id), _facts(occurrence.space, during), now
    )
    return Cancelled(occurrence)


def rules_of(space: Space) -> SpaceRules:
    """The space's rules as the domain wants them."""
    zone = ZoneInfo(space.site.timezone)
    return SpaceRules(space.opening, space.closing, space.horizon_days, space.capacity, zone)


def busy(session: Session, space: Space, during: Interval) -> tuple[Interval, ...]:
    """When the space, or a part of it, is held within `during`."""
    held = session.execute(
        select(Claim.starts_at, Claim.ends_at)
        .where(Claim.space_id.in_([atom.id for atom in space.atoms()]), Claim.active)
        .where(Claim.starts_at < during.end, Claim.ends_at > during.start)
        .distinct()
        .order_by(Claim.starts_at)
    )
    return tuple(Interval(start, end) for start, end in held)


def free_spaces(
    session: Session, during: Interval, people: int, features: Sequence[str], now: datetime
) -> list[Space]:
    """Spaces that would accept the booking now: warm zones first (a neighbour is booked), then best fit."""
    spaces = session.scalars(select(Space).order_by(Space.position)).all()
    wanted = Wanted(during, people)
    fit = [
        space
        for space in spaces
        if set(features) <= {feature.feature for feature in space.features}
        and not refusals(wanted, rules_of(space), now)
        and not busy(session, space, during)
    ]
    warm = _warm_zones(session, during)
    return sorted(fit, key=lambda space: (space.zone_id not in warm, space.capacity, space.position))


def _warm_zones(session: Session, during: Interval) -> set[int | None]:
    """Zones in which something is booked at that time, so that they are heated anyway."""
    heated = (
        select(Space.zone_id)
        .join(Claim, Claim.space_id == Space.id)
        .where(Claim.active, Claim.starts_at < during.end, Claim.ends_at > during.start)
    )
    return set(session.scalars(heated))


def _store(session: Session, ask: Ask, space: Space, now: datetime) -> Series:
    zone = ZoneInfo(space.site.timezone)
    occurrence = Occurrence(
        space=space,
        original_start=ask.during.start,
        starts_at=ask.during.start,
        ends_at=ask.during.end,
        status=OccurrenceStatus.CONFIRMED,
        claims=[_claim(atom, ask.during) for atom in space.atoms()],
    )
    series = Series(
        space_id=space.id,
        tenant_id=ask.viewer.tenant_id,
        booked_by_id=ask.viewer.member_id,
        title=ask.title,
        people=ask.people,
        starts_local=ask.during.start.astimezone(zone).replace(tzinfo=None),
        length=ask.during.length,
        timezone=zone.key,
        created_at=now,
        occurrences=[occurrence],
    )
    session.add(series)
    session.flush()
    return series


def _claim(atom: Space, during: Interval) -> Claim:
    return Claim(space_id=atom.id, starts_at=during.start, ends_at=during.end)


def _may_change(viewer: Viewer, occurrence: Occurrence) -> bool:
    return viewer.may_change(occurrence.series.tenant_id, occurrence.series.booked_by_id)


def _end(session: Session, occurrence: Occurrence, status: OccurrenceStatus, now: datetime) -> bool:
    """One caller wins; for the others nothing is left to end."""
    ended = session.execute(
        update(Occurrence)
        .where(Occurrence.id == occurrence.id, Occurrence.status.in_(HOLDING))
        .values(status=status, ended_at=now, sequence=Occurrence.sequence + 1)
        .returning(Occurrence.id)
    ).first()
    if ended is None:
        return False
    session.execute(update(Claim).where(Claim.occurrence_id == occurrence.id).values(active=False))
    return True


def _taken(
    session: Session, space: Space, wanted: Wanted, conflicts: tuple[Interval, ...], now: datetime
) -> Refused:
    return Refused(
        (Refusal("taken", {"space": space.name}),), conflicts, _instead(session, space, wanted, now)
    )


def _instead(session: Session, space: Space, wanted: Wanted, now: datetime) -> tuple[Alternative, ...]:
    """The nearest yes: on the wanted local day, in this space or another of the site."""
    zone = ZoneInfo(space.site.timezone)
    around = local_day(wanted.during.start.astimezone(zone).date(), zone)
    others = session.scalars(
        select(Space).where(Space.site_id == space.site_id, Space.id != space.id).order_by(Space.position)
    )
    candidates = [_candidate(session, other, around) for other in others]
    return tuple(alternatives(wanted, _candidate(session, space, around), candidates, around, now))


def _candidate(session: Session, space: Space, around: Interval) -> Candidate:
    return Candidate(space.slug, rules_of(space), busy(session, space, around))


def _facts(space: Space, during: Interval) -> dict[str, str]:
    return {"space": space.slug, "start": during.start.isoformat(), "end": during.end.isoformat()}
