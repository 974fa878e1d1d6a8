"""The demo's invented past holds the savings that it speaks of."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from samen.domain.evaluation import Period, evaluate
from samen.services import demo_energy
from samen.services.demo import HISTORY, WEEK
from samen.services.demo_energy import ADVICE, CONTROLS, LAMPS, ROOF
from support.building import BRUSSELS

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def past():
    """kWh or m³ of each meter, and the mean temperature, by local day; the start and end of what was told."""
    starts = demo_energy.hours(NOW, HISTORY)
    deg_c = demo_energy.temperatures(starts)
    usual = demo_energy.habits(WEEK)
    counted: dict = defaultdict(lambda: defaultdict(float))
    for start, _, amounts in demo_energy.used(starts, deg_c, usual, BRUSSELS, NOW):
        for slug, amount in amounts.items():
            counted[slug][start.astimezone(BRUSSELS).date()] += amount / 1000
    warmth = defaultdict(list)
    for start, outdoors in zip(starts, deg_c, strict=True):
        warmth[start.astimezone(BRUSSELS).date()].append(outdoors)
    return counted, {on: sum(known) / len(known) for on, known in warmth.items()}


def test_the_roof_saves_about_a_fifth_of_the_gas(past):
    counted, deg_c = past
    since = ROOF.on(TODAY)
    before, after = Period(since - timedelta(days=365), since), Period(since, TODAY)

    found = evaluate(counted["gas"], deg_c, before, after).saving

    assert found is not None
    assert 0.15 < found.kwh / found.adjusted_kwh < 0.21


def test_controls_lamps_and_advice_each_lower_the_electricity(past):
    mean = {
        one.slug: _mean(past[0]["main"], one.on(TODAY), 28) / _mean(past[0]["main"], one.on(TODAY), -28)
        for one in (CONTROLS, LAMPS, ADVICE)
    }

    assert all(0.7 < ratio < 0.99 for ratio in mean.values()), mean


def test_the_chargers_never_sleep(past):
    whole_days = [on for on in past[0]["chargers"] if on != TODAY][1:]

    # The two days in which nothing was heard were told as one, at their beginning.
    least = sorted(past[0]["chargers"][on] for on in whole_days)[2]

    assert least > 0.95 * demo_energy.CHARGERS_W * 24 / 1000


def test_every_step_is_counted_once():
    starts = demo_energy.hours(NOW, timedelta(days=90))
    told = demo_energy.used(starts, demo_energy.temperatures(starts), {}, BRUSSELS, NOW)

    spans = [(start, start + length) for start, length, _ in told]

    assert spans[0][0] == starts[0]
    assert spans[-1][1] == starts[-1] + demo_energy.HOUR
    assert all(end == start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.parametrize(
    ("on", "quiet"),
    [
        (date(2026, 12, 28), True),
        (date(2026, 7, 21), True),
        (date(2026, 8, 4), True),
        (date(2026, 11, 25), False),
    ],
)
def test_holidays_are_quiet(on, quiet):
    assert demo_energy.is_quiet(on) is quiet


def _mean(days, since, length):
    during = [since + timedelta(days=place) for place in range(min(0, length), max(0, length))]
    return sum(days[on] for on in during) / len(during)
