"""A round as the solvers know it, from what the database holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.allocation_file import read_instance, write_instance
from samen.adapters.db.models import Blackout, Round, Site, Solve, Space, SpacePermission
from samen.domain.allocation.instance import Award, Closure, Option, Policy
from samen.domain.interval import Interval
from samen.services import awards, booking, round_instance, sandbox, solves
from samen.services.measured_use import MeasuredUse
from samen.services.solves import Run
from support.building import NOW
from support.rounds import CLOSED, MONDAY_EVENING, SEASON, TUESDAY_EVENING, House, instant

# Three weeks are enough to tell one from several; Easter Monday is no part of them.
SHORT = replace(SEASON, until_on=SEASON.from_on + timedelta(weeks=4), most_skipped=1)
WEEKS = (0, 1, 2, 3)


@pytest.fixture
def house(sqlite_database):
    return House(sqlite_database)


def instance_of(house, one):
    """What a solver is given, after a way through the file."""
    with house.database.read() as session:
        return read_instance(write_instance(round_instance.build(session, session.get_one(Round, one.id))))


def on_monday(week, clock):
    on = SEASON.from_on + timedelta(weeks=week)
    return instant(on.year, on.month, on.day, clock)


def book(house, start, end, rrule=None):
    ask = booking.Ask("iris", Interval(start, end), "Before", 4, house.lea, rrule=rrule)
    assert isinstance(house.do(booking.request, ask, NOW), booking.Booked)


def closures(house, one, space="iris"):
    return [each for each in instance_of(house, one).closures if each.space == space]


def test_times_that_are_booked_on_more_dates_than_may_be_left_out_are_closed(house):
    opened = house.open(SHORT)
    book(house, on_monday(0, "18:15"), on_monday(0, "19:30"), "FREQ=WEEKLY;COUNT=2")
    book(house, on_monday(2, "10:00"), on_monday(2, "11:00"))

    closed = closures(house, opened)

    assert closed == [Closure("iris", 0, 20, 3, (0, 1))]


def test_a_time_in_which_the_space_is_shut_is_closed_whole(house):
    early = replace(SHORT, weekdays=(0, 1), day_end=SHORT.day_end.replace(hour=23))

    closed = closures(house, house.open(early))

    assert closed == [Closure("iris", day, 28, 2, WEEKS) for day in (0, 1)]


def test_a_blackout_closes_the_whole_site(house):
    opened = house.open(SHORT)

    def shut(session):
        site = session.scalars(select(Site)).one()
        span = (on_monday(0, "00:00"), on_monday(2, "00:00"))
        session.add(Blackout(site_id=site.id, starts_at=span[0], ends_at=span[1], reason="Works"))

    house.do(shut)

    assert closures(house, opened, "canal") == [Closure("canal", day, 0, 28, (0, 1)) for day in range(7)]


def test_a_wish_goes_only_where_its_tenant_may_be_and_for_as_long_as_it_may(house):
    opened = house.open()
    short, long = house.file(opened), house.file(opened, slots=10, options=(Option(0, 10),))

    def keep(session):
        canal = session.scalars(select(Space).where(Space.slug == "canal")).one()
        session.add(SpacePermission(space_id=canal.id, tenant_id=house.lea.tenant_id))

    house.do(keep)

    found = instance_of(house, opened).request_of
    assert found[str(short.id)].spaces == {"iris", "marolles", "zenne-noord", "keuken"}
    assert found[str(long.id)].spaces == {"iris", "zenne-noord", "keuken"}


def test_a_space_takes_its_time_before_and_after_from_those_who_name_it_or_hardly_notice(house):
    opened = house.open()
    brief, named = house.file(opened, slots=2), house.file(opened, slots=2, spaces=frozenset({"keuken"}))

    found = instance_of(house, opened).request_of

    assert "keuken" not in found[str(brief.id)].spaces
    assert found[str(named.id)].spaces == {"keuken"}


def test_wishes_of_one_tenant_that_need_the_same_do_not_meet(house):
    opened = house.open()
    one, other = house.file(opened, needs=frozenset({"Ann"})), house.file(opened, needs=frozenset({"ann"}))
    house.file(opened, house.lea, needs=frozenset({"Ann"}))
    bikes = [house.file(opened, who, needs=frozenset({"velo-cargo"})) for who in (house.an, house.lea)]

    pairs = {frozenset(pair) for pair in instance_of(house, opened).conflicts}

    assert pairs == {frozenset({str(one.id), str(other.id)}), frozenset(str(bike.id) for bike in bikes)}


def test_a_preview_is_what_the_next_run_stays_near_to(house):
    opened = house.open()
    wish = house.file(opened)
    house.preview(opened)

    previous = instance_of(house, opened).previous

    assert [(award.request, award.day, award.start) for award in previous] == [
        (str(wish.id), *MONDAY_EVENING[:2])
    ]


def test_before_there_is_one_it_is_the_last_final_round(house):
    first = house.open()
    house.file(first, spaces=frozenset({"iris"}))
    house.preview(first)
    house.finalise(first)
    later = replace(SEASON, from_on=SEASON.until_on, until_on=SEASON.until_on + timedelta(weeks=13))
    second = house.open(replace(later, weekdays=(0, 2), day_start=SEASON.day_start.replace(hour=9)))
    again = house.file(second, title="choir")
    house.file(second, house.lea)

    previous = instance_of(house, second).previous

    assert previous == (Award(str(again.id), "iris", 0, MONDAY_EVENING.start - 2),)


def test_what_was_left_empty_counts_where_the_round_says_so(house, monkeypatch):
    used = {house.an.tenant_id: MeasuredUse(40, 30, 0), house.lea.tenant_id: MeasuredUse(40, 4, 0)}
    monkeypatch.setattr(round_instance, "measured_use", lambda *_: used)
    plain, counted = house.open(), house.open(replace(SEASON, counts_used=True))

    shares = [
        {tenant.id: tenant.entitlement for tenant in instance_of(house, one).tenants}
        for one in (plain, counted)
    ]

    assert shares[1]["atelier-rue"] == pytest.approx(shares[0]["atelier-rue"] * 0.75)
    assert shares[1]["collectif-senne"] == pytest.approx(shares[0]["collectif-senne"] * 0.5)
    assert shares[1]["radio-pixel"] == shares[0]["radio-pixel"]


def test_a_place_given_by_hand_that_is_taken_by_now_is_told_before_a_run(house):
    opened = house.open(SHORT)
    wish = house.file(opened, weeks=WEEKS)
    version = house.closed(opened).version
    house.do(awards.lock, opened.id, version, Award(str(wish.id), "iris", 0, 20), house.manager, CLOSED)
    book(house, on_monday(0, "18:00"), on_monday(0, "19:00"), "FREQ=WEEKLY;COUNT=4")

    answer = house.do(solves.queue, opened.id, Run(), house.manager, CLOSED)

    assert (answer.code, answer.facts) == ("locks_closed", {"space": "Iris"})


def test_a_trial_runs_by_its_own_policy_beside_an_open_round(house):
    opened = house.open()
    house.file(opened)

    trial = house.solved(opened, Run("greedy", budget_s=5, trial=True, policy=Policy(tolerance=0.2)))

    with house.database.read() as session:
        assert solves.instance_of(session.get_one(Solve, trial.id)).policy.tolerance == 0.2
        assert solves.solves_of(session, opened) == []
    assert house.now(opened).version == opened.version


def test_two_runs_are_compared_wish_by_wish(house):
    opened = house.open()
    kept, moved = house.file(opened), house.file(opened, options=(TUESDAY_EVENING,))
    version = house.closed(opened).version
    before = house.solved(opened)
    house.do(awards.lock, opened.id, version, Award(str(moved.id), "canal", 5, 0), house.manager, CLOSED)
    after = house.solved(opened)

    with house.database.read() as session:
        runs = [session.get_one(Solve, one.id) for one in (before, after)]
        found = sandbox.compare(*runs)

    assert (found.gained, found.lost, found.moved) == ((), (), (moved.id,))
    assert kept.id not in found.moved


def test_one_run_at_a_time(house):
    opened = house.open()
    house.file(opened)
    house.closed(opened)
    house.do(solves.queue, opened.id, Run(), house.manager, CLOSED)

    second = house.do(solves.queue, opened.id, Run(), house.manager, CLOSED)
    foul = house.do(solves.queue, opened.id, Run("magic"), house.manager, CLOSED)

    assert (second.code, foul.code) == ("solve_under_way", "bad_run")
