"""Outdoor temperatures of a site: kept per hour and source, read per local day."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import WEATHER, take_turn
from samen.adapters.db.models import OutdoorDay, OutdoorHour, Site
from samen.adapters.db.upsert import insert_into
from samen.domain.days import LEAST_OF_A_DAY
from samen.domain.evaluation import Period
from samen.domain.interval import local_day
from samen.domain.outdoor import HOUR, OutdoorDoubt, WeatherSource, stretches

# The first that knows an hour is believed: the own sensor stands at the building, a file was chosen by a
# person, and an archive is a model's grid cell.
PREFERENCE = tuple(WeatherSource)
# Two thermometers never agree better than this; a file written twice does.
SAME_DEG_C = 0.005

Hours = Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class StoredHours:
    """How many hours were new, had another value before, and were there already."""

    added: int = 0
    changed: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class KnownHour:
    """The temperature of an hour, from the source that is believed."""

    starts_at: datetime
    deg_c: float
    source: WeatherSource


def deg_c_by_day(session: Session, site: Site, period: Period) -> dict[date, float]:
    """Mean outdoor temperature of each local day of which at least half the hours are known."""
    known = OutdoorDay.sensor_hours + OutdoorDay.csv_hours + OutdoorDay.archive_hours
    rows = session.connection().execute(
        select(OutdoorDay.on_date, OutdoorDay.deg_c)
        .where(
            OutdoorDay.site_id == site.id,
            OutdoorDay.on_date >= period.first,
            OutdoorDay.on_date < period.end,
            known >= LEAST_OF_A_DAY * OutdoorDay.hours,
        )
        .order_by(OutdoorDay.on_date)
    )
    return {row.on_date: row.deg_c for row in rows}


def days(session: Session, site: Site, period: Period) -> list[OutdoorDay]:
    """The local days of a period of which anything is known, in order."""
    of_site = OutdoorDay.site_id == site.id
    within = OutdoorDay.on_date >= period.first, OutdoorDay.on_date < period.end
    return list(session.scalars(select(OutdoorDay).where(of_site, *within).order_by(OutdoorDay.on_date)))


def first_day(session: Session, site: Site) -> date | None:
    """The first local day of which anything is known."""
    return session.scalar(select(func.min(OutdoorDay.on_date)).where(OutdoorDay.site_id == site.id))


def store_temperatures(
    session: Session, site: Site, source: WeatherSource, hours: Hours, now: datetime
) -> StoredHours:
    """Keep means of hours that start at these instants, in °C; what is there from this source is replaced.

    Doing it again changes nothing. Raises ValueError for an instant that is not a full hour, for one that
    has not ended, and for what is no number.
    """
    wanted = {at.astimezone(UTC): deg_c for at, deg_c in hours}
    _check(wanted, now)
    if not wanted:
        return StoredHours()
    take_turn(session, WEATHER, [site.id])
    there = stored_hours(session, site, source, min(wanted), max(wanted) + HOUR)
    changed = {at: deg_c for at, deg_c in wanted.items() if at not in there or differs(there[at], deg_c)}
    put_hours(session, site, source, [(at, deg_c, None) for at, deg_c in sorted(changed.items())])
    added = sum(at not in there for at in changed)
    return StoredHours(added, len(changed) - added, len(wanted) - len(changed))


def _check(wanted: Mapping[datetime, float], now: datetime) -> None:
    for at, deg_c in wanted.items():
        if at.minute or at.second or at.microsecond:
            raise ValueError(f"{at.isoformat()} is not the start of an hour")
        if at + HOUR > now:
            raise ValueError(f"the hour of {at.isoformat()} has not ended")
        if not math.isfinite(deg_c):
            raise ValueError(f"{at.isoformat()}: {deg_c} is not a temperature")


def differs(one: float, other: float) -> bool:
    """Whether two temperatures are not the same, written down twice."""
    return abs(one - other) > SAME_DEG_C


def stored_hours(
    session: Session, site: Site, source: WeatherSource, start: datetime, end: datetime
) -> dict[datetime, float]:
    """What one source says of the hours between two instants, doubted or not."""
    rows = session.execute(
        select(OutdoorHour.starts_at, OutdoorHour.deg_c).where(
            OutdoorHour.site_id == site.id,
            OutdoorHour.source == source,
            OutdoorHour.starts_at >= start,
            OutdoorHour.starts_at < end,
        )
    )
    return {row.starts_at: row.deg_c for row in rows}


def put_hours(
    session: Session,
    site: Site,
    source: WeatherSource,
    hours: Sequence[tuple[datetime, float, OutdoorDoubt | None]],
) -> None:
    """Write hours of one source, and the days they belong to; the caller has the site's turn."""
    rows = [
        {"site_id": site.id, "starts_at": at, "source": source, "deg_c": deg_c, "doubt": doubt}
        for at, deg_c, doubt in hours
    ]
    if rows:
        insertion = insert_into(session, OutdoorHour)
        fresh = {"deg_c": insertion.excluded.deg_c, "doubt": insertion.excluded.doubt}
        key = [OutdoorHour.site_id, OutdoorHour.starts_at, OutdoorHour.source]
        session.execute(insertion.on_conflict_do_update(index_elements=key, set_=fresh), rows)
    rebuild_days(session, site, (at for at, _, _ in hours))


def rebuild_days(session: Session, site: Site, touched: Iterable[datetime]) -> None:
    """Compute the local days of these instants again, from all sources."""
    zone = ZoneInfo(site.timezone)
    for first, last in stretches(sorted({at.astimezone(zone).date() for at in touched})):
        span = local_day(first, zone).start, local_day(last, zone).end
        rows = _days(site, zone, best_hours(session, site, *span))
        session.execute(
            delete(OutdoorDay)
            .where(OutdoorDay.site_id == site.id, OutdoorDay.on_date.between(first, last))
            .execution_options(synchronize_session=False)
        )
        if rows:
            session.execute(insert(OutdoorDay), rows)


def best_hours(session: Session, site: Site, start: datetime, end: datetime) -> list[KnownHour]:
    """Each hour that starts between two instants and that somebody knows, from the preferred source."""
    rows = session.execute(
        select(OutdoorHour.starts_at, OutdoorHour.source, OutdoorHour.deg_c).where(
            OutdoorHour.site_id == site.id,
            OutdoorHour.starts_at >= start,
            OutdoorHour.starts_at < end,
            OutdoorHour.doubt.is_(None),
        )
    )
    best: dict[datetime, KnownHour] = {}
    for at, source, deg_c in rows:
        if at not in best or PREFERENCE.index(source) < PREFERENCE.index(best[at].source):
            best[at] = KnownHour(at, deg_c, source)
    return [best[at] for at in sorted(best)]


def _days(site: Site, zone: ZoneInfo, hours: Sequence[KnownHour]) -> list[dict[str, Any]]:
    by_day: dict[date, list[KnownHour]] = {}
    for hour in hours:
        by_day.setdefault(hour.starts_at.astimezone(zone).date(), []).append(hour)
    return [_day(site, zone, on, known) for on, known in by_day.items()]


def _day(site: Site, zone: ZoneInfo, on: date, known: Sequence[KnownHour]) -> dict[str, Any]:
    sources = Counter(hour.source for hour in known)
    return {
        "site_id": site.id,
        "on_date": on,
        "deg_c": math.fsum(hour.deg_c for hour in known) / len(known),
        "hours": round(local_day(on, zone).length / HOUR),
        **{f"{source.value}_hours": sources[source] for source in WeatherSource},
    }
