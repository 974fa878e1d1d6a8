"""Each rule refuses with its facts, or says nothing."""

from datetime import time, timedelta

import pytest

from samen.domain.interval import Interval
from samen.domain.rules import Refusal, SpaceRules, Wanted, refusals
from support.building import BRUSSELS, NOW, an_hour, at, span

SPACE = SpaceRules(opening=time(8), closing=time(22), horizon_days=90, capacity=12, zone=BRUSSELS)


def reasons(during: Interval, people: int | None = None) -> list[Refusal]:
    return refusals(Wanted(during, people), SPACE, NOW)


def test_an_ordinary_hour_is_allowed():
    assert reasons(span("09:00", "10:00"), people=12) == []


def test_the_whole_day_from_opening_to_closing_is_allowed():
    assert reasons(span("08:00", "22:00")) == []


@pytest.mark.parametrize(("start", "end"), [("07:45", "09:00"), ("21:00", "22:15")])
def test_outside_opening_hours_names_the_hours(start, end):
    assert reasons(span(start, end, day=24)) == [
        Refusal("outside_opening_hours", {"opening": time(8), "closing": time(22)})
    ]


def test_a_booking_over_midnight_is_outside_opening_hours():
    night = Interval(at("21:00"), at("09:00", day=24))

    assert [reason.code for reason in reasons(night)] == ["outside_opening_hours"]


def test_what_is_over_cannot_be_booked():
    assert [reason.code for reason in reasons(span("09:00", "10:00", day=22))] == ["already_begun"]


def test_the_horizon_is_named():
    limit = NOW + timedelta(days=90)

    assert reasons(an_hour(limit)) == [Refusal("too_far_ahead", {"limit": limit})]


def test_more_people_than_chairs_are_refused():
    assert reasons(span("09:00", "10:00"), people=13) == [
        Refusal("too_many_people", {"people": 13, "capacity": 12})
    ]
