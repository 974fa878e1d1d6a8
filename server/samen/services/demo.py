"""The demo's people, bookings and past: invented, and the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Member, Site, Tenant
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval, at_wall
from samen.domain.interventions import Described, InterventionKind
from samen.services import (
    booking,
    demo_costs,
    demo_credits,
    demo_energy,
    demo_history,
    demo_rounds,
    interventions,
    login,
    members,
)

PASSWORD = "samen-demo"  # noqa: S105 (shown on the demo's own sign-in sheet)
# A year before the first measure, and two years and two months in all.
HISTORY = timedelta(days=800)
# The meter node's registers, each with its share of the simulated load; the rest is on no sub-meter.
LOADS = {"1.8.0": 6.0, "s0.1": 1.4, "s0.2": 0.5, "s0.3": 0.7, "s0.4": 1.3, "s0.5": 0.5}


@dataclass(frozen=True)
class Person:
    """Somebody who signs in to the demo."""

    email: str
    name: str
    tenant: str
    role: Role
    locale: str


PEOPLE = (
    Person("manager@bota75.example", "Mounia", "atelier-rue", Role.MANAGER, "fr"),
    Person("an@atelier-rue.example", "An", "atelier-rue", Role.MEMBER, "nl"),
    Person("lea@collectif-senne.example", "Léa", "collectif-senne", Role.TENANT_ADMIN, "fr"),
    Person("sam@radio-pixel.example", "Sam", "radio-pixel", Role.MEMBER, "en"),
    Person("tom@jeugdhuis-nova.example", "Tom", "jeugdhuis-nova", Role.MEMBER, "nl"),
)

# The same, week after week.
EVERY_WEEK = (0, "iris", "09:00", "11:00", "an@", "Permanence sociale", 8)
WEEKS = 12
# weekday, space, from, to, whose, title, people
WEEK = (
    (0, "iris", "12:00", "13:00", "an@", "Réunion d’équipe", 6),
    (0, "canal", "16:00", "17:00", "manager@", "Visite de l’électricien", 3),
    (0, "marolles", "09:30", "10:30", "tom@", "Taallessen NL", 7),
    (0, "marolles", "15:00", "16:00", "lea@", "Atelier couture", 6),
    (0, "canal", "13:00", "14:30", "lea@", "Comité", 5),
    (0, "zenne-noord", "10:00", "11:30", "tom@", "Taallessen NL", 18),
    (0, "zenne", "18:30", "21:00", "sam@", "Assemblée générale", 42),
    (0, "atelier", "14:30", "17:00", "tom@", "Fietsatelier", 9),
    (0, "keuken", "14:00", "15:30", "lea@", "Repas partagé", 10),
    (1, "iris", "13:30", "16:00", "sam@", "Comité de rédaction", 7),
    (1, "marolles", "10:00", "12:00", "an@", "Entretiens", 3),
    (1, "zenne-zuid", "09:00", "12:00", "lea@", "Formation", 20),
    (1, "keuken", "11:00", "14:00", "tom@", "Kookles", 8),
    (1, "atelier", "18:00", "21:00", "sam@", "Repair café", 18),
    (2, "iris", "09:30", "12:30", "lea@", "Permanence juridique", 10),
    (2, "canal", "14:00", "15:00", "sam@", "Interview", 3),
    (2, "zenne", "14:00", "18:00", "tom@", "Speelnamiddag", 38),
    (2, "marolles", "16:30", "18:00", "an@", "Groupe de parole", 8),
    (3, "canal", "14:00", "15:30", "manager@", "Bureau de la coopérative", 5),
    (3, "iris", "10:00", "11:30", "tom@", "Teamvergadering", 6),
    (3, "marolles", "13:00", "16:00", "lea@", "Comptabilité", 4),
    (3, "zenne-noord", "19:00", "21:30", "sam@", "Répétition", 12),
    (3, "keuken", "12:00", "13:30", "an@", "Table d’hôtes", 10),
    (4, "iris", "14:00", "17:00", "an@", "Atelier numérique", 11),
    (4, "canal", "09:00", "10:30", "lea@", "Entretiens", 4),
    (4, "zenne-zuid", "16:00", "19:00", "tom@", "Dans", 20),
    (4, "atelier", "10:00", "13:00", "sam@", "Montage", 6),
    (5, "zenne", "11:00", "15:00", "lea@", "Fête de quartier", 50),
    (5, "keuken", "10:00", "15:00", "lea@", "Fête de quartier", 10),
)


def is_seeded(session: Session) -> bool:
    """Whether the demo's people are there already."""
    return bool(session.scalar(select(func.count()).select_from(Member)))


