"""Interventions: what was done to use less, and what is wrong with how somebody describes one."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from samen.domain.evaluation import Period
from samen.domain.rules import Refusal

LONGEST_NAME, LONGEST_NOTE = 80, 1000
MOST_CENTS = 1_000_000_000
EARLIEST = date(1990, 1, 1)
LONGEST_WORKS = timedelta(days=366)


class InterventionKind(enum.Enum):
    """What was done."""

    INSULATION = "insulation"
    VENTILATION = "ventilation"
    GREEN_ROOF = "green_roof"
    ADVICE = "advice"
    LAMPS = "lamps"
    HEATING = "heating"
    CONTROLS = "controls"
    OTHER = "other"


@dataclass(frozen=True)
class Described:
    """An intervention as somebody describes it.

    It touches every meter of the `carriers` (values of MeterKind) and the `meters` named by their slugs.
    `done_on` is the last day of works that took longer than a day.
    """

    name: str
    kind: InterventionKind
    carriers: frozenset[str]
    meters: frozenset[str]
    starts_on: date
    done_on: date | None = None
    cost_cents: int | None = None
    subsidy_cents: int = 0
    note: str = ""


def faults(one: Described, latest: date) -> dict[str, Refusal]:
    """What is wrong, by field; `latest` is the last day that can be told of."""
    found: dict[str, Refusal] = {}
    if not 0 < len(one.name) <= LONGEST_NAME:
        found["name"] = Refusal("intervention_unnamed", {"most": LONGEST_NAME})
    if len(one.note) > LONGEST_NOTE:
        found["note"] = Refusal("too_many_characters", {"most": LONGEST_NOTE})
    if not one.carriers and not one.meters:
        found["touches"] = Refusal("touches_nothing")
    return found | _wrong_days(one, latest) | _wrong_money(one)


def _wrong_days(one: Described, latest: date) -> dict[str, Refusal]:
    if not EARLIEST <= one.starts_on <= latest:
        return {"starts_on": Refusal("out_of_limits", {"least": EARLIEST, "most": latest})}
    if one.done_on is not None and one.done_on < one.starts_on:
        return {"done_on": Refusal("works_end_before_they_begin")}
    if one.done_on is not None and one.done_on - one.starts_on > LONGEST_WORKS:
        return {
            "done_on": Refusal(
                "out_of_limits", {"least": one.starts_on, "most": one.starts_on + LONGEST_WORKS}
            )
        }
    return {}


def _wrong_money(one: Described) -> dict[str, Refusal]:
    found: dict[str, Refusal] = {}
    if one.cost_cents is not None and not 0 <= one.cost_cents <= MOST_CENTS:
        found["cost"] = Refusal("out_of_limits", {"least": 0, "most": MOST_CENTS // 100})
    if not 0 <= one.subsidy_cents <= (one.cost_cents or 0):
        found["subsidy"] = Refusal("subsidy_over_cost")
    return found


def works(starts_on: date, done_on: date | None) -> Period | None:
    """The days of works that took longer than a day: they are like neither before nor after."""
    return Period(starts_on, done_on + timedelta(days=1)) if done_on is not None else None


def effective_on(starts_on: date, done_on: date | None) -> date:
    """The first day on which it can have saved something."""
    return done_on + timedelta(days=1) if done_on is not None else starts_on


@dataclass(frozen=True)
class Payback:
    """After how many years a cost has come back, with its band; None: never, at this rate."""

    years: float | None
    low_years: float | None
    high_years: float | None


def payback(cost_cents: int, cents_a_year: float, half_cents: float) -> Payback:
    """Simple payback, without interest or rising prices."""

    def years(cents: float) -> float | None:
        return cost_cents / cents if cents > 0 else None

    return Payback(years(cents_a_year), years(cents_a_year + half_cents), years(cents_a_year - half_cents))


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """What is not as it was, for the record: each field with what it was and is."""
    return {name: {"was": before[name], "is": after[name]} for name in after if before[name] != after[name]}
