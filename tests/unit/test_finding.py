"""What is offered first, and for how long something stays free."""

from dataclasses import replace
from datetime import time, timedelta

from samen.domain.finding import EnergyHint, free_stretch, lacks, preference, right_now
from samen.domain.interval import Interval
from samen.domain.rules import Closure, SpaceRules, Wanted
from support.building import BRUSSELS, at, span

HOUR = timedelta(hours=1)
OPEN = SpaceRules(opening=time(8), closing=time(22), horizon_days=90, capacity=12, zone=BRUSSELS)


def test_a_warm_zone_comes_before_a_better_fit_and_fit_before_the_houses_order():
    asked = {"cold, small": (False, 6, 1), "warm, large": (True, 50, 2), "warm, small": (True, 12, 3)}

    first = sorted(asked, key=lambda name: preference(EnergyHint(asked[name][0]), *asked[name][1:]))

    assert first == ["warm, small", "warm, large", "cold, small"]


def test_what_is_missing_is_named():
    refusal = lacks({"projector", "piano"}, {"projector"})

    assert (refusal.code, refusal.facts) == ("lacks_features", {"features": ("piano",)})
    assert lacks({"projector"}, {"projector", "screen"}) is None


def test_a_space_stays_free_until_it_is_held_closed_or_shut():
    shut = replace(OPEN, blackouts=(Closure(span("15:00", "16:00"), "painters"),))

    assert free_stretch(at("12:00"), OPEN, [span("17:00", "18:00")]).end == at("17:00")
    assert free_stretch(at("12:00"), OPEN, []).end == at("22:00")
    assert free_stretch(at("12:00"), shut, []).end == at("15:00")
    assert free_stretch(at("12:00"), OPEN, [span("11:00", "13:00")]) is None
    assert free_stretch(at("23:00"), OPEN, []) is None


def test_right_now_begins_with_the_running_quarter_and_ends_where_the_next_booking_begins():
    now = at("12:07")

    during, until = right_now(Wanted(Interval(now, now + HOUR)), OPEN, [span("12:45", "14:00")])

    assert (during, until) == (span("12:00", "12:45"), at("12:45"))


def test_less_than_a_quarter_is_not_offered():
    now = at("12:35")

    assert right_now(Wanted(Interval(now, now + HOUR)), OPEN, [span("12:45", "14:00")]) is None
