"""Who owes what of a bill: by the formula, to the cent, for any key and any bill."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from samen.domain.apportion import apportion
from samen.domain.sharing import Criterion, Invoice, Key, Part, Party, Residual, share

cents = st.integers(-(10**9), 10**9)
amounts = st.one_of(st.just(0.0), st.floats(0, 1e6, allow_nan=False), st.integers(0, 500).map(float))
signed = st.floats(-1e5, 1e6, allow_nan=False)


@st.composite
def keys(draw):
    area = draw(st.integers(0, 1000))
    hours = draw(st.integers(0, 1000 - area))
    return Key(area, hours, 1000 - area - hours, draw(st.integers(0, 1000)))


@st.composite
def tenants(draw):
    count = draw(st.integers(1, 9))
    figures = st.fixed_dictionaries(
        {"area_m2": amounts, "hours": amounts, "heads": amounts, "measured_kwh": signed}
    )
    return [Party(f"tenant-{n}", **draw(figures)) for n in range(count)]


invoices = st.builds(Invoice, cents, st.one_of(st.just(0), cents))
residuals = st.builds(Residual, signed, signed)
THREE = (
    Party("atelier", area_m2=50, hours=10, heads=2, measured_kwh=100),
    Party("nova", area_m2=30, hours=30, heads=2),
    Party("senne", area_m2=20, hours=60, heads=4, measured_kwh=300),
)


def rounded_each_alone(total, exact):
    """A control: every part rounded by itself."""
    return [floor(part + Fraction(1, 2)) for part in exact]


def adds_up(rounding, total, weights):
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    return sum(rounding(total, exact)) == total


def of(sharing):
    return {one.tenant: one.cents for one in sharing.shares}


def codes(sharing):
    return {(doubt.code, doubt.tenant) for doubt in sharing.doubts}


@given(invoices, keys(), tenants(), residuals)
def test_shares_add_up_to_the_bill_whatever_the_key_and_the_bill(invoice, key, parties, residual):
    sharing = share(invoice, key, parties, residual)

    assert sum(one.cents for one in sharing.shares) == invoice.cents
    assert all(sum(line.cents for line in one.lines) == one.cents for one in sharing.shares)


@given(invoices, keys(), tenants(), residuals, st.randoms())
def test_the_order_in_which_tenants_come_changes_nothing(invoice, key, parties, residual, chance):
    shuffled = chance.sample(parties, len(parties))

    assert share(invoice, key, shuffled, residual) == share(invoice, key, parties, residual)


@given(invoices, keys(), tenants(), residuals)
def test_a_credit_is_the_mirror_of_a_bill(invoice, key, parties, residual):
    credit = share(Invoice(-invoice.cents, -invoice.fixed_cents), key, parties, residual)

    charged = share(invoice, key, parties, residual)

    assert of(credit) == {tenant: -owed for tenant, owed in of(charged).items()}


@given(st.integers(0, 10**9), keys(), tenants(), residuals)
def test_nobody_pays_less_than_nothing_of_a_bill(total, key, parties, residual):
    sharing = share(Invoice(total), key, parties, residual)

    assert min(one.cents for one in sharing.shares) >= 0


@given(cents, st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_no_part_is_a_whole_cent_away_from_its_due(total, weights):
    assume(any(weights))
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]

    wholes = apportion(total, exact)

    assert sum(wholes) == total
    assert all(abs(whole - due) < 1 for whole, due in zip(wholes, exact, strict=True))
    assert all(whole == 0 for whole, weight in zip(wholes, weights, strict=True) if not weight)


def test_rounding_each_share_by_itself_would_lose_a_cent():
    assert adds_up(apportion, 100, [1, 1, 1])
    assert not adds_up(rounded_each_alone, 100, [1, 1, 1])


def test_of_equal_remainders_the_larger_share_gets_the_cent_and_then_the_first():
    assert apportion(2, [Fraction(1, 2), Fraction(3, 2)]) == [0, 2]
    assert apportion(100, [Fraction(100, 3)] * 3) == [34, 33, 33]
    assert apportion(-100, [Fraction(-100, 3)] * 3) == [-34, -33, -33]


def test_each_owes_for_its_own_meters_and_its_part_of_the_rest():
    sharing = share(Invoice(100_000), Key(500, 300, 200), THREE, Residual(not_measured_kwh=600))

    # 600 kWh by 50 % m² (5:3:2), 30 % hours (1:3:6) and 20 % heads (2:2:4), a kWh at 1 €.
    own_and_rest = {"atelier": 100 + 150 + 18 + 30, "nova": 90 + 54 + 30, "senne": 300 + 60 + 108 + 60}
    assert {one.tenant: one.kwh for one in sharing.shares} == own_and_rest
    assert of(sharing) == {tenant: 100 * kwh for tenant, kwh in own_and_rest.items()}
    assert sharing.doubts == ()


def test_the_fixed_part_goes_by_m2_before_energy_is_looked_at():
    sharing = share(Invoice(110_000, 10_000), Key(0, 0, 1000, fixed=300), THREE, Residual())

    # 100 € that the bill names, and 30 % of the other 1000 €: by 5:3:2. The rest as measured, 1:0:3.
    assert of(sharing) == {
        "atelier": 20_000 + 17_500,
        "nova": 12_000,
        "senne": 8_000 + 52_500,
    }
    assert {line.part for one in sharing.shares for line in one.lines} == {Part.FIXED, Part.MEASURED}


def test_a_line_says_how_much_of_how_much_at_which_weight():
    sharing = share(Invoice(100_000), Key(500, 300, 200), THREE, Residual(not_measured_kwh=600))

    line = next(one for one in sharing.shares[2].lines if one.criterion is Criterion.HOURS)

    assert (line.quantity, line.whole, line.weight, line.kwh, line.cents) == (60, 100, 0.3, 108, 10_800)


def test_hours_that_nobody_has_leave_their_weight_to_the_rest_of_the_key():
    parties = [Party("a", area_m2=30, heads=1), Party("b", area_m2=10, heads=1)]

    sharing = share(Invoice(1_000), Key(200, 600, 200), parties, Residual(not_measured_kwh=10))

    assert of(sharing) == {"a": 625, "b": 375}
    assert codes(sharing) == {("nobody_has", None)}


def test_with_nothing_to_go_by_all_have_equal_parts():
    parties = [Party("a", hours=1), Party("b", hours=9), Party("c")]

    sharing = share(Invoice(100), Key(1000, 0, 0), parties, Residual(not_measured_kwh=10))

    assert of(sharing) == {"a": 34, "b": 33, "c": 33}
    assert {line.criterion for one in sharing.shares for line in one.lines} == {None}


def test_sub_meters_that_count_too_much_are_told_and_nobody_is_given_less_than_they_used():
    sharing = share(Invoice(40_000), Key(1000, 0, 0), THREE, Residual(not_measured_kwh=-25))

    assert of(sharing) == {"atelier": 10_000, "nova": 0, "senne": 30_000}
    assert codes(sharing) == {("negative_residual", None)}


def test_what_all_share_is_still_spread_where_meters_disagree():
    sharing = share(Invoice(50_000), Key(1000, 0, 0), THREE, Residual(shared_kwh=100, not_measured_kwh=-25))

    assert of(sharing) == {"atelier": 15_000, "nova": 3_000, "senne": 32_000}


def test_without_any_energy_the_cost_goes_by_the_key():
    sharing = share(Invoice(1_000), Key(0, 1000, 0), THREE[1:2], Residual())

    assert of(sharing) == {"nova": 1_000}
    assert ("no_energy", None) in codes(sharing)


def test_who_has_no_m2_is_told_so_and_nobody_else_is():
    parties = [Party("a", area_m2=30, hours=1), Party("b", hours=9)]

    sharing = share(Invoice(1_000), Key(500, 500, 0), parties, Residual(not_measured_kwh=10))

    assert of(sharing) == {"a": 550, "b": 450}
    assert codes(sharing) == {("has_none", "b")}


@pytest.mark.parametrize("weights", [(500, 400, 0), (1100, -100, 0), (0, 0, 0), (1000, 0, 0, 1001)])
def test_weights_that_do_not_add_up_are_no_key(weights):
    with pytest.raises(ValueError, match="add up"):
        Key(*weights)


def test_a_bill_is_shared_with_somebody():
    with pytest.raises(ValueError, match="nobody"):
        share(Invoice(100), Key(1000, 0, 0), [], Residual())
