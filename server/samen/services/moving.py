"""Leading stored dates to another time, space or series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from samen.adapters.db.models import Occurrence, OccurrenceStatus, Series
from samen.domain.editing import Dated, Pattern, Redrawn, keeps_approval
from samen.domain.interval import Interval
from samen.domain.rules import Booker
from samen.domain.series import cut_before, rest_from
from samen.services import placing
from samen.services.booking import status_of
from samen.services.placing import ALIVE, Slot

# Far enough that no date is ever booked there.
OUT_OF_THE_WAY = timedelta(days=100_000)


def slot_of(one: Occurrence) -> Slot:
    """Where a date stands."""
    return Slot(one.original_start, one.space, Interval(one.starts_at, one.ends_at), one.moved)


def dated(one: Occurrence, *, alone: bool) -> Dated:
    """A date as the domain wants it: changed by itself is also one whose tail was given back."""
    changed = not alone and (one.moved or one.booked_until is not None)
    return Dated(one.id, one.original_start, changed, one.status in ALIVE)


def pattern_of(series: Series, pivot: datetime | None = None) -> Pattern:
    """What the series' rule says; with `pivot`, of the dates from there on."""
    zone = ZoneInfo(series.timezone)
    whole = Pattern(_begins(series, zone), series.length, series.rrule, zone)
    if pivot is None or series.rrule is None:
        return whole
    rest = rest_from(series.rrule, series.starts_local, zone, pivot)
    return Pattern(pivot.astimezone(zone).replace(tzinfo=None), series.length, rest, zone)


def _begins(series: Series, zone: ZoneInfo) -> datetime:
    """Its wall time; where that occurs twice, and no rule means the first, the one that is booked."""
    if series.rrule is not None:
        return series.starts_local
    booked = (one.original_start.astimezone(zone).replace(tzinfo=None) for one in series.occurrences)
    return next((wall for wall in booked if wall == series.starts_local), series.starts_local)


def describe(series: Series, pattern: Pattern) -> None:
    """Write the pattern into the series."""
    series.starts_local, series.length, series.rrule = pattern.starts_local, pattern.length, pattern.rrule


def split(session: Session, series: Series, pivot: datetime, now: datetime) -> Series:
    """End the series before the pivot, and give what follows a series of its own, as yet without dates."""
    following = _alike(series, now)
    describe(following, pattern_of(series, pivot))
    if series.rrule is not None:
        zone = ZoneInfo(series.timezone)
        series.rrule = cut_before(series.rrule, series.starts_local, zone, pivot)
    series.sequence += 1
    session.add(following)
    session.flush()
    return following


def stand_alone(session: Session, rows: Iterable[Occurrence], now: datetime) -> None:
    """Give each date a series of its own: it is outside the rule it came from, and must not be lost."""
    for one in rows:
        own = _alike(one.series, now)
        zone = ZoneInfo(own.timezone)
        during = Interval(one.starts_at, one.ends_at)
        local = during.start.astimezone(zone).replace(tzinfo=None)
        describe(own, Pattern(local, during.length, None, zone))
        own.space_id = one.space_id
        own.title, own.people = one.title or own.title, one.people or own.people
        session.add(own)
        session.flush()
        one.series_id, one.original_start, one.moved = own.id, one.starts_at, False
    session.flush()


def follow(
    session: Session,
    series: Series,
    rows: Mapping[UUID, Occurrence],
    drawn: Redrawn,
    slots: Mapping[datetime, Slot],
    who: Booker,
) -> None:
    """Give every date its new name, and place those that have a slot; the others stay where they are."""
    names = {**drawn.renamed, **drawn.placed}
    _rename(session, series, [(rows[one], start) for one, start in names.items()])
    for one, start in drawn.placed.items():
        if start not in slots:
            rows[one].moved = True
    put(session, {rows[one]: slots[start] for one, start in drawn.placed.items() if start in slots}, who)


def put(session: Session, slots: Mapping[Occurrence, Slot], who: Booker) -> None:
    """Bring each date to its slot. What was approved stays so where it only became shorter."""
    claims: dict[bool, dict[UUID, Slot]] = {True: {}, False: {}}
    for one, slot in slots.items():
        status, holds = _status(one, slot, who)
        changed = (one.space_id, one.starts_at, one.ends_at) != (
            slot.space.id,
            slot.during.start,
            slot.during.end,
        )
        one.moved = slot.moved
        if changed or status is not one.status:
            claims[holds][one.id] = slot
            _rewrite(one, slot, status)
    session.flush()
    bundle = [space for one in list(slots)[:1] for space in one.series.bundle]
    for holds in (False, True):
        if claims[holds]:
            placing.put_claims(session, claims[holds], bundle, holds=holds)


def _rewrite(one: Occurrence, slot: Slot, status: OccurrenceStatus) -> None:
    one.space_id = slot.space.id
    one.starts_at, one.ends_at = slot.during.start, slot.during.end
    one.status, one.booked_until, one.warned_at = status, None, None
    one.look_at = slot.during.start if status is OccurrenceStatus.CONFIRMED else None


def _status(one: Occurrence, slot: Slot, who: Booker) -> tuple[OccurrenceStatus, bool]:
    if one.status is OccurrenceStatus.HELD:
        return one.status, True
    status, holds = status_of(slot.space, who)
    before = Interval(one.starts_at, one.ends_at)
    same_space = one.space_id == slot.space.id
    if one.status is OccurrenceStatus.CONFIRMED and keeps_approval(
        before, slot.during, same_space=same_space
    ):
        return OccurrenceStatus.CONFIRMED, True
    return status, holds


def _rename(session: Session, series: Series, names: Sequence[tuple[Occurrence, datetime]]) -> None:
    """Two dates of a series never bear one name, not even between two statements."""
    for step in (OUT_OF_THE_WAY, timedelta(0)):
        for one, start in names:
            one.series_id, one.original_start = series.id, start + step
        session.flush()


def _alike(series: Series, now: datetime) -> Series:
    """Another series of the same people for the same thing."""
    return Series(
        space_id=series.space_id,
        tenant_id=series.tenant_id,
        booked_by_id=series.booked_by_id,
        title=series.title,
        people=series.people,
        timezone=series.timezone,
        created_at=now,
        sequence=series.sequence,
        bundle=list(series.bundle),
    )
