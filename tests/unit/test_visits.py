"""When people are in a simulated room."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from samen.domain.interval import Interval
from samen.domain.visits import visits

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
A_DAY = Interval(NINE, NINE + timedelta(hours=12))


def booked(from_h: float, hours: float) -> Interval:
    start = NINE + timedelta(hours=from_h)
    return Interval(start, start + timedelta(hours=hours))


def test_most_bookings_are_kept_more_or_less():
    spans = [booked(hour, 1) for hour in range(0, 12, 2)]

    kept = [visits(spans, A_DAY, seed) for seed in range(200)]

    share = sum(len(one) for one in kept) / (200 * len(spans))
    assert 0.85 < share < 0.95
    assert all(-300 <= begins - 7200 * round(begins / 7200) <= 600 for one in kept for begins, _ in one)


def test_the_same_booking_and_seed_give_the_same_visit_whatever_the_window():
    later = Interval(NINE + timedelta(hours=1), A_DAY.end)
    spans = [booked(4, 2)]

    seen = [visits(spans, A_DAY, seed) for seed in range(20)]
    seen_later = [visits(spans, later, seed) for seed in range(20)]

    assert seen == [[(a + 3600, b + 3600) for a, b in one] for one in seen_later]
    assert len({tuple(one) for one in seen}) > 10


spans = st.lists(st.tuples(st.floats(-6, 15), st.floats(0.1, 6)).map(lambda pair: booked(*pair)), max_size=8)


@given(spans, st.integers(0, 1000))
def test_visits_are_in_order_apart_and_within_the_window(some, seed):
    edges = [at for visit in visits(some, A_DAY, seed) for at in visit]

    assert edges == sorted(set(edges))
    assert all(0 <= at <= A_DAY.length.total_seconds() for at in edges)
