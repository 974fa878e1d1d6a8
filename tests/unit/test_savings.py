"""Savings against buildings whose truth is known, drawn by a seeded generator, and a naive control."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from samen.domain.baseline import Kind, fit
from samen.domain.savings import Saving, Verdict, saving, t_90, verdict

BUILDINGS, YEAR = 400, 365


@dataclass(frozen=True)
class Building:
    """Two years of days: the second is milder, and saves `truth`."""

    kind: Kind
    deg_c: np.ndarray
    energy_kwh: np.ndarray
    truth: float


@dataclass(frozen=True)
class Judged:
    building: Building
    found: Saving
    kind: Kind

    @property
    def error(self) -> float:
        return self.found.fraction - self.building.truth

    @property
    def naive_error(self) -> float:
        used = self.building.energy_kwh
        return 1 - used[YEAR:].sum() / used[:YEAR].sum() - self.building.truth


def correlated(chance, rho, spread):
    drawn = chance.normal(0, spread * np.sqrt(1 - rho**2), 2 * YEAR)
    for day in range(1, 2 * YEAR):
        drawn[day] += rho * drawn[day - 1]
    return drawn


def a_building(chance, number) -> Building:
    """Of one of four shapes, with noise that lasts for days, holidays, and a saving up to 30 % or none."""
    kind = list(Kind)[number % 4]
    days = np.arange(2 * YEAR)
    deg_c = 10.5 - 8 * np.cos(2 * np.pi * (days - 20) / YEAR) + correlated(chance, 0.75, 3.3)
    deg_c[YEAR:] += 1.2
    used = np.full(2 * YEAR, chance.uniform(40, 200))
    if kind in {Kind.HEATING, Kind.BOTH}:
        used += chance.uniform(3, 12) * np.maximum(0, chance.uniform(12, 17) - deg_c)
    if kind in {Kind.COOLING, Kind.BOTH}:
        used += chance.uniform(3, 9) * np.maximum(0, deg_c - chance.uniform(18, 22))
    truth = 0.0 if number % 3 == 0 else chance.uniform(0, 0.3)
    used[YEAR:] *= 1 - truth
    used += correlated(chance, chance.uniform(0, 0.6), chance.uniform(0.03, 0.15) * used.mean())
    for year in (0, YEAR):
        used[year + chance.choice(YEAR, 10, replace=False)] *= 0.75
    return Building(kind, deg_c, used, truth)


@cache
def judged() -> list[Judged]:
    chance = np.random.default_rng(75)
    found = []
    for number in range(BUILDINGS):
        one = a_building(chance, number)
        model = fit(one.energy_kwh[:YEAR], one.deg_c[:YEAR])
        told = saving(model, one.deg_c[:YEAR], one.energy_kwh[YEAR:], one.deg_c[YEAR:], 12)
        found.append(Judged(one, told, model.model.kind))
    return found


def typical(errors) -> float:
    return float(np.median(np.abs(errors)))


def test_savings_are_within_a_point_of_the_truth_and_the_naive_way_is_not():
    assert typical([one.error for one in judged()]) <= 0.01
    assert typical([one.naive_error for one in judged()]) > 0.01


def test_nine_bands_of_ten_hold_the_truth():
    held = [one.found.low_fraction <= one.building.truth <= one.found.high_fraction for one in judged()]

    assert 0.86 <= np.mean(held) <= 0.94


def test_both_methods_agree_on_the_bands():
    ratios = [one.found.half_kwh_g14 / one.found.half_kwh_bootstrap for one in judged()]

    assert 0.9 <= np.median(ratios) <= 1.1
    assert np.quantile(ratios, 0.05) > 0.6
    assert np.quantile(ratios, 0.95) < 1.6


def test_what_saved_nothing_is_not_called_a_saving():
    nothing = [one for one in judged() if one.building.truth == 0]

    told = [verdict(one.found, trusted=True) is Verdict.CANNOT_TELL for one in nothing]

    assert np.mean(told) >= 0.88


def test_the_shape_is_mostly_recognised_and_slopes_have_the_right_sign():
    right = [one.kind is one.building.kind for one in judged()]

    assert np.mean(right) > 0.7


@pytest.mark.parametrize(
    ("kind", "used"),
    [
        (Kind.HEATING, lambda t: 50 + 8 * np.maximum(0, 15 - t)),
        (Kind.COOLING, lambda t: 50 + 6 * np.maximum(0, t - 19)),
        (Kind.BOTH, lambda t: 50 + 8 * np.maximum(0, 14 - t) + 6 * np.maximum(0, t - 20)),
        (Kind.MEAN, lambda t: 50 + 0 * t),
    ],
)
def test_a_clean_building_gives_its_own_figures_back(kind, used):
    deg_c = np.linspace(-5, 30, YEAR)

    model = fit(used(deg_c) + 0.01 * np.sin(np.arange(YEAR) * 2.4), deg_c).model

    assert model.kind is kind
    assert model.base_kwh == pytest.approx(50, abs=0.1)
    assert model.predict(deg_c) == pytest.approx(used(deg_c), abs=0.2)


def test_weekdays_can_be_part_of_the_model():
    deg_c = np.linspace(-5, 30, YEAR)
    weekend = (np.arange(YEAR) % 7 >= 5).astype(float)[:, None]
    used = 80 + 8 * np.maximum(0, 15 - deg_c) - 30 * weekend[:, 0]

    model = fit(used + 0.01 * np.sin(np.arange(YEAR) * 2.4), deg_c, weekend).model

    assert model.extra == (pytest.approx(-30, abs=0.1),)


@pytest.mark.parametrize(("freedom", "expected"), [(10, 1.812), (30, 1.697), (120, 1.658), (1e9, 1.645)])
def test_students_t_is_that_of_the_tables(freedom, expected):
    assert t_90(freedom) == pytest.approx(expected, abs=0.002)


def test_what_cannot_be_trusted_is_likely_at_the_most_and_never_an_increase():
    saved, lost = Saving(20.0, 100.0, 5.0, 5.0), Saving(-20.0, 100.0, 5.0, 5.0)

    assert [verdict(saved, trusted=trusted) for trusted in (True, False)] == [Verdict.PROVED, Verdict.LIKELY]
    assert [verdict(lost, trusted=trusted) for trusted in (True, False)] == [
        Verdict.INCREASE,
        Verdict.CANNOT_TELL,
    ]
