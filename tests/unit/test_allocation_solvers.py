"""Whatever solver: each plan that it tells of on its way is right."""

from hypothesis import given, settings

from samen.adapters.allocation_file import digest, write_instance, write_plan
from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.propose import complete, propose
from samen.domain.allocation.shadow import first_come
from samen.domain.allocation.verifier import faults
from support.allocating import crowded_rounds
from support.small_rounds import small_rounds

A_WHILE = Budget(0.05, clock=lambda: 0.0)


def plans_for(instance, sha256):
    """By every method there is."""
    board, told = Board(instance), []
    told.append(propose(instance, sha256, "greedy", 1, A_WHILE, told.append))
    told.append(propose(instance, sha256, "auto", 1, A_WHILE, told.append))
    told.append(complete(board, sha256, 1, first_come(board)))
    return told


@given(small_rounds() | crowded_rounds())
@settings(max_examples=15, deadline=None)
def test_the_verifier_finds_nothing_wrong_with_any_plan(instance):
    text = write_instance(instance)

    plans = plans_for(instance, digest(text))

    assert len(plans) >= 3
    assert [fault for plan in plans for fault in faults(text, write_plan(plan))] == []
