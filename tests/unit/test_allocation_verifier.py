"""The verifier: no right plan refused, no wrong one passed."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.adapters.allocation_file import digest, write_instance, write_plan
from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Draft
from samen.domain.allocation.propose import complete
from samen.domain.allocation.verifier import faults
from support.allocating import filled_rounds
from support.wrong_plans import (
    WAYS,
    a_held_one_moved,
    another_reason,
    blamed_who_is_not_in_the_way,
    for_another_instance,
    into_a_closure,
    one_dropped,
    onto_another,
    the_case,
    to_a_space_that_does_not_do,
    to_meet_a_rival,
    wrong_plans,
)

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
RIGHT = (write_instance(the_case(1).instance), the_case(1).text)


@given(filled_rounds())
@settings(max_examples=60)
def test_no_right_plan_is_refused_however_little_it_gives(filled):
    instance, awards = filled
    text = write_instance(instance)

    plan = complete(Board(instance), digest(text), 1, Draft("greedy", awards))

    assert faults(text, write_plan(plan)) == []


def test_none_of_a_thousand_wrong_plans_is_passed():
    passed, made = [], Counter()

    for seed in range(32):
        case = the_case(seed)
        text = write_instance(case.instance)
        assert faults(text, case.text) == []
        for way, wrong in wrong_plans(case, Random(seed)):
            made[way] += 1
            if not faults(text, wrong):
                passed.append((seed, way))

    assert passed == []
    assert made.total() >= 1000
    assert all(made[way.__name__] >= 5 for way in WAYS)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (into_a_closure, "is closed on day"),
        (onto_another, "both have"),
        (to_meet_a_rival, "may not meet"),
        (to_a_space_that_does_not_do, "is not among the spaces that"),
        (a_held_one_moved, "and was moved"),
        (one_dropped, "has 0 answers and not one"),
        (another_reason, "is right"),
        (blamed_who_is_not_in_the_way, "is not in the way"),
        (for_another_instance, "instance_sha256: the instance's file has"),
    ],
)
def test_a_wrong_plan_is_told_what_is_wrong_with_it(way, told):
    found = []

    for seed in range(9):
        case = the_case(seed)
        text = write_instance(case.instance)
        found += [
            fault for _, wrong in wrong_plans(case, Random(seed), [way]) for fault in faults(text, wrong)
        ]

    assert any(told in fault for fault in found)


def test_shares_that_bind_and_shares_that_do_not_are_counted_apart():
    case = next(case for case in map(the_case, range(9)) if case.instance.policy.entitlements_bind)
    raw = json.loads(write_instance(case.instance))
    raw["policy"]["entitlements_bind"] = False
    other = json.dumps(raw).encode()

    found = faults(other, json.dumps(case.raw() | {"instance_sha256": digest(other)}).encode())

    assert any(fault.startswith("metrics.tenants.") and ".satisfaction: " in fault for fault in found)


@given(st.recursive(ANYTHING, lambda of: st.lists(of) | st.dictionaries(st.text(), of)), st.binary())
@settings(max_examples=30)
def test_whatever_the_files_hold_there_is_an_answer(value, other):
    text = json.dumps(value).encode()

    for instance, plan in ((text, other), (other, text), (RIGHT[0], text), (text, RIGHT[1])):
        assert faults(instance, plan)


@given(st.data())
@settings(max_examples=50)
def test_an_instance_with_something_missing_is_no_season(data):
    raw = json.loads(RIGHT[0])
    whole = data.draw(st.sampled_from([raw, *raw["spaces"], *raw["tenants"], *raw["requests"], *raw["held"]]))
    del whole[data.draw(st.sampled_from(sorted(whole)))]

    assert faults(json.dumps(raw).encode(), RIGHT[1])
