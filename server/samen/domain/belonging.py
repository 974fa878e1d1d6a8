"""What a tenant brings over time: m² and heads from a date on, and energy on its own meters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from samen.domain.evaluation import Period


@dataclass(frozen=True)
class Standing:
    """What a tenant has from a date on, until the next. Without any, or with 0 and 0, it is not there."""

    from_on: date
    area_m2: float
    heads: float


@dataclass(frozen=True)
class MeterNode:
    """A meter in the tree of meters. `amount`: None where not known; `tenant`: where it is somebody's own."""

    slug: str
    main: str | None
    tenant: str | None
    amount: float | None


@dataclass(frozen=True)
class Belonging:
    """Whose energy is whose: own meters by tenant, shared sub-meters, and what is on none.

    `not_measured` is below zero where sub-meters count more than the meter above them. `below`: all meters
    under the main ones, known or not.
    """

    own: Mapping[str, float]
    shared: float
    not_measured: float
    below: frozenset[str] = frozenset()


def mean_over(standings: Sequence[Standing], period: Period) -> tuple[float, float]:
    """(m², heads) on the mean day of the period: who comes or goes within it counts for its days."""
    days = period.days()
    line = sorted(standings, key=lambda one: one.from_on)
    newest = (next((one for one in reversed(line) if one.from_on <= day), None) for day in days)
    held = [one for one in newest if one is not None]
    area, heads = sum(one.area_m2 for one in held), sum(one.heads for one in held)
    return round(area / len(days), 4), round(heads / len(days), 4)


def belonging(main_kwh: float, mains: Collection[str], meters: Sequence[MeterNode]) -> Belonging:
    """Whose the energy below these main meters is; `main_kwh` is all that they counted.

    A meter's own energy is what its sub-meters leave of it, and belongs to the nearest tenant at or above
    it. Of a sub-meter that is not known, the energy stays with the meter above.
    """
    lines = _lines(meters)
    below = [meter for meter in meters if lines[meter.slug][-1].slug in mains and meter.slug not in mains]
    left = _left([meter for meter in below if meter.amount is not None], lines)
    own: dict[str, float] = {}
    for slug, kwh in left.items():
        tenant = next((one.tenant for one in lines[slug][:-1] if one.tenant is not None), None)
        if tenant is not None:
            own[tenant] = own.get(tenant, 0.0) + kwh
    measured, of_tenants = sum(left.values()), sum(own.values())
    return Belonging(
        {tenant: round(kwh, 3) for tenant, kwh in own.items()},
        round(measured - of_tenants, 3),
        round(main_kwh - measured, 3),
        frozenset(meter.slug for meter in below),
    )


def _lines(meters: Sequence[MeterNode]) -> dict[str, list[MeterNode]]:
    """Each meter with those above it, the main meter last."""
    by_slug = {meter.slug: meter for meter in meters}
    lines: dict[str, list[MeterNode]] = {}
    for meter in meters:
        line = [meter]
        while line[-1].main is not None:
            line.append(by_slug[line[-1].main])
        lines[meter.slug] = line
    return lines


def _left(known: Sequence[MeterNode], lines: Mapping[str, Sequence[MeterNode]]) -> dict[str, float]:
    """What each known meter counted that no known meter below it did."""
    left = {meter.slug: meter.amount or 0.0 for meter in known}
    for meter in known:
        above = next((one.slug for one in lines[meter.slug][1:] if one.slug in left), None)
        if above is not None:
            left[above] -= meter.amount or 0.0
    return left
