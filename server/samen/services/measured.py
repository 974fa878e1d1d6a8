"""What a site's meters measured over local dates, in the unit in which it is billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, MeterKind, Site
from samen.domain.belonging import MeterNode
from samen.domain.evaluation import Period
from samen.domain.interval import Interval, midnight
from samen.services.calorific import kwh_of
from samen.services.energy import MeterTotal, by_day, energy_series, meter_totals, meters_of


@dataclass(frozen=True)
class Measured:
    """A meter's amount, in kWh or in m³ of water; None where nothing is known. `known`: the share of it."""

    meter: Meter
    amount: float | None
    known: float


def instants(site: Site, period: Period) -> Interval:
    """From the first midnight of the local dates to the last."""
    zone = ZoneInfo(site.timezone)
    return Interval(midnight(period.first, zone), midnight(period.end, zone))


def measured(session: Session, site: Site, period: Period, kind: MeterKind) -> list[Measured]:
    """The main meters of that kind and all below them, in the site's order.

    A cubic metre of gas holds what it held on its day.
    """
    during, zone = instants(site, period), ZoneInfo(site.timezone)
    return [
        Measured(one.meter, in_kwh(session, one, during, zone), one.known)
        for one in meter_totals(session, meters_of(session, site.id), during, zone)
        if _root(one.meter).kind is kind
    ]


def in_kwh(session: Session, total: MeterTotal, during: Interval, zone: ZoneInfo) -> float | None:
    """A total over local days: gas in kWh, day by day, all else as it is counted."""
    if total.amount is None or total.unit == "kWh" or total.meter.kind is MeterKind.WATER:
        return total.amount
    days = by_day(energy_series(session, total.meter, during, "day", zone), zone)
    return fsum(kwh_of(session, total.meter, days).values())


def _root(meter: Meter) -> Meter:
    return meter if meter.main is None else _root(meter.main)


def mains_of(meters: Sequence[Measured], meter_id: int | None) -> list[Measured]:
    """The main meters that a bill is for: the one that it names, else all of its kind."""
    if meter_id is not None:
        return [one for one in meters if one.meter.id == meter_id]
    return [one for one in meters if one.meter.main_id is None]


def node(one: Measured) -> MeterNode:
    """The meter in the tree of meters."""
    meter = one.meter
    amount = None if one.amount is None else round(one.amount, 3)
    return MeterNode(
        meter.slug,
        meter.main.slug if meter.main else None,
        meter.tenant.slug if meter.tenant else None,
        amount,
    )
