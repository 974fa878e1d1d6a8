"""What heat a booking would take, for finding a room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from samen.adapters.db.models import Site, Space
from samen.domain.finding import EnergyHint
from samen.domain.interval import Interval
from samen.domain.steering import expected_deg_c
from samen.services.steering import HeatedZone, heated_zones


def heat_hints(session: Session, site: Site, during: Interval, now: datetime) -> dict[int, EnergyHint]:
    """For each zone of the site, by its id: the heat that something booked then would take."""
    return {heated.zone.id: _hint(heated, during) for heated in heated_zones(session, site, now, during.end)}


def heat_of(
    session: Session, site: Site, spaces: Iterable[Space], now: datetime, until: datetime
) -> Callable[[str, Interval], EnergyHint]:
    """What heat something booked in one of the site's spaces, by name, would take: read once, to `until`."""
    zones = {heated.zone.id: heated for heated in heated_zones(session, site, now, until)}
    heated_by = {space.slug: zones.get(space.zone_id or 0) for space in spaces}

    def heat(space: str, during: Interval) -> EnergyHint:
        heated = heated_by.get(space)
        return _hint(heated, during) if heated else EnergyHint(warm=False)

    return heat


def _hint(heated: HeatedZone, during: Interval) -> EnergyHint:
    if any(span.overlaps(during) for span in heated.booked):
        return EnergyHint(warm=True, kwh=0.0)
    settings, seen = heated.settings, heated.seen
    before = [span.end for span in heated.booked if span.end <= during.start]
    known = (seen.now, seen.deg_c) if seen.deg_c is not None else None
    if before and (known is None or max(before) > seen.now):
        known = (max(before), settings.comfort_deg_c)
    deg_c = expected_deg_c(during.start, known, settings, heated.behaviour, seen.outdoor_deg_c)
    if deg_c >= settings.warm_deg_c:
        return EnergyHint(warm=False, kwh=0.0)
    kwh, about = heated.behaviour.kwh_for(settings.comfort_deg_c - deg_c, heated.area_m2)
    return EnergyHint(warm=False, kwh=kwh, about=about)
