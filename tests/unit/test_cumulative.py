"""The saving as it grows: its last point is what is told of the whole."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from samen.domain.cumulative import running, stretches
from samen.domain.evaluation import Period, evaluate
from samen.domain.residuals import autocorrelation

FIRST = date(2024, 1, 1)
HALF = FIRST + timedelta(days=365)


@pytest.fixture(scope="module")
def found():
    """Two years in which a tenth is saved."""
    chance = np.random.default_rng(75)
    days = Period(FIRST, HALF + timedelta(days=365)).days()
    warmth = {on: 10 - 9 * np.cos(2 * np.pi * place / 365) for place, on in enumerate(days)}
    used = {
        on: (50 + 10 * max(0.0, 15 - warmth[on])) * (0.9 if on >= HALF else 1) + chance.normal(0, 8)
        for on in days
    }
    return evaluate(used, warmth, Period(FIRST, HALF), Period(HALF, HALF + timedelta(days=365)))


def test_stretches_add_up_to_the_whole(found):
    weeks = stretches(found, 7)

    assert sum(one.saved_kwh for one in weeks) == pytest.approx(found.saving.kwh)
    assert sum(one.days for one in weeks) == 365
    assert (weeks[0].first, weeks[0].last) == (HALF, HALF + timedelta(days=6))


def test_the_running_sum_ends_with_the_saving_and_its_band(found):
    last = running(found, 7)[-1]

    assert last.saved_kwh == pytest.approx(found.saving.kwh)
    assert last.half_kwh == pytest.approx(found.saving.half_kwh)


def test_the_band_widens_as_days_add_up_but_less_than_they_do(found):
    halves = [one.half_kwh for one in running(found, 7)]

    assert all(later > earlier for earlier, later in pairwise(halves))
    assert halves[-1] < 52 * halves[0]


def test_misses_of_the_same_sign_for_days_show_as_correlation():
    chance = np.random.default_rng(75).normal(0, 1, 400)

    alone, lasting = autocorrelation(chance), autocorrelation(np.convolve(chance, np.ones(7), "valid"))

    assert max(map(abs, alone)) < 0.2
    assert lasting[0] > 0.8 > 0.3 > lasting[6]
    assert autocorrelation(np.zeros(9), lags=3) == [0.0, 0.0, 0.0]
