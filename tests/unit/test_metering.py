"""What a register's index says about energy over time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.metering import Bucket, Point, Segment, borders, counted, gathered, known_segments, spread

QUARTER = 900.0


def points(*pairs, gen=0):
    return [Point(float(at), gen, float(value)) for at, value in pairs]


def total(buckets):
    return sum(bucket.amount for bucket in buckets)


def test_energy_is_the_difference_of_two_readings():
    assert known_segments(points((0, 100), (60, 103))) == [Segment(0, 60, 3)]


def test_the_order_of_arrival_does_not_matter():
    assert known_segments(points((60, 103), (0, 100))) == known_segments(points((0, 100), (60, 103)))


def test_between_two_gens_nothing_is_known():
    replaced = points((0, 100), (60, 103)) + points((120, 5), (180, 9), gen=1)

    assert known_segments(replaced) == [Segment(0, 60, 3), Segment(120, 180, 4)]


def test_a_decrease_is_unknown_and_never_negative():
    assert known_segments(points((0, 100), (60, 103), (120, 4), (180, 6))) == [
        Segment(0, 60, 3), Segment(120, 180, 2)
    ]  # fmt: skip


@pytest.mark.parametrize("glitch", [999_999, 1])
def test_a_single_reading_out_of_line_is_passed_over(glitch):
    assert known_segments(points((0, 100), (60, glitch), (120, 104))) == [Segment(0, 120, 4)]


def test_two_readings_of_one_second_lose_nothing():
    assert known_segments(points((0, 100), (60, 103), (60, 105), (120, 109))) == [
        Segment(0, 60, 5), Segment(60, 120, 4)
    ]  # fmt: skip


def test_where_gens_overlap_in_time_one_of_them_counts():
    live = points((0, 0), (3600, 10))
    imported = points((1800, 0), (5400, 99), (7200, 100), gen=1 << 20)

    assert known_segments(live + imported) == [Segment(0, 3600, 10), Segment(5400, 7200, 1)]


def test_a_segment_across_a_border_is_shared_by_time():
    buckets = spread([Segment(600, 1200, 10)], [0, QUARTER, 2 * QUARTER])

    assert buckets == [Bucket(0, 5, 300, 0), Bucket(QUARTER, 5, 300, 0)]


def test_a_segment_longer_than_its_bucket_is_an_estimate_there():
    hourly = [Segment(0, 3600, 8)]

    quarters = spread(hourly, borders(0, 3600, 900))

    assert [bucket.estimated_s for bucket in quarters] == [900] * 4
    assert spread(hourly, borders(0, 3600, 3600)) == [Bucket(0, 8, 3600, 0)]


def test_borders_enclose_what_they_are_asked_for():
    assert borders(901, 1801, 900) == [900, 1800, 2700]
    assert borders(900, 1800, 900) == [900, 1800]


def test_days_are_sums_of_quarters():
    quarters = [Bucket(0, 1, 900, 0), Bucket(900, 2, 900, 900), Bucket(86400, 4, 900, 0)]

    assert gathered(quarters, [0, 86400, 172800]) == [Bucket(0, 3, 1800, 900), Bucket(86400, 4, 900, 0)]


def test_a_total_register_stands_for_its_tariffs_and_injection_is_not_use():
    assert counted(["1.8.0", "1.8.1", "1.8.2", "2.8.0"]) == ["1.8.0"]
    assert counted(["1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1"]) == ["1-0:1.8.1", "1-0:1.8.2"]
    assert counted(["s0.1"]) == ["s0.1"]


@given(
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 10_000)), min_size=2, unique_by=lambda p: p[0])
)
def test_no_watt_hour_is_lost_or_doubled_in_buckets(pairs):
    ats, steps = zip(*sorted(pairs), strict=True)
    rising = points(*zip(ats, [sum(steps[:n]) for n in range(len(steps))], strict=True))

    buckets = spread(known_segments(rising), borders(ats[0], ats[-1], 900))

    assert total(buckets) == pytest.approx(rising[-1].value - rising[0].value)
    assert sum(bucket.known_s for bucket in buckets) == pytest.approx(ats[-1] - ats[0])


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 3), st.integers(0, 999)), max_size=40))
def test_segments_never_overlap_nor_count_below_zero(rows):
    segments = known_segments(Point(float(at), gen, float(value)) for at, gen, value in rows)

    assert all(segment.amount >= 0 and segment.start < segment.end for segment in segments)
    assert all(a.end <= b.start for a, b in pairwise(segments))
