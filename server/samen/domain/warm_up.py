"""How fast a zone warms up and cools down: measured, and fitted so that an open window moves little.

Temperatures in °C, differences in K, paces in K an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median, quantiles

# Fewer say nothing: then the zone is taken for a slow one that cools fast, so that nobody sits in the cold.
LEAST_RUNS = 3
USUAL_WARMING_K_H, USUAL_COOLING_K_H = 1.0, 0.5
# A pace that changes with the weather is told from so many runs over so wide a range.
LEAST_FOR_WEATHER, LEAST_RANGE_K = 8, 5.0
# The newest count: a house is insulated, a boiler replaced.
NEWEST = 60
SLOWEST_K_H = 0.1
LONGEST = timedelta(hours=12)
# A smaller change is the sun, or people.
LEAST_CHANGE_K = 1.5
# So far back it goes where a warm-up was broken off.
TURN_K = 0.5
SILENT = timedelta(hours=1)
# How long after the setpoint was raised a slow system (a floor) still begins to warm.
DEAD_TIME = timedelta(hours=2)
# Above it the sun warms a room, not the boiler.
HEATING_BELOW_DEG_C = 15.0
# What a kelvin takes where no meter says: medium mass, 165 kJ/(K·m²) (ISO 13790:2008, table 12).
USUAL_WH_PER_M2_K = 46.0

Sample = tuple[datetime, float]


@dataclass(frozen=True)
class Run:
    """A zone that warmed up (or, where it ends lower than it began, cooled down).

    `whole`: it came to where it was to go. `kwh`: the heat that a meter counted meanwhile.
    """

    started_at: datetime
    from_deg_c: float
    to_deg_c: float
    minutes: float
    whole: bool
    outdoor_deg_c: float | None = None
    kwh: float | None = None

    @property
    def warms(self) -> bool:
        return self.to_deg_c > self.from_deg_c

    @property
    def change_k(self) -> float:
        return abs(self.to_deg_c - self.from_deg_c)

    @property
    def k_h(self) -> float:
        return self.change_k / self.minutes * 60

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Pace:
    """K an hour: `level` at `mid` outdoors, more or less by `slope` for each degree.

    `count`: of how many runs; with too few, the usual pace of a slow building. `spread`: half of what the
    middle half of them differ by. Outside `low` to `high` the weather is taken for the nearest that was seen.
    """

    level: float
    count: int = 0
    spread: float = 0.0
    slope: float = 0.0
    mid: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def measured(self) -> bool:
        return self.count >= LEAST_RUNS

    def k_h(self, outdoor_deg_c: float | None) -> float:
        """The pace that half of the runs reached."""
        if outdoor_deg_c is None:
            return max(SLOWEST_K_H, self.level)
        seen = min(max(outdoor_deg_c, self.low), self.high)
        return max(SLOWEST_K_H, self.level + self.slope * (seen - self.mid))

    def cautious_k_h(self, outdoor_deg_c: float | None) -> float:
        """The pace that three of four reached."""
        return max(SLOWEST_K_H, self.k_h(outdoor_deg_c) - self.spread)


@dataclass(frozen=True)
class Behaviour:
    """What is known of a zone. `kwh_per_k`: the heat for each kelvin, None where no meter told."""

    warming: Pace = Pace(USUAL_WARMING_K_H)
    cooling: Pace = Pace(USUAL_COOLING_K_H)
    kwh_per_k: float | None = None

    def time_to_warm(self, from_deg_c: float, to_deg_c: float, outdoor_deg_c: float | None) -> timedelta:
        """How long warming up takes, so that it is in time three times of four; at most 12 hours."""
        missing = max(0.0, to_deg_c - from_deg_c)
        return min(LONGEST, timedelta(hours=missing / self.warming.cautious_k_h(outdoor_deg_c)))

    def kwh_for(self, rise_k: float, area_m2: float) -> tuple[float, bool]:
        """The heat that a rise takes, and whether that is an estimate by area."""
        if self.kwh_per_k is not None:
            return round(rise_k * self.kwh_per_k, 1), False
        return float(round(rise_k * area_m2 * USUAL_WH_PER_M2_K / 1000)), True


def behaviour(runs: Iterable[Run]) -> Behaviour:
    """What whole runs tell, the newest first."""
    whole = sorted((run for run in runs if run.whole), key=lambda run: run.started_at)[-2 * NEWEST :]
    up, down = [run for run in whole if run.warms], [run for run in whole if not run.warms]
    heats = [run.kwh / run.change_k for run in up if run.kwh is not None]
    return Behaviour(
        pace(up[-NEWEST:], USUAL_WARMING_K_H, faster_when_mild=True),
        pace(down[-NEWEST:], USUAL_COOLING_K_H, faster_when_mild=False),
        median(heats) if len(heats) >= LEAST_RUNS else None,
    )


def pace(runs: Sequence[Run], usual: float, *, faster_when_mild: bool) -> Pace:
    """Medians throughout (Theil 1950, Sen 1968): a quarter of the runs may be nonsense."""
    if len(runs) < LEAST_RUNS:
        return Pace(usual, len(runs))
    known = [(run.outdoor_deg_c, run.k_h) for run in runs if run.outdoor_deg_c is not None]
    slope, mid = 0.0, 0.0
    if known:
        mid = median(outdoor for outdoor, _ in known)
        slope = _slope(known)
    slope = max(0.0, slope) if faster_when_mild else min(0.0, slope)
    level_at = [run.k_h - slope * ((run.outdoor_deg_c or mid) - mid) for run in runs]
    first, _, third = quantiles(level_at, n=4, method="inclusive")
    low, high = (min(known)[0], max(known)[0]) if known else (0.0, 0.0)
    return Pace(median(level_at), len(runs), (third - first) / 2, slope, mid, low, high)


def _slope(known: Sequence[tuple[float, float]]) -> float:
    """The median of what every two of them say."""
    outdoors = [outdoor for outdoor, _ in known]
    if len(known) < LEAST_FOR_WEATHER or max(outdoors) - min(outdoors) < LEAST_RANGE_K:
        return 0.0
    return median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(known, 2) if a[0] != b[0])


def warm_ups_in(samples: Sequence[Sample], warm_deg_c: float) -> list[Run]:
    """Rises from a lowest point until it is warm, or until they were broken off; samples in order."""
    found: list[Run] = []
    low = top = previous = samples[0] if samples else None
    for here in samples:
        assert low is not None and top is not None and previous is not None  # noqa: S101, PT018
        if here[0] - previous[0] > SILENT or here[1] <= low[1]:
            low = top = here
        top = max(top, here, key=lambda one: one[1])
        arrived, turned = here[1] >= warm_deg_c, top[1] - here[1] >= TURN_K
        if arrived or turned:
            found += _run(low, here if arrived else top, whole=arrived)
            low = top = here
        previous = here
    return found


def cool_downs_in(samples: Sequence[Sample], warm_deg_c: float) -> list[Run]:
    """How a warm zone lost its first kelvins: from the last warm point down by LEAST_CHANGE_K."""
    found: list[Run] = []
    high: Sample | None = None
    previous = samples[0] if samples else None
    for here in samples:
        assert previous is not None  # noqa: S101
        if here[0] - previous[0] > SILENT:
            high = None
        if here[1] >= warm_deg_c:
            high = here
        elif high is not None and high[1] - here[1] >= LEAST_CHANGE_K:
            found += _run(high, here, whole=True)
            high = None
        previous = here
    return found


def _run(start: Sample, end: Sample, *, whole: bool) -> list[Run]:
    minutes = (end[0] - start[0]) / timedelta(minutes=1)
    if abs(end[1] - start[1]) < LEAST_CHANGE_K or not 0 < minutes <= LONGEST / timedelta(minutes=1):
        return []
    return [Run(start[0], start[1], end[1], minutes, whole)]


def since_raised(run: Run, raised_at: datetime | None) -> Run:
    """Counted from when the setpoint was raised, where that is what began it: a floor answers late."""
    if raised_at is None or not timedelta(0) < run.started_at - raised_at <= DEAD_TIME:
        return run
    return replace(
        run, started_at=raised_at, minutes=run.minutes + (run.started_at - raised_at) / timedelta(minutes=1)
    )


def unknown_yet(runs: Iterable[Run], known: Sequence[Run]) -> list[Run]:
    """Those that meet none that is kept already: samples that come late tell no run twice."""
    return [
        run
        for run in runs
        if not any(
            run.warms == one.warms and run.started_at < one.ended_at and one.started_at < run.ended_at
            for one in known
        )
    ]
