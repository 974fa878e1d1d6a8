"""Savings against 400 buildings whose truth is known, drawn by a seeded generator, and a naive control."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from samen.domain.evaluation import Evaluation, evaluate
from samen.domain.savings import Saving, Verdict, t_90, verdict
from support.drawn_buildings import BASELINE, REPORTING, YEAR, Building, a_building

BUILDINGS = 400


@dataclass(frozen=True)
class Judged:
    """A building, and what is said of it with a placebo somewhere in the second year, or two a week apart."""

    building: Building
    found: Evaluation

    @property
    def error(self) -> float:
        return self.found.saving.fraction - self.building.truth

    @property
    def naive_error(self) -> float:
        used = self.building.energy_kwh
        return 1 - used[YEAR:].sum() / used[:YEAR].sum() - self.building.truth

    def held(self, half: float) -> bool:
        return abs(self.error) <= half

    @property
    def naive_half(self) -> float:
        """The band of a naive reader: the scatter of days, taken for independent, and no model."""
        used = self.building.energy_kwh
        return float(1.645 * used.std() / used.mean() * np.sqrt(2 / YEAR))


@cache
def judged() -> list[Judged]:
    chance = np.random.default_rng(75)
    found = []
    for number in range(BUILDINGS):
        one = a_building(chance, number)
        on = REPORTING.first + timedelta(days=int(chance.integers(60, 300)))
        placebos = [("placebo", on), ("another", on + timedelta(days=7))][: 1 + number % 2]
        found.append(Judged(one, evaluate(*one.by_day(), BASELINE, REPORTING, placebos)))
    return found


def typical(errors) -> float:
    return float(np.median(np.abs(errors)))


def test_savings_are_within_a_point_of_the_truth_and_the_naive_way_is_not():
    assert typical([one.error for one in judged()]) <= 0.01
    assert typical([one.naive_error for one in judged()]) > 0.01


def test_nine_bands_of_ten_hold_the_truth_and_those_of_the_naive_way_do_not():
    held = np.mean([one.held(one.found.saving.half_fraction) for one in judged()])
    naively = np.mean([abs(one.naive_error) <= one.naive_half for one in judged()])

    assert 0.86 <= held <= 0.94
    assert not 0.86 <= naively <= 0.94


def test_both_methods_agree_on_the_bands():
    savings = [one.found.saving for one in judged()]
    ratios = [one.half_kwh_g14 / one.half_kwh_bootstrap for one in savings]

    assert 0.9 <= np.median(ratios) <= 1.1
    assert np.quantile(ratios, 0.05) > 0.6
    assert np.quantile(ratios, 0.95) < 1.6
    assert all(one.bands_agree for one in savings)


def test_what_saved_nothing_is_not_called_a_saving():
    told = [one.found.verdict is Verdict.CANNOT_TELL for one in judged() if one.building.truth == 0]

    assert np.mean(told) >= 0.88


def test_placebos_cannot_be_told_whatever_was_saved_before_them():
    told = [one.found.effects[0].verdict is Verdict.CANNOT_TELL for one in judged()]

    assert np.mean(told) >= 0.88


def test_two_a_week_apart_are_always_told_together():
    pairs = [one.found.effects for one in judged() if len(one.found.effects) == 2]

    assert len(pairs) == BUILDINGS // 2
    assert all(
        (first.joint_with, second.joint_with) == (("another",), ("placebo",)) for first, second in pairs
    )


def test_the_shape_is_mostly_recognised_and_the_week_nearly_always():
    kinds = [one.found.fit.model.kind is one.building.kind for one in judged()]
    weeks = [bool(one.found.terms) == (number % 5 < 2) for number, one in enumerate(judged())]

    assert np.mean(kinds) > 0.7
    assert np.mean(weeks) > 0.95


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


def test_bands_that_differ_by_more_than_twice_do_not_agree():
    assert Saving(20.0, 100.0, 5.0, 9.9).bands_agree
    assert not Saving(20.0, 100.0, 10.1, 5.0).bands_agree
