"""Whatever happens to a meter, and in whatever order one hears of it: buckets add up to what was used."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import Phase, find, given, settings

from samen.domain.interval import midnight
from samen.domain.metering import Segment, borders, gathered, known_segments, spread
from support.meter_lives import BRUSSELS, HOUR, QUARTER, ROLLS_OVER_AT, lives


def local_borders(start, end, next_one):
    day = datetime.fromtimestamp(start, UTC).astimezone(BRUSSELS).date().replace(day=1)
    edges = [midnight(day, BRUSSELS).timestamp()]
    while edges[-1] < end:
        day = next_one(day)
        edges.append(midnight(day, BRUSSELS).timestamp())
    return edges


def sums(segments):
    """What all quarters, hours, days and months hold."""
    start, end = segments[0].start, segments[-1].end
    quarters = spread(segments, borders(start, end, QUARTER))
    days = gathered(quarters, local_borders(start, end, lambda day: day + timedelta(days=1)))
    months = gathered(days, local_borders(start, end, lambda day: (day + timedelta(days=32)).replace(day=1)))
    hours = spread(segments, borders(start, end, HOUR))
    return [sum(bucket[1] for bucket in buckets) for buckets in (quarters, hours, days, months)]


def as_samen_does(life):
    return known_segments(life.points, life.breaks, ROLLS_OVER_AT)


def deaf_to_events(life):
    return known_segments(life.points, (), ROLLS_OVER_AT)


def falls_as_negative(life):
    return [Segment(a.at, b.at, b.value - a.value) for a, b in pairwise(sorted(life.points))]


def falls_as_new_beginnings(life):
    """As some do: whatever falls began at 0."""
    return [
        Segment(a.at, b.at, b.value - a.value if b.value >= a.value else b.value)
        for a, b in pairwise(sorted(life.points, key=lambda point: point.at))
    ]


def in_order_of_arrival(life):
    return [Segment(a.at, b.at, b.value - a.value) for a, b in pairwise(life.points) if b.at > a.at]


def keeps_every_kwh(count, life):
    segments = count(life)
    return bool(segments) and sums(segments) == [pytest.approx(life.used, abs=1e-6)] * 4


@settings(max_examples=80, deadline=None)
@given(lives())
def test_buckets_add_up_to_what_was_used(life):
    assert keeps_every_kwh(as_samen_does, life)


@settings(max_examples=100, deadline=None)
@given(lives())
def test_no_time_is_counted_twice_and_nothing_below_zero(life):
    segments = as_samen_does(life)

    assert all(segment.amount >= 0 for segment in segments)
    assert all(a.end <= b.start for a, b in pairwise(segments))


@pytest.mark.parametrize(
    "broken", [deaf_to_events, falls_as_negative, falls_as_new_beginnings, in_order_of_arrival]
)
def test_a_count_that_is_wrong_is_found_out(broken):
    quickly = settings(deadline=None, phases=[Phase.generate])

    find(lives(), lambda life: not keeps_every_kwh(broken, life), settings=quickly)