def seed(session: Session, site: Site, now: datetime) -> None:
    """People, bookings, and the past: who used which room, what the meters counted, how warm it was."""
    _seed_people(session, now)
    viewers = _viewers(session)
    demo_history.seed_bookings(session, site, WEEK, viewers, HISTORY, now)
    _seed_bookings(session, site, viewers, now)
    demo_history.seed_occupancy(session, site, HISTORY, now)
    demo_history.seed_energy(session, site, WEEK, HISTORY, now)
    demo_history.seed_replacement(session, site, viewers["manager@"], HISTORY, now)
    demo_costs.seed_costs(session, site, viewers["manager@"], now)
    _seed_interventions(session, site, viewers["manager@"], now)
    demo_rounds.seed_rounds(session, site, viewers, now)
    demo_credits.seed_credits(session, viewers["lea@"], now)


def settle(session: Session, site: Site, now: datetime) -> None:
    """Share the bills of the past: to be called once its energy is rolled up."""
    demo_costs.settle_costs(session, site, _viewers(session)["manager@"], now)


def _seed_interventions(session: Session, site: Site, manager: Viewer, now: datetime) -> None:
    """The measures that the demo's past really has, on the register."""
    today = now.astimezone(ZoneInfo(site.timezone)).date()
    for taken in demo_energy.INTERVENTIONS:
        kind = InterventionKind(taken.kind)
        carriers, on = frozenset({taken.carrier}), taken.on(today)
        told = Described(taken.name, kind, carriers, frozenset(), on, cost_cents=taken.cost_cents)
        interventions.add(session, site, told, manager, now)


def _seed_people(session: Session, now: datetime) -> None:
    """The demo's members, all with the same password."""
    password_hash = login.hash_password(PASSWORD)
    for person in PEOPLE:
        tenant = session.scalars(select(Tenant).where(Tenant.slug == person.tenant)).one()
        member = members.add(session, person.email, person.name, tenant, person.role, "demo", now)
        member.locale, member.password_hash = person.locale, password_hash


def _seed_bookings(session: Session, site: Site, viewers: dict[str, Viewer], now: datetime) -> None:
    """Last week's, this week's and next week's bookings, each made as its week began, or just now."""
    zone = ZoneInfo(site.timezone)
    today = now.astimezone(zone).date()
    for week in (-1, 0, 1):
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=week)
        made_at = min(at_wall(monday, time(6), zone), now)
        if week == -1:
            _book(session, monday, zone, EVERY_WEEK, viewers, made_at, f"FREQ=WEEKLY;COUNT={WEEKS}")
        for entry in WEEK:
            _book(session, monday, zone, entry, viewers, made_at)


def _book(
    session: Session,
    monday: date,
    zone: ZoneInfo,
    entry: tuple[int, str, str, str, str, str, int],
    viewers: dict[str, Viewer],
    made_at: datetime,
    rrule: str | None = None,
) -> None:
    weekday, space, start, end, who, title, people = entry
    on = monday + timedelta(days=weekday)
    during = Interval(_at(on, start, zone), _at(on, end, zone))
    booking.request(session, booking.Ask(space, during, title, people, viewers[who], rrule=rrule), made_at)


def _viewers(session: Session) -> dict[str, Viewer]:
    rows = {person.email: person for person in PEOPLE}
    found = session.scalars(select(Member).where(Member.email.in_(rows)))
    return {
        member.email.split("@")[0] + "@": Viewer(
            member.id, member.memberships[0].tenant_id, rows[member.email].role
        )
        for member in found
    }


def _at(on: date, clock: str, zone: ZoneInfo) -> datetime:
    return at_wall(on, time.fromisoformat(clock), zone).astimezone(UTC)
