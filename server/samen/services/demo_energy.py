"""What the demo building used in its past: invented, with weather, habits and measures, always the same.

Amounts are Wh and litres per step. The measures really save: whoever evaluates them should find about what
is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from math import cos, pi
from random import Random
from zoneinfo import ZoneInfo

from samen.domain.holidays import holiday_on

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
# Meters were read every hour, and every quarter of an hour for this long.
FINE = timedelta(days=93)
# A node that was down: what was used meanwhile is known, when in those two days it was is not.
SILENT_AGO, SILENT_FOR = timedelta(days=80), timedelta(days=2)


@dataclass(frozen=True)
class Taken:
    """A measure that the building took: what it is, when, what it cost, and which carrier it lowers."""

    slug: str
    name: str
    kind: str
    months_ago: int
    cost_cents: int
    carrier: str

    def on(self, today: date) -> date:
        """The day from which it works: the fourth of a month."""
        months = today.year * 12 + today.month - 1 - self.months_ago
        return date(months // 12, months % 12 + 1, 4)


CONTROLS = Taken("controls", "Régulation de la ventilation", "ventilation", 14, 184_000, "electricity")
ROOF = Taken("roof", "Isolation du toit", "insulation", 12, 1_450_000, "gas")
LAMPS = Taken("lamps", "Lampes LED", "lamps", 8, 96_000, "electricity")
ADVICE = Taken("advice", "Chargeurs débranchés", "advice", 5, 0, "electricity")
INTERVENTIONS = (CONTROLS, ROOF, LAMPS, ADVICE)

# Of what heats the building above its balance point, litres of gas an hour and kelvin.
BALANCE_DEG_C, GAS_L_PER_K = 15.5, 52.0
SETBACK, ROOF_LEAVES = 0.7, 0.81
CHARGERS_W = 145.0
# How many rooms in use make a full building.
FULL = 5


@dataclass(frozen=True)
class Moment:
    """A local hour: its day, how much of the building is in use (0 to 1), the rooms, and the weather.

    `felt_deg_c`: outdoors as the walls feel it, a day behind.
    """

    local: datetime
    busy: float
    rooms: frozenset[str]
    felt_deg_c: float
    taken: frozenset[str]


Habits = Mapping[tuple[int, int], frozenset[str]]


def habits(week: Iterable[tuple[int, str, str, str, str, str, int]]) -> Habits:
    """The rooms in use at each (weekday, hour) of a week of bookings (weekday, room, from, to, …)."""
    rooms: dict[tuple[int, int], set[str]] = {}
    for weekday, room, start, end, *_ in week:
        for hour in range(int(start[:2]), int(end[:2]) + (end[3:] > "00")):
            rooms.setdefault((weekday, hour), set()).add(room)
    return {place: frozenset(found) for place, found in rooms.items()}


def is_quiet(on: date) -> bool:
    """Days on which next to nobody comes: holidays, the end of the year and the middle of the summer."""
    end_of_year = (on.month, on.day) >= (12, 24) or (on.month, on.day) <= (1, 2)
    return holiday_on(on) is not None or end_of_year or (on.month, on.day // 8) in {(7, 3), (8, 0)}


def hours(now: datetime, history: timedelta) -> list[datetime]:
    """The whole hours of the history before now."""
    first = (now - history).replace(minute=0, second=0, microsecond=0)
    return [first + HOUR * place for place in range(int((now - first) / HOUR))]


def temperatures(starts: Sequence[datetime]) -> list[float]:
    """Outdoor means of those hours in °C: the year and the day of Brussels, and fronts that pass in days."""
    chance, front, found = Random(1210), 0.0, []  # noqa: S311 (a picture, not a secret)
    for start in starts:
        front = front * 0.985 + chance.gauss(0, 0.55)
        year = cos(2 * pi * (start.timetuple().tm_yday - 200) / 365.25)
        day = cos(2 * pi * (start.hour - 14) / 24)
        found.append(round(10.9 + 7.4 * year + (2.6 + 1.4 * year) * day + front, 1))
    return found


def used(
    starts: Sequence[datetime], deg_c: Sequence[float], usual: Habits, zone: ZoneInfo, now: datetime
) -> Iterator[tuple[datetime, timedelta, dict[str, float]]]:
    """(start, length, what each meter counted): hours, quarters where they are recent, two days as one."""
    chance, felt = Random(75), deg_c[0] if deg_c else 0.0  # noqa: S311
    today = now.astimezone(zone).date()
    silence = Silence(now)
    for start, outdoors in zip(starts, deg_c, strict=True):
        felt += (outdoors - felt) / 18
        moment = _moment(start.astimezone(zone), felt, usual, today)
        fine = now - start <= FINE
        length = QUARTER if fine else HOUR
        for place in range(4 if fine else 1):
            amounts = _amounts(moment, length / HOUR, chance)
            yield from silence.heard(start + length * place, length, amounts)


class Silence:
    """Adds up what was used while the meters' node was down."""

    def __init__(self, now: datetime) -> None:
        self.start = (now - SILENT_AGO).replace(hour=3, minute=0, second=0, microsecond=0)
        self.end = self.start + SILENT_FOR
        self._sums: dict[str, float] = {}

    def heard(
        self, at: datetime, length: timedelta, amounts: dict[str, float]
    ) -> Iterator[tuple[datetime, timedelta, dict[str, float]]]:
        """What was heard of a step: nothing in the silence, all of it at its end."""
        if not self.start <= at < self.end:
            yield at, length, amounts
            return
        self._sums = {name: self._sums.get(name, 0.0) + amount for name, amount in amounts.items()}
        if at + length == self.end:
            yield self.start, SILENT_FOR, self._sums


