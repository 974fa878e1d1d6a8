"""Indexes that begin anew: meters replaced, reset and rolled over, and falls that nobody explained."""

import pytest

from samen.domain.metering import (
    AMOUNT_GENS,
    FILE_GEN,
    TYPED_GEN,
    Break,
    Point,
    Segment,
    decreases,
    known_segments,
)


def points(*pairs, gen=0):
    return [Point(float(at), gen, float(value)) for at, value in pairs]


SWAPPED = points((0, 9000), (100, 9400), (300, 7), (400, 9))


def test_a_replaced_meter_is_counted_to_its_last_index_and_from_its_first():
    assert known_segments(SWAPPED, [Break(200, 9450, 2)]) == [
        Segment(0, 100, 400), Segment(100, 200, 50), Segment(200, 300, 5), Segment(300, 400, 2)
    ]  # fmt: skip


def test_without_the_event_the_time_between_is_unknown():
    assert known_segments(SWAPPED) == [Segment(0, 100, 400), Segment(300, 400, 2)]


def test_an_event_joins_what_a_node_counted_before_and_after_it():
    of_nodes = points((0, 9000), (100, 9400)) + points((300, 7), (400, 9), gen=1)

    assert known_segments(of_nodes, [Break(200, 9450, 2)]) == known_segments(SWAPPED, [Break(200, 9450, 2)])


def test_a_reading_at_the_very_instant_belongs_to_the_index_that_it_is_nearer_to():
    event = [Break(100, 9400, 5)]

    assert known_segments(points((0, 9000), (100, 9400), (200, 9)), event) == [
        Segment(0, 100, 400), Segment(100, 200, 4)
    ]  # fmt: skip
    assert known_segments(points((0, 9000), (100, 7), (200, 9)), event) == [
        Segment(0, 100, 400), Segment(100, 200, 4)
    ]  # fmt: skip


def test_two_events_with_no_reading_between_them_keep_what_the_meter_between_them_counted():
    readings = points((0, 100), (300, 20))

    assert known_segments(readings, [Break(100, 150, 0), Break(200, 30, 10)]) == [
        Segment(0, 100, 50), Segment(100, 200, 30), Segment(200, 300, 10)
    ]  # fmt: skip


def test_an_index_rolls_over_where_its_digits_end():
    assert known_segments(points((0, 9_990), (60, 4)), rolls_over_at=10_000) == [Segment(0, 60, 14)]


@pytest.mark.parametrize(("before", "after"), [(8_900, 4), (9_990, 1_001)])
def test_a_fall_that_is_no_roll_over_stays_unknown(before, after):
    assert known_segments(points((0, before), (60, after)), rolls_over_at=10_000) == []


def test_an_event_leaves_alone_what_a_file_says_was_used():
    amounts = points((0, 0), (100, 10), (200, 20), gen=AMOUNT_GENS.start)

    assert known_segments(amounts, [Break(150, 900, 5)]) == [Segment(0, 100, 10), Segment(100, 200, 10)]


def test_what_is_typed_goes_on_where_a_file_ended():
    both = points((0, 100), (60, 103), gen=FILE_GEN) + points((120, 110), gen=TYPED_GEN)

    assert known_segments(both) == [Segment(0, 60, 3), Segment(60, 120, 7)]


def test_a_fall_is_told_until_an_event_explains_it():
    (fall,) = decreases(SWAPPED)

    assert [point.value for point in fall] == [9400, 7]
    assert decreases(SWAPPED, [Break(200, 9450, 2)]) == []
    assert decreases(points((0, 9_990), (60, 4)), rolls_over_at=10_000) == []
