"""All that the shares of a bill follow from: who had what, whose hours, and what the meters say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Bill, HoursBasis, Site, Tenant, TenantStanding
from samen.domain.belonging import Belonging, MeterNode, Standing, belonging, mean_over
from samen.domain.evaluation import Period
from samen.domain.metering import LEAST_KNOWN
from samen.domain.sharing import Doubt, Invoice, Key, Party, Residual, Sharing, share
from samen.services.measured import Measured, instants, mains_of, measured, node
from samen.services.tenant_hours import hours_of_tenants


@dataclass(frozen=True)
class Energy:
    """What went through the main meters, who says so, and whose it was.

    `source`: `meter`, `bill` where the meters do not know, or `parts` where neither does: then what the
    sub-meters counted is all there is.
    """

    total: float
    source: str
    whose: Belonging
    meters: tuple[MeterNode, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Inputs:
    """What a bill's shares follow from; by a key, `shared` gives them."""

    invoice: Invoice
    parties: tuple[Party, ...]
    energy: Energy

    def shared(self, key: Key) -> Sharing:
        """The shares, and all that is doubtful. Raises ValueError without any party."""
        whose = self.energy.whose
        found = share(self.invoice, key, self.parties, Residual(whose.shared, whose.not_measured))
        return Sharing(found.shares, (*self.energy.doubts, *found.doubts))


def gather(
    session: Session, site: Site, bill: Bill, basis: HoursBasis, known: Inputs | None = None
) -> Inputs:
    """What is known now of the bill's period. Tenants with nothing at all in it are left out.

    `known`: the bill's inputs by the other basis of hours, whose energy need not be looked up again.
    """
    period = Period(bill.from_on, bill.until_on)
    energy = known.energy if known else _energy(measured(session, site, period, bill.kind), bill)
    hours = hours_of_tenants(session, site.id, instants(site, period), basis)
    held = standings(session, site)
    parties = (
        _party(tenant, held.get(tenant.id, []), hours.get(tenant.id, 0.0), energy, period)
        for tenant in session.scalars(select(Tenant).order_by(Tenant.slug))
    )
    there = [one for one in parties if any((one.area_m2, one.hours, one.heads, one.measured_kwh))]
    return Inputs(Invoice(bill.cents, bill.fixed_cents), tuple(there), energy)


def standings(session: Session, site: Site) -> Mapping[int, Sequence[Standing]]:
    """What each tenant had from when on, by tenant."""
    rows = session.scalars(
        select(TenantStanding).where(TenantStanding.site_id == site.id).order_by(TenantStanding.from_on)
    )
    found: defaultdict[int, list[Standing]] = defaultdict(list)
    for row in rows:
        found[row.tenant_id].append(Standing(row.from_on, row.area_m2, row.heads))
    return found


def _party(tenant: Tenant, held: Sequence[Standing], hours: float, energy: Energy, period: Period) -> Party:
    area_m2, heads = mean_over(held, period)
    return Party(tenant.slug, area_m2, hours, heads, energy.whose.own.get(tenant.slug, 0.0))


def _energy(meters: Sequence[Measured], bill: Bill) -> Energy:
    mains = mains_of(meters, bill.meter_id)
    slugs = {one.meter.slug for one in mains}
    nodes = [node(one) for one in meters]
    total, source = _total(mains, bill)
    whose = belonging(total or 0.0, slugs, nodes)
    if total is None:
        total = round(whose.shared + sum(whose.own.values()), 3)
        whose = replace(whose, not_measured=0.0)
    below = [node for node in nodes if node.slug in whose.below or node.slug in slugs]
    return Energy(total, source, whose, tuple(below), tuple(_doubts(mains, meters, whose, source)))


def _total(mains: Sequence[Measured], bill: Bill) -> tuple[float | None, str]:
    """The main meters where they know, else the bill, else what little the main meters say."""
    amounts = [one.amount for one in mains if one.amount is not None]
    whole = bool(mains) and all(one.amount is not None and one.known >= LEAST_KNOWN for one in mains)
    if bill.used is not None and bill.used > 0 and not whole:
        return bill.used, "bill"
    return (round(sum(amounts), 3), "meter") if amounts else (None, "parts")


def _doubts(
    mains: Sequence[Measured], meters: Sequence[Measured], whose: Belonging, source: str
) -> list[Doubt]:
    found = []
    if source != "meter":
        found.append(Doubt(f"total_from_{source}"))
    told = [*(mains if source == "meter" else ()), *(one for one in meters if one.meter.slug in whose.below)]
    for one in told:
        if one.known < LEAST_KNOWN:
            tenant = one.meter.tenant.slug if one.meter.tenant else None
            facts: dict[str, str | float] = {"meter": one.meter.name, "percent": round(one.known * 100)}
            found.append(Doubt("meter_partly_known", facts, tenant))
    return found
