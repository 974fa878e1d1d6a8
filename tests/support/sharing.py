"""A month to settle: who has what, October's energy and bookings, a key and a bill."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from samen.adapters.db.models import EnergyRollup, HoursBasis, Meter, MeterKind, Site, Step, Tenant
from samen.domain.belonging import Standing
from samen.domain.interval import Interval, at_wall, local_day
from samen.domain.sharing import Key
from samen.services import bills, booking, settling, sharing_keys
from support.building import BRUSSELS, NOW

OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))
# kWh a day, 31 days: on no sub-meter are 31 of 124. Two meters rest, one of them Radio Pixel’s own.
DAILY_KWH = {
    "main": 4.0,
    "ventilation": 1.0,
    "atelier-0": 1.0,
    "keuken-circuit": 1.0,
    "studio": 0.0,
    "chargers": 0.0,
}
STANDINGS = {"atelier-rue": (60, 6), "collectif-senne": (40, 3), "radio-pixel": (20, 2)}
THE_KEY = Key(500, 300, 200)


def the_site(session) -> Site:
    return session.scalars(select(Site)).one()


def tenant(session, slug) -> Tenant:
    return session.scalars(select(Tenant).where(Tenant.slug == slug)).one()


def used(database, daily_kwh=DAILY_KWH, period=OCTOBER):
    """Each meter used so much on each day of the period."""
    with database.write() as session:
        for slug, kwh in daily_kwh.items():
            meter = session.scalars(select(Meter).where(Meter.slug == slug)).one()
            for n in range((period[1] - period[0]).days):
                add_day(session, meter.registers[0], period[0] + timedelta(days=n), kwh)


def add_day(session, register, on, kwh):
    """The register counted so much on a local day, all of it known."""
    day = local_day(on, BRUSSELS)
    figures = {"amount": kwh * 1000, "known_s": int(day.length.total_seconds()), "estimated_s": 0}
    session.add(EnergyRollup(register_id=register.id, step=Step.DAY, starts_at=day.start, **figures))


def owned(database, meter, slug):
    """The meter is a tenant's own."""
    with database.write() as session:
        owner = tenant(session, slug).id
        session.scalars(select(Meter).where(Meter.slug == meter)).one().tenant_id = owner


def stands(database, viewer, standings=STANDINGS, from_on=date(2026, 1, 1)):
    with database.write() as session:
        for slug, (area_m2, heads) in standings.items():
            standing = Standing(from_on, area_m2, heads)
            sharing_keys.stand(session, the_site(session), tenant(session, slug), standing, viewer, NOW)


def decided(database, viewer, key=THE_KEY, kind=MeterKind.ELECTRICITY, basis=HoursBasis.BOOKED, **more):
    """The key's number."""
    decision = sharing_keys.Decision(
        more.get("from_on", date(2026, 1, 1)), "Assemblée générale", date(2025, 12, 12), "Unanimous."
    )
    with database.write() as session:
        made = sharing_keys.decide(session, the_site(session), kind, key, basis, decision, viewer, NOW)
        return made.id


def billed(database, viewer, cents=100_00, replaces=None, **more):
    """The bill's number, or the refusal."""
    text = bills.BillText(
        **{
            "kind": MeterKind.ELECTRICITY,
            "supplier": "Engie",
            "number": "2026-10",
            "from_on": OCTOBER[0],
            "until_on": OCTOBER[1],
            "cents": cents,
            **more,
        }
    )
    with database.write() as session:
        answer = bills.enter(session, the_site(session), text, viewer, NOW, replaces)
        return answer.id if hasattr(answer, "id") else answer


def settled(database, viewer, bill, note="", now=NOW):
    """The settlement's number, or the refusal."""
    with database.write() as session:
        answer = settling.settle(session, the_site(session), bill, viewer, now, note)
        return answer.id if hasattr(answer, "id") else answer


def booked(database, viewer, start, end, space="iris", on=date(2026, 10, 6)):
    """Wall times on a day in October."""
    wall = datetime.strptime
    times = [at_wall(on, wall(one, "%H:%M").time(), BRUSSELS) for one in (start, end)]
    with database.write() as session:
        ask = booking.Ask(space, Interval(*times), "Réunion", None, viewer)
        answer = booking.request(session, ask, datetime(2026, 9, 28, tzinfo=UTC))
        assert isinstance(answer, booking.Booked), answer
        return answer.occurrences[0].id
