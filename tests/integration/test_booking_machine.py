"""Any sequence of deeds against a plain model: nothing overlaps, no exception is lost, quotas add up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from samen.adapters.db import Database
from samen.adapters.db.models import (
    Base,
    Claim,
    Occurrence,
    OccurrenceStatus,
    Quota,
    Series,
    Space,
    Tenant,
    Waiting,
    WaitState,
)
from samen.domain.access import Role
from samen.domain.editing import Reach
from samen.domain.interval import Interval
from samen.domain.quota import Basis, Period
from samen.domain.rules import Approval
from samen.services import approvals, booking, cancelling, editing, quota, release, waitlist
from samen.services.booking import Booked, Refused
from support.building import NOW, a_member, at, load_demo

# On each of two engines: 2,000 steps in all, at the least.
EXAMPLES, STEPS, LEAST_STEPS = 40, 32, 1_000
SPACES = ("iris", "canal", "zenne", "zenne-noord", "zenne-zuid", "marolles")
ALIVE = {OccurrenceStatus.CONFIRMED, OccurrenceStatus.PENDING, OccurrenceStatus.HELD}
OVER = set(OccurrenceStatus) - ALIVE
QUOTA_HOURS = 40.0

spaces = st.sampled_from(SPACES)
hours = st.integers(9, 18)
lengths = st.integers(1, 3)
days = st.integers(24, 28)
rules = st.sampled_from(["FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"])
reaches = st.sampled_from(Reach)


def span(day: int, hour: int, length: int) -> Interval:
    start = at(f"{hour:02}:00", day)
    return Interval(start, start + timedelta(hours=length))


class Deeds(RuleBasedStateMachine):
    """What people do, and what must hold after each of it, on the `database` a subclass names."""

    database: Database
    steps = 0
    occurrences = Bundle("occurrences")
    wishes = Bundle("wishes")

    def __init__(self):
        super().__init__()
        _empty(self.database)
        self.now = NOW
        self.members = (_members["an"], _members["tom"])
        self.cancelled = set()
        self.moved = {}

    @rule(target=occurrences, space=spaces, day=days, hour=hours, length=lengths, who=st.integers(0, 1))
    def book(self, space, day, hour, length, who):
        during = span(day, hour, length)
        ask = booking.Ask(space, during, "Réunion", None, self.members[who])
        with self.database.write() as session:
            free = not _holders(session, space, during)
            fits = _spent(session, self.members[who].tenant_id) + length <= QUOTA_HOURS
            answer = booking.request(session, ask, self.now)
            assert isinstance(answer, Booked) == (free and fits), answer
            return _ids(answer)

    @rule(target=occurrences, space=spaces, day=days, hour=hours, rrule=rules, skip=st.booleans())
    def book_series(self, space, day, hour, rrule, skip):
        ask = booking.Ask(
            space, span(day, hour, 1), "Cours", None, self.members[0], rrule=rrule, skip_conflicts=skip
        )
        with self.database.write() as session:
            return _ids(booking.request(session, ask, self.now))

    @rule(one=occurrences, reach=reaches)
    def cancel(self, one, reach):
        with self.database.write() as session:
            answer = cancelling.cancel(session, one, self._booker(session, one), self.now, reach)
            if not isinstance(answer, Refused):
                self._forget(gone.id for gone in answer.occurrences)
                self.cancelled |= {gone.id for gone in answer.occurrences}

    @rule(
        target=occurrences,
        one=occurrences,
        space=spaces,
        day=days,
        hour=hours,
        reach=reaches,
        skip=st.booleans(),
    )
    def move(self, one, space, day, hour, reach, skip):
        during = span(day, hour, 1)
        change = editing.Change(space=space, start=during.start, end=during.end, skip_conflicts=skip)
        with self.database.write() as session:
            answer = editing.edit(session, one, change, reach, self._booker(session, one), self.now)
            return self._learn(session, one, reach, answer)

    @rule(target=occurrences, one=occurrences, hour=st.integers(-1, 1), reach=reaches)
    def shift(self, one, hour, reach):
        with self.database.write() as session:
            stands = session.get_one(Occurrence, one)
            start = stands.starts_at + timedelta(hours=hour)
            change = editing.Change(start=start, end=start + (stands.ends_at - stands.starts_at))
            answer = editing.edit(session, one, change, reach, self._booker(session, one), self.now)
            return self._learn(session, one, reach, answer)

    @rule(target=occurrences, one=occurrences, rrule=rules)
    def change_rule(self, one, rrule):
        change = editing.Change(rrule=rrule, skip_conflicts=True)
        with self.database.write() as session:
            answer = editing.edit(session, one, change, Reach.ALL, self._booker(session, one), self.now)
            return self._learn(session, one, Reach.ALL, answer)

    @rule(target=occurrences, one=occurrences)
    def add_back(self, one):
        with self.database.write() as session:
            series = session.get_one(Occurrence, one).series
            left = editing.dates_left_out(series, self.now)
            if not left:
                return multiple()
            viewer = self._booker(session, one)
            return _ids(editing.add_back(session, series.id, left[0].start, viewer, self.now))

    @rule(one=occurrences, yes=st.booleans())
    def decide(self, one, yes):
        with self.database.write() as session:
            series_id = session.get_one(Occurrence, one).series_id
            manager = _members["manager"]
            if yes:
                approvals.approve(session, series_id, manager, self.now)
            else:
                approvals.decline(session, series_id, manager, "", self.now)

    @rule(one=occurrences)
    def give_back(self, one):
        with self.database.write() as session:
            answer = release.release(session, one, self._booker(session, one), self.now)
            if not isinstance(answer, Refused):
                self._forget([one])

    @rule(target=wishes, space=spaces, day=days, hour=hours, length=lengths)
    def wait(self, space, day, hour, length):
        wish = waitlist.Wish(space, span(day, hour, length), "Attente", None, self.members[1])
        with self.database.write() as session:
            answer = waitlist.join(session, wish, self.now)
            return multiple() if isinstance(answer, Refused) else answer.id

    @rule(target=occurrences, wish=wishes, yes=st.booleans())
    def answer_offer(self, wish, yes):
        with self.database.write() as session:
            step = waitlist.accept if yes else waitlist.decline
            step(session, wish, self.members[1], self.now)
            waiting = session.get_one(Waiting, wish)
            return waiting.offer_id if waiting.state is WaitState.TAKEN else multiple()

    @rule()
    def let_holds_lapse(self):
        self.now += timedelta(minutes=31)
        with self.database.write() as session:
            waitlist.expire(session, self.now)

    @invariant()
    def every_step_counts(self):
        type(self).steps += 1

    @invariant()
    def nothing_overlaps_and_claims_say_what_is_booked(self):
        with self.database.read() as session:
            for claims in _claims_by_space(session).values():
                for first, second in pairwise(sorted(claims)):
                    assert first[1] <= second[0]
            assert _claims_by_space(session) == _booked_by_space(session)

    @invariant()
    def no_exception_is_lost(self):
        with self.database.read() as session:
            for one in self.cancelled:
                assert session.get_one(Occurrence, one).status in OVER
            for one, stands in self.moved.items():
                row = session.get_one(Occurrence, one)
                assert row.status in OVER or (row.space.slug, row.starts_at, row.ends_at) == stands

    @invariant()
    def quotas_equal_a_recount(self):
        with self.database.read() as session:
            for member in self.members:
                told = {use.period: use.booked for use in quota.usage(session, member.tenant_id, NOW)}
                assert told[Period.QUARTER] == pytest.approx(_spent(session, member.tenant_id))

    @invariant()
    def nobody_waits_for_what_is_free(self):
        with self.database.read() as session:
            for one in session.scalars(select(Waiting).where(Waiting.state == WaitState.WAITING)):
                wanted = Interval(one.starts_at, one.ends_at)
                room = _spent(session, one.tenant_id) + wanted.length / timedelta(hours=1) <= QUOTA_HOURS
                assert _holders(session, one.space.slug, wanted) or not room

    def _booker(self, session, one):
        series = session.get_one(Occurrence, one).series
        return next(viewer for viewer in self.members if viewer.tenant_id == series.tenant_id)

    def _learn(self, session, one, reach, answer):
        """A date changed by itself is an exception from here on, and so is its place."""
        if isinstance(answer, Refused):
            return multiple()
        row = session.get_one(Occurrence, one)
        self._forget([one])
        if reach is Reach.THIS and row.moved:
            self.moved[one] = (row.space.slug, row.starts_at, row.ends_at)
        return multiple(*(changed.id for changed in answer.occurrences if changed.status in ALIVE))

    def _forget(self, ids):
        for one in ids:
            self.moved.pop(one, None)


_members = {}


@pytest.fixture
def furnished(database):
    load_demo(database)
    _members["an"] = a_member(database, "an@x.example")
    _members["tom"] = a_member(database, "tom@x.example", "jeugdhuis-nova")
    _members["manager"] = a_member(database, "m@x.example", "atelier-rue", Role.MANAGER)
    with database.write() as session:
        _plain_rules(session)
    return database


def _plain_rules(session):
    """One quota each, one space that asks for a yes and holds, one that asks and does not; no buffers."""
    session.execute(delete(Quota))
    for tenant in session.scalars(select(Tenant)):
        session.add(Quota(tenant_id=tenant.id, period=Period.QUARTER, hours=QUOTA_HOURS, basis=Basis.BOOKED))
    for space in session.scalars(select(Space)):
        space.before_min = space.after_min = 0
        space.weight, space.approval = 1.0, Approval.NONE
        space.permissions, space.hours = [], []
    canal, marolles = (
        session.scalars(select(Space).where(Space.slug == slug)).one() for slug in ("canal", "marolles")
    )
    canal.approval = marolles.approval = Approval.ALWAYS
    canal.pending_holds, marolles.pending_holds = True, False


def test_any_sequence_of_deeds_keeps_the_calendar_whole(furnished):
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    deeds = type("DeedsHere", (Deeds,), {"database": furnished})

    run_state_machine_as_test(deeds, settings=limits)

    assert deeds.steps >= LEAST_STEPS


def _empty(database):
    """The same building, with nothing booked and nobody waiting."""
    kept = {"alembic_version", "sites", "zones", "spaces", "space_parts", "space_features", "space_hours"}
    kept |= {
        "space_permissions",
        "tenants",
        "quotas",
        "members",
        "memberships",
        "devices",
        "meters",
        "registers",
    }
    with database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in kept:
                session.execute(table.delete())


def _ids(answer):
    return multiple() if isinstance(answer, Refused) else multiple(*(one.id for one in answer.occurrences))


def _holders(session, slug, during):
    atoms = {atom.id for atom in session.scalars(select(Space).where(Space.slug == slug)).one().atoms()}
    booked = _booked_by_space(session)
    return [
        held
        for atom in atoms
        for held in booked.get(atom, ())
        if held[0] < during.end and during.start < held[1]
    ]


def _claims_by_space(session):
    found = {}
    for claim in session.scalars(select(Claim).where(Claim.active)):
        found.setdefault(claim.space_id, set()).add((claim.starts_at, claim.ends_at))
    return found


def _booked_by_space(session):
    """What should be claimed, from the dates alone."""
    found = {}
    for one in session.scalars(select(Occurrence).where(Occurrence.status.in_(ALIVE))):
        if one.status is OccurrenceStatus.PENDING and not one.space.pending_holds:
            continue
        for atom in one.space.atoms():
            found.setdefault(atom.id, set()).add((one.starts_at, one.ends_at))
    return found


def _spent(session, tenant_id):
    """Hours that count against the quota of the quarter, added one by one."""
    rows = session.scalars(
        select(Occurrence).join(Series).where(Series.tenant_id == tenant_id, Occurrence.status.in_(ALIVE))
    )
    end = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(hours=1)
    return sum((min(one.ends_at, end) - one.starts_at) / timedelta(hours=1) for one in rows)
