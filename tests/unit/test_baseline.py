"""Change-point models: of clean buildings, with the week's days and occupied hours, and of bills."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from samen.domain.baseline import Kind, Rows, fit
from samen.domain.terms import Term, choices, columns, usual_hours

YEAR = 365
DEG_C = np.linspace(-5, 30, YEAR)
# A little of something that no model explains.
RIPPLE = 0.01 * np.sin(np.arange(YEAR) * 2.4)
ON = [date(2015, 1, 1) + timedelta(days=day) for day in range(YEAR)]


def candidates(hours=None):
    return {
        terms: Rows(DEG_C, *columns(terms, ON, hours))
        for terms in choices(None, with_hours=hours is not None)
    }


def chosen(energy, hours=None):
    tried = candidates(hours)
    found = fit(energy, *tried.values())
    return next(terms for terms, rows in tried.items() if rows is found.rows), found.model


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
    model = fit(used(DEG_C) + RIPPLE, Rows(DEG_C)).model

    assert model.kind is kind
    assert model.base_kwh == pytest.approx(50, abs=0.1)
    assert model.predict(DEG_C) == pytest.approx(used(DEG_C), abs=0.2)


def test_how_well_a_model_tells_is_said_as_guideline_14_does():
    energy = 50 + 8 * np.maximum(0, 15 - DEG_C) + 100 * RIPPLE

    found = fit(energy, Rows(DEG_C))

    left = energy - found.model.predict(DEG_C)
    assert found.cvrmse == pytest.approx(np.sqrt((left**2).sum() / (YEAR - 3)) / energy.mean())
    assert found.r2 == pytest.approx(1 - left.var() / energy.var())
    assert found.nmbe == pytest.approx(0, abs=1e-9)


def test_a_quieter_weekend_is_found_and_nothing_is_found_where_there_is_none():
    weekend = np.array([on.weekday() >= 5 for on in ON])
    flat = 80 + 8 * np.maximum(0, 15 - DEG_C) + RIPPLE

    assert chosen(flat)[0] == ()
    assert chosen(flat - 30 * weekend)[0] == (Term.WEEKEND,)
    assert chosen(flat - 30 * weekend)[1].extra == (pytest.approx(-30, abs=0.1),)


def test_each_weekday_may_have_a_level_of_its_own():
    levels = np.array([0, 10, 25, 5, 15, -20, -40])[[on.weekday() for on in ON]]

    terms, model = chosen(80 + 8 * np.maximum(0, 15 - DEG_C) + levels + RIPPLE)

    assert terms == (Term.WEEKDAYS,)
    assert model.extra == pytest.approx((10, 25, 5, 15, -20, -40), abs=0.1)


def test_occupied_hours_are_found_by_what_an_hour_costs():
    hours = np.random.default_rng(3).uniform(0, 10, YEAR)

    terms, model = chosen(40 + 8 * np.maximum(0, 15 - DEG_C) + 2.5 * hours + RIPPLE, hours)

    assert terms == (Term.OCCUPIED_HOURS,)
    assert model.extra == (pytest.approx(2.5, abs=0.01),)


def test_terms_that_were_asked_for_are_taken_and_hours_that_are_not_known_are_left():
    asked = [Term.WEEKEND, Term.OCCUPIED_HOURS]

    assert choices(asked, with_hours=True) == [(Term.WEEKEND, Term.OCCUPIED_HOURS)]
    assert choices(asked, with_hours=False) == [(Term.WEEKEND,)]


def test_usual_hours_are_those_of_the_months_same_weekday():
    hours = {on: (2.0 if on.month == 8 else 8.0) if on.weekday() < 5 else 0.0 for on in ON}

    usual = usual_hours(hours, [date(2016, 8, 3), date(2016, 9, 7), date(2016, 8, 6)])

    assert list(usual) == [2.0, 8.0, 0.0]


def test_a_bill_is_the_sum_of_its_days_so_that_bills_give_the_days_figures_back():
    deg_c = 10 + 9 * np.sin(np.arange(YEAR) / YEAR * 6.28) + 4 * np.sin(np.arange(YEAR) * 1.7)
    daily = 50 + 8 * np.maximum(0, 15 - deg_c)
    edges = [*range(0, 336, 28), YEAR]
    spans = np.array([(np.arange(YEAR) >= a) & (np.arange(YEAR) < b) for a, b in pairwise(edges)], float)
    lengths = spans.sum(axis=1)

    found = fit(spans @ daily / lengths, Rows(deg_c, spans=spans / lengths[:, None], lengths=lengths))

    assert found.model.kind is Kind.HEATING
    assert found.model.base_kwh == pytest.approx(50, abs=0.1)
    assert found.model.heating_kwh_per_deg == pytest.approx(8, abs=0.05)
    assert found.n == len(lengths)


def test_two_days_are_too_few():
    with pytest.raises(ValueError, match="three"):
        fit(np.array([1.0, 2.0]), Rows(np.array([1.0, 2.0])))
