"""The verifier: no right plan refused, no wrong one passed."""

from hypothesis import given

from samen.adapters.allocation_file import digest, write_instance, write_plan
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.propose import propose
from samen.domain.allocation.verifier import faults
from support.small_rounds import small_rounds

A_SECOND = Budget(1.0, clock=lambda: 0.0)


@given(small_rounds())
def test_what_a_solver_proposes_is_right(instance):
    text = write_instance(instance)

    plan = propose(instance, digest(text), "greedy", 1, A_SECOND)

    assert faults(text, write_plan(plan)) == []
