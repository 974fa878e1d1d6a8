"""What is on in a space, for whoever stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Series, Space
from samen.domain.access import Viewer
from samen.domain.door import Sign, sign
from samen.domain.interval import Interval, local_day
from samen.domain.presence import RoomNow
from samen.domain.release import EARLY, Presence, ReleasePolicy, frees_at, verdict
from samen.domain.rules import opening_of
from samen.services import placing
from samen.services.claims import claims_within
from samen.services.presence_seen import seen_of
from samen.services.release import booked_of, may_check_in, terms_of, why_not_here
from samen.services.rooms import room_states
from samen.services.rules import rules_of


@dataclass(frozen=True)
class Door:
    """What the sign says: what is on and what is next today.

    `until`: when a free space is taken, or closes. `frees_at`: when an empty one is freed. `to_check_in`: the
    booking that whoever stands here can say they have come for.
    """

    sign: Sign
    running: Occurrence | None
    coming: tuple[Occurrence, ...]
    until: datetime | None = None
    frees_at: datetime | None = None
    to_check_in: Occurrence | None = None


def door_of(session: Session, space: Space, now: datetime) -> Door:
    """How the space stands now, and what the rest of its local day brings."""
    zone = ZoneInfo(space.site.timezone)
    today = local_day(now.astimezone(zone).date(), zone)
    held = held_by(session, space, Interval(now, today.end))
    running = next((one for one in held if one.starts_at <= now), None)
    coming = tuple(one for one in held if one.starts_at > now)
    here = running is not None and booked_of(running).here_at is not None
    presence = _presence(session, running, now) if running else None
    hours = _open_until(session, space, today, now)
    sees = next(state.now for state in room_states(session, space.site_id, now) if state.space_id == space.id)
    says = sign(presence, somebody=_somebody(sees), here=here, is_open=hours is not None)
    ends = [one.starts_at for one in coming] + ([hours] if hours else [])
    waited_for = running if says is Sign.BOOKED_EMPTY else None
    return Door(
        sign=says,
        running=running,
        coming=coming,
        until=min(ends, default=None) if running is None else None,
        frees_at=frees_at(booked_of(waited_for), terms_of(waited_for.space)) if waited_for else None,
        to_check_in=_to_check_in(held, now),
    )


def held_by(session: Session, space: Space, during: Interval) -> Sequence[Occurrence]:
    """What holds the space, or a part of it, in order of time."""
    claimed = select(Claim.occurrence_id).where(
        Claim.space_id.in_(placing.atoms_of(space)),
        *claims_within(during),
    )
    return session.scalars(
        select(Occurrence)
        .where(Occurrence.id.in_(claimed))
        .where(Occurrence.starts_at < during.end, Occurrence.ends_at > during.start)
        .options(joinedload(Occurrence.series).joinedload(Series.tenant), joinedload(Occurrence.space))
        .order_by(Occurrence.starts_at, Occurrence.space_id)
    ).all()


def mine_here(session: Session, space: Space, viewer: Viewer, now: datetime) -> list[Occurrence]:
    """What the viewer can check in to now, else the next booking of their tenant."""
    today = held_by(session, space, Interval(now, now + timedelta(hours=24)))
    own = [one for one in today if may_check_in(viewer, one.series)]
    due = [one for one in own if why_not_here(one, now) is None]
    return due or [one for one in own if one.series.tenant_id == viewer.tenant_id][:1]


def _presence(session: Session, running: Occurrence, now: datetime) -> Presence:
    booked, terms = booked_of(running), terms_of(running.space)
    if running.status is not OccurrenceStatus.CONFIRMED or terms.policy is ReleasePolicy.NEVER:
        return Presence.UNKNOWN
    sight = seen_of(session, running.space, Interval(running.starts_at - 2 * EARLY, now))
    return verdict(booked, sight, terms, now)


def _open_until(session: Session, space: Space, today: Interval, now: datetime) -> datetime | None:
    """When the space closes, or a blackout begins; None where it is closed now."""
    rules = rules_of(session, space, today)
    hours = opening_of(rules, rules.local_date(now))
    closures = [closure.during for closure in rules.blackouts]
    if hours is None or not hours.contains(now) or any(span.contains(now) for span in closures):
        return None
    return min([hours.end, *(span.start for span in closures if span.start > now)])


def _to_check_in(held: Sequence[Occurrence], now: datetime) -> Occurrence | None:
    """What runs, else what is about to; None where several do, in the parts of a space, or they are here."""
    due = [one for one in held if why_not_here(one, now) is None]
    first = [one for one in due if one.starts_at <= now] or due
    alone = first[0] if len(first) == 1 else None
    return alone if alone and booked_of(alone).here_at is None else None


def _somebody(room: RoomNow) -> bool | None:
    return None if room is RoomNow.UNKNOWN else room is RoomNow.IN_USE
