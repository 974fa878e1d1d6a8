"""The plan of each heating zone, from what is booked, measured and set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import HEATING, take_turn
from samen.adapters.db.models import (
    Claim,
    Occurrence,
    OccurrenceStatus,
    Site,
    Space,
    SpaceKind,
    SpaceState,
    SteeredDay,
    WarmUp,
    Zone,
    ZoneHeating,
    ZoneWarming,
)
from samen.domain.access import Viewer
from samen.domain.alternating import is_steered_week
from samen.domain.evaluation import Period
from samen.domain.interval import Interval
from samen.domain.presence import SILENCE
from samen.domain.rules import Refusal
from samen.domain.steering import AHEAD, HOUR, Plan, Seen, plan
from samen.domain.warm_up import LONGEST, NEWEST, Behaviour, Run, behaviour
from samen.domain.zone_settings import Steering, ZoneSettings, faults
from samen.services import audit
from samen.services.claims import claims_within
from samen.services.weather import deg_c_by_day

SETTINGS = tuple(one.name for one in fields(ZoneSettings))
# An older day says nothing of the weather to come.
WEATHER_DAYS = 3


@dataclass(frozen=True)
class HeatedZone:
    """A zone and all that its plan is made of. `booked`: confirmed, of its rooms, in order."""

    site: Site
    zone: Zone
    settings: ZoneSettings
    behaviour: Behaviour
    seen: Seen
    area_m2: float
    booked: tuple[Interval, ...]

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.site.timezone)

    @property
    def subject(self) -> str:
        """How the audit chain names it; zones of two sites may have one name."""
        return f"zone:{self.site.slug}/{self.zone.slug}"

    def is_steered(self, now: datetime) -> bool:
        """Whether whoever heats the zone is asked to follow the plan."""
        if self.settings.steering is not Steering.ALTERNATE:
            return self.settings.steering is Steering.ON
        return is_steered_week(f"{self.site.slug}/{self.zone.slug}", now.astimezone(self.timezone).date())

    def plan(self, during: Interval | None = None) -> Plan:
        """By default for 48 hours from the full hour that runs: within the hour the plan stays the same."""
        start = self.seen.now.replace(minute=0, second=0, microsecond=0)
        span = during or Interval(start, start + AHEAD)
        return plan(self.booked, self.settings, self.behaviour, self.seen, span, self.timezone)


def heated_zones(
    session: Session, site: Site, now: datetime, until: datetime | None = None
) -> list[HeatedZone]:
    """Every zone of the site, with what is booked from a day ago until after `until`, or for 48 hours."""
    zones = session.scalars(select(Zone).where(Zone.site_id == site.id).order_by(Zone.id)).all()
    if not zones:
        return []
    # A warm-up for what comes just after the plan begins within it.
    during = Interval(now - AHEAD / 2, max(now + AHEAD + HOUR, until or now) + LONGEST)
    settings, runs = _settings(session, zones), runs_of(session, zones)
    booked, spaces = bookings(session, zones, during), _spaces(session, zones)
    measured, warming = _deg_c(session, spaces, now), _warming(session, zones)
    outdoor = outdoor_deg_c(session, site, now)
    return [
        HeatedZone(
            site,
            zone,
            settings.get(zone.id, ZoneSettings()),
            behaviour(runs[zone.id]),
            Seen(now, measured.get(zone.id), outdoor, warming.get(zone.id)),
            sum(space.area_m2 for space in spaces[zone.id] if not space.parts),
            tuple(booked[zone.id]),
        )
        for zone in zones
    ]


def bookings(session: Session, zones: Iterable[Zone], during: Interval) -> Mapping[int, list[Interval]]:
    """When rooms of each zone are booked, by zone, in order.

    Confirmed bookings alone: a request that waits for a yes and a slot kept for somebody are heated from the
    minute they are confirmed. A room that was given back is not heated from then on.
    """
    rows = session.execute(
        select(Space.zone_id, Occurrence.starts_at, Occurrence.ends_at)
        .join(Claim, Claim.space_id == Space.id)
        .join(Occurrence, Occurrence.id == Claim.occurrence_id)
        .where(Space.zone_id.in_([zone.id for zone in zones]), Space.kind == SpaceKind.ROOM)
        .where(*claims_within(during), Occurrence.status == OccurrenceStatus.CONFIRMED)
        .distinct()
        .order_by(Occurrence.starts_at, Occurrence.ends_at)
    )
    found: defaultdict[int, list[Interval]] = defaultdict(list)
    for zone_id, start, end in rows:
        found[zone_id or 0].append(Interval(start, end))
    return found


def outdoor_deg_c(session: Session, site: Site, now: datetime) -> float | None:
    """What the newest day with a known temperature was like, if it was one of the last three."""
    today = now.astimezone(ZoneInfo(site.timezone)).date()
    known = deg_c_by_day(
        session, site, Period(today - timedelta(days=WEATHER_DAYS), today + timedelta(days=1))
    )
    return known[max(known)] if known else None


def runs_of(session: Session, zones: Iterable[Zone]) -> Mapping[int, list[Run]]:
    """The newest warm-ups and cool-downs of each zone."""
    found: defaultdict[int, list[Run]] = defaultdict(list)
    for zone in zones:
        newest = select(WarmUp).where(WarmUp.zone_id == zone.id).order_by(WarmUp.started_at.desc())
        found[zone.id] = [run_of(row) for row in session.scalars(newest.limit(2 * NEWEST))]
    return found


def run_of(row: WarmUp) -> Run:
    return Run(
        row.started_at, row.from_deg_c, row.to_deg_c, row.minutes, row.whole, row.outdoor_deg_c, row.kwh
    )


def change(
    session: Session, heated: HeatedZone, settings: ZoneSettings, viewer: Viewer, now: datetime
) -> dict[str, Refusal]:
    """Set them, and note what differs; or say by name what is wrong, and set nothing."""
    wrong = faults(settings)
    if wrong or settings == heated.settings:
        return wrong
    before, after = asdict(heated.settings), asdict(settings)
    differing = {name: _told(value) for name, value in after.items() if before[name] != value}
    put_settings(session, heated.zone, settings)
    if "steering" in differing:
        _mix_day(session, heated, now.astimezone(heated.timezone).date())
    audit.note(session, viewer.actor, "heating.changed", heated.subject, differing, now)
    return {}


def settings_of(session: Session, zone: Zone) -> ZoneSettings:
    """The zone's settings as they stand."""
    return _settings(session, [zone]).get(zone.id, ZoneSettings())


