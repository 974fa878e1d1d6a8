"""Whether data suffice, which measure saved what, and days of 23 and 25 hours."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from samen.domain.days import StepFault, are_bills, bills, energy_by_day, mean_by_day, parts_by_day
from samen.domain.evaluation import Period, Term, TooLittle, evaluate
from samen.domain.interval import local_day
from samen.domain.savings import Verdict
from support.building import BRUSSELS

BASELINE = Period(date(2015, 1, 1), date(2016, 1, 1))
REPORTING = Period(date(2016, 1, 1), date(2017, 1, 1))
INSULATION, VENTILATION = date(2016, 3, 1), date(2016, 9, 1)


def two_years(*measures, missing=()):
    """Energy and temperature by day; each measure (date, fraction) saves from its date on."""
    chance = np.random.default_rng(16)
    energy, deg_c = {}, {}
    for number, on in enumerate([*BASELINE.days(), *REPORTING.days()]):
        warmth = 10.5 - 8 * np.cos(2 * np.pi * (on.timetuple().tm_yday - 20) / 365) + chance.normal(0, 2.5)
        used = (60 + 8 * max(0.0, 15 - warmth)) * (1 - sum(part for since, part in measures if on >= since))
        deg_c[on] = float(warmth)
        if number not in missing:
            energy[on] = float(used + chance.normal(0, 4))
    return energy, deg_c


def judge(*measures, named=(), **more):
    return evaluate(*two_years(*measures, **more), BASELINE, REPORTING, named)


def test_a_saving_is_proved_beside_the_uncorrected_change():
    found = judge((REPORTING.first, 0.2))

    assert found.verdict is Verdict.PROVED
    assert found.saving.fraction == pytest.approx(0.2, abs=0.01)
    assert found.saving.low_fraction < 0.2 < found.saving.high_fraction
    assert found.raw_fraction == pytest.approx(-0.2, abs=0.05)


def test_each_measure_is_told_its_own_saving():
    named = [("insulation", INSULATION), ("ventilation", VENTILATION)]

    first, second = judge((INSULATION, 0.15), (VENTILATION, 0.08), named=named).effects

    assert (first.fraction, second.fraction) == (pytest.approx(0.15, abs=0.03), pytest.approx(0.08, abs=0.03))
    assert (first.joint_with, second.joint_with) == ((), ())
    assert first.verdict is Verdict.PROVED


def test_measures_a_week_apart_are_told_together():
    week_later = INSULATION + timedelta(days=7)
    named = [("insulation", INSULATION), ("lamps", week_later)]

    first, second = judge((INSULATION, 0.1), (week_later, 0.1), named=named).effects

    assert (first.joint_with, second.joint_with) == (("lamps",), ("insulation",))
    assert first.fraction == second.fraction == pytest.approx(0.2, abs=0.03)


def test_a_measure_that_did_nothing_cannot_be_told():
    (effect,) = judge(named=[("advice", INSULATION)]).effects

    assert effect.verdict is Verdict.CANNOT_TELL


def test_too_few_days_are_said_and_make_it_likely_at_the_most():
    found = judge((REPORTING.first, 0.2), missing=range(40))

    assert not found.sufficient
    assert [one.code for one in found.baseline_warnings] == ["too_many_days_missing"]
    assert found.verdict is Verdict.LIKELY


def test_a_short_baseline_is_not_enough():
    energy, deg_c = two_years()

    found = evaluate(energy, deg_c, Period(date(2015, 6, 1), BASELINE.end), REPORTING)

    assert [one.code for one in found.baseline_warnings][:1] == ["baseline_too_short"]


def test_without_days_nothing_is_said():
    with pytest.raises(TooLittle, match="baseline: 0 days"):
        evaluate({}, {}, BASELINE, REPORTING)


def test_terms_may_be_asked_for():
    found = evaluate(*two_years(), BASELINE, REPORTING, terms=[Term.WEEKDAYS])

    assert found.terms == (Term.WEEKDAYS,)
    assert found.fit.rows.names[-1] == "sunday"
    assert judge().terms == ()


def test_bands_that_differ_too_much_are_said():
    energy, deg_c = two_years()
    # One week a month is different: neither days nor fortnights are what lasts.
    odd = {on: value * (0.3 if on.day < 8 else 1) for on, value in energy.items()}

    found = evaluate(odd, deg_c, BASELINE, Period(REPORTING.first, date(2016, 1, 9)))

    assert not found.saving.bands_agree
    assert "bands_disagree" in {one.code for one in found.warnings}


def hourly(on, count, value=1.0):
    start = local_day(on, BRUSSELS).start.astimezone(UTC)
    return [(start + timedelta(hours=hour), value) for hour in range(count)]


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2016, 3, 27), 23), (date(2016, 10, 30), 25), (date(2016, 7, 1), 24)]
)
def test_a_day_is_as_long_as_its_clock_makes_it(on, hours):
    assert energy_by_day(hourly(on, hours), BRUSSELS) == {on: hours}
    assert energy_by_day(hourly(on, hours - 1), BRUSSELS) == {}


def test_half_of_a_day_is_enough_for_its_temperature_and_not_for_its_energy():
    on = date(2016, 7, 1)
    half = hourly(on, 12, 20.0)

    assert mean_by_day(half, BRUSSELS) == {on: 20.0}
    assert energy_by_day(half, BRUSSELS) == {}


def test_open_hours_are_told_from_others_and_lose_no_energy():
    on, next_on = date(2016, 10, 29), date(2016, 10, 30)
    values = hourly(on, 24) + hourly(next_on, 25)

    inside, outside = parts_by_day(values, BRUSSELS, lambda at: at.date() == on and 8 <= at.hour < 18)

    assert inside == {on: 10, next_on: 0}
    assert outside == {on: 14, next_on: 25}


def test_days_do_not_tell_open_hours():
    with pytest.raises(StepFault, match="hourly"):
        parts_by_day([(datetime(2016, 1, n, tzinfo=UTC), 1.0) for n in range(1, 5)], BRUSSELS, lambda _: True)


def test_a_bill_lasts_until_the_next_row():
    rows = [(datetime(2016, month, 3, tzinfo=BRUSSELS), 10.0 * month) for month in (1, 2, 3)]

    assert are_bills(rows)
    assert bills(rows, BRUSSELS) == [
        (Period(date(2016, 1, 3), date(2016, 2, 3)), 10.0),
        (Period(date(2016, 2, 3), date(2016, 3, 3)), 20.0),
    ]


def test_weekly_rows_are_not_understood():
    start = datetime(2016, 1, 1, tzinfo=UTC)

    with pytest.raises(StepFault, match="7 days"):
        energy_by_day([(start + timedelta(days=7 * n), 1.0) for n in range(4)], BRUSSELS)
