"""What never stops: found where it was put, and not where it was not."""

from datetime import date, timedelta

import numpy as np
import pytest

from samen.domain.base_load import Course, NeverSleeps, base_load, base_trend, never_sleeps, night_minima
from samen.domain.load import presence_of
from samen.domain.rules import Refusal
from support.loads import FIRST, a_load, uses, wandering

MONTH = 365.25 / 12


def office(local):
    return 0.4 + 2.0 * (8 <= local.hour < 18)


def nights(kw, first=date(2026, 1, 5)):
    return {first + timedelta(days=n): float(one) for n, one in enumerate(kw)}


def growing(share, days=364):
    return 0.5 * (1 + share) ** (np.arange(days) / MONTH)


def test_the_base_load_is_the_usual_nights_minimum():
    found = base_load(a_load(office))

    assert found.kw == pytest.approx(0.4)
    assert found.share == pytest.approx(0.4 / (0.4 + 2.0 * 10 / 24), rel=0.01)
    assert (found.basis.days, found.basis.known) == (28, 1.0)


def test_a_lamp_that_burns_through_three_nights_does_not_raise_it():
    left = {FIRST + timedelta(days=n) for n in (3, 4, 9)}

    assert base_load(a_load(lambda at: office(at) + 0.2 * (at.date() in left))).kw == pytest.approx(0.4)


@pytest.mark.parametrize("kind", ["unknown", "estimated"])
def test_days_that_are_not_measured_say_nothing(kind):
    bad = [FIRST + timedelta(days=n) for n in range(10)]
    load = a_load(lambda at: 0.0 if at.date() in bad else office(at), **{kind: bad})

    assert base_load(load).kw == pytest.approx(0.4)
    assert base_load(load).basis.days == 18


def test_too_few_days_are_refused():
    bad = [FIRST + timedelta(days=n) for n in range(20)]

    assert base_load(a_load(office, estimated=bad)) == Refusal(
        "too_few_days_measured", {"days": 8, "least": 14}
    )


def test_the_night_of_a_clock_change_has_its_minimum_too():
    assert set(night_minima(a_load(office))) == {FIRST + timedelta(days=n) for n in range(28)}
    assert len(night_minima(a_load(office, first=date(2026, 3, 20)))) == 28


@pytest.mark.parametrize("seed", range(5))
def test_a_base_load_that_rises_five_per_cent_a_month_is_found(seed):
    found = base_trend(nights(growing(0.05) + wandering(364, 0.5, 0.05, seed)))

    assert found.course is Course.RISES
    assert found.fraction == pytest.approx(0.05, abs=0.01)
    assert found.last_kw - found.first_kw == pytest.approx(0.5 * (1.05**11.5 - 1.05**0.5), abs=0.08)
    assert found.whole_year


def test_one_that_only_wanders_is_rarely_said_to_rise():
    courses = [base_trend(nights(0.5 + wandering(364, 0.9, 0.05, seed))).course for seed in range(60)]

    assert courses.count(Course.RISES) <= 4


@pytest.mark.parametrize("phase", [0.0, 1.57, 3.14])
def test_the_seasons_are_no_trend(phase):
    seasons = 0.5 + 0.15 * np.sin(np.arange(364) * 2 * np.pi / 364 + phase)

    assert base_trend(nights(seasons + wandering(364, 0.3, 0.02, 1))).course is Course.UNCLEAR


def test_one_that_stays_is_said_to_stay():
    assert base_trend(nights(0.5 + wandering(364, 0.3, 0.02, 1))).course is Course.STEADY


def test_too_few_weeks_show_no_trend():
    assert base_trend(nights(growing(0.05, 105))) == Refusal(
        "too_few_weeks_measured", {"weeks": 15, "least": 16}
    )


def a_charger(seed=1):
    noise = iter(wandering(28 * 24 + 1, 0.2, 0.003, seed))
    return a_load(lambda _: 0.06 + next(noise))


def by_day(local):
    return 9 <= local.hour < 18


def test_a_charger_never_sleeps():
    load = a_charger()

    found = never_sleeps(load, presence_of(load, [list(uses(load, by_day))]))

    assert isinstance(found, NeverSleeps)
    assert found.kwh_year == pytest.approx(0.06 * 8766, rel=0.1)


@pytest.mark.parametrize(
    "kw", [office, lambda at: 0.06 + 0.02 * by_day(at), lambda at: 0.06 * (at.hour != 3), lambda _: 0.002]
)
def test_a_circuit_that_people_or_nights_change_sleeps(kw):
    assert never_sleeps(a_load(kw)) is None


def test_what_follows_people_sleeps_though_day_and_night_are_alike():
    load = a_load(lambda at: 0.06 + 0.014 * (at.weekday() < 3))
    weekdays = presence_of(load, [list(uses(load, lambda at: at.weekday() < 3))])

    assert isinstance(never_sleeps(load), NeverSleeps)
    assert never_sleeps(load, weekdays) is None
