"""Degree-days in the forms that Belgium uses, and months that say when they are not whole."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen.domain.degree_days import Form, degree_days, months, same_days

START = date(2026, 1, 1)


def days(*deg_c: float, start: date = START) -> dict[date, float]:
    """Days in a row with these mean temperatures."""
    return {start + timedelta(days=place): value for place, value in enumerate(deg_c)}


@pytest.mark.parametrize(
    ("form", "expected"), [(Form.BASE_15, [17.0, 5.0, 0.0, 0.0]), (Form.BASE_16_5, [18.5, 6.5, 0.5, 0.0])]
)
def test_a_plain_degree_day_is_what_a_day_stays_below_the_base_and_never_negative(form, expected):
    found = degree_days(days(-2.0, 10.0, 16.0, 20.0), form)

    assert list(found.values()) == expected


def test_synergrid_weighs_the_degree_days_of_three_days():
    found = degree_days(days(20.0, 6.5, 10.5), Form.SYNERGRID)

    assert found == {START + timedelta(days=2): pytest.approx(0.6 * 6 + 0.3 * 10 + 0.1 * 0)}


def test_gas_be_weighs_the_temperatures_of_three_days_so_that_a_warm_day_counts_against_a_cold_one():
    found = degree_days(days(20.0, 6.5, 10.5), Form.GAS_BE)

    assert found == {START + timedelta(days=2): pytest.approx(16.5 - (0.6 * 10.5 + 0.3 * 6.5 + 0.1 * 20))}


@given(st.lists(st.floats(-20, 16.5), min_size=3, max_size=40))
def test_the_two_equivalent_forms_agree_while_every_day_is_cold(deg_c):
    synergrid = degree_days(days(*deg_c), Form.SYNERGRID)
    gas_be = degree_days(days(*deg_c), Form.GAS_BE)

    assert synergrid == pytest.approx(gas_be)


@given(st.lists(st.floats(-20, 35), min_size=3, max_size=40))
def test_synergrid_never_counts_less_than_gas_be(deg_c):
    synergrid = degree_days(days(*deg_c), Form.SYNERGRID)
    gas_be = degree_days(days(*deg_c), Form.GAS_BE)

    assert all(synergrid[on] >= gas_be[on] - 1e-9 for on in gas_be)


def test_an_equivalent_day_is_not_told_without_the_two_days_before_it():
    known = days(5.0, 5.0, 5.0, 5.0, 5.0, 5.0)
    del known[START + timedelta(days=2)]

    assert list(degree_days(known, Form.GAS_BE)) == [START + timedelta(days=5)]


def test_a_month_with_a_day_missing_is_not_whole():
    known = degree_days(days(*[5.0] * 31), Form.BASE_15)
    del known[date(2026, 1, 9)]

    (month,) = months(known, 2026, date(2026, 2, 1))

    assert (month.degree_days, month.known_days, month.days, month.whole) == (300.0, 30, 31, False)


def test_a_month_that_is_not_over_is_not_whole_although_nothing_is_missing():
    known = degree_days(days(*[5.0] * 40), Form.BASE_15)

    january, february = months(known, 2026, date(2026, 2, 10))

    assert january.whole
    assert (february.known_days, february.days, february.whole) == (9, 9, False)


def test_two_years_are_compared_over_the_days_that_both_know():
    this = days(*[5.0] * 20)
    last = days(*[10.0] * 15, start=date(2025, 1, 1))

    compared = same_days(degree_days(this | last, Form.BASE_15), 2026, 2025, date(2026, 1, 18))

    assert compared == (150.0, 75.0)


def test_a_leap_day_is_compared_with_nothing():
    known = days(5.0, 5.0, 5.0, start=date(2024, 2, 28)) | days(5.0, 5.0, start=date(2023, 2, 28))

    compared = same_days(degree_days(known, Form.BASE_15), 2024, 2023, date(2024, 12, 31))

    assert compared == (20.0, 20.0)
