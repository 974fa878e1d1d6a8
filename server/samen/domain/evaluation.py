"""A saving judged from days: whether the data suffice, what was saved, and by which measure.

Sufficiency by CalTRACK 2.2.1: a year of baseline, at most 37 days without energy, 90 % with a temperature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from samen.domain.baseline import Array, Fit, fit
from samen.domain.savings import Saving, Verdict, saving, verdict

LEAST_BASELINE_DAYS, MOST_MISSING_DAYS, LEAST_TEMPERATURE = 365, 37, 0.90
# Guideline 14: daily models up to 30 %.
MOST_CVRMSE = 0.30
# Fewer days than these tell nothing of a measure apart from the next.
APART_DAYS = 28
DAYS_A_MONTH = 365.25 / 12

Fact = str | int | float


@dataclass(frozen=True)
class Doubt:
    """Something about the data that the reader should know, beside the number."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Period:
    """Local dates from `first` up to and without `end`."""

    first: date
    end: date

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.end - self.first).days)]


@dataclass(frozen=True)
class Known:
    """The days of a period with both energy and temperature, in order."""

    on: tuple[date, ...]
    energy_kwh: Array
    deg_c: Array

    def part(self, first: date, end: date) -> Known:
        chosen = np.array([first <= one < end for one in self.on], dtype=bool)
        on = tuple(one for one, kept in zip(self.on, chosen, strict=True) if kept)
        return Known(on, self.energy_kwh[chosen], self.deg_c[chosen])


@dataclass(frozen=True)
class Effect:
    """What one intervention saved of its own, or several that the data cannot tell apart together."""

    name: str
    on: date
    kwh: float
    fraction: float
    half_fraction: float
    verdict: Verdict
    joint_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """All that is said of a saving."""

    fit: Fit
    sufficient: bool
    baseline: Known
    reporting: Known
    adjusted_kwh: Array
    saving: Saving
    verdict: Verdict
    effects: tuple[Effect, ...]
    baseline_warnings: tuple[Doubt, ...]
    warnings: tuple[Doubt, ...]

    @property
    def raw_fraction(self) -> float:
        """The change of the mean day, without any correction: −0.2 where a fifth less was used."""
        return float(self.reporting.energy_kwh.mean() / self.baseline.energy_kwh.mean()) - 1


class TooLittle(ValueError):
    """There are too few days to say anything at all; the message says of what."""


def known(period: Period, energy_kwh: Mapping[date, float], deg_c: Mapping[date, float]) -> Known:
    """Match energy and temperature day by day."""
    on = tuple(one for one in period.days() if one in energy_kwh and one in deg_c)
    return Known(on, np.array([energy_kwh[one] for one in on]), np.array([deg_c[one] for one in on]))


def evaluate(
    energy_kwh: Mapping[date, float],
    deg_c: Mapping[date, float],
    baseline: Period,
    reporting: Period,
    interventions: Sequence[tuple[str, date]] = (),
) -> Evaluation:
    """Fit the baseline, adjust it to the reporting period's weather, and compare. Raises TooLittle."""
    before, after = known(baseline, energy_kwh, deg_c), known(reporting, energy_kwh, deg_c)
    for name, part, least in (("baseline", before, 30), ("reporting", after, 1)):
        if len(part.on) < least:
            raise TooLittle(
                f"{name}: {len(part.on)} days with energy and temperature, at least {least} are needed"
            )
    found = fit(before.energy_kwh, before.deg_c)
    doubts = [*_insufficient(baseline, energy_kwh, deg_c), *_poor(found)]
    sufficient = not doubts
    told = _saving(found, before, after)
    return Evaluation(
        found,
        sufficient,
        before,
        after,
        found.model.predict(after.deg_c),
        told,
        verdict(told, trusted=sufficient),
        tuple(_effects(found, before, after, reporting, interventions, sufficient)),
        tuple(doubts),
        (*_beyond(before, after), *_missing(reporting, after), *_outside(reporting, interventions)),
    )


def _saving(found: Fit, before: Known, after: Known) -> Saving:
    return saving(found, before.deg_c, after.energy_kwh, after.deg_c, len(after.on) / DAYS_A_MONTH)


