"""The waitlist on both engines: who gets what is freed, for how long, and who comes next."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from samen.adapters.db.models import (
    Mail,
    Member,
    Notice,
    Occurrence,
    OccurrenceStatus,
    Quota,
    Space,
    Waiting,
    WaitState,
)
from samen.domain.quota import Basis, Period
from samen.domain.rules import Approval
from samen.services import cancelling, ingest, takeover, waiting_sweep, waitlist
from samen.services.booking import Booked, Refused
from samen.services.waitlist import Wish
from support.building import NOW, Calendar, a_member, at, codes, load_demo, span
from support.nodes_words import occupancy

HALF_AN_HOUR = timedelta(minutes=30)


class Line:
    """A calendar with people who wait."""

    def __init__(self, database):
        load_demo(database)
        self.database = database
        self.calendar = Calendar(database, a_member(database, "an@rue.test"))
        self.people = {
            name: a_member(database, f"{name}@{tenant}.test", tenant)
            for name, tenant in (("bo", "collectif-senne"), ("cy", "jeugdhuis-nova"), ("di", "radio-pixel"))
        }

    def taken(self, start, end, space="iris"):
        booked = self.calendar.ask(start, end, space)
        assert isinstance(booked, Booked), booked
        return booked

    def waits(self, who, start, end, space="iris", now=NOW, people=None):
        with self.database.write() as session:
            wish = Wish(space, span(start, end), "Atelier", people, self.people[who])
            answer = waitlist.join(session, wish, now)
            return answer if isinstance(answer, Refused) else answer.id

    def call(self, step, waiting_id, who, now=NOW):
        with self.database.write() as session:
            return step(session, waiting_id, self.people[who], now)

    def expire(self, now):
        with self.database.write() as session:
            return len(waitlist.expire(session, now))

    def state(self, waiting_id):
        with self.database.read() as session:
            return session.get_one(Waiting, waiting_id).state

    def offer(self, waiting_id):
        """(start, end, status, kept until) of what is or was offered."""
        with self.database.read() as session:
            one = session.get_one(Waiting, waiting_id).offer
            return one and (one.starts_at, one.ends_at, one.status, one.hold_until)

    def told(self, who, kind=Notice):
        with self.database.read() as session:
            mine = select(kind).where(kind.member_id == self.people[who].member_id).order_by(kind.id)
            return [one.code for one in session.scalars(mine)]

    def change(self, what, *where, **values):
        with self.database.write() as session:
            session.execute(update(what).where(*where).values(**values))


@pytest.fixture
def queue(database):
    return Line(database)


@pytest.fixture
def cheap(sqlite_database):
    return Line(sqlite_database)


def test_freed_time_is_kept_for_the_first_in_line_and_told(queue):
    booked = queue.taken("10:00", "12:00")
    bo, cy = queue.waits("bo", "10:00", "12:00"), queue.waits("cy", "11:00", "12:00")

    queue.calendar.cancel(booked)

    kept = (at("10:00"), at("12:00"), OccurrenceStatus.HELD, NOW + HALF_AN_HOUR)
    assert (queue.state(bo), queue.offer(bo)) == (WaitState.OFFERED, kept)
    assert (queue.state(cy), queue.offer(cy)) == (WaitState.WAITING, None)
    assert queue.told("bo") == queue.told("bo", Mail) == ["slot_offered"]
    assert codes(queue.calendar.ask("11:00", "12:00")) == ["taken"]


def test_what_the_first_leaves_free_goes_to_the_next(cheap):
    booked = cheap.taken("10:00", "13:00")
    bo, cy = cheap.waits("bo", "10:00", "11:00"), cheap.waits("cy", "11:00", "13:00")

    cheap.calendar.cancel(booked)

    assert [cheap.state(one) for one in (bo, cy)] == [WaitState.OFFERED, WaitState.OFFERED]


def test_who_says_yes_has_a_booking(queue):
    booked = queue.taken("10:00", "12:00")
    bo = queue.waits("bo", "10:00", "12:00")
    queue.calendar.cancel(booked)

    answer = queue.call(waitlist.accept, bo, "bo", NOW + timedelta(minutes=29))

    assert isinstance(answer, Booked)
    assert queue.state(bo) is WaitState.TAKEN
    assert queue.offer(bo)[2:] == (OccurrenceStatus.CONFIRMED, None)
    assert queue.told("bo", Mail) == ["slot_offered", "booking_made"]
    assert codes(queue.call(waitlist.accept, bo, "bo")) == ["offer_is_over"]


def test_who_says_no_leaves_it_to_the_next_at_once(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo, cy = cheap.waits("bo", "10:00", "12:00"), cheap.waits("cy", "10:00", "12:00")
    cheap.calendar.cancel(booked)

    cheap.call(waitlist.decline, bo, "bo")

    assert [cheap.state(one) for one in (bo, cy)] == [WaitState.WITHDRAWN, WaitState.OFFERED]
    assert codes(cheap.call(waitlist.accept, bo, "bo")) == ["offer_is_over"]


def test_an_offer_that_nobody_took_goes_down_the_line_until_it_is_free(queue):
    booked = queue.taken("10:00", "12:00")
    bo, cy = queue.waits("bo", "10:00", "12:00"), queue.waits("cy", "10:00", "12:00")
    queue.calendar.cancel(booked)
    late, later = NOW + HALF_AN_HOUR, NOW + 2 * HALF_AN_HOUR

    assert queue.expire(late - timedelta(seconds=1)) == 0
    assert codes(queue.call(waitlist.accept, bo, "bo", late)) == ["offer_is_over"]
    assert queue.expire(late) == 1

    assert [queue.state(one) for one in (bo, cy)] == [WaitState.LAPSED, WaitState.OFFERED]
    assert queue.told("bo") == ["slot_offered", "offer_lapsed"]
    assert queue.expire(later) == 1
    assert queue.expire(later) == 0
    assert isinstance(queue.calendar.ask("10:00", "12:00", now=later), Booked)


def test_who_may_not_be_offered_is_passed_over(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo, cy, di = (cheap.waits(who, "10:00", "12:00") for who in ("bo", "cy", "di"))
    cheap.change(Member, Member.id == cheap.people["bo"].member_id, disabled_at=NOW)
    with cheap.database.write() as session:
        session.merge(Quota(tenant_id=cheap.people["cy"].tenant_id, period=Period.WEEK, hours=1.5))

    cheap.calendar.cancel(booked)

    states = [cheap.state(one) for one in (bo, cy, di)]
    assert states == [WaitState.WAITING, WaitState.WAITING, WaitState.OFFERED]


def test_a_whole_is_offered_once_all_of_its_parts_are_free(queue):
    north, south = (queue.taken("10:00", "12:00", f"zenne-{side}") for side in ("noord", "zuid"))
    whole = queue.waits("bo", "10:00", "12:00", "zenne")

    queue.calendar.cancel(north)
    assert queue.state(whole) is WaitState.WAITING
    queue.calendar.cancel(south)

    assert queue.state(whole) is WaitState.OFFERED


def test_the_rest_of_a_wish_that_has_begun_is_offered(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo, cy = cheap.waits("bo", "10:00", "12:00"), cheap.waits("cy", "10:00", "11:00")

    cheap.calendar.cancel(booked, now=at("10:50"))

    assert cheap.offer(bo) == (at("10:50"), at("12:00"), OccurrenceStatus.HELD, at("10:55"))
    assert cheap.state(cy) is WaitState.WAITING


def test_only_what_is_taken_is_waited_for(cheap):
    answer = cheap.waits("bo", "10:00", "12:00")

    assert codes(answer) == ["it_is_free"]
    assert [(other.space, other.during) for other in answer.alternatives] == [
        ("iris", span("10:00", "12:00"))
    ]


def test_what_the_rules_forbid_is_not_waited_for(cheap):
    cheap.taken("10:00", "12:00")

    assert codes(cheap.waits("bo", "10:00", "12:00", people=500)) == ["too_many_people"]
    assert codes(cheap.waits("bo", "10:00", "12:00", now=at("12:00"))) == ["already_begun"]
    assert codes(cheap.waits("bo", "10:00", "12:00", space="cellar")) == ["unknown_space"]


def test_nobody_stands_in_one_line_twice(cheap):
    cheap.taken("10:00", "12:00")
    first = cheap.waits("bo", "10:00", "11:00")

    assert codes(cheap.waits("bo", "10:30", "11:30")) == ["already_waiting"]
    cheap.call(waitlist.withdraw, first, "bo")
    assert isinstance(cheap.waits("bo", "10:30", "11:30"), int)


def test_who_withdrew_is_offered_nothing(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo = cheap.waits("bo", "10:00", "12:00")

    cheap.call(waitlist.withdraw, bo, "bo")
    cheap.calendar.cancel(booked)

    assert (cheap.state(bo), cheap.offer(bo)) == (WaitState.WITHDRAWN, None)


def test_another_tenants_offer_is_not_ours_to_take(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo = cheap.waits("bo", "10:00", "12:00")
    cheap.calendar.cancel(booked)

    assert codes(cheap.call(waitlist.accept, bo, "cy")) == ["no_such_wait"]
    assert codes(cheap.call(waitlist.decline, bo, "cy")) == ["no_such_wait"]


def test_an_offer_beyond_the_quota_cannot_be_taken(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo = cheap.waits("bo", "10:00", "12:00")
    cheap.calendar.cancel(booked)
    with cheap.database.write() as session:
        quota = Quota(tenant_id=cheap.people["bo"].tenant_id, period=Period.WEEK, hours=1, basis=Basis.BOOKED)
        session.merge(quota)

    assert codes(cheap.call(waitlist.accept, bo, "bo")) == ["over_quota"]


def test_where_a_yes_is_needed_an_offer_becomes_a_request(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo = cheap.waits("bo", "10:00", "12:00")
    cheap.change(Space, Space.slug == "iris", approval=Approval.ALWAYS)
    cheap.calendar.cancel(booked)

    answer = cheap.call(waitlist.accept, bo, "bo")

    assert answer.pending
    assert codes(cheap.calendar.ask("10:00", "12:00")) == ["taken"]


def test_an_offer_that_was_cancelled_as_a_booking_is_over(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo, cy = cheap.waits("bo", "10:00", "12:00"), cheap.waits("cy", "10:00", "12:00")
    cheap.calendar.cancel(booked)

    with cheap.database.write() as session:
        cancelling.cancel(session, session.get_one(Waiting, bo).offer_id, cheap.people["bo"], NOW)

    assert codes(cheap.call(waitlist.accept, bo, "bo")) == ["offer_is_over"]
    assert cheap.state(cy) is WaitState.OFFERED
    cheap.expire(NOW)
    assert cheap.state(bo) is WaitState.LAPSED


def test_what_stands_free_all_the_same_is_offered_by_the_sweep(cheap):
    booked = cheap.taken("10:00", "12:00")
    bo = cheap.waits("bo", "10:00", "12:00")
    cheap.change(Space, Space.slug == "iris", capacity=0)
    cheap.change(Waiting, Waiting.id == bo, people=3)
    cheap.calendar.cancel(booked)
    assert cheap.state(bo) is WaitState.WAITING

    cheap.change(Space, Space.slug == "iris", capacity=12)
    waiting_sweep.sweep(cheap.database, NOW)

    assert cheap.state(bo) is WaitState.OFFERED


class Door(Line):
    """Iris is booked from 10 to 12, its node says what it says, and Bo stands at the door."""

    def __init__(self, database):
        super().__init__(database)
        self.booked = self.taken("10:00", "12:00").occurrences[0].id
        self.count = 0

    def hear(self, word, clock):
        self.count += 1
        with self.database.write() as session:
            ingest.record(session, [occupancy(word, self.count, at(clock))], at(clock))

    def asks(self, clock="10:30", who="bo"):
        with self.database.write() as session:
            viewer = self.people.get(who, self.calendar.viewer)
            answer = takeover.ask(session, self.booked, viewer, "Atelier", None, at(clock))
            return answer if isinstance(answer, Refused) else answer.id

    def sweep(self, clock):
        return waiting_sweep.sweep(self.database, at(clock)).looked

    def stands(self):
        with self.database.read() as session:
            return session.get_one(Occurrence, self.booked).status


@pytest.fixture
def door(sqlite_database):
    return Door(sqlite_database)


def test_a_room_booked_and_empty_goes_to_who_asked_when_nobody_answers(database):
    door = Door(database)
    door.hear("empty", "10:25")
    asked = door.asks()
    door.hear("empty", "10:38")

    assert door.sweep("10:39") == 0
    assert door.sweep("10:40") == 1

    assert (door.state(asked), door.stands()) == (WaitState.TAKEN, OccurrenceStatus.RELEASED)
    assert door.offer(asked) == (at("10:40"), at("12:00"), OccurrenceStatus.CONFIRMED, None)
    assert door.told("bo", Mail) == ["take_over_granted"]


def test_who_is_coming_keeps_the_room(door):
    door.hear("empty", "10:25")
    asked = door.asks()
    with door.database.write() as session:
        assert [one.id for one in takeover.to_answer(session, door.calendar.viewer, at("10:35"))] == [asked]
        takeover.keep(session, asked, door.calendar.viewer, at("10:35"))

    assert (door.state(asked), door.stands()) == (WaitState.LAPSED, OccurrenceStatus.CONFIRMED)
    assert door.told("bo") == ["take_over_refused"]
    assert door.sweep("10:40") == 0


@pytest.mark.parametrize("word", ["occupied", None])
def test_on_a_silent_sensor_or_a_full_room_nothing_changes_hands(door, word):
    door.hear("empty", "10:24")
    asked = door.asks()
    if word:
        door.hear(word, "10:39")

    door.sweep("10:40")

    assert (door.state(asked), door.stands()) == (WaitState.LAPSED, OccurrenceStatus.CONFIRMED)


def test_only_an_empty_room_of_others_can_be_asked_for_and_once(door):
    assert codes(door.asks()) == ["not_known_empty"]
    door.hear("empty", "10:25")

    assert codes(door.asks(who="holder")) == ["yours_already"]
    assert codes(door.asks("11:40")) == ["too_little_left"]
    assert isinstance(door.asks(), int)
    assert codes(door.asks(who="cy")) == ["already_asked"]


def test_who_asked_is_offered_the_room_when_it_is_given_back(door):
    door.hear("empty", "10:25")
    asked = door.asks()

    with door.database.write() as session:
        cancelling.cancel(session, door.booked, door.calendar.viewer, at("10:35"))

    assert door.offer(asked)[:3] == (at("10:35"), at("12:00"), OccurrenceStatus.HELD)
