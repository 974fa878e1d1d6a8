"""What is said of an intervention, which days it takes out, and how it pays back."""

from datetime import date, timedelta

import pytest

from samen.domain.evaluation import Period
from samen.domain.evaluation_json import SENTENCES
from samen.domain.exclusions import Excluded, Reason, excluded, without
from samen.domain.interventions import Described, InterventionKind, Payback, faults, payback, works
from samen.web.doubt_words import DOUBTS

LATEST = date(2030, 1, 1)
MAY = date(2026, 5, 1)
DAY = timedelta(days=1)


def an_intervention(**more):
    said = {"name": "Toit", "carriers": frozenset({"gas"}), "meters": frozenset(), "starts_on": MAY}
    return Described(kind=InterventionKind.INSULATION, **(said | more))


def test_a_plain_one_is_in_order():
    assert faults(an_intervention(), LATEST) == {}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"note": "x" * 1001}, "note"),
        ({"carriers": frozenset()}, "touches"),
        ({"starts_on": LATEST + DAY}, "starts_on"),
        ({"done_on": MAY - DAY}, "done_on"),
        ({"done_on": MAY + 400 * DAY}, "done_on"),
        ({"cost_cents": -1}, "cost"),
        ({"cost_cents": 100, "subsidy_cents": 101}, "subsidy"),
        ({"subsidy_cents": 1}, "subsidy"),
    ],
)
def test_what_cannot_be_stands_at_its_field(more, field):
    assert field in faults(an_intervention(**more), LATEST)


def test_works_of_a_day_take_no_day_out():
    assert works(MAY, None) is None
    assert works(MAY, MAY + 2 * DAY) == Period(MAY, MAY + 3 * DAY)


def test_days_are_left_out_in_runs_with_the_reason_that_weighs_most():
    days = Period(MAY, MAY + 6 * DAY)
    energy = {on: 1.0 for on in days.days() if on not in {MAY + DAY, MAY + 5 * DAY}}
    warmth = {on: 9.0 for on in days.days() if on != MAY + 4 * DAY}
    roof = ("Toit", Period(MAY + DAY, MAY + 4 * DAY))

    found = excluded([days], energy, warmth, {MAY + 5 * DAY}, [roof])

    assert found == (
        Excluded(Period(MAY + DAY, MAY + 4 * DAY), Reason.WORKS, "Toit"),
        Excluded(Period(MAY + 4 * DAY, MAY + 5 * DAY), Reason.NO_TEMPERATURE),
        Excluded(Period(MAY + 5 * DAY, MAY + 6 * DAY), Reason.ESTIMATED),
    )
    assert list(without(energy, [roof])) == [MAY, MAY + 4 * DAY]


def test_a_cost_comes_back_within_a_band_or_never():
    assert payback(100_000, 10_000, 2_500) == Payback(10.0, 8.0, 100_000 / 7_500)
    assert payback(100_000, 10_000, 12_000).high_years is None
    assert payback(100_000, -5, 2_500).years is None


def test_every_doubt_has_words_for_readers():
    assert set(SENTENCES) == set(DOUBTS)
