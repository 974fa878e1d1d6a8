"""The demo's invented past, stored: bookings, who was in the rooms, what the meters counted, the weather."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Claim,
    Device,
    EventKind,
    Meter,
    OccupancyRollup,
    Occurrence,
    OccurrenceStatus,
    Series,
    Site,
    Space,
    Step,
)
from samen.domain.access import Viewer
from samen.domain.imported import Amount
from samen.domain.interval import Interval, at_wall, midnight
from samen.domain.outdoor import WeatherSource
from samen.domain.presence import Stay, Use, in_buckets
from samen.services import demo_energy, meter_events, placing
from samen.services.imports import import_amounts
from samen.services.placing import Slot
from samen.services.weather import store_temperatures

Week = Sequence[tuple[int, str, str, str, str, str, int]]
# Of the past bookings: how many there were of those usual in a week, and how many of these somebody used.
KEPT, USED = 0.72, 0.88
REPLACED_AGO = timedelta(days=270)
# Hours of the rooms and their quarters, as far back as anybody looks at them.
HOURS, QUARTERS = timedelta(days=400), timedelta(days=35)
WEEK_LENGTH = timedelta(weeks=1)


def seed_bookings(
    session: Session, site: Site, week: Week, viewers: Mapping[str, Viewer], history: timedelta, now: datetime
) -> None:
    """The usual week, as a series a booking, from the beginning of the history to the week before last."""
    zone, chance = ZoneInfo(site.timezone), Random(7)  # noqa: S311 (a picture, not a secret)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday()) - WEEK_LENGTH
    weeks = [monday - WEEK_LENGTH * back for back in range(history // WEEK_LENGTH, 0, -1)]
    spaces = {space.slug: space for space in session.scalars(select(Space).where(Space.site_id == site.id))}
    for weekday, slug, start, end, who, title, people in week:
        days = [first + timedelta(days=weekday) for first in weeks]
        days = [on for on in days if chance.random() < KEPT and not demo_energy.is_quiet(on)]
        if days:
            spans = [Interval(_at(on, start, zone), _at(on, end, zone)) for on in days]
            _store(session, spaces[slug], spans, viewers[who], (title, people), zone)
    _close(session, chance, midnight(monday, zone))


def _store(
    session: Session,
    space: Space,
    spans: Sequence[Interval],
    viewer: Viewer,
    what: tuple[str, int],
    zone: ZoneInfo,
) -> None:
    first = spans[0]
    series = Series(
        space_id=space.id,
        tenant_id=viewer.tenant_id,
        booked_by_id=viewer.member_id,
        title=what[0],
        people=what[1],
        starts_local=first.start.astimezone(zone).replace(tzinfo=None),
        length=first.length,
        timezone=zone.key,
        rrule=f"FREQ=WEEKLY;COUNT={len(spans)}",
        created_at=first.start - WEEK_LENGTH,
    )
    session.add(series)
    session.flush()
    slots = [Slot(span.start, space, span) for span in spans]
    placing.store(session, series, slots, OccurrenceStatus.CONFIRMED)


def _close(session: Session, chance: Random, until: datetime) -> None:
    """What is over is over: somebody came, or nobody did."""
    over = select(Occurrence.id).where(Occurrence.starts_at < until).order_by(Occurrence.starts_at)
    rows = [{"id": one, "used": chance.random() < USED, "look_at": None} for one in session.scalars(over)]
    if rows:
        session.execute(update(Occurrence), rows)


def seed_occupancy(session: Session, site: Site, history: timedelta, now: datetime) -> None:
    """What the rooms' nodes saw: somebody, in most of the bookings and at times without one."""
    zone, chance = ZoneInfo(site.timezone), Random(11)  # noqa: S311
    first = (now - history).astimezone(zone).date()
    sensed = session.scalars(
        select(Device.space_id).where(Device.site_id == site.id, Device.space_id.is_not(None))
    )
    for space_id in sensed.all():
        if space_id is not None:
            stays = _stays(_stayed(session, space_id, midnight(first, zone), now, chance), first, now, zone)
            _put_use(session, space_id, stays, first, now, zone)


def _stayed(
    session: Session, space_id: int, start: datetime, now: datetime, chance: Random
) -> list[tuple[float, float]]:
    """From a little after the start of each booking that was used, to a little before or after its end."""
    rows = session.execute(
        select(Occurrence.starts_at, Occurrence.ends_at)
        .join(Claim, Claim.occurrence_id == Occurrence.id)
        .where(
            Claim.space_id == space_id,
            Claim.active,
            Occurrence.used.is_distinct_from(False),
            Occurrence.starts_at >= start,
            Occurrence.ends_at < now,
        )
        .order_by(Occurrence.starts_at)
    )
    booked = [
        (begin.timestamp() + chance.uniform(-200, 600), end.timestamp() - chance.uniform(0, 1500))
        for begin, end in rows
    ]
    return sorted(booked + _dropped_in(start, now, chance))


