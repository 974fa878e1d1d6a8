"""Finding something to book over all sites: time first, then people and features; and what is free now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from samen.adapters.db.models import Site, Space, SpaceKind
from samen.domain.access import Viewer
from samen.domain.alternatives import alternatives
from samen.domain.finding import LASTING, USUAL, EnergyHint, free_stretch, lacks, preference, right_now
from samen.domain.interval import Interval, hull, local_day
from samen.domain.presence import RoomNow
from samen.domain.rules import Booker, Refusal, Wanted, needs_approval
from samen.services import placing
from samen.services.booking import booker_of
from samen.services.heat_hint import heat_hints
from samen.services.placing import Party, Picture, Slot
from samen.services.rooms import RoomState, room_states

# How many days after the wanted one are looked through for the nearest time.
DAYS_AFTER = 7
# Rooms known to be empty come first; last those in which somebody sits who did not book.
SURE = (RoomNow.FREE, RoomNow.UNKNOWN, RoomNow.BOOKED_EMPTY, RoomNow.IN_USE)


@dataclass(frozen=True)
class Needs:
    """What is looked for beside a time. Without a `kind`, whatever can be booked."""

    people: int | None = None
    features: frozenset[str] = field(default_factory=frozenset)
    kind: SpaceKind | None = SpaceKind.ROOM


@dataclass(frozen=True)
class Found:
    """A space that can be had for the whole time, and until when it stays free on that local day."""

    space: Space
    during: Interval
    free_until: datetime
    energy: EnergyHint
    needs_approval: bool


@dataclass(frozen=True)
class Miss:
    """A space that cannot be had as asked: why not, and the nearest times at which it could; or none."""

    space: Space
    during: Interval
    reasons: tuple[Refusal, ...]
    times: tuple[Interval, ...]


@dataclass(frozen=True)
class FreeNow:
    """A room that nothing holds at this moment, how it really stands, and what of it could be booked."""

    found: Found
    state: RoomState


@dataclass(frozen=True)
class Place:
    """Some spaces of a site around the time that is asked about, read once."""

    spaces: Sequence[Space]
    picture: Picture
    around: Interval
    heat: Mapping[int, EnergyHint]

    def held(self, space: Space) -> Sequence[Interval]:
        """When the space cannot be booked for what stands there."""
        return placing.candidate(space, self.picture, self.around).busy

    def found(self, space: Space, during: Interval, until: datetime, who: Booker) -> Found:
        yes = needs_approval(space.approval, space.owner_id, who)
        hint = self.heat.get(space.zone_id or 0, EnergyHint(warm=False))
        return Found(space, during, until, hint, yes)


def sites(session: Session) -> Sequence[Site]:
    """Every site, the first one first."""
    return session.scalars(select(Site).order_by(Site.id)).all()


def on_offer(session: Session) -> tuple[list[str], list[SpaceKind]]:
    """Every feature that some space has, and the kinds of spaces there are."""
    spaces = session.scalars(select(Space).options(selectinload(Space.features))).all()
    kinds = {space.kind for space in spaces}
    features = {feature.feature for space in spaces for feature in space.features}
    return sorted(features), [kind for kind in SpaceKind if kind in kinds]


def free_spaces(
    session: Session, times: Mapping[int, Interval], needs: Needs, viewer: Viewer, now: datetime
) -> list[Found]:
    """What the viewer could book for the whole time: least extra heat first, then the best fit.

    `times`: for each site to look in, by its id, the time wanted there. A whole is found when all of its
    parts are free.
    """
    party = Party(booker_of(viewer), needs.people)
    found = [
        place.found(space, during, _free_until(space, during, place), party.who)
        for during, place in _places(session, times, needs.kind, now)
        for space in place.spaces
        if not _reasons(space, during, needs, place.picture, party, now)
    ]
    return sorted(found, key=_preference)


def near_misses(
    session: Session, times: Mapping[int, Interval], needs: Needs, viewer: Viewer, now: datetime
) -> list[Miss]:
    """Why each other space cannot be had, and the nearest times at which it could.

    First those with all that is needed, the nearest time first; then those that are free but lack a feature;
    then those that no time helps.
    """
    party = Party(booker_of(viewer), needs.people)
    missed = [
        Miss(space, during, _telling(reasons), _times(space, during, reasons, place, party, now))
        for during, place in _places(session, times, needs.kind, now, DAYS_AFTER)
        for space in place.spaces
        if (reasons := _reasons(space, during, needs, place.picture, party, now))
    ]
    return sorted(missed, key=_nearness)


def free_now(session: Session, viewer: Viewer, now: datetime) -> list[FreeNow]:
    """Rooms that the viewer could walk into and book: those known to be empty first, then by preference."""
    during, who = Interval(now, now + USUAL), booker_of(viewer)
    times = {site.id: during for site in sites(session)}
    states = {state.space_id: state for site_id in times for state in room_states(session, site_id, now)}
    found = [
        FreeNow(place.found(space, *offered, who), states[space.id])
        for _during, place in _places(session, times, SpaceKind.ROOM, now)
        for space in place.spaces
        if (offered := right_now(Wanted(during, who=who), place.picture.rules[space.id], place.held(space)))
    ]
    return sorted(found, key=lambda one: (SURE.index(one.state.now), *_preference(one.found)))


def _places(
    session: Session,
    times: Mapping[int, Interval],
    kind: SpaceKind | None,
    now: datetime,
    days_after: int = 0,
) -> Iterator[tuple[Interval, Place]]:
    """Each site with such spaces, and the time wanted there; read over that local day and those after."""
    for site in session.scalars(select(Site).where(Site.id.in_(times)).order_by(Site.id)):
        spaces = _spaces(session, site, kind)
        if spaces:
            during, zone = times[site.id], ZoneInfo(site.timezone)
            day = during.start.astimezone(zone).date()
            last = local_day(day + timedelta(days=days_after), zone)
            around = hull([during, local_day(day, zone), last])
            picture = placing.look(session, spaces, around)
            yield during, Place(spaces, picture, around, heat_hints(session, site, during, now))


def _spaces(session: Session, site: Site, kind: SpaceKind | None) -> Sequence[Space]:
    return session.scalars(
        select(Space)
        .where(Space.site_id == site.id, *([Space.kind == kind] if kind else []))
        .options(selectinload(Space.features), selectinload(Space.parts))
        .order_by(Space.position)
    ).all()


def _reasons(
    space: Space, during: Interval, needs: Needs, picture: Picture, party: Party, now: datetime
) -> tuple[Refusal, ...]:
    """Why the space cannot be had then; nothing when it can."""
    lacking = lacks(needs.features, {feature.feature for feature in space.features})
    refused = placing.against(Slot(during.start, space, during), party, picture, now)
    return ((lacking,) if lacking else ()) + (refused.refusals if refused else ())


def _telling(reasons: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """The reasons worth telling: those that no time takes away, alone, where there are any."""
    return tuple(reason for reason in reasons if reason.code in LASTING) or tuple(reasons)


def _free_until(space: Space, during: Interval, place: Place) -> datetime:
    stretch = free_stretch(during.start, place.picture.rules[space.id], place.held(space))
    return stretch.end if stretch else during.end


def _times(
    space: Space,
    during: Interval,
    reasons: Sequence[Refusal],
    place: Place,
    party: Party,
    now: datetime,
) -> tuple[Interval, ...]:
    """When the space could be had: another time, or the very one where all that it lacks is a feature."""
    codes = {reason.code for reason in reasons}
    if codes == {"lacks_features"}:
        return (during,)
    if codes & LASTING:
        return ()
    wanted = Wanted(during, party.people, party.who)
    own = placing.candidate(space, place.picture, place.around)
    return tuple(other.during for other in alternatives(wanted, own, (), place.around, now))


def _preference(found: Found) -> tuple[float, int, int]:
    return preference(found.energy, found.space.capacity, found.space.position)


def _nearness(miss: Miss) -> tuple[bool, bool, timedelta, int, int]:
    far = abs(miss.times[0].start - miss.during.start) if miss.times else timedelta.max
    lacking = miss.reasons[0].code == "lacks_features"
    return not miss.times, lacking, far, miss.space.capacity, miss.space.position
