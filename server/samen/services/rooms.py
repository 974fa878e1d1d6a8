"""How each room stands now: what the page, the live stream and the polling behind it all show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from samen.adapters.db.models import Claim, Occurrence, OccurrenceStatus, Space, SpaceState
from samen.domain.interval import Interval
from samen.domain.presence import RoomNow, heard_lately, present_in_whole, room_now, somebody
from samen.services.claims import claims_within
from samen.services.placing import atoms_of

# The database keeps microseconds.
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class RoomState:
    """A room at a moment.

    `since_at`: since when its node has said the same; `heard_at`: when it, or a node of one of its parts,
    spoke of presence last; None: never. Climate if it is fresh.
    """

    space_id: int
    slug: str
    now: RoomNow
    booked_until: datetime | None
    since_at: datetime | None
    heard_at: datetime | None
    deg_c: float | None
    humidity: float | None
    co2_ppm: float | None

    @property
    def booked(self) -> bool:
        """Whether a confirmed booking runs at this moment."""
        return self.booked_until is not None


def room_states(session: Session, site_id: int, now: datetime) -> list[RoomState]:
    """Every space of the site in its order; a room made of parts is what its parts say."""
    spaces = session.scalars(
        select(Space)
        .where(Space.site_id == site_id)
        .order_by(Space.position, Space.id)
        .options(selectinload(Space.parts, recursion_depth=-1))
    ).all()
    known = {state.space_id: state for state in session.scalars(select(SpaceState))}
    booked = _booked_until(session, atoms_of(*spaces), now)
    return [_state(space, known, booked, now) for space in spaces]


def _booked_until(session: Session, atoms: Sequence[int], now: datetime) -> dict[int, datetime]:
    rows = session.execute(
        select(Claim.space_id, Claim.ends_at)
        .join(Occurrence)
        .where(Claim.space_id.in_(atoms), *claims_within(Interval(now, now + MOMENT)))
        .where(Occurrence.status == OccurrenceStatus.CONFIRMED)
    )
    return {row[0]: row[1] for row in rows}


def _state(
    space: Space, known: Mapping[int, SpaceState], booked: Mapping[int, datetime], now: datetime
) -> RoomState:
    atoms = space.atoms()
    until = [booked[atom.id] for atom in atoms if atom.id in booked]
    present = present_in_whole([_present(known.get(atom.id), now) for atom in atoms])
    own = known.get(space.id) if atoms == [space] else None
    fresh = own if _is_fresh(own, now) else None
    heard = [known[atom.id].occupancy_at for atom in atoms if atom.id in known]
    return RoomState(
        space_id=space.id,
        slug=space.slug,
        now=room_now(present, booked=bool(until)),
        booked_until=max(until, default=None),
        since_at=own.since_at if own else None,
        heard_at=max((at for at in heard if at is not None), default=None),
        deg_c=fresh.deg_c if fresh else None,
        humidity=fresh.humidity if fresh else None,
        co2_ppm=fresh.co2_ppm if fresh else None,
    )


def _present(state: SpaceState | None, now: datetime) -> bool | None:
    if state is None or state.occupancy_at is None:
        return None
    return somebody(heard_lately(state.occupancy, now - state.occupancy_at))


def _is_fresh(state: SpaceState | None, now: datetime) -> bool:
    if state is None or state.climate_at is None:
        return False
    return heard_lately("climate", now - state.climate_at) is not None
