"""Whether advice worked: the band holds the truth, and nothing is not taken for something."""

from datetime import date, timedelta

import numpy as np
import pytest

from samen.domain.effect import Difference, Outcome, difference, is_last, outcome, periods, track
from samen.domain.evaluation import Period
from samen.domain.rules import Refusal
from support.loads import wandering

DONE = date(2026, 3, 4)
WEEKENDS = np.array([0, 0, 0, 0, 0, -0.3, -0.3])


def measured(saved, rho, seed, before=28, after=28, without=()):
    """What `difference` says of a mean power that falls by `saved` kW on a day."""
    size = before + 1 + after
    kw = 1 + wandering(size, rho, 0.1, seed) + np.resize(WEEKENDS, size)
    days = [DONE + timedelta(days=n - before) for n in range(size)]
    known = {on: one - saved * (on > DONE) for on, one in zip(days, kw, strict=True) if on not in without}
    return difference(
        {on: kw for on, kw in known.items() if on < DONE}, {on: kw for on, kw in known.items() if on > DONE}
    )


@pytest.mark.parametrize(("rho", "after"), [(0.0, 14), (0.3, 28), (0.6, 56)])
def test_the_band_holds_the_truth_in_nine_of_ten(rho, after):
    found = [measured(0.1, rho, seed, max(28, after), after) for seed in range(200)]

    held = sum(one.low_kw <= -0.1 <= one.high_kw for one in found)

    assert 176 <= held <= 197


def test_what_fell_by_a_third_worked():
    assert outcome(measured(0.31, 0.3, 1), 0.31, last=False) is Outcome.WORKED


def test_what_did_nothing_is_seldom_said_to_work():
    found = [outcome(measured(0.0, 0.3, seed), 0.31, last=False) for seed in range(100)]

    assert found.count(Outcome.WORKED) <= 8
    assert found.count(Outcome.NO_EFFECT) >= 85


def test_what_cannot_be_told_yet_is_looked_at_again_and_ends_as_nothing():
    wide = Difference(-0.1, 0.3, 1.0, 14)

    assert outcome(wide, 0.31, last=False) is Outcome.CANNOT_TELL
    assert outcome(wide, 0.31, last=True) is Outcome.NO_EFFECT


def test_what_rose_has_no_effect():
    assert outcome(Difference(0.2, 0.1, 1.0, 28), 0.31, last=False) is Outcome.NO_EFFECT


def test_fourteen_known_days_on_both_sides_are_needed():
    gone = [DONE + timedelta(days=n) for n in (1, 2)]

    found = measured(0.3, 0.0, 1, 28, 14, gone)

    assert found == Refusal("too_few_days_to_compare", {"days": 12, "least": 14})


def test_every_weekday_is_compared_with_its_like():
    weekends_only_before = {
        on: 0.7 for on in Period(DONE, DONE + timedelta(days=60)).days() if on.weekday() > 4
    }

    assert isinstance(difference(weekends_only_before, weekends_only_before), Refusal)


@pytest.mark.parametrize(("days", "looked"), [(14, None), (15, 14), (28, 14), (29, 28), (57, 56), (300, 56)])
def test_it_is_looked_at_after_two_four_and_eight_weeks(days, looked):
    found = periods(DONE, DONE + timedelta(days=days))

    assert (found and (found[1].end - found[1].first).days) == looked
    if found:
        before, after = found
        assert before.end == DONE
        assert after.first == DONE + timedelta(days=1)
        assert (len(before.days()) >= 28, is_last(after)) == (True, looked == 56)


def test_a_kind_of_advice_has_its_record():
    past = [
        (Outcome.WORKED, 420.0),
        (Outcome.WORKED, 300.0),
        (Outcome.WORKED, 800.0),
        (Outcome.NO_EFFECT, 10.0),
        (Outcome.CANNOT_TELL, 999.0),
    ]

    found = track(past)

    assert (found.worked, found.tried, found.median_kwh_year) == (3, 4, 420.0)
    assert track([]).median_kwh_year is None
