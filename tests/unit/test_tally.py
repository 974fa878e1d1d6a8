"""Readings made and readings received."""

from hypothesis import given
from hypothesis import strategies as st

from samen.domain.tally import Received, Tally, tally

BOOT = ("sim-0001", 3)


def test_what_was_made_and_has_come_is_not_missing():
    assert tally({BOOT: 10}, {BOOT: Received(10, 9)}) == Tally(10, 10, 0, 0)


def test_what_has_not_come_is_missing_unless_a_gap_says_so():
    assert tally({BOOT: 10}, {BOOT: Received(7, 9)}).missing == 3
    assert tally({BOOT: 10}, {BOOT: Received(7, 9, dropped=3)}) == Tally(10, 7, 3, 0)
    assert tally({BOOT: 10}, {}) == Tally(10, 0, 0, 10)


def test_of_a_boot_that_cannot_be_asked_the_numbers_below_the_highest_count():
    assert tally({}, {("sim-0001", 2): Received(5, 7)}) == Tally(8, 5, 0, 3)


def test_what_was_dropped_after_it_had_come_is_counted_once():
    assert tally({BOOT: 10}, {BOOT: Received(10, 9, dropped=4)}) == Tally(10, 10, 0, 0)


@given(st.sets(st.integers(0, 40)), st.integers(0, 41), st.integers(0, 41))
def test_it_always_adds_up(come, next_seq, dropped):
    received = Received(len(come), max(come, default=-1), dropped)

    told = tally({BOOT: next_seq}, {BOOT: received})

    assert told.made == told.received + told.dropped + told.missing
    assert min(told) >= 0