def put_settings(session: Session, zone: Zone, settings: ZoneSettings) -> None:
    """Make these the zone's settings."""
    take_turn(session, HEATING, [zone.id])
    row = session.get(ZoneHeating, zone.id) or ZoneHeating(zone_id=zone.id)
    for name in SETTINGS:
        setattr(row, name, getattr(settings, name))
    session.add(row)
    session.flush()


def _mix_day(session: Session, heated: HeatedZone, today: date) -> None:
    """A day on which the way of heating changed is neither one nor the other."""
    row = session.get(SteeredDay, (heated.zone.id, today))
    if row is not None:
        row.steered = None


def _told(value: Any) -> Any:  # noqa: ANN401
    """A setting as the audit chain keeps it: JSON."""
    return value.isoformat() if isinstance(value, time) else getattr(value, "value", value)


def _settings(session: Session, zones: Sequence[Zone]) -> dict[int, ZoneSettings]:
    rows = session.scalars(select(ZoneHeating).where(ZoneHeating.zone_id.in_([zone.id for zone in zones])))
    return {row.zone_id: ZoneSettings(**{name: getattr(row, name) for name in SETTINGS}) for row in rows}


def _spaces(session: Session, zones: Sequence[Zone]) -> Mapping[int, list[Space]]:
    found: defaultdict[int, list[Space]] = defaultdict(list)
    for space in session.scalars(select(Space).where(Space.zone_id.in_([zone.id for zone in zones]))):
        found[space.zone_id or 0].append(space)
    return found


def _deg_c(session: Session, spaces: Mapping[int, Sequence[Space]], now: datetime) -> dict[int, float]:
    """The mean of what its rooms say now, for each zone in which one says something."""
    rows = session.execute(
        select(SpaceState.space_id, SpaceState.deg_c).where(
            SpaceState.climate_at > now - SILENCE, SpaceState.deg_c.is_not(None)
        )
    )
    known = {space_id: deg_c for space_id, deg_c in rows if deg_c is not None}
    heard = {zone: [known[one.id] for one in some if one.id in known] for zone, some in spaces.items()}
    return {zone: fmean(values) for zone, values in heard.items() if values}


def _warming(session: Session, zones: Sequence[Zone]) -> dict[int, tuple[datetime, datetime]]:
    rows = session.scalars(select(ZoneWarming).where(ZoneWarming.zone_id.in_([zone.id for zone in zones])))
    return {row.zone_id: (row.since_at, row.for_at) for row in rows}
