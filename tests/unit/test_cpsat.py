"""CP-SAT's allocator: its optimum where it can be counted out, and a plan at any time."""

from dataclasses import replace
from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from samen.adapters.allocation_file import digest as sha256_of
from samen.adapters.allocation_file import write_instance, write_plan
from samen.domain.allocation.board import Board
from samen.domain.allocation.cpsat.solver import cpsat
from samen.domain.allocation.draft import Budget, Draft
from samen.domain.allocation.greedy import greedy
from samen.domain.allocation.instance import Award, Instance, Option, Policy, Tenant
from samen.domain.allocation.measure import metrics, worth
from samen.domain.allocation.propose import complete
from samen.domain.allocation.verifier import faults
from support.small_rounds import GRID, SPACES, a_wish, small_rounds

# No clock that runs: deterministic time alone ends the work.
LONG, SHORT, NONE = (Budget(seconds, clock=lambda: 0.0) for seconds in (20.0, 0.1, 0.0))


def solved(instance: Instance, budget: Budget = LONG, seed: int = 1) -> Draft:
    return cpsat(Board(instance), seed, budget, lambda draft: None)


def reached(instance: Instance, awards: tuple[Award, ...]) -> tuple:
    """By the stages: satisfactions upward, worth, warmth (below zero), what stayed."""
    board = Board(instance)
    counted = metrics(board, awards)
    asking = [name for name, asks in instance.asked_by.items() if asks]
    slots = counted.zone_hours * 60 / instance.grid.slot_minutes
    return (
        sorted(round(min(1.0, counted.tenants[name].satisfaction), 6) for name in asking),
        round(sum(worth(instance, board.place_of(award)) for award in awards), 6),
        -(slots + instance.policy.start_hours * 60 / instance.grid.slot_minutes * counted.zone_starts),
        sum(_stayed(instance, award) for award in awards),
    )


def best(instance: Instance) -> tuple:
    """By trying every plan there is."""
    board = Board(instance)
    choices = [(None, *board.places[one.id]) for one in instance.requests if one.id not in instance.held_of]
    held = [board.place_of(award) for award in instance.held]
    plans = ([*held, *filter(None, chosen)] for chosen in product(*choices))
    return max(
        reached(instance, tuple(place.award for place in plan)) for plan in plans if goes(instance, plan)
    )


def _stayed(instance: Instance, award: Award) -> float:
    """Slot-weeks: all of them in the same space at the same time, half of them at the same time."""
    before = {one.request: one for one in instance.previous}.get(award.request)
    if before is None or before[2:] != award[2:]:
        return 0.0
    return instance.request_of[award.request].slot_weeks * (1 if before == award else 0.5)


def goes(instance: Instance, plan: list) -> bool:
    for number, place in enumerate(plan):
        for other in plan[:number]:
            same = place.award.space == other.award.space
            if place.time & other.time and (
                same or other.award.request in instance.rivals[place.award.request]
            ):
                return False
    return True


def a_crowded_round() -> Instance:
    """120 wishes for half as many places, some of which may not meet: too large to be solved at once."""
    dice = Random(1)
    wishes = tuple(
        a_wish(
            f"w{number}",
            dice.choice(("choir", "chess", "circus")),
            slots=dice.randint(1, 3),
            weeks=dice.choice(((0,), (1,), (0, 1))),
            options=tuple(Option(dice.randrange(2), dice.randrange(5), dice.randrange(3)) for _ in range(4)),
        )
        for number in range(120)
    )
    tenants = tuple(Tenant(name) for name in ("choir", "chess", "circus"))
    conflicts = tuple((f"w{number}", f"w{number + 1}") for number in range(0, 120, 3))
    return Instance(GRID, SPACES, tenants, wishes, conflicts=conflicts, policy=Policy(tolerance=0.05))


@st.composite
def tiny_rounds(draw) -> Instance:
    """So small that every plan can be tried."""
    instance = draw(small_rounds(4))
    before = [places[-1].award for places in Board(instance).places.values() if places]
    return replace(instance, previous=tuple(before[:2]))


@given(tiny_rounds())
@settings(max_examples=30, deadline=None)
def test_of_all_plans_the_best_by_the_stages_is_found(instance):
    draft = solved(instance)

    assert reached(instance, draft.awards) == best(instance)
    assert all(stage.proved for stage in draft.stages)


@given(small_rounds())
@settings(max_examples=20, deadline=None)
def test_every_hard_rule_is_kept_and_what_is_said_of_the_plan_holds(instance):
    text = write_instance(instance)

    plan = complete(Board(instance), sha256_of(text), 1, solved(instance))

    assert faults(text, write_plan(plan)) == []


@given(small_rounds(), st.sampled_from((LONG, SHORT, NONE)))
@settings(max_examples=20, deadline=None)
def test_the_worst_off_are_never_worse_off_than_in_the_greedy_plan(instance, budget):
    greedy_draft = greedy(Board(instance), 1, NONE, lambda draft: None)

    draft = solved(instance, budget)

    assert reached(instance, draft.awards)[0] >= reached(instance, greedy_draft.awards)[0]


def test_whoever_stops_it_after_the_first_plan_keeps_a_plan():
    instance = a_crowded_round()
    heard = []
    budget = replace(LONG, is_cancelled=lambda: bool(heard))

    draft = cpsat(Board(instance), 1, budget, heard.append)

    assert draft.awards == heard[-1].awards
    assert goes(instance, [Board(instance).place_of(award) for award in draft.awards])


def test_without_any_time_the_plan_is_the_greedy_one():
    instance = a_crowded_round()

    draft = solved(instance, NONE)

    assert draft.awards == greedy(Board(instance), 1, NONE, lambda draft: None).awards
    assert [stage.proved for stage in draft.stages] == [False, False, False, False]


def test_the_same_seed_and_budget_give_the_same_plan():
    instance = a_crowded_round()

    once, again = (solved(instance, Budget(0.6, clock=lambda: 0.0), seed=7) for _ in range(2))

    assert once == again
