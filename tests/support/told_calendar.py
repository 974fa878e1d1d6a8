"""A real calendar beside a plain one, and what must hold of the two whatever people do."""

from datetime import time, timedelta
from itertools import cycle, pairwise

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import delete, select

from samen.adapters.db.models import (
    Base,
    Claim,
    Occurrence,
    Peak,
    Quota,
    Space,
    Tenant,
    Waiting,
    WaitState,
)
from samen.domain.access import Role
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Period
from samen.domain.rules import Approval
from samen.services import quota
from support.building import NOW, a_member, load_demo
from support.plain_calendar import (
    ASKS,
    BUFFERS,
    HOLDS_NOTHING,
    QUOTA_HOURS,
    WEIGHTS,
    Place,
    PlainCalendar,
    PlainDate,
    PlainSeries,
    at_wall,
    wall,
)

# What an empty building still has.
FURNITURE = {
    "alembic_version",
    "sites",
    "zones",
    "spaces",
    "space_parts",
    "space_features",
    "space_hours",
    "space_permissions",
    "tenants",
    "quotas",
    "members",
    "memberships",
    "devices",
    "meters",
    "registers",
}


class House:
    """The demo's building by the rules that the plain calendar knows, and no others."""

    def __init__(self, database):
        self.database = database
        load_demo(database)
        self.an = a_member(database, "an@x.example")
        self.tom = a_member(database, "tom@x.example", "jeugdhuis-nova")
        self.manager = a_member(database, "m@x.example", "atelier-rue", Role.MANAGER)
        with database.write() as session:
            _set_rules(session)

    def empty(self):
        """Nothing booked and nobody waiting."""
        with self.database.write() as session:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in FURNITURE:
                    session.execute(table.delete())


def _set_rules(session):
    session.execute(delete(Quota))
    session.execute(delete(Peak))
    for tenant in session.scalars(select(Tenant)):
        session.add(Quota(tenant_id=tenant.id, period=Period.QUARTER, hours=QUOTA_HOURS, basis=Basis.BOOKED))
    for space in session.scalars(select(Space)):
        space.before_min, space.after_min = BUFFERS.get(space.slug, (0, 0))
        space.weight = WEIGHTS.get(space.slug, 1.0)
        space.approval = Approval.ALWAYS if space.slug in ASKS else Approval.NONE
        space.pending_holds = space.slug not in HOLDS_NOTHING
        space.permissions, space.hours, space.closed_on_holidays = [], [], False
        space.longest_min = 24 * 60


class Told(RuleBasedStateMachine):
    """What people were told (`plain`) of the `house` that a subclass names.

    `waiting`: by wait, its place. `offers`: by wait, the date offered and until when. `untold`: waits for
    which there was no quota when their place became free.
    """

    house: House
    steps = 0

    def __init__(self):
        super().__init__()
        self.house.empty()
        self.database, self.members = self.house.database, (self.house.an, self.house.tom)
        self.now, self.plain, self.whose_quota = NOW, PlainCalendar(), cycle(self.members)
        self.waiting, self.offers, self.untold = {}, {}, set()

    @invariant()
    def every_step_counts(self):
        type(self).steps += 1

    @invariant()
    def the_calendar_is_what_people_were_told(self):
        with self.database.read() as session:
            self._learn_offers(session)
            self._dates_stand_as_told(session)
            self._claims_are_those_of_the_dates(session)
            self._quotas_equal_a_recount(session)
            self._nobody_waits_for_what_is_free(session)

    def _learn_offers(self, session):
        """An offer is for somebody in the line, of what they wait for and nothing keeps."""
        offered = select(Waiting.id, Waiting.offer_id, Occurrence.hold_until)
        held = offered.join(Occurrence, Occurrence.id == Waiting.offer_id).order_by(Waiting.id)
        for wish, offer, until in session.execute(held.where(Waiting.state == WaitState.OFFERED)):
            if offer in self.plain.dates:
                continue
            row, wanted = session.get_one(Occurrence, offer), self.waiting[wish]
            place = self.place_of(row)
            assert place.within(wanted)
            assert place.end == wanted.end
            assert self.plain.may(place, self.now)
            series = self.series_of(1, place, ())
            self.plain.series[row.series_id] = series
            self.plain.dates[offer] = PlainDate(row.series_id, series.first, place, "held")
            self.offers[wish] = (offer, until)

    def _dates_stand_as_told(self, session):
        rows = session.execute(
            select(
                Occurrence.id,
                Occurrence.series_id,
                Space.slug,
                Occurrence.starts_at,
                Occurrence.ends_at,
                Occurrence.status,
            ).join(Space, Space.id == Occurrence.space_id)
        )
        stand = {id_: (series, Place(*place), status.value) for id_, series, *place, status in rows}
        told = {id_: (one.series, one.place, one.status) for id_, one in self.plain.dates.items()}
        differ = {id_ for id_ in stand.keys() | told.keys() if stand.get(id_) != told.get(id_)}
        assert not differ, [(stand.get(id_), told.get(id_)) for id_ in differ]

    def _claims_are_those_of_the_dates(self, session):
        rows = session.execute(
            select(Space.slug, Claim.starts_at, Claim.ends_at)
            .join(Space, Space.id == Claim.space_id)
            .where(Claim.active)
            .order_by(Claim.starts_at)
        ).all()
        claims = {}
        for space, start, end in rows:
            claims.setdefault(space, []).append((start, end))
        for spans in claims.values():
            assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert {space: set(spans) for space, spans in claims.items()} == self.plain.claimed()

    def _quotas_equal_a_recount(self, session):
        tenant = next(self.whose_quota).tenant_id
        told = {use.period: use.booked for use in quota.usage(session, tenant, NOW)}
        assert told == {Period.QUARTER: pytest.approx(self.plain.hours(tenant))}

    def _nobody_waits_for_what_is_free(self, session):
        """Who was refused by their quota hears of it when the sweep comes by."""
        waits = select(Waiting.id).where(Waiting.state == WaitState.WAITING, Waiting.starts_at >= self.now)
        for wish in session.scalars(waits):
            place = self.waiting[wish]
            if self.plain.may(place, self.now) and not self.plain.fits(self.members[1].tenant_id, [place]):
                self.untold.add(wish)
            assert wish in self.untold or not self.plain.may(place, self.now), place

    def place_on(self, space, day, hour, length):
        start = at_wall(wall(self.now).date() + timedelta(days=day), time(hour))
        return Place(space, start, start + timedelta(hours=length))

    def place_of(self, row):
        return Place(row.space.slug, row.starts_at, row.ends_at)

    def during_of(self, place):
        return Interval(place.start, place.end)

    def series_of(self, who, place, bundle):
        local = wall(place.start)
        on, length = local.date(), place.end - place.start
        tenant = self.members[who].tenant_id
        return PlainSeries(tenant, place.space, local.time(), length, [on], bundle=bundle, first=on)

    def viewer_of(self, series):
        return next(viewer for viewer in self.members if viewer.tenant_id == series.tenant)

    def claims_of(self, row):
        stands = self.plain.dates[row]
        return list(self.plain.claims(stands.place, self.plain.series[stands.series].bundle))

    def learn(self, series_id, rows):
        """Take new dates in as they must be; gives their days."""
        series, found = self.plain.series[series_id], set()
        for row in rows:
            day = wall(row.original_start).date()
            status = "pending" if series.space in ASKS else "confirmed"
            self.plain.dates[row.id] = PlainDate(series_id, day, series.place(day), status)
            found.add(day)
        return found
