"""Speaking builders: a building to book in, people who book, and times on a day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, insert, select

import samen
from samen.adapters.db import Database
from samen.adapters.db.models import Base, Member, Membership, Tenant
from samen.adapters.site_file import read_site_file
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval
from samen.services import booking, cancelling
from samen.services import site as sites

BRUSSELS = ZoneInfo("Europe/Brussels")
# A Monday morning in winter: the demo building is open from 8 to 22.
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DEMO_FILE = Path(samen.__file__).parent / "demo.toml"


def load_demo(database: Database) -> None:
    """Bota 75 with its four associations and no people, in a database that is empty."""
    with database.write() as session:
        for table, rows in _demo_rows():
            session.execute(insert(table), rows)
            if session.get_bind().dialect.name == "postgresql" and "id" in table.c:
                # Rows that bring their number along do not move the counter of those to come.
                counter = func.pg_get_serial_sequence(table.name, "id")
                session.execute(select(func.setval(counter, max(row["id"] for row in rows))))


@cache
def _demo_rows() -> list[tuple[Table, list[dict]]]:
    """What `samen site load` makes of the demo's file, a table after the other. (Copied, for it takes a tenth
    of a second, and many tests begin with it.)"""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/samen.db")
        Base.metadata.create_all(database.engine)
        with database.write() as session:
            sites.load(session, read_site_file(DEMO_FILE), NOW)
            tables = Base.metadata.sorted_tables
            filled = [(one, [dict(row) for row in session.execute(select(one)).mappings()]) for one in tables]
        database.dispose()
    return [(table, rows) for table, rows in filled if rows]


def a_member(database: Database, email: str, tenant: str = "atelier-rue", role: Role = Role.MEMBER) -> Viewer:
    """Somebody with an account in a tenant, as the viewer they are when signed in."""
    with database.write() as session:
        tenant_id = session.scalars(select(Tenant.id).where(Tenant.slug == tenant)).one()
        member = Member(email=email, name=email.partition("@")[0].title(), created_at=NOW)
        member.memberships = [Membership(tenant_id=tenant_id, role=role)]
        session.add(member)
        session.flush()
        return Viewer(member_id=member.id, tenant_id=tenant_id, role=role)


def at(clock: str, day: int = 23) -> datetime:
    """A wall time in Brussels in November 2026, as an instant."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=BRUSSELS).astimezone(UTC)


def span(start: str, end: str, day: int = 23) -> Interval:
    """From one wall time to another on a day in November 2026."""
    return Interval(at(start, day), at(end, day))


@dataclass
class Calendar:
    """The demo building's calendar, asked in one breath."""

    database: Database
    viewer: Viewer

    def ask(self, start, end, space="iris", people=None, viewer=None, now=NOW):
        with self.database.write() as session:
            ask = booking.Ask(space, span(start, end), "Réunion", people, viewer or self.viewer)
            return booking.request(session, ask, now)

    def cancel(self, booked, viewer=None, now=NOW):
        with self.database.write() as session:
            viewer = viewer or self.viewer
            return cancelling.cancel(session, booked.occurrences[0].id, viewer, now)


def codes(answer) -> list[str]:
    """The codes of a refused answer."""
    assert isinstance(answer, booking.Refused), answer
    return [refusal.code for refusal in answer.refusals]


def an_hour(start: datetime) -> Interval:
    """The hour that begins then."""
    return Interval(start, start + timedelta(hours=1))
