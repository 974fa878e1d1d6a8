"""From what is booked to setpoints: warm in time, cool otherwise, and never a gap in the plan."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.domain.interval import Interval, local_day
from samen.domain.steering import GRAIN, Seen, Why, pause_pays, plan
from samen.domain.warm_up import LONGEST, Behaviour, Pace
from samen.domain.zone_settings import Vent, ZoneSettings, faults
from support.building import BRUSSELS, NOW, at, span

USUAL = ZoneSettings(comfort_deg_c=20, setback_deg_c=16)
QUICK = Behaviour(Pace(2.0, 10), Pace(0.5, 10))
TWO_DAYS = Interval(NOW, NOW + timedelta(hours=48))
COLD = Seen(NOW, 16.0, 5.0)


def planned(*booked, rules=USUAL, behaviour=QUICK, seen=COLD, during=TWO_DAYS):
    return plan(booked, rules, behaviour, seen, during, BRUSSELS)


def warm(found):
    """When the setpoint is that of comfort, steps that touch taken together."""
    return [(step.during.start, step.during.end) for step in found.steps if step.deg_c == 20.0]


def codes(found):
    return [doubt.code for doubt in found.doubts]


def test_warming_begins_as_long_before_as_it_takes():
    found = planned(span("14:00", "16:00"))

    first = next(step for step in found.steps if step.why is Why.WARM_UP)

    assert first.during.start == at("12:00")  # four degrees at two an hour
    assert found.at(at("15:00")).why is Why.BOOKED
    assert [found.at(at(clock)).deg_c for clock in ("11:59", "12:00", "15:59", "16:00")] == [16, 20, 20, 16]


def test_a_zone_that_is_warm_already_is_not_warmed_up():
    warm_now = replace(COLD, deg_c=20.3)

    soon = planned(span("09:00", "10:00"), seen=warm_now, behaviour=Behaviour())
    later = planned(span("10:30", "12:00"), seen=warm_now, behaviour=Behaviour())

    assert soon.blocks[0].warm_at == at("09:00")
    assert later.blocks[0].warm_at == at("09:30")  # it loses half a degree an hour until then


def test_a_warm_up_that_runs_is_not_called_off_by_its_own_success():
    begun = planned(span("14:00", "16:00")).begun(at("13:00"))
    later = Seen(at("13:00"), 19.0, 5.0)

    alone = planned(span("14:00", "16:00"), seen=later)
    held = planned(span("14:00", "16:00"), seen=replace(later, begun=begun))

    assert alone.at(at("13:00")).deg_c == 16  # the control: the setpoint would fall, and rise again
    assert held.at(at("13:00")).deg_c == 20


def test_a_short_pause_is_kept_warm_and_a_long_one_is_not():
    short = planned(span("09:00", "10:00"), span("11:00", "12:00"))
    long = planned(span("09:00", "10:00"), span("16:00", "17:00"))

    assert short.at(at("10:30")).why is Why.KEPT_WARM
    assert (len(short.blocks), len(long.blocks)) == (1, 2)
    assert long.at(at("11:00")).why is Why.SETBACK


def test_the_longer_the_pause_the_more_it_pays():
    pays = [pause_pays(timedelta(minutes=15 * n), USUAL, QUICK, None) for n in range(40)]

    assert pays == sorted(pays)
    assert {True, False} == set(pays)


def test_nothing_is_warmed_before_the_earliest_time_and_that_is_said():
    found = planned(span("08:00", "10:00", 24), rules=replace(USUAL, earliest=time(7)))

    assert found.blocks[0].warm_at == at("07:00", 24)
    (doubt,) = found.doubts
    assert (doubt.code, doubt.facts["minutes"]) == ("warm_too_late", 60)


def test_without_a_temperature_the_zone_is_taken_to_be_cold():
    found = planned(span("08:00", "10:00", 24), seen=Seen(NOW), behaviour=Behaviour())

    assert found.blocks[0].warm_at == at("04:00", 24)
    assert codes(found) == ["no_temperature", "few_warm_ups"]


def test_the_second_booking_finds_what_the_first_one_left():
    found = planned(span("09:00", "12:00"), span("17:00", "18:00"))

    # Five hours at half a degree an hour.
    assert found.blocks[1].warm_at == at("15:45")


def test_heating_stops_early_where_the_zone_was_seen_to_keep_warm():
    rules = replace(USUAL, coast_min=45)

    found = planned(span("14:00", "16:00"), rules=rules)
    unmeasured = planned(span("14:00", "16:00"), rules=rules, behaviour=Behaviour(Pace(2.0, 10)))

    coasting = found.at(at("15:30"))
    assert (coasting.why, coasting.deg_c, coasting.during.start) == (Why.COASTING, 19.5, at("15:15"))
    assert unmeasured.at(at("15:59")).why is Why.BOOKED


def test_air_comes_before_people_do_and_stays_after_them():
    found = planned(span("14:00", "16:00"), rules=replace(USUAL, vent_before_min=30))

    vents = [found.at(at(clock)).vent for clock in ("13:29", "13:30", "16:14", "16:15")]

    assert vents == [Vent.LOW, Vent.ON, Vent.ON, Vent.LOW]


def test_on_a_holiday_a_zone_may_stay_cool():
    armistice = Interval(at("14:00", 11), at("16:00", 11))
    during = local_day(date(2026, 11, 11), BRUSSELS)
    seen = Seen(during.start, 16.0, 5.0)

    kept = planned(armistice, rules=replace(USUAL, heats_on_holidays=False), seen=seen, during=during)
    heated = planned(armistice, seen=seen, during=during)

    assert (warm(kept), kept.at(at("15:00", 11)).vent) == ([], Vent.ON)
    assert warm(heated)


def test_in_summer_nothing_is_warmed_up():
    found = planned(span("14:00", "16:00"), seen=Seen(NOW, None, 24.0))

    assert found.blocks[0].warm_at == at("14:00")


@pytest.mark.parametrize(("night", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_on_a_clock_change_night_lengths_are_of_real_hours(night, hours):
    day = local_day(night, BRUSSELS)
    seven = datetime(night.year, night.month, night.day, 7, tzinfo=BRUSSELS).astimezone(UTC)
    slow = Behaviour(Pace(0.8, 10), Pace(0.5, 10))

    found = plan(
        [Interval(seven, seven + timedelta(hours=1))],
        USUAL,
        slow,
        Seen(day.start, 16.0),
        day,
        BRUSSELS,
    )

    assert seven - found.blocks[0].warm_at == timedelta(hours=5)
    assert sum((step.during.length for step in found.steps), timedelta()) == timedelta(hours=hours)


BOOKINGS = st.lists(
    st.tuples(st.integers(-600, 3000), st.integers(5, 900)).map(
        lambda one: Interval(
            NOW + timedelta(minutes=one[0]), NOW + timedelta(minutes=one[0]) + timedelta(minutes=one[1])
        )
    ),
    max_size=8,
)
RULES = st.builds(
    ZoneSettings,
    comfort_deg_c=st.floats(18, 24),
    setback_deg_c=st.floats(5, 18),
    frost_deg_c=st.floats(5, 12),
    hysteresis_k=st.floats(0.2, 2),
    earliest=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    coast_min=st.integers(0, 120),
    idle_vent=st.sampled_from([Vent.OFF, Vent.LOW]),
)
PACES = st.builds(Pace, st.floats(0.1, 4), st.integers(0, 20), st.floats(0, 1))
SEEN = st.builds(
    Seen,
    st.just(NOW),
    st.none() | st.floats(2, 28),
    st.none() | st.floats(-15, 35),
)


@settings(max_examples=150, deadline=None)
@given(BOOKINGS, RULES, st.builds(Behaviour, PACES, PACES), SEEN)
def test_steps_cover_the_horizon_once_and_every_booked_minute_is_warm(booked, rules, behaviour, seen):
    found = planned(*booked, rules=rules, behaviour=behaviour, seen=seen)

    steps = [step.during for step in found.steps]
    assert (steps[0].start, steps[-1].end) == (TWO_DAYS.start, TWO_DAYS.end)
    assert all(one.end == following.start for one, following in pairwise(steps))
    assert all(step.deg_c >= rules.frost_deg_c for step in found.steps)
    for step in found.steps:
        if any(step.during.overlaps(one) for one in booked):
            least = rules.warm_deg_c if step.why is Why.COASTING else rules.comfort_deg_c
            assert step.deg_c >= least
            assert step.vent is Vent.ON
    for block in found.blocks:
        assert block.start - block.warm_at <= LONGEST + GRAIN


@settings(max_examples=60, deadline=None)
@given(BOOKINGS, RULES, st.builds(Behaviour, PACES, PACES), SEEN)
def test_where_nothing_stood_in_the_way_comfort_is_reached_before_people_come(booked, rules, behaviour, seen):
    found = planned(*booked, rules=rules, behaviour=behaviour, seen=seen)

    for block in found.blocks:
        pace = behaviour.warming.cautious_k_h(seen.outdoor_deg_c)
        lead = (block.start - block.warm_at) / timedelta(hours=1)
        missing = rules.comfort_deg_c - min(rules.setback_deg_c, seen.deg_c or 99) - lead * pace
        if block.start > NOW and not block.cut and lead and lead < LONGEST / timedelta(hours=1):
            cooled = lead * pace >= rules.hysteresis_k - 1e-6
            assert cooled or missing <= 1e-6


def test_settings_that_contradict_each_other_are_named():
    upside_down = replace(USUAL, setback_deg_c=21)
    frozen = replace(USUAL, setback_deg_c=6, frost_deg_c=8)
    odd = replace(USUAL, comfort_deg_c=40, vent_after_min=-1)

    assert (list(faults(upside_down)), list(faults(frozen))) == (["setback_deg_c"], ["frost_deg_c"])
    assert set(faults(odd)) == {"comfort_deg_c", "vent_after_min"}
    assert faults(USUAL) == {}
