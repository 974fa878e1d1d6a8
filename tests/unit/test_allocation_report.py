"""What a plan gives each tenant and the house, beside another plan: figures that add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.allocation.board import Board
from samen.domain.allocation.envy import envy
from samen.domain.allocation.evenness import gini, jain
from samen.domain.allocation.instance import Award, Closure, Tenant
from samen.domain.allocation.plan import NOTHING_PROVED, Bounds
from samen.domain.allocation.report import Changes, Gaps, Served, report
from support.allocating import a_round, a_space, a_wish_for, filled_rounds, some_awards

WEST = a_space("west")
WISHES = [
    a_wish_for("choir", "nova", (0, 0), (0, 4, 1.0)),
    a_wish_for("yoga", "nova", (0, 2)),
    a_wish_for("dance", "senne", (0, 0)),
]
CHOIR, LATE_CHOIR, DANCE = (
    Award("choir", "west", 0, 0),
    Award("choir", "west", 0, 4),
    Award("dance", "west", 0, 0),
)
YOGA = Award("yoga", "west", 0, 2)


def reported(*awards, shadow=(), bounds=NOTHING_PROVED, **more):
    return report(Board(a_round([WEST], WISHES, **more)), awards, shadow, bounds)


def test_each_tenant_sees_what_first_come_first_served_would_have_given_it():
    found = reported(LATE_CHOIR, DANCE, shadow=(CHOIR, YOGA))

    nova, senne = found.tenants
    assert (nova.asked, nova.asked_hours, nova.entitled_hours) == (2, 8.0, 12.0)
    assert nova.plan == Served(granted_hours=4.0, satisfaction=0.5, granted=1, first_choices=0)
    assert nova.shadow == Served(granted_hours=8.0, satisfaction=1.0, granted=2, first_choices=2)
    assert (senne.plan.satisfaction, senne.shadow.satisfaction) == (1.0, 0.0)


def test_the_house_is_told_in_hours_and_shares():
    found = reported(LATE_CHOIR, DANCE, closures=(Closure("west", 1, 0, 4, (0, 1)),)).plan

    assert (found.min_satisfaction, found.leximin) == (0.5, (0.5, 1.0))
    assert (found.granted_hours, found.room_use) == (8.0, 0.5)
    assert (found.zone_hours, found.zone_starts) == (8.0, 4)
    assert (found.zone_hours_an_hour, found.starts_an_hour) == (1.0, 0.5)


def test_changes_are_counted_against_the_previous_season():
    gone = Award("chess", "west", 1, 0)

    found = reported(LATE_CHOIR, DANCE, previous=(CHOIR, DANCE, YOGA, gone))

    assert found.changes == Changes(kept=1, moved=1, dropped=1)


def test_a_gap_is_told_only_where_a_bound_was_proved():
    found = reported(DANCE, bounds=Bounds(min_satisfaction=0.5))

    assert found.gaps == Gaps(min_satisfaction=0.5, granted_hours=None)


def test_envy_is_beyond_one_award_and_by_entitlement():
    wishes = [*(a_wish_for(f"nova-{n}", "nova", (0, 2 * n)) for n in range(3))]
    wishes += [a_wish_for(f"senne-{n}", "senne", (0, 2 * n)) for n in range(3)]
    all_of_it = [Award(f"senne-{n}", "west", 0, 2 * n) for n in range(3)]
    heavy = [Tenant("nova"), Tenant("senne", 3.0)]

    equal = envy(Board(a_round([WEST], wishes)), all_of_it)
    unequal = envy(Board(a_round([WEST], wishes, tenants=heavy)), all_of_it)

    assert equal == (("nova", "senne", 8.0),)
    assert unequal == (("nova", "senne", pytest.approx(8 / 3)),)
    assert envy(Board(a_round([WEST], wishes)), all_of_it[:1]) == ()


def test_evenness_runs_from_one_with_all_to_all_with_the_same():
    assert (jain([1, 1, 1, 1]), gini([1, 1, 1, 1])) == (1.0, 0.0)
    assert (jain([0, 0, 0, 2]), gini([0, 0, 0, 2])) == (0.25, 0.75)
    assert (jain([]), gini([0.0])) == (1.0, 0.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_gini_is_the_mean_difference_of_all_pairs(shares):
    differences = sum(abs(one - other) for one in shares for other in shares)

    found = gini(shares)

    assert found * 2 * len(shares) * sum(shares) == pytest.approx(differences, abs=1e-9)


@given(filled_rounds(), st.data())
def test_the_report_adds_up(filled, data):
    instance, awards = filled
    others = some_awards(data.draw, instance)

    told = report(Board(instance), awards, others)

    assert sum(one.plan.granted_hours for one in told.tenants) == pytest.approx(told.plan.granted_hours)
    assert sum(one.plan.granted for one in told.tenants) == len(awards)
    firsts = sum(one.shadow.first_choices for one in told.tenants) / len(instance.requests)
    assert firsts == pytest.approx(told.shadow.first_choice_share)
