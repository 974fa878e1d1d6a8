"""Buckets of energy and occupancy, computed again wherever readings changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    DirtyEnergy,
    DirtyOccupancy,
    EnergyRollup,
    IndexDecrease,
    IndexReading,
    Meter,
    MeterEvent,
    OccupancyReading,
    OccupancyRollup,
    Register,
    Site,
    Space,
    Step,
)
from samen.domain.interval import Interval, midnight
from samen.domain.metering import (
    Break,
    Bucket,
    Point,
    Segment,
    borders,
    decreases,
    gathered,
    known_segments,
    spread,
)
from samen.domain.presence import Beat, Use, in_buckets, stays
from samen.services.occupancy import uses_of

Owner = TypeVar("Owner", Register, Space)
Mark = TypeVar("Mark", DirtyEnergy, DirtyOccupancy)
# How far a changed reading reaches: whether its neighbour is a glitch depends on the one beyond it.
REACH = 3
# Somebody who books waits for one such portion at most; an import of years comes in marks of this length.
AT_ONCE = timedelta(days=92)
# A live reading is counted within seconds; what reaches back further was imported, or came late.
BEHIND = timedelta(minutes=5)
HOUR_S = 3600
QUARTER_S = 900
# Two readings may lie ten years apart: so many hours' buckets are in memory at once.
MOST_HOURS = AT_ONCE // timedelta(hours=1)


def roll_up(session: Session, limit: int = 50) -> int:
    """Compute the buckets of at most `limit` registers and spaces whose readings changed; returns how many.

    The marks go in the same transaction as the buckets come. A register or space that another worker has
    locked is left to that worker.
    """
    registers = _turn(session, Register, select(DirtyEnergy.register_id), limit)
    for register, zone in registers:
        for start, end in _spans(_take_marks(session, DirtyEnergy, DirtyEnergy.register_id == register.id)):
            _roll_up_energy(session, register, zone, start, end)
    spaces = _turn(session, Space, select(DirtyOccupancy.space_id), limit)
    for space, zone in spaces:
        for start, end in _spans(_take_marks(session, DirtyOccupancy, DirtyOccupancy.space_id == space.id)):
            _roll_up_occupancy(session, space.id, zone, start, end)
    return len(registers) + len(spaces)


def waiting_since(session: Session) -> datetime | None:
    """When the oldest change was made that no bucket shows yet."""
    oldest = [session.scalar(select(func.min(kind.marked_at))) for kind in (DirtyEnergy, DirtyOccupancy)]
    return min((at for at in oldest if at is not None), default=None)


def is_counting(session: Session, now: datetime) -> bool:
    """Whether buckets are behind readings of more than a few minutes ago, as after an import of years.

    By what the marks are of, not by when they were made: an import's are young, however far back they reach.
    """
    oldest = [session.scalar(select(func.min(kind.starts_at))) for kind in (DirtyEnergy, DirtyOccupancy)]
    return any(at is not None and now - at > BEHIND for at in oldest)


def _turn(session: Session, kind: type[Owner], dirty: Any, limit: int) -> list[tuple[Owner, ZoneInfo]]:  # noqa: ANN401
    """Rows with marks, locked: two workers on one register could overwrite the later truth."""
    owners = session.scalars(
        select(kind)
        .where(kind.id.in_(dirty))
        .order_by(kind.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    return [(owner, _zone(session, owner)) for owner in owners]


def _zone(session: Session, owner: Register | Space) -> ZoneInfo:
    site = select(Site.timezone)
    if isinstance(owner, Register):
        site = site.join(Meter).where(Meter.id == owner.meter_id)
    else:
        site = site.where(Site.id == owner.site_id)
    return ZoneInfo(session.scalars(site).one())


def _take_marks(session: Session, kind: type[Mark], of_owner: Any) -> list[tuple[datetime, datetime]]:  # noqa: ANN401
    """The newest marks, as far back as one transaction should reach; the older ones have their turn after."""
    newest = session.scalar(select(func.max(kind.starts_at)).where(of_owner))
    if newest is None:
        return []
    rows = session.execute(
        delete(kind)
        .where(of_owner, kind.starts_at > newest - AT_ONCE)
        .returning(kind.starts_at, kind.ends_at)
        .execution_options(synchronize_session=False)
    )
    return sorted((row[0], row[1]) for row in rows)


def _spans(marks: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    spans: list[tuple[datetime, datetime]] = []
    for start, end in marks:
        if spans and start - spans[-1][1] < timedelta(hours=1):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


# --- energy ---------------------------------------------------------------------------------------


def _roll_up_energy(
    session: Session, register: Register, zone: ZoneInfo, start: datetime, end: datetime
) -> None:
    lowest, highest = _reach(session, register, start, end)
    hours = borders(lowest, max(highest, lowest + 1), HOUR_S)
    known = known_of(session, register, _utc(hours[0]), _utc(hours[-1]))
    segments = known_segments(*known)
    for first in range(0, len(hours) - 1, MOST_HOURS):
        part = hours[first : first + MOST_HOURS + 1]
        within = [one for one in segments if one.start < part[-1] and one.end > part[0]]
        _put_energy(session, register, zone, within, part)
    _replace_decreases(session, register.id, decreases(*known), hours)


def _put_energy(
    session: Session, register: Register, zone: ZoneInfo, segments: Sequence[Segment], hours: Sequence[float]
) -> None:
    """The buckets of these hours; of a day that goes on after them, those of the hours that follow."""
    quarters, days = borders(hours[0], hours[-1], QUARTER_S), _day_borders(hours, zone)
    _replace_energy(session, register.id, Step.QUARTER, spread(segments, quarters), quarters)
    _replace_energy(session, register.id, Step.HOUR, spread(segments, hours), hours)
    _replace_energy(session, register.id, Step.DAY, _days(session, register, segments, hours, days), days)


def _reach(session: Session, register: Register, start: datetime, end: datetime) -> tuple[float, float]:
    """As far as a change between two instants is felt: to the readings and events around it."""
    before, after = _before(session, register.id, start), _after(session, register.id, end)
    lowest, highest = [point.at for point in before], [point.at for point in after]
    events = [one.at for one in _breaks(session, register.id, before, after)]
    if len(before) < REACH:
        lowest += events
    if len(after) < REACH:
        highest += events
    return min([*lowest, start.timestamp()]), max([*highest, end.timestamp()])


Known = tuple[list[Point], list[Break], float | None]


def known_of(session: Session, register: Register, start: datetime, end: datetime) -> Known:
    """What `known_segments` takes: readings and events within, and those just outside that decide."""
    rows = session.execute(
        select(IndexReading.at, IndexReading.gen, IndexReading.index).where(
            IndexReading.register_id == register.id, IndexReading.at >= start, IndexReading.at <= end
        )
    )
    within = [Point(at.timestamp(), gen, index) for at, gen, index in rows]
    before, after = _before(session, register.id, start), _after(session, register.id, end)
    breaks = _breaks(session, register.id, before, after)
    return [*before, *within, *after], breaks, register.rolls_over_at


def _breaks(session: Session, register: int, before: Sequence[Point], after: Sequence[Point]) -> list[Break]:
    """The events between the outermost of these readings, and all beyond where those are the last there are.

    Any other event beyond would begin its index at the first reading that happens to be loaded.
    """
    query = select(MeterEvent.at, MeterEvent.final_index, MeterEvent.first_index).where(
        MeterEvent.register_id == register
    )
    if len(before) == REACH:
        query = query.where(MeterEvent.at >= _utc(min(point.at for point in before)))
    if len(after) == REACH:
        query = query.where(MeterEvent.at <= _utc(max(point.at for point in after)))
    return [Break(at.timestamp(), final, first) for at, final, first in session.execute(query)]


def _before(session: Session, register: int, instant: datetime) -> list[Point]:
    rows = session.execute(
        select(IndexReading.at, IndexReading.gen, IndexReading.index)
        .where(IndexReading.register_id == register, IndexReading.at < instant)
        .order_by(IndexReading.at.desc())
        .limit(REACH)
    )
    return [Point(at.timestamp(), gen, index) for at, gen, index in rows]


def _after(session: Session, register: int, instant: datetime) -> list[Point]:
    rows = session.execute(
        select(IndexReading.at, IndexReading.gen, IndexReading.index)
        .where(IndexReading.register_id == register, IndexReading.at > instant)
        .order_by(IndexReading.at)
        .limit(REACH)
    )
    return [Point(at.timestamp(), gen, index) for at, gen, index in rows]


def _replace_decreases(
    session: Session, register: int, found: Sequence[tuple[Point, Point]], edges: Sequence[float]
) -> None:
    """Keep those that end between the edges for somebody to explain, instead of what was there."""
    session.execute(
        delete(IndexDecrease)
        .where(
            IndexDecrease.register_id == register,
            IndexDecrease.at > _utc(edges[0]),
            IndexDecrease.at <= _utc(edges[-1]),
        )
        .execution_options(synchronize_session=False)
    )
    rows = {
        b.at: {
            "register_id": register,
            "at": _utc(b.at),
            "since_at": _utc(a.at),
            "before": a.value,
            "after": b.value,
        }
        for a, b in found
        if edges[0] < b.at <= edges[-1]
    }
    if rows:
        session.execute(insert(IndexDecrease), list(rows.values()))


def _days(
    session: Session,
    register: Register,
    segments: Sequence[Segment],
    hours: Sequence[float],
    days: Sequence[float],
) -> list[Bucket]:
    """Days from quarters. A segment longer than a day crosses one of its borders: that much is estimated."""
    outer = [edge for edge in (days[0], days[-1]) if not hours[0] <= edge <= hours[-1]]
    crossing = {
        segment
        for edge in outer
        for segment in known_segments(*known_of(session, register, _utc(edge), _utc(edge)))
    }
    spread_days = {bucket.start: bucket for bucket in spread(sorted(crossing | set(segments)), days)}
    sums = [Bucket(*figures) for figures in gathered(_quarters(session, register.id, days), days)]
    return [bucket._replace(estimated_s=spread_days[bucket.start].estimated_s) for bucket in sums]


def _quarters(session: Session, register: int, days: Sequence[float]) -> list[Bucket]:
    rows = session.execute(
        select(
            EnergyRollup.starts_at, EnergyRollup.amount, EnergyRollup.known_s, EnergyRollup.estimated_s
        ).where(
            EnergyRollup.register_id == register,
            EnergyRollup.step == Step.QUARTER,
            EnergyRollup.starts_at >= _utc(days[0]),
            EnergyRollup.starts_at < _utc(days[-1]),
        )
    )
    return [Bucket(at.timestamp(), amount, known, estimated) for at, amount, known, estimated in rows]


def _replace_energy(
    session: Session, register: int, step: Step, buckets: Sequence[Bucket], edges: Sequence[float]
) -> None:
    session.execute(
        delete(EnergyRollup)
        .where(
            EnergyRollup.register_id == register,
            EnergyRollup.step == step,
            EnergyRollup.starts_at >= _utc(edges[0]),
            EnergyRollup.starts_at < _utc(edges[-1]),
        )
        .execution_options(synchronize_session=False)
    )
    rows = [
        {
            "register_id": register,
            "step": step,
            "starts_at": _utc(bucket.start),
            "amount": bucket.amount,
            "known_s": round(bucket.known_s),
            "estimated_s": round(bucket.estimated_s),
        }
        for bucket in buckets
    ]
    if rows:
        session.execute(insert(EnergyRollup), rows)


# --- occupancy ------------------------------------------------------------------------------------


def _roll_up_occupancy(session: Session, space: int, zone: ZoneInfo, start: datetime, end: datetime) -> None:
    lowest, highest = _neighbours(session, space, start, end)
    hours = borders(lowest.timestamp(), max(highest.timestamp(), lowest.timestamp() + 1), HOUR_S)
    known = stays(_beats(session, space, _utc(hours[0]), _utc(hours[-1])))
    quarters = borders(hours[0], hours[-1], QUARTER_S)
    _replace_use(session, space, Step.QUARTER, in_buckets(known, quarters), quarters)
    _replace_use(session, space, Step.HOUR, in_buckets(known, hours), hours)
    days = _day_borders(hours, zone)
    during = Interval(_utc(days[0]), _utc(days[-1]))
    of_days = gathered(uses_of(session, [space], during, Step.QUARTER).get(space, []), days)
    _replace_use(session, space, Step.DAY, [Use(*use) for use in of_days], days)


def _neighbours(session: Session, space: int, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    of_space = OccupancyReading.space_id == space
    earlier = select(func.max(OccupancyReading.at)).where(of_space, OccupancyReading.at < start)
    later = select(func.min(OccupancyReading.at)).where(of_space, OccupancyReading.at > end)
    return session.scalar(earlier) or start, session.scalar(later) or end


def _beats(session: Session, space: int, start: datetime, end: datetime) -> list[Beat]:
    lowest, highest = _neighbours(session, space, start, end)
    rows = session.execute(
        select(OccupancyReading.at, OccupancyReading.state)
        .where(
            OccupancyReading.space_id == space, OccupancyReading.at >= lowest, OccupancyReading.at <= highest
        )
        .order_by(OccupancyReading.at, OccupancyReading.boot, OccupancyReading.seq)
    )
    return [Beat(at.timestamp(), state) for at, state in rows]


def _replace_use(
    session: Session, space: int, step: Step, uses: Sequence[Use], edges: Sequence[float]
) -> None:
    session.execute(
        delete(OccupancyRollup)
        .where(
            OccupancyRollup.space_id == space,
            OccupancyRollup.step == step,
            OccupancyRollup.starts_at >= _utc(edges[0]),
            OccupancyRollup.starts_at < _utc(edges[-1]),
        )
        .execution_options(synchronize_session=False)
    )
    rows = [
        {
            "space_id": space,
            "step": step,
            "starts_at": _utc(use.start),
            "occupied_s": round(use.occupied_s),
            "empty_s": round(use.empty_s),
            "unknown_s": round(use.unknown_s),
        }
        for use in uses
    ]
    if rows:
        session.execute(insert(OccupancyRollup), rows)


# --- time -----------------------------------------------------------------------------------------


def _utc(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _day_borders(hours: Sequence[float], zone: ZoneInfo) -> list[float]:
    """The local midnights that enclose the hours."""
    day = _utc(hours[0]).astimezone(zone).date()
    edges = [midnight(day, zone).timestamp()]
    while edges[-1] < hours[-1]:
        day += timedelta(days=1)
        edges.append(midnight(day, zone).timestamp())
    return edges
