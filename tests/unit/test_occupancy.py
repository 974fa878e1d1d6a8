"""Whether we saved or were away, and when that cannot be said."""

from datetime import timedelta

import numpy as np
import pytest

from samen.domain.evaluation import Term, evaluate
from samen.domain.savings import Verdict
from support.drawn_buildings import BASELINE, DAYS, ON, REPORTING, WEEKEND, YEAR, a_climate, correlated

KWH_PER_HOUR = 4.0


def a_house(*, saved=0.0, away=1.0, kwh_per_hour=KWH_PER_HOUR, steady=False):
    """Energy, temperature and occupied hours by day; `away` is the part of usual hours in the second year."""
    chance = np.random.default_rng(7)
    deg_c = a_climate(chance)
    hours = np.where(WEEKEND, 2.0, 9.0) + (0 if steady else chance.uniform(-2, 2, 2 * YEAR))
    hours *= np.where(DAYS >= YEAR, away, 1.0)
    used = 60 + 8 * np.maximum(0, 15 - deg_c) + kwh_per_hour * hours
    used = used * np.where(DAYS >= YEAR, 1 - saved, 1.0) + correlated(chance, 0.3, 5)
    return tuple(dict(zip(ON, map(float, values), strict=True)) for values in (used, deg_c, hours))


def judge(measured=lambda _on: True, **house):
    energy, deg_c, hours = a_house(**house)
    known = {on: value for on, value in hours.items() if measured(on)}
    return evaluate(energy, deg_c, BASELINE, REPORTING, occupied_hours=known)


def test_being_away_is_not_taken_for_a_saving():
    found = judge(away=0.5)

    assert found.occupancy.saved_verdict is Verdict.CANNOT_TELL
    assert found.occupancy.away_verdict is Verdict.PROVED
    assert found.occupancy.away.kwh == pytest.approx(KWH_PER_HOUR * 3.5 * YEAR, rel=0.1)
    assert found.verdict is Verdict.PROVED


def test_a_saving_is_not_hidden_by_being_there_more():
    found = judge(saved=0.15, away=1.4)

    assert found.occupancy.saved.low_fraction <= 0.15 <= found.occupancy.saved.high_fraction
    assert found.occupancy.saved_verdict is Verdict.PROVED
    assert found.occupancy.away_verdict is Verdict.INCREASE


def test_what_was_saved_and_what_being_away_accounts_for_add_up():
    found = judge(saved=0.1, away=0.7)

    assert found.occupancy.saved.kwh + found.occupancy.away.kwh == pytest.approx(found.saving.kwh)
    assert found.occupancy.kwh_per_hour == pytest.approx(KWH_PER_HOUR, abs=found.occupancy.half_kwh_per_hour)
    assert found.occupancy.hours == pytest.approx(0.7 * found.occupancy.usual_hours, rel=0.05)


def test_a_measure_is_not_credited_with_being_away():
    energy, deg_c, hours = a_house(away=1.0)
    moved_out = REPORTING.first + timedelta(days=150)
    left = {on: value * (0.2 if on >= moved_out else 1) for on, value in hours.items()}
    used = {on: value - KWH_PER_HOUR * (hours[on] - left[on]) for on, value in energy.items()}

    alone, with_hours = (
        evaluate(used, deg_c, BASELINE, REPORTING, [("lamps", moved_out)], occupied_hours=known).effects[0]
        for known in (None, left)
    )

    assert (alone.verdict, with_hours.verdict) == (Verdict.PROVED, Verdict.CANNOT_TELL)


def test_a_few_days_without_a_measurement_are_taken_for_usual_ones():
    found = judge(lambda on: on.day != 13, away=0.5)

    assert found.occupancy.away_verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("code", "house"),
    [
        ("occupied_hours_not_measured", {"measured": lambda on: on.month > 3}),
        ("occupied_hours_do_not_vary", {"steady": True}),
        ("occupied_hours_without_effect", {"kwh_per_hour": 0.0}),
        ("occupied_hours_without_effect", {"kwh_per_hour": -4.0}),
    ],
)
def test_what_hours_cannot_tell_is_refused_with_the_reason(code, house):
    found = judge(**house)

    assert found.occupancy is None
    assert Term.OCCUPIED_HOURS not in found.terms
    assert [one.code for one in found.warnings] == [code]


def test_hours_such_as_the_baseline_never_saw_are_told():
    found = judge(away=2.0)

    assert "occupied_hours_beyond_baseline" in {one.code for one in found.warnings}


def test_the_band_of_a_model_with_hours_holds_the_truth():
    held = []
    for seed in range(60):
        chance = np.random.default_rng(seed)
        deg_c = a_climate(chance)
        hours = np.clip(np.where(WEEKEND, 2.0, 9.0) + correlated(chance, 0.7, 2), 0, 16)
        truth, away = chance.uniform(0, 0.3), chance.uniform(0.5, 1.0)
        hours[YEAR:] *= away
        used = 60 + 6 * np.maximum(0, 15 - deg_c) + 3 * hours
        used = used * np.where(DAYS >= YEAR, 1 - truth, 1) + correlated(chance, 0.4, 0.1 * used.mean())
        series = [dict(zip(ON, map(float, values), strict=True)) for values in (used, deg_c, hours)]
        found = evaluate(*series[:2], BASELINE, REPORTING, occupied_hours=series[2]).occupancy
        held.append(found.saved.low_fraction <= truth <= found.saved.high_fraction)

    assert 0.83 <= np.mean(held) <= 0.97


def test_hours_before_both_periods_do_not_count():
    energy, deg_c, hours = a_house(away=0.5)
    early = {BASELINE.first - timedelta(days=day): 24.0 for day in range(1, 100)}

    found = evaluate(energy, deg_c, BASELINE, REPORTING, occupied_hours=hours | early)

    assert found.occupancy == judge(away=0.5).occupancy
