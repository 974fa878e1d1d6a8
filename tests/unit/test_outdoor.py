"""What an outdoor sensor says is gathered into hours, and not believed when air cannot do that."""

import csv
import gzip
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samen.domain.outdoor import HOUR, STUCK_FOR, OutdoorDoubt, doubts, hour_means

START = datetime(2026, 5, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REAL = Path(__file__).parents[3] / "shared" / "data" / "belgium-2016" / "weather_hour.csv.gz"


def hours(*deg_c: float) -> dict[datetime, float]:
    """Hours in a row."""
    return {START + place * HOUR: value for place, value in enumerate(deg_c)}


def a_spring_day(hour: int) -> float:
    """From 6 °C before dawn to 18 °C in the afternoon."""
    return 12 - 6 * math.cos((hour - 4) / 24 * 2 * math.pi)


def test_an_hour_is_the_mean_of_what_was_said_in_it_in_whatever_order():
    said = [(1, START + 59 * MINUTE, 8.0), (1, START, 4.0), (1, START + 60 * MINUTE, 20.0)]

    assert hour_means(said) == {START: 6.0, START + HOUR: 20.0}


@pytest.mark.parametrize("deg_c", [-30.1, 50.1, 85.0, -127.0])
def test_what_air_never_is_is_left_out_of_the_hour(deg_c):
    assert hour_means([(1, START, 5.0), (1, START + MINUTE, deg_c)]) == {START: 5.0}


def test_of_two_sensors_the_cooler_is_believed():
    assert hour_means([(1, START, 24.0), (2, START, 15.0), (1, START + MINUTE, 26.0)]) == {START: 15.0}


def test_a_sensor_in_the_sun_is_not_believed_until_it_has_cooled_again():
    day = {START + n * HOUR: a_spring_day(n) for n in range(24)}
    sunny = day | {START + n * HOUR: a_spring_day(n) + 14 for n in (9, 10, 11)}

    doubted = doubts(sunny)

    assert doubted == {START + n * HOUR: OutdoorDoubt.SUN for n in (9, 10, 11)}


def test_a_sensor_that_says_the_same_for_two_days_is_stuck_all_along():
    line = [a_spring_day(n) for n in range(24)] + [7.0] * 60 + [a_spring_day(n) for n in range(24)]

    doubted = doubts(hours(*line))

    assert doubted == {START + n * HOUR: OutdoorDoubt.STUCK for n in range(24, 84)}


def test_a_day_and_a_half_of_fog_is_believed():
    line = [a_spring_day(n) for n in range(24)] + [7.0] * 36 + [a_spring_day(n) for n in range(24)]

    assert doubts(hours(*line)) == {}


def test_of_a_real_year_every_hour_is_believed():
    assert REAL.exists(), f"the real weather of 2016 is not at {REAL}: this test needs it"
    with gzip.open(REAL, "rt") as file:
        rows = [(datetime.fromisoformat(row["time"]), row["temperature"]) for row in csv.DictReader(file)]

    doubted = doubts({at.astimezone(UTC): float(deg_c) for at, deg_c in rows})

    assert len(rows) > 8_900
    assert doubted == {}


@pytest.mark.parametrize("seed", range(20))
def test_a_verdict_depends_on_nothing_further_away_than_two_days(seed):
    chance = random.Random(seed)
    line = [chance.choice([7.0, 7.0, 7.05, 7.1]) for _ in range(40)] + [9.0] * chance.randint(40, 60)
    line = [chance.uniform(0, 20) for _ in range(30)] + line + [chance.choice([9.0, 30.0]) for _ in range(80)]
    whole = hours(*line)
    at = chance.choice(sorted(whole))

    near = {one: value for one, value in whole.items() if abs(one - at) < STUCK_FOR}

    assert doubts(near).get(at) == doubts(whole).get(at)
