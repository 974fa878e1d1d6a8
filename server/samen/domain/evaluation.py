"""A saving judged from local days or bills: whether the data suffice, what was saved, by which measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from samen.domain.baseline import Array, Fit, Rows, fit
from samen.domain.occupancy import Hours, Occupancy, measured, occupancy
from samen.domain.savings import BANDS_DIFFER, Saving, Verdict, saving, verdict
from samen.domain.segments import Effect, Named, effects, outside
from samen.domain.sufficiency import (
    Bills,
    Doubt,
    Known,
    Period,
    TooLittle,
    insufficient,
    known_bills,
    known_days,
    loose,
    poor,
    uncomparable,
)
from samen.domain.terms import Term, choices, columns

# What callers need to ask and to read the answer.
__all__ = [
    "Doubt",
    "Effect",
    "Evaluation",
    "Known",
    "Occupancy",
    "Period",
    "Term",
    "TooLittle",
    "evaluate",
    "evaluate_bills",
]

LEAST_DAYS, LEAST_BILLS = 30, 6


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All that is said of a saving.

    `baseline` and `reporting` hold a row a day, or a bill; `adjusted_kwh` is what each reporting row would
    have used (with the occupied hours usual for it, when `terms` has these).
    """

    fit: Fit
    terms: tuple[Term, ...]
    sufficient: bool
    baseline: Known
    reporting: Known
    adjusted_kwh: Array
    saving: Saving
    verdict: Verdict
    occupancy: Occupancy | None
    effects: tuple[Effect, ...]
    baseline_warnings: tuple[Doubt, ...]
    warnings: tuple[Doubt, ...]

    @property
    def raw_fraction(self) -> float:
        """The change of the mean day, without any correction: −0.2 where a fifth less was used."""
        before, after = (one.energy_kwh.sum() / one.days.sum() for one in (self.baseline, self.reporting))
        return float(after / before) - 1


def evaluate(
    energy_kwh: Mapping[date, float],
    deg_c: Mapping[date, float],
    baseline: Period,
    reporting: Period,
    interventions: Sequence[Named] = (),
    *,
    occupied_hours: Mapping[date, float] | None = None,
    terms: Sequence[Term] | None = None,
) -> Evaluation:
    """Fit the baseline, adjust it to the reporting period's weather, and compare, day by day.

    `occupied_hours` of local days, to tell a saving from being away. `terms`: exactly these are in the model;
    None lets the information criterion choose. Raises TooLittle.
    """
    before, after = (known_days(period, energy_kwh, deg_c) for period in (baseline, reporting))
    _demand(before, after, LEAST_DAYS, "days with energy and temperature")
    hours, doubts = measured(occupied_hours, before, after)
    found, chosen = _fitted(before, hours, terms)
    missing = sum(on not in energy_kwh for on in baseline.days())
    short = insufficient(baseline, missing, deg_c)
    return _judged(
        _Compared(found, chosen, before, after, baseline, reporting, hours), interventions, short, doubts
    )


def evaluate_bills(
    bills: Bills,
    deg_c: Mapping[date, float],
    baseline: Period,
    reporting: Period,
    interventions: Sequence[Named] = (),
) -> Evaluation:
    """The same from bills, or a meter that is read monthly: (period, kWh) each, estimated ones left out.

    A model's bill is the sum of its days, so that a cold week in a mild month counts as such. Bills are used
    that lie wholly within a period, last 25 to 70 days and have temperatures. Raises TooLittle, and
    ValueError when bills overlap.
    """
    (before, lost), (after, gone) = (known_bills(one, bills, deg_c) for one in (baseline, reporting))
    _demand(before, after, LEAST_BILLS, "bills that can be used")
    found = fit(before.energy_kwh / before.days, before.rows())
    short = insufficient(baseline, len(baseline.days()) - int(before.days.sum()), deg_c)
    return _judged(
        _Compared(found, (), before, after, baseline, reporting), interventions, short, [*lost, *gone]
    )


def _demand(before: Known, after: Known, least_before: int, what: str) -> None:
    for name, part, least in (("baseline", before, least_before), ("reporting", after, 1)):
        if len(part.on) < least:
            raise TooLittle(f"{name}: {len(part.on)} {what}, at least {least} are needed")


def _fitted(before: Known, hours: Hours | None, asked: Sequence[Term] | None) -> tuple[Fit, tuple[Term, ...]]:
    """The model with its terms; occupied hours that would lower the energy are none."""
    candidates = {
        terms: before.rows(*columns(terms, before.on, None if hours is None else hours.baseline))
        for terms in choices(asked, with_hours=hours is not None)
    }
    found = fit(before.energy_kwh, *candidates.values())
    terms = next(terms for terms, rows in candidates.items() if rows is found.rows)
    if Term.OCCUPIED_HOURS in terms and found.model.extra[found.rows.names.index("occupied_hours")] <= 0:
        return _fitted(before, None, asked)
    return found, terms


@dataclass(frozen=True, eq=False)
class _Compared:
    """A fitted baseline and the period that it is compared with."""

    fit: Fit
    terms: tuple[Term, ...]
    before: Known
    after: Known
    baseline: Period
    reporting: Period
    hours: Hours | None = None

    def rows(self, hours: Array | None) -> Rows:
        """The reporting rows, had they these occupied hours."""
        return self.after.rows(*columns(self.terms, self.after.on, hours))

    def usual(self) -> Rows:
        """The reporting rows, with the occupied hours that were usual."""
        return self.rows(None if self.hours is None else self.hours.usual)

    def actual(self) -> Rows:
        """The reporting rows, with the occupied hours that they had."""
        return self.rows(None if self.hours is None else self.hours.reporting)

    def occupancy(self, *, trusted: bool) -> tuple[Occupancy | None, list[Doubt]]:
        """What being away accounts for, where hours were measured."""
        if self.hours is None:
            return None, []
        found = occupancy(self.fit, self.usual(), self.actual(), self.after, trusted=trusted)
        return found, [] if found else [Doubt("occupied_hours_without_effect")]


def _judged(
    one: _Compared, interventions: Sequence[Named], short: Sequence[Doubt], doubts: Sequence[Doubt]
) -> Evaluation:
    """`short`: why the baseline does not suffice; `doubts`: what else is to be said."""
    short = [*short, *poor(one.fit)]
    trusted = not short
    rows, periods = one.usual(), (one.baseline, one.reporting)
    saved = saving(one.fit, rows, one.after.energy_kwh)
    present, absent = one.occupancy(trusted=trusted)
    # A measure is not credited with people being away: where that is known, by the hours that there were.
    own = one.actual() if present else rows
    told, recent = effects(one.fit, own, one.after, periods, interventions, trusted=trusted)
    return Evaluation(
        one.fit,
        one.terms,
        trusted,
        one.before,
        one.after,
        rows.predict(one.fit.model) * rows.days,
        saved,
        verdict(saved, trusted=trusted),
        present,
        tuple(told),
        tuple(short),
        (*doubts, *absent, *_limits(one, saved), *outside(*periods, interventions), *recent),
    )


def _limits(one: _Compared, saved: Saving) -> list[Doubt]:
    """What the reader should know of the figures, though the data suffice."""
    beyond = uncomparable(one.reporting, one.before, one.after)
    return [*loose(one.fit), *beyond, *_disagreeing(saved)]


def _disagreeing(saved: Saving) -> list[Doubt]:
    if saved.bands_agree:
        return []
    facts = {"g14_kwh": saved.half_kwh_g14, "bootstrap_kwh": saved.half_kwh_bootstrap, "factor": BANDS_DIFFER}
    return [Doubt("bands_disagree", facts)]
