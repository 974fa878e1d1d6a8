"""Season rounds from draft to bookings."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db import Database
from samen.adapters.db.models import AuditEntry, Notice, Round, RoundState, Series, Solve, SolveState
from samen.domain.access import Role
from samen.domain.allocation.instance import Award, Option, Policy
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services import audit, awards, booking, objections, round_final, rounds, solves, wishes
from samen.services.booking import Ask, Booked
from samen.services.round_final import Finalised, FinalRefused
from samen.services.solves import Run
from support.building import BRUSSELS, NOW, a_member
from support.rounds import CLOSED, LATER, MONDAY_EVENING, SEASON, TUESDAY_EVENING, House, asked, instant


@pytest.fixture
def house(sqlite_database):
    return House(sqlite_database)


@pytest.fixture(scope="module")
def any_house(migrated_file, tmp_path_factory):
    """For those who are refused: none of them leaves a trace that another would see."""
    path = tmp_path_factory.mktemp("rounds") / "samen.db"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    yield House(database)
    database.dispose()


@pytest.fixture
def house_on_both(database):
    """On each engine in turn: for what the engine may do otherwise."""
    return House(database)


def test_a_round_goes_from_draft_to_bookings(house_on_both):
    house = house_on_both
    opened = house.open()
    wish = house.file(opened)
    house.preview(opened)

    done = house.finalise(opened)

    assert isinstance(done, Finalised)
    assert house.now(opened).state is RoundState.FINAL
    with house.database.read() as session:
        award = awards.awards_of(session, opened, house.an)[0]
        assert (award.wish_id, award.day, award.start) == (wish.id, *MONDAY_EVENING[:2])
        series = session.get_one(Series, award.series_id)
        assert (series.title, series.booked_by_id, len(series.occurrences)) == (
            "Choir",
            house.an.member_id,
            13,
        )


def test_a_weekly_slot_keeps_its_wall_time_over_the_clock_change(house):
    opened = house.open()
    house.file(opened)
    house.preview(opened)

    house.finalise(opened)

    with house.database.read() as session:
        series = session.scalars(select(Series)).one()
        clocks = {f"{one.starts_at.astimezone(BRUSSELS):%a %H:%M}" for one in series.occurrences}
        hours_in_utc = {one.starts_at.hour for one in series.occurrences}
    assert clocks == {"Mon 18:00"}
    assert hours_in_utc == {16, 17}


def test_weeks_that_were_not_wished_for_are_not_booked(house):
    opened = house.open()
    house.file(opened, weeks=(0, 2, 4, 10))
    house.preview(opened)

    house.finalise(opened)

    with house.database.read() as session:
        series = session.scalars(select(Series)).one()
        days = [(one.starts_at.date() - opened.from_on).days // 7 for one in series.occurrences]
    assert days == [0, 2, 4, 10]


def test_what_a_space_needs_before_and_after_lies_within_the_slots(house):
    opened = house.open()
    evening = Option(0, 24)
    house.file(opened, spaces=frozenset({"keuken"}))
    house.file(opened, title="Soup", options=(evening,), spaces=frozenset({"keuken"}))
    house.preview(opened)

    house.finalise(opened)

    with house.database.read() as session:
        spans = [
            f"{one.occurrences[0].starts_at.astimezone(BRUSSELS):%H:%M}"
            for one in session.scalars(select(Series).order_by(Series.starts_local))
        ]
    assert spans == ["18:15", "20:15"]


@pytest.mark.parametrize(
    ("deed", "given", "states"),
    [
        (rounds.edit, (SEASON,), "draft"),
        (rounds.open_round, (), "draft"),
        (rounds.set_closing, (CLOSED,), "open"),
        (rounds.close, (), "open"),
        (rounds.set_policy, (Policy(), SEASON.names_shown), "draft open closed preview"),
        (rounds.cancel, (), "draft open closed preview"),
        (awards.lock, (Award("x", "iris", 0, 0),), "closed preview"),
        (awards.withdraw_preview, (), "preview"),
    ],
)
def test_each_step_is_for_some_states_only(any_house, deed, given, states):
    made = any_house.draft()

    for state in RoundState:
        any_house.do(lambda session, state=state: setattr(session.get_one(Round, made.id), "state", state))
        version = any_house.now(made).version
        with any_house.database.read() as session:
            answer = deed(session, made.id, version, *given, any_house.manager, NOW)
        refused = isinstance(answer, Refusal) and answer.code == "round_state"
        assert refused == (state.value not in states.split()), state


def test_a_step_on_what_was_changed_meanwhile_is_refused(house_on_both):
    house = house_on_both
    made = house.draft()
    house.do(rounds.edit, made.id, 1, replace(SEASON, name="Spring"), house.manager, NOW)

    answer = house.do(rounds.open_round, made.id, 1, house.manager, NOW)

    assert answer == rounds.CHANGED
    assert house.now(made).state is RoundState.DRAFT


def test_members_run_no_rounds(house):
    made = house.draft()

    answers = [
        house.do(rounds.open_round, made.id, 1, house.an, NOW),
        house.do(solves.queue, made.id, Run(), house.an, NOW),
        house.do(round_final.finalise, made.id, 1, house.an, NOW, skip_clashes=True),
    ]

    assert answers == [rounds.MANAGERS_ONLY, rounds.MANAGERS_ONLY, FinalRefused(rounds.MANAGERS_ONLY)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"until_on": SEASON.until_on + timedelta(days=1)}, "bad_season_weeks"),
        ({"weekdays": ()}, "bad_season_weekdays"),
        ({"slot_minutes": 50}, "bad_season_slots"),
        ({"closes_at": NOW}, "closing_past"),
        ({"spaces": ()}, "no_spaces"),
        ({"spaces": ("attic",)}, "unknown_space"),
        ({"spaces": ("zenne", "zenne-zuid")}, "overlapping_spaces"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(any_house, wrong, code):
    with pytest.raises(AssertionError, match=code):
        any_house.draft(replace(SEASON, **wrong))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": " "}, "wish_incomplete"),
        ({"options": ()}, "wish_options"),
        ({"options": (Option(0, 25),)}, "wish_off_grid"),
        ({"weeks": (13,)}, "wish_weeks"),
        ({"spaces": frozenset({"atelier"})}, "unknown_space"),
    ],
)
def test_a_wish_that_the_round_cannot_grant_is_refused(any_house, wrong, code):
    answer = any_house.file(any_house.open(), **wrong)

    assert answer.code == code


def test_priorities_are_paid_from_a_fixed_budget_that_a_tenant_shares(house_on_both):
    house = house_on_both
    opened = house.open(replace(SEASON, priority_points=3))
    first = house.file(opened, priority=3)
    other = a_member(house.database, "ben@x", "atelier-rue")

    refused = house.file(opened, other, priority=3)
    house.do(wishes.withdraw, first.id, house.an, NOW)
    granted = house.file(opened, other, priority=3)
    raised = house.do(wishes.edit, granted.id, asked(priority=2), other, NOW)

    assert refused == Refusal("priority_points", {"left": 1, "limit": 3})
    assert raised.priority == 2
    with house.database.read() as session:
        assert wishes.points_left(session, opened, house.an.tenant_id) == 2
        assert wishes.points_left(session, opened, house.lea.tenant_id) == 3


def test_wishes_are_filed_from_opening_to_closing(house):
    opened = house.open(replace(SEASON, opens_at=NOW + timedelta(days=1)))

    answers = [house.file(opened, now=at).code for at in (NOW, SEASON.closes_at)]

    assert answers == ["filing_not_begun", "filing_over"]
    assert not isinstance(house.file(opened, now=NOW + timedelta(days=1)), Refusal)


def test_a_round_closes_when_its_time_is_over(house_on_both):
    house = house_on_both
    opened = house.open()

    closed = [house.do(rounds.close_due, at) for at in (NOW, SEASON.closes_at, CLOSED)]

    assert closed == [0, 1, 0]
    assert house.now(opened).state is RoundState.CLOSED


def test_tenants_read_their_own_wishes_and_those_who_look_after_the_building_all(house):
    opened = house.open()
    wish, _ = house.file(opened), house.file(opened, house.lea)
    auditor = a_member(house.database, "audit@x", role=Role.AUDITOR)

    with house.database.read() as session:
        read = [len(wishes.wishes_of(session, opened, who)) for who in (house.an, house.manager, auditor)]
        hidden = wishes.find(session, wish.id, house.lea)
    changed = house.do(wishes.withdraw, wish.id, auditor, NOW)

    assert (read, hidden, changed) == ([1, 2, 2], None, wishes.NOT_YOURS)


def book(house, start, end, viewer=None, space="iris", rrule=None):
    ask = Ask(space, Interval(start, end), "Before", 4, viewer or house.lea, rrule=rrule)
    return house.do(booking.request, ask, NOW)


def monday(week, clock):
    on = SEASON.from_on + timedelta(weeks=week)
    return instant(on.year, on.month, on.day, clock)


def previewed(house):
    """A preview that gives Iris on Monday at 18:00."""
    opened = house.open()
    house.file(opened, spaces=frozenset({"iris"}))
    house.preview(opened)
    return opened


def test_dates_that_were_booked_meanwhile_are_left_out_and_told(house_on_both):
    house = house_on_both
    opened = previewed(house)
    book(house, monday(3, "19:00"), monday(3, "20:30"))

    done = house.finalise(opened, skip_clashes=True)

    assert [len(clash.dates) for clash in done.clashes] == [1]
    with house.database.read() as session:
        award = awards.awards_of(session, opened, house.an)[0]
        assert award.skipped == [
            {
                "start": monday(3, "18:00").isoformat(),
                "end": monday(3, "20:00").isoformat(),
                "codes": ["taken"],
            }
        ]
        assert len(award.series.occurrences) == 12


def test_a_preview_tells_which_dates_are_left_out_and_these_are_no_clash(house):
    opened = house.open()
    house.file(opened, people=20)
    booked = book(house, monday(5, "19:00"), monday(5, "20:00"), space="zenne-noord")
    house.preview(opened)

    with house.database.read() as session:
        told = [one["codes"] for one in awards.awards_of(session, opened, house.an)[0].skipped]
    done = house.finalise(opened)

    assert told == [["taken"], ["closed_on_holiday"]]
    assert isinstance(booked, Booked)
    assert done.clashes == ()


def test_or_the_whole_is_refused_and_nothing_is_booked(house_on_both):
    house = house_on_both
    opened = previewed(house)
    booked = book(house, monday(3, "19:00"), monday(3, "20:30"))

    refused = house.finalise(opened)

    assert refused.refusal == Refusal("round_clashes", {"dates": 1})
    assert house.now(opened).state is RoundState.PREVIEW
    with house.database.read() as session:
        assert session.scalars(select(Series.id)).all() == [booked.series.id]
        assert audit.verify(session).broken is None


def test_an_award_none_of_whose_dates_is_left_is_told_as_lost(house):
    opened = previewed(house)
    book(house, monday(0, "18:00"), monday(0, "19:00"), rrule="FREQ=WEEKLY;COUNT=13")

    done = house.finalise(opened, skip_clashes=True)

    assert [clash.lost for clash in done.clashes] == [True]


def test_what_is_final_is_final(house):
    opened = previewed(house)
    house.finalise(opened)
    version = house.now(opened).version

    again = house.finalise(opened)
    cancelled = house.do(rounds.cancel, opened.id, version, house.manager, CLOSED)

    assert again.refusal.code == cancelled.code == "round_state"


def test_everybody_hears_of_a_preview_and_of_what_is_final(house):
    opened = previewed(house)
    house.finalise(opened)

    with house.database.read() as session:
        told = session.scalars(select(Notice.code).where(Notice.member_id == house.lea.member_id)).all()
        deeds = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("round.%"))).all()
    assert told == ["round_opened", "round_preview", "round_final"]
    assert deeds == ["round.made", "round.opened", "round.closed", "round.preview", "round.final"]


def test_a_place_given_by_hand_is_kept_by_every_run(house):
    opened = house.open()
    wish = house.file(opened)
    closed = house.closed(opened)
    by_hand = Award(str(wish.id), "canal", 4, 2)

    house.do(awards.lock, opened.id, closed.version, by_hand, house.manager, CLOSED)
    solve = house.solved(opened)

    with house.database.read() as session:
        assert solves.plan_of(solves.find(session, solve.id, house.manager)).awards == (by_hand,)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (("iris", 0, 20), "place_taken"),
        (("canal", 0, 26), "place_off_grid"),
        (("canal", 0, 0), "place_closed"),
        (("atelier", 0, 0), "unknown_space"),
    ],
)
def test_a_place_that_cannot_be_is_not_given_by_hand(house, place, code):
    opened = house.open()
    first, second = house.file(opened), house.file(opened)
    book(house, monday(0, "08:00"), monday(0, "09:00"), space="canal", rrule="FREQ=WEEKLY;COUNT=13")
    version = house.closed(opened).version
    house.do(awards.lock, opened.id, version, Award(str(first.id), "iris", 0, 20), house.manager, CLOSED)

    given = Award(str(second.id), *place)
    answer = house.do(awards.lock, opened.id, version + 1, given, house.manager, CLOSED)

    assert answer.code == code


def test_a_preview_holds_all_that_was_given_by_hand(house):
    opened = house.open()
    wish = house.file(opened)
    closed = house.closed(opened)
    solve = house.solved(opened)
    by_hand = Award(str(wish.id), "canal", 4, 2)
    house.do(awards.lock, opened.id, closed.version, by_hand, house.manager, CLOSED)

    answer = house.do(
        awards.publish_preview, opened.id, closed.version + 1, solve.id, LATER, house.manager, CLOSED
    )

    assert answer == Refusal("plan_outdated")


def test_an_objection_gets_an_answer(house):
    opened = house.open()
    wish = house.file(opened)
    house.preview(opened)

    made = house.do(objections.object_to, wish.id, "Too late for children", house.an, CLOSED)
    others = house.do(objections.object_to, wish.id, "No", house.lea, CLOSED)
    late = house.do(objections.object_to, wish.id, "No", house.an, LATER)
    house.do(objections.answer, made.id, "We moved it", house.manager, CLOSED)

    assert (others, late.code) == (wishes.NO_SUCH, "objections_over")
    with house.database.read() as session:
        answers = [one.answer for one in objections.objections_of(session, opened, house.an)]
        assert answers == ["We moved it"]
        assert objections.objections_of(session, opened, house.lea) == []


def test_two_tenants_that_agree_swap_their_places(house_on_both):
    house = house_on_both
    opened = house.open()
    one = house.file(opened, spaces=frozenset({"iris"}))
    other = house.file(opened, house.lea, options=(TUESDAY_EVENING,))
    house.do(lambda session: None)
    house.preview(opened)

    swap = house.do(objections.ask_swap, one.id, other.id, house.an, CLOSED)
    by_asker = house.do(objections.answer_swap, swap.id, True, house.an, CLOSED)
    house.do(objections.answer_swap, swap.id, True, house.lea, CLOSED)

    assert isinstance(by_asker, Refusal)
    with house.database.read() as session:
        days = {award.wish_id: award.day for award in awards.awards_of(session, opened, house.manager)}
    assert days == {one.id: 1, other.id: 0}


def test_who_needs_its_place_no_more_gives_it_up_in_the_preview(house):
    opened = house.open()
    wish = house.file(opened)
    seen = house.preview(opened)

    house.do(wishes.withdraw, wish.id, house.an, CLOSED)

    assert house.finalise(opened, version=seen.version).refusal == rounds.CHANGED
    assert isinstance(house.finalise(opened), Finalised)
    with house.database.read() as session:
        assert session.scalars(select(Series)).all() == []


def test_a_round_that_is_given_up_ends_its_runs(house):
    opened = house.open()
    house.file(opened)
    closed = house.closed(opened)
    run = house.do(solves.queue, opened.id, Run(), house.manager, CLOSED)

    house.do(rounds.cancel, opened.id, closed.version, house.manager, CLOSED)

    assert house.do(solves.claim, "test", CLOSED) is None
    assert house.do(lambda session: session.get_one(Solve, run.id).state) is SolveState.CANCELLED