def _insufficient(
    period: Period, energy_kwh: Mapping[date, float], deg_c: Mapping[date, float]
) -> list[Doubt]:
    days = period.days()
    missing = sum(on not in energy_kwh for on in days)
    share = sum(on in deg_c for on in days) / max(1, len(days))
    found = []
    if len(days) < LEAST_BASELINE_DAYS:
        found.append(Doubt("baseline_too_short", {"days": len(days), "least": LEAST_BASELINE_DAYS}))
    if missing > MOST_MISSING_DAYS:
        found.append(Doubt("too_many_days_missing", {"missing": missing, "most": MOST_MISSING_DAYS}))
    if share < LEAST_TEMPERATURE:
        found.append(Doubt("too_little_temperature", {"share": share, "least": LEAST_TEMPERATURE}))
    return found


def _poor(found: Fit) -> list[Doubt]:
    if found.cvrmse <= MOST_CVRMSE:
        return []
    return [Doubt("poor_fit", {"cvrmse": found.cvrmse, "most": MOST_CVRMSE})]


def _beyond(before: Known, after: Known) -> list[Doubt]:
    """Weather that the baseline never saw is guessed at."""
    low, high = float(before.deg_c.min()), float(before.deg_c.max())
    days = int(((after.deg_c < low - 3) | (after.deg_c > high + 3)).sum())
    return [Doubt("weather_beyond_baseline", {"days": days, "low": low, "high": high})] if days else []


def _missing(reporting: Period, after: Known) -> list[Doubt]:
    gone = len(reporting.days()) - len(after.on)
    return [Doubt("reporting_days_missing", {"missing": gone})] if gone else []


def _outside(reporting: Period, interventions: Sequence[tuple[str, date]]) -> list[Doubt]:
    return [
        Doubt("intervention_outside", {"name": name, "date": on.isoformat()})
        for name, on in interventions
        if on >= reporting.end
    ]


def _effects(
    found: Fit,
    before: Known,
    after: Known,
    reporting: Period,
    interventions: Sequence[tuple[str, date]],
    trusted: bool,
) -> list[Effect]:
    """Each one's own saving: the change of level that begins with it (a segmented model)."""
    inside = sorted(((on, name) for name, on in interventions if on < reporting.end))
    groups = _grouped(inside, after, reporting)
    edges = [max(group[0][0], reporting.first) for group in groups] + [reporting.end]
    level = _level(found, before, after.part(reporting.first, edges[0])) if groups else None
    effects: list[Effect] = []
    for group, (start, end) in zip(groups, pairwise(edges), strict=True):
        now = _level(found, before, after.part(start, end))
        effects += _told(
            group,
            now,
            level,
            float(found.model.predict(after.part(start, reporting.end).deg_c).sum()),
            trusted,
        )
        level = now
    return effects


def _grouped(
    inside: Sequence[tuple[date, str]], after: Known, reporting: Period
) -> list[list[tuple[date, str]]]:
    """Those with too few days between them stand together."""
    groups: list[list[tuple[date, str]]] = []
    for on, name in inside:
        since = max(groups[-1][-1][0], reporting.first) if groups else None
        if since is not None and len(after.part(since, on).on) < APART_DAYS:
            groups[-1].append((on, name))
        else:
            groups.append([(on, name)])
    return groups


def _level(found: Fit, before: Known, part: Known) -> Saving | None:
    return _saving(found, before, part) if part.on else None


def _told(
    group: Sequence[tuple[date, str]],
    now: Saving | None,
    level: Saving | None,
    adjusted_kwh: float,
    trusted: bool,
) -> list[Effect]:
    if now is None:
        return []
    fraction = now.fraction - (level.fraction if level else 0.0)
    halves = [now.high_fraction - now.fraction] + ([level.high_fraction - level.fraction] if level else [])
    half = float(np.hypot.reduce(halves))
    whole = Saving(fraction * adjusted_kwh, adjusted_kwh, half * adjusted_kwh, 0.0)
    names = [name for _, name in group]
    return [
        Effect(
            name, on, whole.kwh, fraction, half, verdict(whole, trusted=trusted),
            tuple(other for other in names if other != name),
        )
        for on, name in group
    ]  # fmt: skip
