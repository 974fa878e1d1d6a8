"""What each intervention saved of its own: a segmented model of the days after the baseline.

Adjusted baseline − energy = Σ δ_k·g_k(T)·1[t ≥ t_k]: every intervention begins with a step that stays. A
step is a share of all energy, a share of what weather asks for (insulation), or the same every day (lamps);
which, the days say. All steps are fitted at once, so that each is told apart from the others.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from samen.domain.baseline import Array, Fit, Rows, criterion
from samen.domain.savings import Saving, Verdict, errors, halves, verdict
from samen.domain.sufficiency import Doubt, Known, Period

# With fewer days between them, or less than a quarter of these days' usual energy, two are not told apart.
APART_DAYS, APART_ENERGY = 28, 0.25

# A step leans on part of the year's weather, where a slightly wrong shape of the model does not cancel out,
# and the days that are told also chose its form. Without this, bands hold nothing for 87 % of the placebos in
# tests/unit/test_savings.py, with it for 93 %.
FORM_WAS_CHOSEN = 1.2

Named = tuple[str, date]
Chosen = NDArray[np.bool_]


class Form(enum.Enum):
    """How a step's saving goes with the day."""

    SHARE = "share"
    WEATHER = "weather"
    FLAT = "flat"


@dataclass(frozen=True)
class Effect:
    """What one intervention saved of its own, or several that the data cannot tell apart together.

    From its date to the end of the reporting period; `fraction` of the adjusted baseline of that time.
    """

    name: str
    on: date
    kwh: float
    fraction: float
    half_fraction: float
    verdict: Verdict
    joint_with: tuple[str, ...] = ()
    form: Form = Form.SHARE


def outside(baseline: Period, reporting: Period, interventions: Sequence[Named]) -> list[Doubt]:
    """Those that cannot be judged, and why: one within the baseline is part of what is compared with."""
    found = []
    for name, on in interventions:
        facts = {"name": name, "date": on.isoformat()}
        if on >= reporting.end:
            found.append(Doubt("intervention_outside", facts))
        elif on < baseline.end:
            before = on <= baseline.first
            found.append(
                Doubt("intervention_before_baseline" if before else "intervention_in_baseline", facts)
            )
    return found


def effects(
    fit: Fit,
    rows: Rows,
    after: Known,
    periods: tuple[Period, Period],
    named: Sequence[Named],
    *,
    trusted: bool,
) -> tuple[list[Effect], list[Doubt]]:
    """Each one's own saving, of those within reach, and doubts. `periods`: baseline and reporting."""
    baseline, reporting = periods
    adjusted = rows.predict(fit.model) * rows.days
    inside = sorted(
        (max(on, reporting.first), on, name) for name, on in named if baseline.end <= on < reporting.end
    )
    groups = _grouped(inside, after, adjusted, fit.mean_kwh)
    if not groups:
        return [], []
    steps = _Steps(fit, rows, after, adjusted, [(group[0][0], group[-1][0]) for group in groups])
    told = [
        effect
        for group, found in zip(groups, steps.savings(), strict=True)
        if found is not None
        for effect in _told(group, *found, trusted=trusted)
    ]
    return told, _recent(groups[-1], after)


def _told(
    group: Sequence[tuple[date, date, str]], saved: Saving, form: Form, *, trusted: bool
) -> list[Effect]:
    names = [name for _, _, name in group]
    return [
        Effect(
            name, on, saved.kwh, saved.fraction, saved.half_fraction, verdict(saved, trusted=trusted),
            tuple(other for other in names if other != name), form,
        )
        for _, on, name in group
    ]  # fmt: skip


def _recent(group: Sequence[tuple[date, date, str]], after: Known) -> list[Doubt]:
    days = int(after.days[_since(after, group[-1][0])].sum())
    facts = {"days": days, "least": APART_DAYS}
    return [
        Doubt("intervention_too_recent", {"name": name, **facts}) for _, _, name in group if days < APART_DAYS
    ]


def _since(after: Known, start: date) -> Chosen:
    return np.array([on >= start for on in after.on], dtype=np.bool_)


