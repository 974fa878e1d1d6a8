"""What suits best of what is free, and for how long it is."""

from datetime import time, timedelta

import pytest

from samen.domain.finding import (
    USUAL,
    EnergyHint,
    free_stretch,
    lacks,
    preference,
    quarter_of,
    right_now,
)
from samen.domain.interval import Interval, midnight
from samen.domain.rules import END_OF_DAY, Closure, SpaceRules, Wanted
from support.building import BRUSSELS, at, span

WARM, COLD = EnergyHint(warm=True), EnergyHint(warm=False)
NINE_TO_SIX = SpaceRules(time(9), time(18), horizon_days=400, capacity=10, zone=BRUSSELS)
ALWAYS = SpaceRules(time(0), END_OF_DAY, horizon_days=400, capacity=10, zone=BRUSSELS)


def test_a_warm_room_comes_before_a_cold_one_that_fits_better():
    ranked = sorted(
        [(COLD, 6, 0), (WARM, 50, 3), (WARM, 12, 2), (WARM, 12, 1)], key=lambda one: preference(*one)
    )

    assert ranked == [(WARM, 12, 1), (WARM, 12, 2), (WARM, 50, 3), (COLD, 6, 0)]


def test_what_is_missing_is_named_in_order():
    refusal = lacks({"screen", "kitchen", "step_free"}, {"screen"})

    assert (refusal.code, refusal.facts["features"]) == ("lacks_features", ("kitchen", "step_free"))
    assert lacks({"screen"}, {"screen", "kitchen"}) is None


def test_a_room_stays_free_until_the_next_booking_or_until_it_closes():
    busy = [span("09:30", "10:00"), span("15:30", "16:00")]

    assert free_stretch(at("11:00"), NINE_TO_SIX, busy) == span("10:00", "15:30")
    assert free_stretch(at("16:00"), NINE_TO_SIX, busy) == span("16:00", "18:00")


def test_a_closed_time_ends_what_is_free():
    closed = SpaceRules(
        time(9), time(18), 400, 10, BRUSSELS, blackouts=[Closure(span("13:00", "14:00"), "Paint")]
    )

    assert free_stretch(at("11:00"), closed, []) == span("09:00", "13:00")
    assert free_stretch(at("13:59"), closed, []) is None


def test_what_is_held_or_shut_is_not_free():
    assert free_stretch(at("10:00"), NINE_TO_SIX, [span("09:30", "10:30")]) is None
    assert free_stretch(at("18:00"), NINE_TO_SIX, []) is None
    assert free_stretch(at("08:59"), NINE_TO_SIX, []) is None


def test_a_room_that_never_closes_is_free_until_midnight_and_no_booking_goes_past_it():
    tomorrow = midnight(at("12:00", day=24).date(), BRUSSELS)

    assert free_stretch(at("23:00"), ALWAYS, []).end == tomorrow


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25)])
def test_the_day_of_a_clock_change_is_as_long_as_it_is(day, hours):
    noon = at("12:00").fromisoformat(f"{day}T12:00:00+02:00" if hours == 23 else f"{day}T12:00:00+01:00")

    assert free_stretch(noon, ALWAYS, []).length == timedelta(hours=hours)


def offered(now, rules=NINE_TO_SIX, busy=()):
    return right_now(Wanted(Interval(now, now + USUAL)), rules, busy)


def test_what_can_be_had_now_begins_with_the_quarter_that_runs():
    assert offered(at("14:25")) == (span("14:15", "15:15"), at("18:00"))


def test_it_begins_no_sooner_than_the_last_booking_ended():
    assert offered(at("14:25"), busy=[span("13:00", "14:20")]) == (span("14:20", "15:20"), at("18:00"))


def test_it_ends_where_the_next_booking_begins():
    assert offered(at("14:25"), busy=[span("15:00", "16:00")]) == (span("14:15", "15:00"), at("15:00"))


def test_less_than_a_quarter_is_not_worth_going_there():
    assert offered(at("14:46"), busy=[span("15:00", "16:00")]) is None
    assert offered(at("14:45"), busy=[span("15:00", "16:00")]) is not None


def test_what_must_be_booked_ahead_cannot_be_had_now():
    ahead = SpaceRules(time(9), time(18), 400, 10, BRUSSELS, notice=timedelta(hours=1))

    assert offered(at("14:25"), ahead) is None


@pytest.mark.parametrize(
    ("limits", "end"),
    [
        ({"shortest": timedelta(hours=2)}, "16:15"),
        ({"longest": timedelta(minutes=30)}, "14:45"),
    ],
)
def test_it_lasts_as_long_as_the_room_asks_for(limits, end):
    room = SpaceRules(time(9), time(18), 400, 10, BRUSSELS, **limits)

    assert offered(at("14:25"), room) == (span("14:15", end), at("18:00"))


def test_a_quarter_begins_itself():
    assert quarter_of(at("14:15")) == at("14:15")
    assert quarter_of(at("14:29")) == at("14:15")
