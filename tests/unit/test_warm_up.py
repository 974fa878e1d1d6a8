"""How fast a zone warms up, told from what its sensors say."""

from datetime import timedelta
from random import Random

import pytest

from samen.domain.warm_up import (
    USUAL_WARMING_K_H,
    Behaviour,
    Run,
    behaviour,
    cool_downs_in,
    since_raised,
    unknown_yet,
    warm_ups_in,
)
from support.building import NOW

FIVE = timedelta(minutes=5)


def samples(*deg_c, every=FIVE):
    return [(NOW + every * place, value) for place, value in enumerate(deg_c)]


def ramp(start, end, steps):
    return [start + (end - start) * n / steps for n in range(1, steps + 1)]


def a_run(k_h, outdoor=5.0, day=0, start=16.0, end=20.0, **more):
    minutes = abs(end - start) / k_h * 60
    return Run(NOW + timedelta(days=day), start, end, minutes, True, outdoor, **more)


def test_a_warm_up_runs_from_the_lowest_point_until_it_is_warm():
    night = [16.3, 16.2, 16.1, 16.0, 16.0]

    (run,) = warm_ups_in(samples(*night, *ramp(16.0, 20.0, 24), 20.2, 20.1), 19.5)

    assert (run.started_at, run.from_deg_c, run.whole) == (NOW + 4 * FIVE, 16.0, True)
    assert run.k_h == pytest.approx(2.0)


def test_one_that_is_broken_off_is_not_whole_and_does_not_count():
    (run,) = warm_ups_in(samples(16.0, *ramp(16.0, 18.0, 12), 17.8, 17.4, 17.0, 16.5), 19.5)

    assert (run.whole, run.to_deg_c) == (False, 18.0)
    assert behaviour([run] * 5).warming.count == 0


def test_a_little_warmth_or_a_sensor_that_was_silent_is_no_warm_up():
    sunny = samples(18.8, *ramp(18.8, 19.8, 30))
    silent = [*samples(16.0, 16.1), (NOW + timedelta(hours=3), 20.0)]

    assert warm_ups_in(sunny, 19.5) == warm_ups_in(silent, 19.5) == warm_ups_in([], 19.5) == []


def test_a_zone_that_cools_down_tells_how_fast():
    (run,) = cool_downs_in(samples(20.0, 20.1, 20.0, *ramp(20.0, 17.0, 72)), 19.5)

    assert not run.warms
    assert run.k_h == pytest.approx(0.5, rel=0.1)


def test_a_floor_counts_from_when_its_setpoint_was_raised():
    (run,) = warm_ups_in(samples(16.0, *ramp(16.0, 20.0, 24)), 19.5)

    raised = since_raised(run, NOW - timedelta(minutes=45))

    assert raised.minutes == run.minutes + 45
    assert since_raised(run, NOW - timedelta(hours=5)) == since_raised(run, None) == run


def test_samples_that_come_again_tell_no_run_twice():
    known = warm_ups_in(samples(16.0, *ramp(16.0, 20.0, 24)), 19.5)
    again = warm_ups_in(samples(16.0, 15.9, *ramp(15.9, 20.0, 24)), 19.5)

    assert unknown_yet(again, known) == []
    assert unknown_yet(again, []) == again


def test_with_few_warm_ups_a_slow_building_is_assumed():
    found = behaviour([a_run(3.0), a_run(3.0, day=1)])

    assert (found.warming.level, found.warming.measured) == (USUAL_WARMING_K_H, False)
    assert Behaviour().time_to_warm(16, 20, None) == timedelta(hours=4)


def test_a_quarter_of_open_windows_hardly_moves_the_pace():
    chance = Random(75)
    runs = [a_run(chance.gauss(2.0, 0.1), chance.uniform(-5, 12), day) for day in range(30)]
    airy = [a_run(0.4, chance.uniform(-5, 12), 30 + day) for day in range(10)]

    clean, dirty = behaviour(runs).warming, behaviour(runs + airy).warming

    mean = sum(run.k_h for run in runs + airy) / 40
    assert dirty.k_h(5) == pytest.approx(clean.k_h(5), abs=0.15)
    assert abs(mean - 2.0) > 0.3  # the control: a mean is fooled


def test_a_cold_day_takes_longer_where_that_was_seen():
    runs = [a_run(1.0 + 0.1 * outdoor, float(outdoor), outdoor) for outdoor in range(12)]

    pace = behaviour(runs).warming

    assert pace.slope == pytest.approx(0.1)
    assert pace.k_h(0) == pytest.approx(1.0)
    assert pace.k_h(-20) == pace.k_h(0)  # nobody knows what it does there


def test_three_of_four_warm_ups_would_have_been_in_time():
    chance = Random(1)
    runs = [a_run(chance.uniform(1.0, 3.0), None, day) for day in range(40)]

    allowed = behaviour(runs).time_to_warm(16, 20, None)

    in_time = sum(run.minutes <= allowed / timedelta(minutes=1) for run in runs) / len(runs)
    assert 0.7 <= in_time <= 0.85


def test_heat_is_told_by_the_meter_or_else_about_by_area():
    metered = behaviour([a_run(2.0, day=day, kwh=6.0 + day) for day in range(3)])

    assert metered.kwh_for(2.0, area_m2=60) == (3.5, False)
    assert Behaviour().kwh_for(4.0, area_m2=60) == (11.0, True)
