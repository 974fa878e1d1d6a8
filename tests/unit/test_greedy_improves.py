"""The greedy plan becomes better while it may, the same way every time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from season import season, timetable

from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Budget, Draft
from samen.domain.allocation.greedy import greedy
from samen.domain.allocation.house import House
from samen.domain.allocation.instance import Award, Instance, Option, Policy, Tenant
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.shadow import first_come
from samen.domain.allocation.timetable import has_blocks
from support.small_rounds import GRID, SPACES, a_wish, small_rounds


def seconds(budget: float) -> Budget:
    """Deterministic ones: the clock stands still."""
    return Budget(budget, clock=lambda: 0.0)


def drafts(instance: Instance, budget: Budget, seed: int = 1) -> list[Draft]:
    """Each that was told of, and the last."""
    told: list[Draft] = []
    last = greedy(Board(instance), seed, budget, told.append)
    return [*told, last]


def standing(instance: Instance, draft: Draft) -> tuple[list[float], float]:
    """Shares from the lowest up, and worth."""
    house = House(Board(instance))
    for award in draft.awards:
        if award.request not in house.taken:
            house.take(house.board.place_of(award))
    return [round(share, 9) for share in house.shares()], round(house.worth, 6)


@pytest.fixture(scope="module")
def small_season() -> Instance:
    return season(1, 150)


def test_a_season_is_fairer_and_warmer_than_first_come_first_served(small_season: Instance) -> None:
    board = Board(small_season)
    ordinary = metrics(board, first_come(board).awards)

    fair = metrics(board, drafts(small_season, seconds(1))[-1].awards)

    assert fair.zone_hours <= 0.88 * ordinary.zone_hours
    assert fair.granted_hours >= 0.99 * ordinary.granted_hours
    assert fair.min_satisfaction >= ordinary.min_satisfaction - 0.02


def test_the_same_seed_and_budget_give_the_same_plan(small_season: Instance) -> None:
    first, again = (drafts(small_season, seconds(0.3), seed=7) for _ in range(2))

    assert first == again


def test_a_plan_is_told_even_where_there_is_no_time(small_season: Instance) -> None:
    told: list[Draft] = []

    greedy(Board(small_season), 1, Budget(60, clock=lambda: 0.0, is_cancelled=lambda: True), told.append)

    assert len(told[0].awards) > 100


@given(small_rounds())
@settings(max_examples=20, deadline=None)
def test_without_tolerance_every_draft_is_at_least_as_fair_as_the_one_before(instance: Instance) -> None:
    strict = replace(instance, policy=replace(instance.policy, tolerance=0.0))

    reached = [standing(strict, draft) for draft in drafts(strict, seconds(0.2))]

    assert reached == sorted(reached)


def test_one_that_could_be_elsewhere_makes_room() -> None:
    rigid = a_wish("rigid", "chess", people=40)
    flexible = a_wish("flexible", "choir", people=40, priority=3, options=(Option(0, 0), Option(1, 0, 1.0)))
    round_ = Instance(GRID, SPACES, (Tenant("choir", credit=1.0), Tenant("chess")), (rigid, flexible))

    first, *_, last = drafts(round_, seconds(1))

    assert [award.request for award in first.awards] == ["flexible"]
    assert set(last.awards) == {Award("rigid", "hall", 0, 0), Award("flexible", "hall", 1, 0)}


def test_what_costs_nothing_stays_where_it_was() -> None:
    wishes = tuple(a_wish(name, options=(Option(0, 0), Option(1, 0))) for name in ("a", "b"))
    previous = (Award("a", "attic", 1, 0), Award("b", "attic", 0, 0))
    round_ = Instance(GRID, SPACES, (Tenant("choir"),), wishes, previous=previous)
    strict = replace(round_, policy=Policy(start_hours=0.0))

    last = drafts(replace(strict, spaces=SPACES[2:]), seconds(1))[-1]

    assert set(last.awards) == set(previous)


def test_a_timetable_is_placed_completely() -> None:
    lessons = timetable(1)

    first, *_, last = drafts(lessons, seconds(0.2))

    assert has_blocks(Board(lessons))
    assert len(first.awards) < 400
    assert len(last.awards) == 400


def test_lessons_that_are_held_stay_when_others_make_room() -> None:
    lessons = timetable(2)
    placed = first_come(Board(lessons)).awards

    held = replace(lessons, held=placed[:150])
    last = drafts(held, seconds(0.2))[-1]

    assert set(placed[:150]) <= set(last.awards)
    assert len(last.awards) > len(placed)
