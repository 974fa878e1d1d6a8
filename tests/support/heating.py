"""A building whose heating follows its bookings: settings, what rooms measure, and its plans."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from samen.adapters.db.models import Site
from samen.domain.zone_settings import Steering, ZoneSettings
from samen.services import ingest, steering
from support.building import NOW, Calendar, a_member, load_demo
from support.nodes_words import climate

ON = ZoneSettings(steering=Steering.ON, comfort_deg_c=20.0, setback_deg_c=16.0)


class Heated:
    """The demo building with somebody who books in it."""

    def __init__(self, database):
        load_demo(database)
        self.database = database
        self.calendar = Calendar(database, a_member(database, "an@rue.test"))
        self.seq = 0

    def set(self, zone="front", **settings):
        with self.database.write() as session:
            steering.put_settings(session, self._zone(session, NOW, zone).zone, replace(ON, **settings))

    def zone(self, now=NOW, slug="front"):
        with self.database.read() as session:
            found = self._zone(session, now, slug)
            session.expunge_all()
            return found

    def _zone(self, session, now, slug):
        site = session.scalars(select(Site)).one()
        return next(one for one in steering.heated_zones(session, site, now) if one.zone.slug == slug)

    def feels(self, *deg_c, since=NOW, every=timedelta(minutes=5), device="node-iris"):
        """The node says these temperatures one after the other; when it was silent again."""
        told = []
        for value in deg_c:
            self.seq += 1
            told.append(climate(round(value, 2), self.seq, since, device))
            since += every
        with self.database.write() as session:
            ingest.record(session, told, since)
        return since


def ramp(start, end, steps):
    """From one temperature to another, without the first."""
    return [start + (end - start) * n / steps for n in range(1, steps + 1)]
