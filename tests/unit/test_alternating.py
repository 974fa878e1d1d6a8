"""Weeks with and without steering, drawn by lot and compared at the same weather."""

from datetime import date, timedelta

import numpy as np
import pytest

from samen.domain.alternating import FIRST_MONDAY, Comparison, TooFewDays, compare, is_steered_week
from samen.domain.savings import Verdict

FIRST = date(2026, 10, 5)


def a_winter(truth, seed, weeks=20, noise=0.12):
    """Energy and weather of a heated zone in which steering saves that fraction."""
    chance = np.random.default_rng(seed)
    days = [FIRST + timedelta(days=n) for n in range(7 * weeks)]
    weather = 6 + 5 * np.sin(np.arange(len(days)) / 25) + chance.normal(0, 2.5, len(days))
    steered = {on: is_steered_week(f"house/{seed}", on) for on in days}
    saved = np.array([truth if steered[on] else 0.0 for on in days])
    used = (10 + 4 * np.maximum(0, 15 - weather)) * (1 - saved)
    used = np.maximum(0, used * (1 + chance.normal(0, noise, len(days))))
    return dict(zip(days, used, strict=True)), dict(zip(days, weather, strict=True)), steered


def test_of_every_two_weeks_one_is_steered_and_which_one_is_drawn():
    weeks = [is_steered_week("bota75/front", FIRST_MONDAY + timedelta(weeks=n)) for n in range(200)]

    pairs = list(zip(weeks[::2], weeks[1::2], strict=True))

    assert all(one != other for one, other in pairs)
    assert 30 < sum(one for one, _other in pairs) < 70


def test_a_week_is_one_or_the_other_as_a_whole_and_zones_draw_for_themselves():
    monday = date(2026, 11, 23)

    days = [is_steered_week("bota75/front", monday + timedelta(days=n)) for n in range(7)]

    assert len(set(days)) == 1
    other = [is_steered_week("bota75/garden", monday + timedelta(weeks=n)) for n in range(30)]
    assert other != [is_steered_week("bota75/front", monday + timedelta(weeks=n)) for n in range(30)]


def test_a_saving_is_found_within_its_band():
    found = compare(*a_winter(0.15, seed=3))

    assert isinstance(found, Comparison)
    assert found.verdict is Verdict.PROVED
    assert found.saving.low_fraction < 0.15 < found.saving.high_fraction


def test_bands_hold_the_truth_and_nothing_is_called_a_saving():
    truths = [0.0] * 300 + [0.12] * 100
    found = [compare(*a_winter(truth, seed)) for seed, truth in enumerate(truths)]

    held = [
        one.saving.low_fraction <= truth <= one.saving.high_fraction
        for one, truth in zip(found, truths, strict=True)
    ]
    cannot_tell = [one.verdict is Verdict.CANNOT_TELL for one in found[:300]]

    assert sum(held) / len(held) >= 0.86
    assert sum(cannot_tell) / len(cannot_tell) >= 0.88


def test_milder_weeks_are_no_saving():
    energy, weather, steered = a_winter(0.0, seed=4, noise=0.04)
    mild = {on: deg_c + (2 if steered[on] else 0) for on, deg_c in weather.items()}
    used = {on: kwh * _needs(mild[on]) / _needs(weather[on]) for on, kwh in energy.items()}

    found = compare(used, mild, steered)

    means = [np.mean([used[on] for on in used if steered[on] is side]) for side in (True, False)]
    assert 1 - means[0] / means[1] > 0.1  # the control: means alone would praise steering
    assert found.verdict is Verdict.CANNOT_TELL


def _needs(deg_c):
    return 10 + 4 * max(0, 15 - deg_c)


def test_few_days_are_not_compared_and_some_prove_nothing():
    energy, weather, steered = a_winter(0.3, seed=5)
    first = dict(list(steered.items())[:14])
    some = dict(list(steered.items())[:42])

    assert isinstance(compare(energy, weather, first), TooFewDays)
    found = compare(energy, weather, some)
    assert (found.verdict, [doubt.code for doubt in found.doubts]) == (Verdict.LIKELY, ["few_steered_days"])


def test_the_day_after_a_change_is_left_out():
    energy, weather, steered = a_winter(0.1, seed=2)

    found = compare(energy, weather, steered)

    changes = sum(steered[on] != steered.get(on - timedelta(days=1)) for on in steered)
    assert found.days_on + found.days_off == len(steered) - changes


@pytest.mark.parametrize("on", [date(2027, 3, 28), date(2027, 10, 31)])
def test_a_clock_change_falls_within_its_week(on):
    assert is_steered_week("a", on) == is_steered_week("a", on - timedelta(days=6))
