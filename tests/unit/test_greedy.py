"""Plans keep every hard rule, whoever makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Budget, Draft
from samen.domain.allocation.greedy import greedy
from samen.domain.allocation.instance import Award, Instance, Option, Policy, Tenant
from samen.domain.allocation.propose import propose
from samen.domain.allocation.shadow import first_come
from support.small_rounds import GRID, OPENING, SPACES, a_wish, small_rounds

A_WHILE = Budget(0.05, clock=lambda: 0.0)


def by_greedy(instance: Instance, seed: int = 1) -> Draft:
    return greedy(Board(instance), seed, A_WHILE, lambda draft: None)


def faults(instance: Instance, awards: tuple[Award, ...]) -> list[str]:
    """What is wrong with awards, counted slot by slot."""
    seen: dict[tuple[str, int, int, int], str] = {}
    meets: dict[str, set[tuple[int, int, int]]] = {}
    found = [] if set(instance.held) <= set(awards) else ["a held award is gone"]
    for award in awards:
        request = instance.request_of[award.request]
        hours = {
            (week, award.day, award.start + slot) for week in request.weeks for slot in range(request.slots)
        }
        found += [f"{award} at {hour}: taken" for hour in hours if (award.space, *hour) in seen]
        seen |= {(award.space, *hour): award.request for hour in hours}
        found += [
            f"{award} meets {rival}"
            for rival in instance.rivals[award.request]
            if meets.get(rival, set()) & hours
        ]
        meets[award.request] = hours
    for shut in instance.closures:
        found += [
            f"{shut} at {week}"
            for week in shut.weeks
            for slot in range(shut.slots)
            if (shut.space, week, shut.day, shut.start + slot) in seen
        ]
    return found


@given(small_rounds())
@settings(max_examples=40, deadline=None)
def test_no_plan_breaks_a_hard_rule(instance: Instance) -> None:
    drafts = [by_greedy(instance), first_come(Board(instance))]

    wrong = [faults(instance, draft.awards) for draft in drafts]

    assert wrong == [[], []]


@given(small_rounds())
@settings(max_examples=25, deadline=None)
def test_every_wish_is_granted_or_refused_for_what_stands_in_its_way(instance: Instance) -> None:
    plan = propose(instance, "0" * 64, "greedy", 1, A_WHILE)

    granted = [award.request for award in plan.awards]
    in_the_way = {name for refused in plan.refusals for name in refused.blocked_by}
    answered = sorted([*granted, *(refused.request for refused in plan.refusals)])

    assert answered == sorted(one.id for one in instance.requests)
    assert in_the_way <= set(granted)
    assert all(one.blocked_by for one in plan.refusals if one.reason not in ("no_space_fits", "closed"))


@given(small_rounds())
@settings(max_examples=25, deadline=None)
def test_satisfaction_can_be_counted_again_from_the_awards(instance: Instance) -> None:
    plan = propose(replace(instance, policy=Policy()), "0" * 64, "greedy", 1, A_WHILE)

    hours = {one.id: one.slots * len(one.weeks) / 2 for one in instance.requests}
    granted = dict.fromkeys(instance.asked_by, 0.0)
    for award in plan.awards:
        granted[instance.request_of[award.request].tenant] += hours[award.request]

    for name, asks in instance.asked_by.items():
        asked = sum(hours[one.id] for one in asks)
        assert plan.metrics.tenants[name].granted_hours == granted[name]
        assert plan.metrics.tenants[name].satisfaction == (granted[name] / asked if asked else 1.0)


def test_who_has_had_least_is_served_before_who_filed_first() -> None:
    early = [a_wish(f"early{day}", "choir", options=(Option(day, 0),), people=40) for day in (0, 1)]
    late = a_wish("late", "chess", filed_at=OPENING + timedelta(days=3), people=40)
    round_ = Instance(GRID, SPACES, (Tenant("choir"), Tenant("chess")), (*early, late))

    fair, ordinary = by_greedy(round_), first_come(Board(round_))

    assert {award.request for award in ordinary.awards} == {"early0", "early1"}
    assert {award.request for award in fair.awards} == {"early1", "late"}


def test_a_tie_goes_to_who_has_more_credit() -> None:
    wishes = (a_wish("a", "choir", people=40), a_wish("b", "chess", people=40))
    round_ = Instance(GRID, SPACES, (Tenant("choir", credit=1.0), Tenant("chess", credit=2.0)), wishes)

    awards = [by_greedy(round_, seed).awards for seed in range(5)]

    assert [award.request for (award,) in awards] == ["b"] * 5


def test_among_equally_welcome_places_the_warm_one_is_taken() -> None:
    wishes = (a_wish("warm", slots=3), a_wish("small", people=5))
    held = (Award("warm", "hall", 0, 0),)
    round_ = Instance(GRID, SPACES, (Tenant("choir"),), wishes, held=held)

    placed = {award.request: award.space for award in by_greedy(round_).awards}

    assert placed == {"warm": "hall", "small": "room"}


def test_a_method_that_does_not_exist_is_refused() -> None:
    round_ = Instance(GRID, SPACES, (Tenant("choir"),), (a_wish("a"),))

    with pytest.raises(ValueError, match="magic"):
        propose(round_, "0" * 64, "magic", 1, A_WHILE)


@pytest.mark.parametrize("seed", range(4))
def test_who_would_get_nothing_is_given_what_another_can_do_without(seed: int) -> None:
    only = {"options": (Option(0, 0),), "spaces": frozenset({"hall"})}
    elsewhere = a_wish("elsewhere", "choir", options=(Option(1, 0),), spaces=frozenset({"room"}))
    wishes = (a_wish("first", "choir", **only), elsewhere, a_wish("second", "chess", **only))

    draft = by_greedy(Instance(GRID, SPACES, (Tenant("choir"), Tenant("chess")), wishes), seed)

    assert {award.request for award in draft.awards} == {"elsewhere", "second"}
