"""What a kWh costs, emits and holds depends on day and region; a contract counts before an average."""

from datetime import date

import pytest

from samen.adapters.region_file import read_region, region_slugs
from samen.domain.prices import Carrier, Dated, GridTerm, PriceBook, Region

SUMMER, WINTER = date(2025, 7, 1), date(2026, 1, 15)
LISTED = Region("r", "R", {"gas": Carrier(eur_per_kwh=Dated(((date(2020, 1, 1), 0.08),)))})


def test_a_figure_holds_from_its_day_on_until_the_next():
    figures = Dated(((date(2024, 1, 1), 0.30), (SUMMER, 0.25)))

    assert [figures.on(day) for day in (date(2023, 12, 31), date(2025, 6, 30), SUMMER)] == [None, 0.30, 0.25]


def test_a_contract_counts_from_its_day_on_before_the_regions_average():
    book = PriceBook(LISTED, {"gas": Dated(((SUMMER, 0.05),))})

    assert book.eur("gas", 100, date(2025, 6, 30)) == pytest.approx(8.0)
    assert book.eur("gas", 100, WINTER) == pytest.approx(5.0)
    assert [book.is_estimate("gas", on) for on in (date(2025, 6, 30), WINTER)] == [True, False]


def test_what_nobody_knows_is_not_nothing():
    book = PriceBook(LISTED)

    assert book.eur("water", 3, WINTER) is None
    assert book.co2_kg("gas", 3, WINTER) is None
    assert book.kwh_per_m3("gas", WINTER) is None
    assert book.grid_term("gas", WINTER) is None


@pytest.mark.parametrize("slug", region_slugs())
def test_every_region_knows_prices_factors_and_gas(slug):
    book = PriceBook(read_region(slug))

    assert 0.15 < (book.eur("electricity", 1, WINTER) or 0) < 0.60
    assert 0.03 < (book.eur("gas", 1, WINTER) or 0) < (book.eur("electricity", 1, WINTER) or 0)
    assert 0.05 < (book.co2_kg("electricity", 1, WINTER) or 0) < 0.40
    assert 9.5 <= (book.kwh_per_m3("gas", WINTER) or 0) <= 12.8


def test_what_is_billed_is_the_mean_of_twelve_monthly_peaks_each_of_the_least_at_least():
    term = GridTerm(date(2023, 1, 1), "month_peak", least_kw=2.5, eur_per_kw_year=45.0)

    assert term.billed_kw([9.0, *[4.0] * 10, 1.0, 2.5]) == pytest.approx((40 + 2.5 + 2.5) / 12)
    assert term.billed_kw([]) is None


def test_peaks_are_billed_in_flanders_and_the_connection_in_brussels():
    on = {slug: PriceBook(read_region(slug)).grid_term("electricity", WINTER) for slug in region_slugs()}

    assert on["brussels"] is not None
    assert on["brussels"].basis == "connection_kva"
    assert on["flanders"] is not None
    assert (on["flanders"].basis, on["flanders"].least_kw) == ("month_peak", 2.5)
    assert on["wallonia"] is None


def test_a_peak_below_the_least_that_is_billed_costs_no_less():
    term = GridTerm(WINTER, "month_peak", least_kw=2.5, eur_per_kw_year=40.0)

    assert [term.eur_a_year(kw) for kw in (1.0, 2.5, 4.0)] == [100.0, 100.0, 160.0]


def test_nothing_is_billed_by_a_peak_where_the_connection_counts():
    assert GridTerm(WINTER, "connection_kva", eur_per_kw_year=40.0).eur_a_year(4.0) is None