def _grouped(
    inside: Sequence[tuple[date, date, str]], after: Known, adjusted: Array, usual_kwh: float
) -> list[list[tuple[date, date, str]]]:
    """Those with too few days or too little energy between them stand together."""
    groups: list[list[tuple[date, date, str]]] = []
    for one in inside:
        if groups and not _apart(groups[-1][-1][0], one[0], after, adjusted, usual_kwh):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _apart(start: date, end: date, after: Known, adjusted: Array, usual_kwh: float) -> bool:
    between = _since(after, start) & np.array([one <= end for one in after.ends])
    enough = APART_DAYS * APART_ENERGY * usual_kwh
    return bool(after.days[between].sum() >= APART_DAYS and adjusted[between].sum() >= enough)


class _Steps:
    """Fits all steps at once. `spans`: of each, the day from which it was made and the day it was done.

    Rows on which a step was being made are left out. What had changed before the first is a step of its own,
    when there are days enough to tell.
    """

    def __init__(
        self, fit: Fit, rows: Rows, after: Known, adjusted: Array, spans: Sequence[tuple[date, date]]
    ) -> None:
        self._fit, self._rows, self._adjusted = fit, rows, adjusted
        self._saved = adjusted - after.energy_kwh
        ends = np.array(after.ends)
        done = [_since(after, last) for _, last in spans]
        self._settled = np.ones(len(after.on), dtype=np.bool_)
        for (first, _), since in zip(spans, done, strict=True):
            self._settled &= since | (ends <= first)
        early = after.days[ends <= spans[0][0]].sum() >= APART_DAYS
        self._before = [np.ones(len(after.on), dtype=np.bool_)] if early else []
        self._since = [*self._before, *done]

    def savings(self) -> list[tuple[Saving, Form] | None]:
        """Each step's saving from its day on, and its form; None where no day is known."""
        forms = self._forms()
        steps = np.column_stack([self._step(*one) for one in zip(self._since, forms, strict=True)])
        # Each sum takes so much of every row: δ_k by least squares, times what the step is over its days.
        sums = np.zeros(steps.T.shape)
        sums[:, self._settled] = np.linalg.pinv(steps[self._settled])
        sums *= steps.sum(axis=0)[:, None]
        bands = halves(self._fit, *errors(self._fit, self._rows, sums))
        halved = (FORM_WAS_CHOSEN * np.column_stack(bands)).tolist()
        found = [
            (Saving(float(taken @ self._saved), float(self._adjusted[since].sum()), *half), form)
            if since.any() else None
            for taken, since, half, form in zip(sums, self._since, halved, forms, strict=True)
        ]  # fmt: skip
        return found[len(self._before) :]

    def _forms(self) -> list[Form]:
        """A share each, unless another form tells so much more as one parameter would have to."""
        forms = [Form.SHARE] * len(self._since)
        margin = np.log(len(self._saved))
        for number in [*range(len(forms))] * 2:
            scores = {form: self._score([*forms[:number], form, *forms[number + 1 :]]) for form in Form}
            best = min(scores, key=scores.__getitem__)
            if scores[best] < scores[forms[number]] - margin:
                forms[number] = best
        return forms

    def _score(self, forms: Sequence[Form]) -> float:
        steps = np.column_stack([self._step(*one) for one in zip(self._since, forms, strict=True)])
        steps, saved = steps[self._settled], self._saved[self._settled]
        left = saved - steps @ (np.linalg.pinv(steps) @ saved)
        return criterion(len(saved), float(left @ left), 0, self._fit.rho)

    def _step(self, since: Chosen, form: Form) -> Array:
        calm = replace(self._fit.model, heating_kwh_per_deg=0.0, cooling_kwh_per_deg=0.0)
        days = self._rows.days
        height = {
            Form.SHARE: self._adjusted,
            Form.WEATHER: self._adjusted - self._rows.predict(calm) * days,
            Form.FLAT: days,
        }[form]
        step: Array = np.where(since, height, 0.0)
        return step
