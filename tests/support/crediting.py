"""Buildings in which credits are settled, and in which requests are gathered before a date opens."""

from datetime import timedelta

from sqlalchemy import select, update

from samen.adapters.db.models import CreditEntry, Device, Notice, Occurrence, Space, Tenant, Waiting
from samen.domain.access import Role
from samen.domain.rules import Refusal
from samen.services import booking, disputes, waiting_sweep, waitlist
from samen.services.booking import Refused
from samen.services.credits import balances, settle
from samen.services.waitlist import Wish
from support.building import NOW, a_member, at, load_demo, span
from support.watching import Watched

HOUR_S = 3600
# Iris can be booked ten days ahead: the 30th opens on the 20th, at noon.
DAY, OPENS = 30, at("12:00", 20)
BEFORE, AFTER = OPENS - timedelta(days=2), OPENS + timedelta(minutes=1)


class Settled(Watched):
    """A watched building whose nights are settled. Each of the four tenants has a quarter of the hours."""

    def __init__(self, database):
        super().__init__(database)
        with database.write() as session:
            session.execute(update(Tenant).values(entitlement=1.0))
            session.execute(update(Device).values(created_at=NOW - timedelta(days=9)))
        self.hears("empty", "08:00", "08:05")

    def settle(self, days=1, **more):
        with self.database.write() as session:
            return settle(session, at("04:00") + timedelta(days=days), **more)

    def used(self, start="10:00", end="12:00"):
        """A booking in which somebody was."""
        booked = self.booked(start, end)
        self.hears("occupied", start, end)
        self.sweep(end)
        return booked

    def not_used(self, start="10:00", end="12:00"):
        booked = self.booked(start, end)
        self.hears("empty", start, end)
        self.sweep("10:00", "10:08", "10:15", "10:16", end)
        return booked

    def hours(self):
        """Each tenant's credit, in hours."""
        with self.database.read() as session:
            names = dict(session.execute(select(Tenant.id, Tenant.slug)).all())
            return {names[tenant]: seconds / HOUR_S for tenant, seconds in balances(session).items()}

    def lines(self, viewer=None):
        """(code, hours) of the viewer's entries, in the order in which they were written."""
        with self.database.read() as session:
            mine = CreditEntry.tenant_id == (viewer or self.an).tenant_id
            rows = session.scalars(select(CreditEntry).where(mine).order_by(CreditEntry.id))
            return [(one.code, one.seconds / HOUR_S) for one in rows]

    def taken(self):
        """The first entry that took something from An's tenant."""
        with self.database.read() as session:
            mine = (CreditEntry.tenant_id == self.an.tenant_id, CreditEntry.seconds < 0)
            return session.scalars(select(CreditEntry.id).where(*mine)).first()

    def disputes(self, entry, viewer=None, reason="We were there."):
        with self.database.write() as session:
            answer = disputes.file(session, entry, viewer or self.an, reason, at("09:00", 24))
            return answer if isinstance(answer, Refusal) else None

    def decides(self, entry, hours, answer="The door was open."):
        with self.database.write() as session:
            seconds = round(hours * HOUR_S)
            decided = disputes.decide(session, entry, self.boss, seconds, answer, at("10:00", 24))
            return decided if isinstance(decided, Refusal) else decided.state.value


class Opening:
    """A building in which requests for Iris are gathered for five days before a date opens."""

    def __init__(self, database):
        load_demo(database)
        self.database = database
        tenants = ("atelier-rue", "collectif-senne", "radio-pixel")
        self.people = {
            name: a_member(database, f"{name}@{tenant}.test", tenant)
            for name, tenant in zip(("an", "bo", "cy"), tenants, strict=True)
        }
        self.boss = a_member(database, "boss@rue.test", role=Role.MANAGER)
        self.rules(horizon_days=10, gather_days=5)

    def rules(self, **values):
        with self.database.write() as session:
            session.execute(update(Space).where(Space.slug == "iris").values(**values))

    def credit(self, who, hours):
        """A tenant's credit, taken from Jeugdhuis Nova's."""
        with self.database.write() as session:
            nova = session.scalars(select(Tenant.id).where(Tenant.slug == "jeugdhuis-nova")).one()
            for tenant, seconds in ((self.people[who].tenant_id, hours * HOUR_S), (nova, -hours * HOUR_S)):
                facts = {"on_date": NOW.date(), "key": f"test:{who}", "code": "share", "facts": {}}
                entry = CreditEntry(tenant_id=tenant, seconds=seconds, corrects=False, made_at=NOW, **facts)
                session.add(entry)

    def books(self, who, start, end, now=BEFORE, space="iris"):
        viewer = self.people.get(who, self.boss)
        with self.database.write() as session:
            ask = booking.Ask(space, span(start, end, DAY), "Réunion", None, viewer)
            return booking.request(session, ask, now)

    def asks(self, who, start, end, now=BEFORE):
        with self.database.write() as session:
            wish = Wish("iris", span(start, end, DAY), "Réunion", None, self.people[who])
            answer = waitlist.join(session, wish, now)
            return answer if isinstance(answer, Refused) else answer.id

    def sweep(self, now=AFTER):
        return waiting_sweep.sweep(self.database, now).looked

    def decision(self, waiting_id):
        """(granted, rule) as it was decided."""
        with self.database.read() as session:
            told = session.get_one(Waiting, waiting_id).decision
            return told and (told["granted"], told["rule"])

    def holders(self):
        with self.database.read() as session:
            return list(session.scalars(select(Occurrence.tenant_id).order_by(Occurrence.starts_at)))

    def told(self, who):
        with self.database.read() as session:
            mine = select(Notice.code).where(Notice.member_id == self.people[who].member_id)
            return list(session.scalars(mine.order_by(Notice.id)))
