"""The demo's bills of the past year, who has what, and the keys that were voted: invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import HoursBasis, IndexReading, Meter, MeterKind, Site, Tenant
from samen.domain.access import Viewer
from samen.domain.belonging import Standing
from samen.domain.interval import midnight
from samen.domain.sharing import Key
from samen.services import bills, settling, sharing_keys
from samen.services.bills import BillText
from samen.services.calorific import factor_of
from samen.services.sharing_keys import Decision

MONTHS = 12
# m² of its own, and heads.
STANDINGS = {
    "atelier-rue": (64.0, 7.0),
    "collectif-senne": (48.0, 5.0),
    "radio-pixel": (36.0, 4.0),
    "jeugdhuis-nova": (80.0, 9.0),
}
# Who took on more people how many days ago.
GREW = ("collectif-senne", Standing(date.min, 48.0, 8.0), timedelta(days=100))
# Supplier, what a month costs anyhow, and a kWh, in cents.
CONTRACTS = {
    MeterKind.ELECTRICITY: ("Énergie Commune", 18_50, 31.4),
    MeterKind.GAS: ("Énergie Commune", 12_75, 8.6),
}
# This many months ago the supplier guessed.
ESTIMATED, GUESS = 3, 1.09
OLD = Decision(date.min, "Conseil de la coopérative", date.min, "Au m², faute de mieux.")
NEW = Decision(
    date.min,
    "Assemblée générale",
    date.min,
    "La moitié au m², le reste à l’usage des salles et aux personnes. Onze voix pour, une abstention.",
)


def seed_costs(session: Session, site: Site, viewer: Viewer, now: datetime) -> None:
    """Bills of the last months that are over and counted; nobody has settled them yet."""
    today = now.astimezone(ZoneInfo(site.timezone)).date()
    _seed_standings(session, site, viewer, today, now)
    for kind in CONTRACTS:
        _seed_keys(session, site, kind, viewer, today, now)
        for meter in session.scalars(
            select(Meter).where(Meter.site_id == site.id, Meter.kind == kind, Meter.main_id.is_(None))
        ):
            for text in _texts(session, site, meter, today):
                bills.enter(session, site, text, viewer, now)


def settle_costs(session: Session, site: Site, viewer: Viewer, now: datetime) -> None:
    """Settle what nobody settled yet, but for the newest month: that is left for whoever tries the demo."""
    newest = next(_months(now.astimezone(ZoneInfo(site.timezone)).date()))[0]
    settled = settling.settled_bills(session, site)
    for bill in bills.current_bills(session, site):
        if bill.id not in settled and bill.from_on < newest:
            settling.settle(session, site, bill.id, viewer, now)


def _seed_standings(session: Session, site: Site, viewer: Viewer, today: date, now: datetime) -> None:
    tenants = {one.slug: one for one in session.scalars(select(Tenant))}
    for slug, (area_m2, heads) in STANDINGS.items():
        standing = Standing(today.replace(month=1, day=1, year=today.year - 3), area_m2, heads)
        sharing_keys.stand(session, site, tenants[slug], standing, viewer, now)
    slug, grown, ago = GREW
    later = Standing(today - ago, grown.area_m2, grown.heads)
    sharing_keys.stand(session, site, tenants[slug], later, viewer, now)


def _seed_keys(
    session: Session, site: Site, kind: MeterKind, viewer: Viewer, today: date, now: datetime
) -> None:
    versions = ((OLD, Key(1000, 0, 0), 3), (NEW, Key(500, 300, 200, fixed=0), 1))
    for decision, key, years in versions:
        from_on = date(today.year - years, 1, 1)
        dated = Decision(from_on, decision.decided_by, from_on - timedelta(days=20), decision.text)
        sharing_keys.decide(session, site, kind, key, HoursBasis.BOOKED, dated, viewer, now)


def _texts(session: Session, site: Site, meter: Meter, today: date) -> Iterator[BillText]:
    supplier, fixed_cents, cents_a_kwh = CONTRACTS[meter.kind]
    for ago, (first, end) in enumerate(_months(today), start=1):
        counted = _counted_kwh(session, site, meter, first, end)
        if counted is None:
            return
        used = round(counted * (GUESS if ago == ESTIMATED else 1.0))
        yield BillText(
            kind=meter.kind,
            supplier=supplier,
            number=f"{meter.kind.value[:1].upper()}-{first:%Y-%m}",
            from_on=first,
            until_on=end,
            cents=fixed_cents + round(used * cents_a_kwh),
            fixed_cents=fixed_cents,
            used=float(used),
            note="Relevé estimé" if ago == ESTIMATED else "",
        )


def _months(today: date) -> Iterator[tuple[date, date]]:
    """The last whole months, newest first."""
    end = today.replace(day=1)
    for _ in range(MONTHS):
        first = (end - timedelta(days=1)).replace(day=1)
        yield first, end
        end = first


def _counted_kwh(session: Session, site: Site, meter: Meter, first: date, end: date) -> float | None:
    """What the meter's index says between two midnights at which it was read."""
    zone, register = ZoneInfo(site.timezone), meter.registers[0]
    read = [
        session.scalar(
            select(IndexReading.index).where(
                IndexReading.register_id == register.id, IndexReading.at == midnight(on, zone)
            )
        )
        for on in (first, end)
    ]
    if read[0] is None or read[1] is None:
        return None
    amount = (read[1] - read[0]) / 1000
    return amount * factor_of(session, meter)(first) if meter.kind is MeterKind.GAS else amount
