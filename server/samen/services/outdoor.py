"""What outdoor sensors say, gathered into hours; late readings compute theirs again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import WEATHER, take_turn
from samen.adapters.db.models import Device, DirtyOutdoor, OutdoorHour, Reading, Site, TimeQuality
from samen.domain.outdoor import (
    HOUR,
    STUCK_FOR,
    OutdoorDoubt,
    WeatherSource,
    doubts,
    full_hour,
    hour_means,
    possible,
)
from samen.services.readings import Taken
from samen.services.weather import put_hours, rebuild_days

Hour = tuple[datetime, float, OutdoorDoubt | None]


def mark_new(session: Session, new: Sequence[Taken], now: datetime) -> list[tuple[Taken, str]]:
    """Note the hours of which outdoor sensors spoke, for `gather`.

    Returns the readings that cannot be the air's temperature, with what they say.
    """
    said = [
        (reading, reading.body["d"]["t"])
        for reading in new
        if reading.device.outdoor
        and reading.body["stream"] == "climate"
        and reading.body["d"].get("t") is not None
    ]
    _mark(session, ((reading.device.site_id, reading.at) for reading, _ in said), now)
    return [(reading, f"{deg_c:g} °C") for reading, deg_c in said if not possible(deg_c)]


def mark_dated(session: Session, device: Device, boot: int, now: datetime) -> None:
    """A boot got its dates: what it had said before counts from now on, each reading in its hour."""
    if not device.outdoor:
        return
    instants = session.scalars(
        select(Reading.at).where(
            Reading.device_id == device.id,
            Reading.boot == boot,
            Reading.stream == "climate",
            Reading.quality == TimeQuality.DATED,
        )
    )
    _mark(session, ((device.site_id, at) for at in instants), now)


def _mark(session: Session, touched: Iterable[tuple[int, datetime]], now: datetime) -> None:
    session.add_all(
        DirtyOutdoor(site_id=site, starts_at=hour, ends_at=hour + HOUR, marked_at=now)
        for site, hour in sorted({(site, full_hour(at)) for site, at in touched})
    )


def waits(session: Session, now: datetime) -> bool:
    """Whether there is something to gather."""
    return session.scalar(select(DirtyOutdoor.id).where(DirtyOutdoor.ends_at <= now).limit(1)) is not None


def gather(session: Session, now: datetime) -> int:
    """Compute the marked hours of one site again; returns how many. One that is not over waits."""
    over = DirtyOutdoor.ends_at <= now
    site = session.scalar(select(Site).where(Site.id.in_(select(DirtyOutdoor.site_id).where(over))).limit(1))
    if site is None:
        return 0
    take_turn(session, WEATHER, [site.id])
    hours = session.scalars(
        delete(DirtyOutdoor)
        .where(DirtyOutdoor.site_id == site.id, over)
        .returning(DirtyOutdoor.starts_at)
        .execution_options(synchronize_session=False)
    )
    touched = sorted(set(hours))
    for first, last in _stretches(touched):
        _gather(session, site, first, last + HOUR)
    return len(touched)


def waiting_since(session: Session) -> datetime | None:
    """When the oldest reading came that no hour shows yet."""
    return session.scalar(select(func.min(DirtyOutdoor.marked_at)))


def _stretches(hours: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Hours close enough together to be judged in one go."""
    found: list[tuple[datetime, datetime]] = []
    for hour in hours:
        if found and hour - found[-1][1] < STUCK_FOR:
            found[-1] = (found[-1][0], hour)
        else:
            found.append((hour, hour))
    return found


def _gather(session: Session, site: Site, start: datetime, end: datetime) -> None:
    """The hours between two instants, and the verdict on those near enough to depend on them."""
    around = _stored(session, site, start - 2 * STUCK_FOR, end + 2 * STUCK_FOR)
    before = {at: told for at, told in around.items() if start - STUCK_FOR <= at < end + STUCK_FOR}
    outside = {at: deg_c for at, (deg_c, _) in around.items() if not start <= at < end}
    means = hour_means(_readings(session, site, start, end))
    known = outside | means
    doubted = doubts(known)
    after = {at: (known[at], doubted.get(at)) for at in known if start - STUCK_FOR <= at < end + STUCK_FOR}
    _remove(session, site, before.keys() - after.keys())
    changed = [(at, *told) for at, told in sorted(after.items()) if before.get(at) != told]
    put_hours(session, site, WeatherSource.SENSOR, changed)


def _stored(
    session: Session, site: Site, start: datetime, end: datetime
) -> dict[datetime, tuple[float, OutdoorDoubt | None]]:
    rows = session.execute(
        select(OutdoorHour.starts_at, OutdoorHour.deg_c, OutdoorHour.doubt).where(
            OutdoorHour.site_id == site.id,
            OutdoorHour.source == WeatherSource.SENSOR,
            OutdoorHour.starts_at >= start,
            OutdoorHour.starts_at < end,
        )
    )
    return {at: (deg_c, doubt) for at, deg_c, doubt in rows}


def _readings(
    session: Session, site: Site, start: datetime, end: datetime
) -> list[tuple[int, datetime, float]]:
    """One of which nobody knows when it was waits until its boot is dated."""
    rows = session.execute(
        select(Reading.device_id, Reading.at, Reading.body)
        .join(Device, Device.id == Reading.device_id)
        .where(
            Device.site_id == site.id,
            Device.outdoor,
            Reading.stream == "climate",
            Reading.at >= start,
            Reading.at < end,
            Reading.quality != TimeQuality.RECEIVED,
        )
    )
    return [(device, at, body["t"]) for device, at, body in rows if body.get("t") is not None]


def _remove(session: Session, site: Site, hours: Iterable[datetime]) -> None:
    """Hours that no reading speaks of any more: a boot's dates moved them."""
    gone = sorted(hours)
    if gone:
        session.execute(
            delete(OutdoorHour)
            .where(
                OutdoorHour.site_id == site.id,
                OutdoorHour.source == WeatherSource.SENSOR,
                OutdoorHour.starts_at.in_(gone),
            )
            .execution_options(synchronize_session=False)
        )
        rebuild_days(session, site, gone)


def doubted_hours(session: Session, site: Site, since: datetime) -> dict[OutdoorDoubt, int]:
    """How many of the sensor's hours are left out, by reason."""
    rows = session.execute(
        select(OutdoorHour.doubt, func.count())
        .where(
            OutdoorHour.site_id == site.id,
            OutdoorHour.source == WeatherSource.SENSOR,
            OutdoorHour.starts_at >= since,
            OutdoorHour.doubt.is_not(None),
        )
        .group_by(OutdoorHour.doubt)
    )
    return {doubt: count for doubt, count in rows if doubt is not None}


def sensors(session: Session, site: Site) -> list[Device]:
    """The site's outdoor sensors in use, by name."""
    query = select(Device).where(Device.site_id == site.id, Device.outdoor, Device.revoked_at.is_(None))
    return list(session.scalars(query.order_by(Device.slug)))
