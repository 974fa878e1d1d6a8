"""Savings from monthly bills, or a meter that is read once a month."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from samen.domain.baseline import Kind
from samen.domain.evaluation import Period, TooLittle, evaluate_bills
from samen.domain.savings import Verdict
from support.drawn_buildings import DAYS, ON, YEAR, a_climate, a_load, lived_in

BASELINE, REPORTING = Period(date(2014, 1, 1), date(2015, 1, 1)), Period(date(2015, 1, 1), date(2016, 1, 1))
MONTHS = [date(2014 + month // 12, 1 + month % 12, 1) for month in range(25)]


def by_day(values):
    return dict(zip(ON, map(float, values), strict=True))


def bills_of(energy, edges=MONTHS):
    return [
        (Period(first, end), sum(energy[on] for on in Period(first, end).days()))
        for first, end in pairwise(edges)
    ]


def two_years(*, saved=0.0, since=BASELINE.end, seed=16):
    chance = np.random.default_rng(seed)
    deg_c = a_climate(chance)
    step = (since - ON[0]).days <= DAYS
    used = (60 + 8 * np.maximum(0, 15 - deg_c)) * np.where(step, 1 - saved, 1) + chance.normal(0, 6, 2 * YEAR)
    return by_day(used), by_day(deg_c)


def judge(energy, deg_c, named=(), edges=MONTHS):
    return evaluate_bills(bills_of(energy, edges), deg_c, BASELINE, REPORTING, named)


def test_a_saving_is_proved_from_twelve_bills_a_year():
    found = judge(*two_years(saved=0.2))

    assert found.sufficient
    assert found.fit.model.kind is Kind.HEATING
    assert found.saving.fraction == pytest.approx(0.2, abs=0.02)
    assert found.verdict is Verdict.PROVED
    assert (len(found.baseline.on), int(found.baseline.days.sum())) == (12, 365)
    assert found.adjusted_kwh.sum() == pytest.approx(found.saving.adjusted_kwh)


def test_bills_every_two_months_will_do():
    found = judge(*two_years(saved=0.2), edges=MONTHS[::2])

    assert found.sufficient
    assert found.saving.low_fraction <= 0.2 <= found.saving.high_fraction


def test_nine_bands_of_ten_hold_the_truth():
    chance, held, errors = np.random.default_rng(75), [], []
    for number in range(120):
        deg_c, truth = a_climate(chance), chance.uniform(0, 0.3)
        load = sum(a_load(chance, list(Kind)[number % 4], deg_c, weekly=number % 5 < 2))
        energy = lived_in(chance, load * np.where(DAYS >= YEAR, 1 - truth, 1))
        saving = judge(by_day(energy), by_day(deg_c)).saving
        held.append(saving.low_fraction <= truth <= saving.high_fraction)
        errors.append(abs(saving.fraction - truth))

    assert 0.86 <= np.mean(held) <= 0.98
    assert np.median(errors) <= 0.015


def test_a_measure_in_the_middle_of_a_bill_is_told_by_the_other_bills():
    made = date(2015, 6, 12)

    (effect,) = judge(*two_years(saved=0.3, since=made), [("insulation", made)]).effects

    assert effect.fraction == pytest.approx(0.3, abs=0.05)
    assert abs(effect.fraction - 0.3) <= effect.half_fraction


@pytest.mark.parametrize(
    ("edges", "code"),
    [
        ([*MONTHS[:1], date(2014, 1, 20), *MONTHS[1:]], "bills_of_odd_length"),
        ([MONTHS[0] - timedelta(days=0), *MONTHS[1:5], *MONTHS[8:]], "bills_of_odd_length"),
        ([*MONTHS[:12], date(2015, 1, 9), *MONTHS[13:]], "bills_across_periods"),
    ],
)
def test_bills_that_cannot_be_used_are_left_out_and_told(edges, code):
    found = judge(*two_years(), edges=edges)

    assert code in {one.code for one in found.warnings}


def test_bills_without_temperatures_are_left_out_until_the_baseline_does_not_suffice():
    energy, deg_c = two_years(saved=0.2)
    known = {on: value for on, value in deg_c.items() if not date(2014, 2, 1) <= on < date(2014, 4, 10)}

    found = judge(energy, known)

    assert {one.code for one in found.warnings} == {"bills_without_temperature"}
    assert {one.code for one in found.baseline_warnings} == {
        "too_many_days_missing",
        "too_little_temperature",
    }
    assert found.verdict is Verdict.LIKELY


def test_five_bills_are_too_little():
    energy, deg_c = two_years()

    with pytest.raises(TooLittle, match="baseline: 5 bills"):
        judge(energy, deg_c, edges=[*MONTHS[:6], *MONTHS[12:]])


def test_bills_that_overlap_are_a_mistake():
    energy, deg_c = two_years()
    twice = [*bills_of(energy), (Period(date(2014, 3, 15), date(2014, 4, 15)), 1.0)]

    with pytest.raises(ValueError, match="overlap"):
        evaluate_bills(twice, deg_c, BASELINE, REPORTING)
