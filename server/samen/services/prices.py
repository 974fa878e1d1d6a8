"""A building's prices and factors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, Price, Site
from samen.adapters.region_file import read_region
from samen.domain.prices import Dated, PriceBook


@dataclass(frozen=True)
class Cost:
    """In euros and kg of CO2; `estimated`: by the region's order of magnitude, not by the contract."""

    eur: float | None
    co2_kg: float | None
    estimated: bool


def price_book(session: Session, site: Site) -> PriceBook:
    """What energy costs, emits and holds at a site, on any day."""
    rows = session.scalars(select(Price).where(Price.site_id == site.id).order_by(Price.starts_on))
    own: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in rows:
        own[row.kind.value].append((row.starts_on, row.eur_per_kwh))
    return PriceBook(read_region(site.region), {kind: Dated(tuple(figures)) for kind, figures in own.items()})


def cost_of(meter: Meter, kwh: Mapping[date, float], book: PriceBook) -> Cost:
    """What a meter's days cost and emitted at their own prices; None where one of them has none."""
    kind = meter.kind.value
    eur = [book.eur(kind, amount, on) for on, amount in kwh.items()]
    co2_kg = [book.co2_kg(kind, amount, on) for on, amount in kwh.items()]
    return Cost(_sum(eur), _sum(co2_kg), any(book.is_estimate(kind, on) for on in kwh))


def _sum(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return fsum(known) if known and len(known) == len(figures) else None
