"""What the energy page asks of the building and of one meter, each thing once and only if it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import EnergyRollup, Meter, Site, Space, Step
from samen.domain.interval import Interval, midnight
from samen.domain.prices import PriceBook
from samen.services.energy import (
    EnergyBucket,
    MeterTotal,
    Power,
    energy_series,
    meter_totals,
    power_now,
    unit_of,
)
from samen.services.interventions import pins
from samen.services.load import LoadDuration, load_duration
from samen.services.prices import price_book
from samen.web import current
from samen.web.shell import building

DAYS = 28
# (date, name) of what was done to the building.
Pin = tuple[date, str]


@dataclass
class Look:
    """One meter at one instant. Days are local; a day that is not over counts as far as it went.

    `site_meters`: all of the site's; `meters`: those that the reader may read.
    """

    session: Session
    site: Site
    site_meters: Sequence[Meter]
    meters: Sequence[Meter]
    meter: Meter
    now: datetime
    wanted_year: int | None = None
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.site.timezone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def has_sensor(self) -> bool:
        """Whether it speaks by itself: one that is read by hand is never silent."""
        return any(register.device_id is not None for register in self.meter.registers)

    @cached_property
    def unit(self) -> str:
        return unit_of(self.meter)

    @cached_property
    def _both(self) -> Sequence[EnergyBucket]:
        return self._days(self.today - timedelta(days=2 * DAYS - 1), self.today + timedelta(days=1))

    @property
    def before(self) -> Sequence[EnergyBucket]:
        """The days before the last ones, as many."""
        return self._both[:DAYS]

    @property
    def days(self) -> Sequence[EnergyBucket]:
        return self._both[DAYS:]

    @property
    def month(self) -> Interval:
        """The last days, today until its midnight."""
        return Interval(self.days[0].starts_at, self.days[-1].ends_at)

    @cached_property
    def hours(self) -> Sequence[EnergyBucket]:
        return energy_series(
            self.session, self.meter, Interval(self.month.start, self.now), "hour", self.zone
        )

    @cached_property
    def quarters(self) -> Sequence[EnergyBucket]:
        day = Interval(self.now - timedelta(hours=24), self.now)
        return energy_series(self.session, self.meter, day, "15min", self.zone)

    @cached_property
    def power(self) -> Power | None:
        return power_now(self.session, self.meter, self.now)

    @cached_property
    def totals(self) -> Sequence[MeterTotal]:
        """Every meter of the site over the last days."""
        return meter_totals(self.session, self.site_meters, self.month, self.zone)

    @cached_property
    def prices(self) -> PriceBook:
        return price_book(self.session, self.site)

    @cached_property
    def load(self) -> LoadDuration | None:
        whole_days = Interval(
            midnight(self.today - timedelta(days=DAYS), self.zone), midnight(self.today, self.zone)
        )
        return load_duration(self.session, self.meter, whole_days, self.zone)

    @cached_property
    def years(self) -> list[int]:
        """The local years with readings, newest first."""
        ends = [self._end(register.id) for register in self.meter.registers]
        known = [end.astimezone(self.zone).year for both in ends for end in both if end is not None]
        return list(range(max(known), min(known) - 1, -1)) if known else []

    def _end(self, register_id: int) -> tuple[datetime | None, datetime | None]:
        daily = select(EnergyRollup.starts_at).where(
            EnergyRollup.register_id == register_id, EnergyRollup.step == Step.DAY
        )
        first = self.session.scalar(daily.order_by(EnergyRollup.starts_at).limit(1))
        last = self.session.scalar(daily.order_by(EnergyRollup.starts_at.desc()).limit(1))
        return first, last

    @property
    def year(self) -> int | None:
        if not self.years:
            return None
        return self.wanted_year if self.wanted_year in self.years else self.years[0]

    @property
    def year_days(self) -> Sequence[EnergyBucket]:
        """The year's days that are over: one that is not would look like one that used little."""
        return self._two_years[1]

    @property
    def last_year_days(self) -> Sequence[EnergyBucket]:
        return self._two_years[0]

    @cached_property
    def _two_years(self) -> tuple[Sequence[EnergyBucket], Sequence[EnergyBucket]]:
        year = self.year or self.today.year
        begins = date(year, 1, 1)
        end = min(date(year + 1, 1, 1), max(self.today, date(year, 1, 2)))
        both = self._days(date(year - 1, 1, 1), end)
        before = (begins - date(year - 1, 1, 1)).days
        return both[:before], both[before:]

    @cached_property
    def pins(self) -> Sequence[Pin]:
        """What was done to the building in the year, by day."""
        year = self.year or self.today.year
        during = Interval(midnight(date(year, 1, 1), self.zone), midnight(date(year + 1, 1, 1), self.zone))
        return [(pin.on, pin.name) for pin in pins(self.session, self.site, during)]

    def _days(self, first: date, end: date) -> Sequence[EnergyBucket]:
        during = Interval(midnight(first, self.zone), midnight(end, self.zone))
        return energy_series(self.session, self.meter, during, "day", self.zone)


def look(session: Session) -> Look | None:
    """The meter that the request names, the first main one by default; None in a building without any.

    Raises NotFound for a meter that the reader may not read.
    """
    site = building(session)
    site_meters = _meters(session, site)
    viewer = current.viewer()
    meters = [meter for meter in site_meters if viewer.may_read_meter_of(meter.tenant_id) and meter.registers]
    wanted = request.args.get("meter")
    found = next((meter for meter in meters if meter.slug == wanted or wanted is None), None)
    if found is None and wanted is not None:
        raise NotFound
    if found is None:
        return None
    return Look(session, site, site_meters, meters, found, current.now(), request.args.get("year", type=int))


def _meters(session: Session, site: Site) -> Sequence[Meter]:
    """Main meters first, with all that says whose they are."""
    found = session.scalars(
        select(Meter)
        .where(Meter.site_id == site.id)
        .order_by(Meter.main_id.is_not(None), Meter.position)
        .options(
            joinedload(Meter.registers),
            joinedload(Meter.tenant),
            joinedload(Meter.zone),
            joinedload(Meter.space).joinedload(Space.zone),
        )
    )
    return found.unique().all()