@cache
def _days_of_measures(today: date) -> tuple[tuple[date, str], ...]:
    return tuple((one.on(today), one.slug) for one in INTERVENTIONS)


def _moment(local: datetime, felt: float, usual: Habits, today: date) -> Moment:
    on = local.date()
    quiet = is_quiet(on)
    rooms = frozenset[str]() if quiet else usual.get((local.weekday(), local.hour), frozenset())
    desks = 0.35 * (local.weekday() < 5 and 9 <= local.hour < 18)
    busy = 0.02 if quiet else min(1.0, desks + 0.65 * len(rooms) / FULL)
    taken = frozenset(slug for since, slug in _days_of_measures(today) if since <= on)
    return Moment(local, busy, rooms, felt, taken)


def _amounts(moment: Moment, of_an_hour: float, chance: Random) -> dict[str, float]:
    """A step of every meter. A third of the main meter's energy is on no sub-meter, as in most buildings."""
    calm = chance.uniform(0.97, 1.03)
    parts = {
        "ventilation": _ventilation(moment) * chance.uniform(0.95, 1.05),
        "atelier-0": 38 * calm + 860 * ("atelier" in moment.rooms) * chance.uniform(0.6, 1.3),
        "keuken-circuit": 85 * calm + 1500 * ("keuken" in moment.rooms) * chance.uniform(0.6, 1.4),
        "studio": (330 + 620 * moment.busy) * chance.uniform(0.85, 1.15),
        "chargers": (CHARGERS_W + 14 * moment.busy) * calm,
    }
    electric = {**parts, "main": sum(parts.values()) + _rest(moment) * chance.uniform(0.9, 1.1)}
    amounts = {**electric, "gas": _gas(moment, chance), "water": _water(moment, chance)}
    return {name: amount * of_an_hour for name, amount in amounts.items()}


def _ventilation(moment: Moment) -> float:
    """Before it was controlled it ran by the clock, whoever came."""
    by_clock = 0.75 * (6 <= moment.local.hour < 23)
    return 130 + 620 * (moment.busy if "controls" in moment.taken else by_clock)


def _rest(moment: Moment) -> float:
    """Lamps, which LED halve and the dark lengthens; what is plugged in; and what people switch on."""
    dark = 0.75 + 0.25 * cos(2 * pi * (moment.local.timetuple().tm_yday - 355) / 365)
    lamps = (60 + 640 * moment.busy) * dark * (0.45 if "lamps" in moment.taken else 1.0)
    standby = 300 - 95 * ("advice" in moment.taken)
    return lamps + standby + 900 * moment.busy


def _gas(moment: Moment, chance: Random) -> float:
    cold = max(0.0, BALANCE_DEG_C - moment.felt_deg_c)
    local = moment.local
    low = local.weekday() >= 5 or is_quiet(local.date())
    shape = 1.35 if 6 <= local.hour < 20 else 0.51
    heating = GAS_L_PER_K * cold * shape * (SETBACK if low else 1.0)
    heating *= ROOF_LEAVES if "roof" in moment.taken else 1.0
    return heating * chance.uniform(0.85, 1.15) + 22 * moment.busy


def _water(moment: Moment, chance: Random) -> float:
    return 1.5 + 95 * moment.busy * chance.uniform(0.5, 1.5) + 60 * ("keuken" in moment.rooms)
