"""A "no" comes with the nearest "yes"."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from samen.domain.alternatives import Candidate, Why, alternatives
from samen.domain.finding import EnergyHint
from samen.domain.interval import Interval
from samen.domain.rules import SpaceRules, Wanted, refusals
from support.building import BRUSSELS, NOW, at, span

DAY = Interval(at("00:00"), at("00:00", day=24))


def a_space(name: str, capacity: int, *busy: Interval) -> Candidate:
    return Candidate(name, SpaceRules(time(8), time(22), 90, capacity, BRUSSELS), busy)


def offers(wanted: Interval, own: Candidate, *others: Candidate, people: int | None = None):
    return alternatives(Wanted(wanted, people), own, others, DAY, NOW)


def test_the_smallest_space_that_fits_comes_first_and_the_nearest_time_last():
    iris = a_space("iris", 12, span("09:00", "11:00"))

    found = offers(
        span("09:00", "10:00"), iris, a_space("zenne", 50), a_space("canal", 6), a_space("hall", 20), people=8
    )

    assert [one.space for one in found] == ["hall", "zenne", "iris"]
    assert (found[-1].space, found[-1].during) == ("iris", span("08:00", "09:00"))


def test_with_no_other_space_the_nearest_times_are_offered():
    iris = a_space("iris", 12, span("09:00", "11:00"), span("12:00", "13:00"))

    found = offers(span("10:00", "11:00"), iris)

    assert found[0].during == span("11:00", "12:00")


def test_a_full_day_offers_nothing():
    assert offers(span("09:00", "10:00"), a_space("iris", 12, span("08:00", "22:00"))) == []


@given(
    st.lists(st.tuples(st.integers(32, 84), st.integers(1, 8)), max_size=10),
    st.integers(32, 80),
    st.integers(1, 8),
)
def test_every_alternative_would_be_accepted(pairs, start, length):
    busy = [_quarters(first, count) for first, count in pairs]
    own, other = a_space("iris", 12, *busy), a_space("canal", 6, *busy[:3])

    found = offers(_quarters(start, length), own, other)

    for one in found:
        candidate = own if one.space == "iris" else other
        assert not any(span.overlaps(one.during) for span in candidate.busy)
        assert refusals(Wanted(one.during), candidate.rules, NOW) == []
        assert one.during.length == _quarters(start, length).length


def _quarters(first: int, count: int) -> Interval:
    return Interval(at(_clock(first)), at(_clock(min(first + count, 95))))


def _clock(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


def test_of_other_spaces_the_one_that_is_warm_anyway_comes_first_and_says_so():
    iris = a_space("iris", 12, span("09:00", "11:00"))
    heat = {"canal": EnergyHint(warm=False, kwh=3.2), "zenne": EnergyHint(warm=True, kwh=0.0)}

    found = alternatives(
        Wanted(span("09:00", "10:00")),
        iris,
        [a_space("canal", 6), a_space("zenne", 50)],
        DAY,
        NOW,
        lambda space, _: heat.get(space, EnergyHint(warm=False, kwh=1.0)),
    )

    assert [(one.space, one.why, one.energy.kwh) for one in found] == [
        ("zenne", Why.SAME_TIME, 0.0),
        ("canal", Why.SAME_TIME, 3.2),
        ("iris", Why.SAME_SPACE, 1.0),
    ]