def _dropped_in(start: datetime, now: datetime, chance: Random) -> list[tuple[float, float]]:
    """On some days somebody sits down for a while without a booking."""
    days = int((now - start) / timedelta(days=1))
    came = [start + timedelta(days=place, hours=chance.uniform(9, 17)) for place in range(days)]
    return [
        (at.timestamp(), at.timestamp() + chance.uniform(1200, 7200)) for at in came if chance.random() < 0.3
    ]


def _stays(stayed: Sequence[tuple[float, float]], first: date, now: datetime, zone: ZoneInfo) -> list[Stay]:
    """Without a break from the first day until now."""
    found, at = [], midnight(first, zone).timestamp()
    for begin, end in stayed:
        if at < begin < end:
            found += [Stay(at, begin, present=False), Stay(begin, end, present=True)]
            at = end
    return [*found, Stay(at, now.timestamp(), present=False)]


def _put_use(
    session: Session, space_id: int, stays: Sequence[Stay], first: date, now: datetime, zone: ZoneInfo
) -> None:
    days = [midnight(first, zone).timestamp()]
    while days[-1] < now.timestamp():
        first += timedelta(days=1)
        days.append(midnight(first, zone).timestamp())
    for step, stretch, length_s in ((Step.HOUR, HOURS, 3600), (Step.QUARTER, QUARTERS, 900)):
        lately = max(days[0], (now - stretch).timestamp() // 3600 * 3600)
        count = int((now.timestamp() - lately) // length_s) + 1
        _put_buckets(session, space_id, step, stays, [lately + length_s * place for place in range(count)])
    _put_buckets(session, space_id, Step.DAY, stays, days)


def _put_buckets(
    session: Session, space_id: int, step: Step, stays: Sequence[Stay], edges: Sequence[float]
) -> None:
    rows = [_use_row(space_id, step, use) for use in in_buckets(_within(stays, edges), edges)]
    if rows:
        session.execute(insert(OccupancyRollup), rows)


def _within(stays: Sequence[Stay], edges: Sequence[float]) -> list[Stay]:
    cut = [Stay(max(one.start, edges[0]), min(one.end, edges[-1]), one.present) for one in stays]
    return [one for one in cut if one.start < one.end]


def _use_row(space_id: int, step: Step, use: Use) -> dict[str, object]:
    return {
        "space_id": space_id,
        "step": step,
        "starts_at": datetime.fromtimestamp(use.start, UTC),
        "occupied_s": round(use.occupied_s),
        "empty_s": round(use.empty_s),
        "unknown_s": round(use.unknown_s),
    }


def seed_energy(session: Session, site: Site, week: Week, history: timedelta, now: datetime) -> None:
    """What every meter counted and how warm it was; until when all of it is invented."""
    starts = demo_energy.hours(now, history)
    deg_c = demo_energy.temperatures(starts)
    store_temperatures(session, site, WeatherSource.ARCHIVE, list(zip(starts, deg_c, strict=True)), now)
    amounts: dict[str, list[Amount]] = {}
    steps = demo_energy.used(starts, deg_c, demo_energy.habits(week), ZoneInfo(site.timezone), now)
    for line, (start, length, used) in enumerate(steps):
        during = Interval(start, start + length)
        for slug, amount in used.items():
            amounts.setdefault(slug, []).append(Amount(line, during, amount))
    for meter in session.scalars(select(Meter).where(Meter.site_id == site.id)):
        import_amounts(session, meter.registers[0], amounts[meter.slug], now)
    site.simulated_until = now


def seed_replacement(
    session: Session, site: Site, manager: Viewer, history: timedelta, now: datetime
) -> None:
    """The water meter was replaced one morning; its successor began at nought."""
    at = now.replace(hour=9, minute=0, second=0, microsecond=0) - REPLACED_AGO
    if history > REPLACED_AGO:
        meter = session.scalars(select(Meter).where(Meter.site_id == site.id, Meter.slug == "water")).one()
        told = meter_events.Told(EventKind.REPLACED, at, 1_284_310.0, 0.0, "Vivaqua")
        meter_events.record(session, meter.registers[0], told, manager, now)


def _at(on: date, clock: str, zone: ZoneInfo) -> datetime:
    return at_wall(on, time.fromisoformat(clock), zone).astimezone(UTC)
