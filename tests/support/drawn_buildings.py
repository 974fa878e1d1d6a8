"""Buildings whose savings are known, drawn by a seeded generator: two years of days, saving in the second."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from samen.domain.baseline import Kind
from samen.domain.evaluation import Period

YEAR = 365
DAYS = np.arange(2 * YEAR)
ON = [date(2014, 1, 1) + timedelta(days=int(day)) for day in DAYS]
BASELINE, REPORTING = Period(ON[0], ON[YEAR]), Period(ON[YEAR], ON[-1] + timedelta(days=1))
WEEKEND = np.array([on.weekday() >= 5 for on in ON])
WEATHER, FLAT = 0, 1


@dataclass(frozen=True)
class Building:
    """Two years: the second is milder, and saves `truth` of what it would have used."""

    kind: Kind
    deg_c: np.ndarray
    energy_kwh: np.ndarray
    truth: float

    def by_day(self):
        """Energy and temperature as `evaluate` asks for them."""
        return tuple(
            dict(zip(ON, map(float, values), strict=True)) for values in (self.energy_kwh, self.deg_c)
        )


def correlated(chance, rho, spread, length=2 * YEAR):
    drawn = chance.normal(0, spread * np.sqrt(1 - rho**2), length)
    for day in range(1, length):
        drawn[day] += rho * drawn[day - 1]
    return drawn


def a_climate(chance):
    deg_c = 10.5 - 8 * np.cos(2 * np.pi * (DAYS - 20) / YEAR) + correlated(chance, 0.75, 3.3)
    deg_c[YEAR:] += 1.2
    return deg_c


def a_load(chance, kind, deg_c, *, weekly):
    """(what is used in any weather, what the weather asks for), without noise."""
    base = np.full(len(deg_c), chance.uniform(40, 200))
    if weekly:
        base *= np.where(WEEKEND, chance.uniform(0.4, 0.9), 1.0)
    weather = np.zeros(len(deg_c))
    if kind.heats:
        weather += chance.uniform(3, 12) * np.maximum(0, chance.uniform(12, 17) - deg_c)
    if kind.cools:
        weather += chance.uniform(3, 9) * np.maximum(0, deg_c - chance.uniform(18, 22))
    return base, weather


def lived_in(chance, used):
    """With single holidays and a week of them each summer, and noise that lasts for days."""
    away = np.zeros(2 * YEAR, dtype=bool)
    for year in (0, YEAR):
        away[year + chance.choice(YEAR, 6, replace=False)] = True
        summer = year + int(chance.integers(180, 240))
        away[summer : summer + int(chance.integers(5, 10))] = True
    noise = correlated(chance, chance.uniform(0, 0.6), chance.uniform(0.03, 0.15) * used.mean())
    return used * np.where(away, 0.75, 1.0) + noise


def a_building(chance, number) -> Building:
    """Of one of four shapes, every fifth and sixth with quieter weekends; a third save nothing.

    Most save a share of all; some of what the weather asks for, or of what is used in any weather.
    """
    kind = list(Kind)[number % 4]
    deg_c = a_climate(chance)
    base, weather = a_load(chance, kind, deg_c, weekly=number % 5 < 2)
    truth = 0.0 if number % 3 == 0 else chance.uniform(0, 0.3)
    whole = base + weather
    part = {WEATHER: weather, FLAT: base}.get(number % 7, whole)
    if part[YEAR:].sum() < 0.4 * whole[YEAR:].sum():
        part = whole
    share = truth * whole[YEAR:].sum() / part[YEAR:].sum()
    used = whole - np.where(DAYS >= YEAR, share * part, 0.0)
    return Building(kind, deg_c, lived_in(chance, used), truth)


def drawn(count, seed=75) -> list[Building]:
    """Always the same ones."""
    chance = np.random.default_rng(seed)
    return [a_building(chance, number) for number in range(count)]
