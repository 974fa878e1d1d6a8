"""What a site's meters measured over local dates, in the unit in which it is billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, MeterKind, Site
from samen.domain.belonging import MeterNode
from samen.domain.evaluation import Period
from samen.domain.interval import Interval, midnight
from samen.services.calorific import factor_of
from samen.services.energy import energy_series, meter_totals


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
    totals = meter_totals(session, site.id, during, zone)
    return [
        Measured(
            one.meter,
            _gas_kwh(session, site, one.meter, during)
            if one.amount is not None and one.unit == "m³" and one.meter.kind is MeterKind.GAS
            else one.amount,
            one.known,
        )
        for one in totals
        if _root(one.meter).kind is kind
    ]


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


def _gas_kwh(session: Session, site: Site, meter: Meter, during: Interval) -> float:
    zone, factor = ZoneInfo(site.timezone), factor_of(session, meter)
    days = energy_series(session, meter, during, "day", zone)
    return sum((day.amount or 0.0) * factor(day.starts_at.astimezone(zone).date()) for day in days)
