"""What a tenant brings: m² and heads by the day, and energy on its own meters."""

from datetime import date

import pytest

from samen.domain.belonging import MeterNode, Standing, belonging, mean_over
from samen.domain.evaluation import Period

APRIL = Period(date(2026, 4, 1), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("standings", "mean"),
    [
        ([], (0, 0)),
        ([Standing(date(2020, 1, 1), 60, 6)], (60, 6)),
        ([Standing(date(2026, 4, 16), 60, 6)], (30, 3)),
        ([Standing(date(2026, 5, 1), 60, 6)], (0, 0)),
        ([Standing(date(2026, 4, 11), 0, 0), Standing(date(2020, 1, 1), 60, 6)], (20, 2)),
        ([Standing(date(2020, 1, 1), 60, 6), Standing(date(2026, 4, 16), 30, 6)], (45, 6)),
    ],
)
def test_who_comes_or_goes_counts_for_its_days(standings, mean):
    assert mean_over(standings, APRIL) == mean


def test_energy_belongs_to_the_nearest_tenant_at_or_above_its_meter():
    meters = [
        MeterNode("main", None, None, 1000),
        MeterNode("floor", "main", "atelier", 400),
        MeterNode("oven", "floor", None, 50),
        MeterNode("studio", "floor", "radio", 150),
        MeterNode("lift", "main", None, 100),
        MeterNode("gas", None, None, 7000),
    ]

    whose = belonging(1000, {"main"}, meters)

    assert whose.own == {"atelier": 250, "radio": 150}
    assert (whose.shared, whose.not_measured) == (100, 500)


def test_what_an_unknown_sub_meter_counted_stays_with_the_meter_above():
    meters = [
        MeterNode("main", None, None, 1000),
        MeterNode("floor", "main", "atelier", None),
        MeterNode("studio", "floor", "radio", 150),
    ]

    whose = belonging(1000, {"main"}, meters)

    assert (whose.own, whose.not_measured) == ({"radio": 150}, 850)


def test_sub_meters_that_count_more_than_the_main_one_leave_less_than_nothing():
    meters = [MeterNode("main", None, None, 90), MeterNode("lift", "main", None, 100)]

    assert belonging(90, {"main"}, meters).not_measured == -10
