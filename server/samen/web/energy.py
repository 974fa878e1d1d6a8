"""The energy page: what a meter counts now, today, in 28 days and in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import EnergyRollup, Meter, Site, Step, Unit
from samen.domain.interval import Interval, midnight
from samen.services.energy import EnergyBucket, energy_series, meter_totals, power_now
from samen.web import current
from samen.web.energy_charts import days_chart, heat_chart, power_curve, year_charts
from samen.web.energy_figures import shares_shown, tiles_shown, warnings_shown
from samen.web.policy import Access, allow
from samen.web.shell import building

blueprint = Blueprint("energy", __name__)
DAYS = 28


@dataclass(frozen=True)
class Read:
    """What the page knows of a meter: its buckets by local day, by hour and by quarter."""

    before: Sequence[EnergyBucket]
    days: Sequence[EnergyBucket]
    hours: Sequence[EnergyBucket]
    quarters: Sequence[EnergyBucket]


@blueprint.get("/energy")
@allow(Access.OVERSIGHT)
def overview() -> str:
    """`meter`: a slug, the first main meter by default. `year`: the newest with readings by default."""
    with current.database().read() as session:
        site = building(session)
        meters = _meters(session, site)
        meter = _chosen(meters)
        return render_template("pages/energy.html", meters=meters, meter=meter, **_page(session, site, meter))


def _page(session: Session, site: Site, meter: Meter | None) -> dict[str, Any]:
    now, zone = current.now(), ZoneInfo(site.timezone)
    words = {"kw": "kW", "kwh": "kWh", "span": _("%(from)s – %(until)s: %(kwh)s kWh")}
    frame: dict[str, Any] = {
        "words": words,
        "timezone": zone.key,
        "years": [],
        "year": None,
        "year_series": None,
    }
    if meter is None:
        return frame
    read = _read(session, meter, now, zone)
    totals = meter_totals(session, site.id, _span(read.days), zone)
    power = power_now(session, meter, now)
    years = _years(session, meter, zone)
    return {
        **frame,
        "tiles": tiles_shown(power, read.before, read.days, read.hours, now),
        "warnings": warnings_shown(power, read.days, read.hours, totals, meter),
        "days": days_chart(read.days, zone),
        "heat": heat_chart(read.hours, zone),
        "power": power_curve(read.quarters, zone),
        "shares": shares_shown(totals, meter),
        "years": years,
        **_year(session, meter, years, now, zone),
    }


def _meters(session: Session, site: Site) -> Sequence[Meter]:
    """Meters that count Wh and that the reader may read: main meters first."""
    found = session.scalars(
        select(Meter)
        .where(Meter.site_id == site.id)
        .order_by(Meter.main_id.is_not(None), Meter.position)
        .options(selectinload(Meter.registers))
    )
    viewer = current.viewer()
    return [
        meter
        for meter in found
        if viewer.may_read_meter_of(meter.tenant_id)
        and meter.registers
        and all(register.unit is Unit.WH for register in meter.registers)
    ]


def _chosen(meters: Sequence[Meter]) -> Meter | None:
    wanted = request.args.get("meter")
    if wanted is None:
        return meters[0] if meters else None
    for meter in meters:
        if meter.slug == wanted:
            return meter
    raise NotFound


def _read(session: Session, meter: Meter, now: datetime, zone: ZoneInfo) -> Read:
    today = now.astimezone(zone).date()
    first = midnight(today - timedelta(days=DAYS - 1), zone)
    whole = Interval(first, midnight(today + timedelta(days=1), zone))
    before = Interval(midnight(today - timedelta(days=2 * DAYS - 1), zone), first)
    day = Interval(now - timedelta(hours=24), now)
    return Read(
        before=energy_series(session, meter, before, "day", zone),
        days=energy_series(session, meter, whole, "day", zone),
        hours=energy_series(session, meter, Interval(first, now), "hour", zone),
        quarters=energy_series(session, meter, day, "15min", zone),
    )


def _span(buckets: Sequence[EnergyBucket]) -> Interval:
    return Interval(buckets[0].starts_at, buckets[-1].ends_at)


def _years(session: Session, meter: Meter, zone: ZoneInfo) -> list[int]:
    """The local years with readings, newest first."""
    registers = [register.id for register in meter.registers]
    daily = (EnergyRollup.register_id.in_(registers), EnergyRollup.step == Step.DAY)
    first = session.scalar(select(func.min(EnergyRollup.starts_at)).where(*daily))
    last = session.scalar(select(func.max(EnergyRollup.starts_at)).where(*daily))
    if first is None or last is None:
        return []
    return list(range(last.astimezone(zone).year, first.astimezone(zone).year - 1, -1))


def _year(session: Session, meter: Meter, years: list[int], now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    if not years:
        return {}
    wanted = request.args.get("year", type=int)
    year = wanted if wanted in years else years[0]
    # A day that is not over would look like a day that used little.
    end = min(date(year + 1, 1, 1), max(now.astimezone(zone).date(), date(year, 1, 2)))
    during = Interval(midnight(date(year, 1, 1), zone), midnight(end, zone))
    days = energy_series(session, meter, during, "day", zone)
    months = energy_series(session, meter, during, "month", zone)
    return {"year": year, **year_charts(days, months, zone)}
