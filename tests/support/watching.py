"""A building whose rooms are watched: what nodes say minute by minute, and what the sweep makes of it."""

from datetime import timedelta

from sqlalchemy import select, update

from samen.adapters.db.models import AuditEntry, Device, Notice, Occurrence, Space, Waiting
from samen.domain.access import Role
from samen.services import booking, ingest, release, waitlist
from samen.services.booking import Booked
from support.building import NOW, Calendar, a_member, at, load_demo, span
from support.nodes_words import occupancy

BEAT = timedelta(minutes=5)


class Watched:
    """A building with sensors, people who book, a manager, and somebody who waits."""

    def __init__(self, database):
        load_demo(database)
        self.database = database
        self.an = a_member(database, "an@rue.test")
        self.bo = a_member(database, "bo@senne.test", "collectif-senne")
        self.boss = a_member(database, "boss@rue.test", "radio-pixel", Role.MANAGER)
        self.calendar = Calendar(database, self.an)
        self.seq = 0

    def booked(self, start, end, space="iris", **more):
        answer = self.calendar.ask(start, end, space, **more)
        assert isinstance(answer, Booked), answer
        return answer.occurrences[0].id

    def weekly(self, count, start="10:00", end="12:00"):
        with self.database.write() as session:
            rrule = f"FREQ=WEEKLY;COUNT={count}"
            ask = booking.Ask("iris", span(start, end), "Cours", None, self.an, rrule=rrule)
            return [one.id for one in booking.request(session, ask, NOW).occurrences]

    def hears(self, word, start, end, device="node-iris", days=0):
        """The node says so every five minutes."""
        moment, until = at(start) + timedelta(days=days), at(end) + timedelta(days=days)
        told = []
        while moment < until:
            self.seq += 1
            told.append(occupancy(word, self.seq, moment, device))
            moment += BEAT
        with self.database.write() as session:
            ingest.record(session, told, until)

    def sensor(self, slug):
        """A sensor for a space that has none yet."""
        with self.database.write() as session:
            space = session.scalars(select(Space).where(Space.slug == slug)).one()
            more = {"site_id": space.site_id, "space_id": space.id, "created_at": NOW}
            session.add(Device(slug=f"node-{slug}", name=slug, streams=["occupancy"], **more))
        return f"node-{slug}"

    def sweep(self, *clocks, days=0):
        """What the sweep changed at the last of these times."""
        for clock in clocks:
            swept = release.sweep(self.database, at(clock) + timedelta(days=days))
        return swept

    def one(self, occurrence_id):
        with self.database.read() as session:
            one = session.get_one(Occurrence, occurrence_id)
            session.expunge(one)
            return one

    def stands(self, occurrence_id):
        one = self.one(occurrence_id)
        return one.status.value, one.used

    def check_in(self, occurrence_id, viewer, clock):
        with self.database.write() as session:
            return release.check_in(session, occurrence_id, viewer, at(clock))

    def give_back(self, occurrence_id, viewer, clock):
        with self.database.write() as session:
            return release.release(session, occurrence_id, viewer, at(clock))

    def waits(self, start, end, space="iris"):
        with self.database.write() as session:
            wish = waitlist.Wish(space, span(start, end), "Atelier", None, self.bo)
            return waitlist.join(session, wish, NOW).id

    def offer(self, waiting_id):
        with self.database.read() as session:
            one = session.get_one(Waiting, waiting_id).offer
            return one and (one.starts_at, one.ends_at)

    def told(self, viewer, kind=Notice):
        with self.database.read() as session:
            mine = select(kind).where(kind.member_id == viewer.member_id).order_by(kind.id)
            return [one.code for one in session.scalars(mine) if one.code != "booking_made"]

    def deeds(self):
        with self.database.read() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))

    def rules(self, slug="iris", **values):
        with self.database.write() as session:
            session.execute(update(Space).where(Space.slug == slug).values(**values))
