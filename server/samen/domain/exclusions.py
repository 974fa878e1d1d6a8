"""Days that are not compared, and why: works, gaps, estimates, unknown weather."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from samen.domain.evaluation import Period

DAY = timedelta(days=1)


class Reason(enum.Enum):
    """Why a day is left out."""

    WORKS = "works"
    NOT_MEASURED = "not_measured"
    ESTIMATED = "estimated"
    NO_TEMPERATURE = "no_temperature"


@dataclass(frozen=True)
class Excluded:
    """Consecutive days left out for one reason; `name` says of what, where it is works."""

    period: Period
    reason: Reason
    name: str = ""


def without(days: Mapping[date, float], works: Iterable[tuple[str, Period]]) -> dict[date, float]:
    """These days but those of works."""
    gone = {on for _, period in works for on in period.days()}
    return {on: value for on, value in days.items() if on not in gone}


def excluded(
    periods: Sequence[Period],
    energy_kwh: Mapping[date, float],
    deg_c: Mapping[date, float],
    estimated: Collection[date],
    works: Sequence[tuple[str, Period]],
) -> tuple[Excluded, ...]:
    """What of these periods is left out, in runs of days. `energy_kwh` holds what is known, works and all."""
    during = {on: name for name, period in works for on in period.days()}
    days = sorted({on for period in periods for on in period.days()})
    found = [(on, *reason) for on in days if (reason := _reason(on, energy_kwh, deg_c, estimated, during))]
    return tuple(_runs(found))


def _reason(
    on: date,
    energy_kwh: Mapping[date, float],
    deg_c: Mapping[date, float],
    estimated: Collection[date],
    during: Mapping[date, str],
) -> tuple[Reason, str] | None:
    if on in during:
        return Reason.WORKS, during[on]
    if on not in energy_kwh:
        return (Reason.ESTIMATED if on in estimated else Reason.NOT_MEASURED), ""
    return None if on in deg_c else (Reason.NO_TEMPERATURE, "")


def _runs(found: Iterable[tuple[date, Reason, str]]) -> list[Excluded]:
    runs: list[Excluded] = []
    for on, reason, name in found:
        last = runs[-1] if runs else None
        if last is not None and (last.period.end, last.reason, last.name) == (on, reason, name):
            runs[-1] = Excluded(Period(last.period.first, on + DAY), reason, name)
        else:
            runs.append(Excluded(Period(on, on + DAY), reason, name))
    return runs
