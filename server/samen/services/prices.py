"""A building's prices and factors."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Price, Site
from samen.adapters.region_file import read_region
from samen.domain.prices import Dated, PriceBook


def price_book(session: Session, site: Site) -> PriceBook:
    """What energy costs, emits and holds at a site, on any day."""
    rows = session.scalars(select(Price).where(Price.site_id == site.id).order_by(Price.starts_on))
    own: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in rows:
        own[row.kind.value].append((row.starts_on, row.eur_per_kwh))
    return PriceBook(read_region(site.region), {kind: Dated(tuple(figures)) for kind, figures in own.items()})
