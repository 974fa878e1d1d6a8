"""Who gets a time that several asked for: the most credit, then the lot; and never two at once."""

from hypothesis import given
from hypothesis import strategies as st

from samen.domain.contest import Asked, Rule, decide, lot

HOUR = 3600
EVEN = {1: 1.0, 2: 1.0, 3: 1.0}
LOTS = {1: "b", 2: "a", 3: "c"}


def asked(*wanted):
    """(tenant, slot) pairs: requests for the same slot meet."""
    return [
        Asked(
            place,
            tenant,
            2 * HOUR,
            frozenset(n for n, (_, other) in enumerate(wanted) if n != place and other == slot),
        )
        for place, (tenant, slot) in enumerate(wanted)
    ]


def decided(wanted, credit=None, grant=lambda _: True):
    decisions = decide(asked(*wanted), credit or {}, EVEN, LOTS, grant)
    return {one.asked.id: (one.granted, one.rule) for one in decisions}


def test_what_nobody_else_asked_for_is_granted():
    assert decided([(1, "mon"), (2, "tue")], {1: -9 * HOUR}) == {
        0: (True, Rule.UNCONTESTED),
        1: (True, Rule.UNCONTESTED),
    }


def test_the_most_credit_gets_it():
    assert decided([(1, "mon"), (2, "mon")], {1: HOUR, 2: 2 * HOUR}) == {
        0: (False, Rule.CREDIT),
        1: (True, Rule.CREDIT),
    }


def test_equal_credit_is_decided_by_lot_as_it_is_shown():
    assert decided([(1, "mon"), (2, "mon")], {1: 100, 2: -60}) == {
        0: (False, Rule.LOTTERY),
        1: (True, Rule.LOTTERY),
    }


def test_who_got_something_has_so_much_less_credit_for_the_next():
    wanted = [(1, "mon"), (2, "mon"), (1, "tue"), (2, "tue")]

    assert decided(wanted, {1: HOUR}) == {
        0: (True, Rule.CREDIT),
        1: (False, Rule.CREDIT),
        2: (False, Rule.CREDIT),
        3: (True, Rule.CREDIT),
    }


def test_of_one_tenant_what_came_first_is_granted():
    assert decided([(1, "mon"), (1, "mon")]) == {0: (True, Rule.UNCONTESTED), 1: (False, Rule.OWN)}


def test_what_cannot_be_had_any_more_is_left_undecided_and_nobody_else_loses_by_it():
    assert decided([(1, "mon"), (2, "mon")], {1: HOUR}, lambda one: one.tenant == 2) == {
        1: (True, Rule.UNCONTESTED)
    }


def test_lots_can_be_drawn_again_by_anyone():
    assert lot("seed", "nova") == lot("seed", "nova") != lot("other", "nova")


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from("abc")), max_size=9),
    st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(-9 * HOUR, 9 * HOUR)),
)
def test_each_slot_is_granted_once_and_every_request_is_answered(wanted, credit):
    found = decided(wanted, credit)

    assert len(found) == len(wanted)
    granted = [wanted[place][1] for place, (got, _) in found.items() if got]
    assert sorted(granted) == sorted({slot for _, slot in wanted})
