"""An evaluation as the JSON object that programs rely on, with its doubts in English."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from samen.domain.evaluation import Doubt, Effect, Evaluation, Occupancy
from samen.domain.savings import CONFIDENCE, Saving, Verdict

SENTENCES = {
    "baseline_too_short": "the baseline has {days} days; {least} are needed",
    "too_many_days_missing": "{missing} days of the baseline have no energy; {most} may be missing",
    "too_little_temperature": "{share:.0%} of the baseline has a temperature; {least:.0%} is needed",
    "poor_fit": "the model misses by {cvrmse:.0%} of the mean (CV(RMSE)); {most:.0%} is the limit",
    "loose_fit": "the model misses by {cvrmse:.0%} of the mean (CV(RMSE)), more than the usual {usual:.0%}",
    "weather_beyond_baseline": "{days} days lie beyond the baseline's weather ({low:.1f} to {high:.1f} °C)",
    "reporting_days_missing": "{missing} days of the reporting period could not be compared",
    "bills_across_periods": "{count} bills reach across the edge of a period and are left out",
    "bills_of_odd_length": "{count} bills are shorter than {least} or longer than {most} days: left out",
    "bills_without_temperature": "{count} bills have temperatures for less than {share:.0%} of their days",
    "bands_disagree": "two ways to tell the band differ by more than {factor:g} times; the wider is used",
    "intervention_outside": "{name} ({date}) comes after the reporting period",
    "intervention_in_baseline": "{name} ({date}) falls within the baseline, so its saving cannot be told",
    "intervention_before_baseline": "{name} ({date}) comes before the baseline, which has its saving already",
    "intervention_too_recent": "{name} was {days} days ago at the end of the period; {least} tell more",
    "occupied_hours_not_measured": (
        "occupied hours are known for {baseline:.0%} of the baseline and {reporting:.0%} of the reporting "
        "period; {least:.0%} is needed"
    ),
    "occupied_hours_do_not_vary": (
        "occupied hours differ by {spread_hours:.1f} h within a weekday; {least:.1f} h is needed"
    ),
    "occupied_hours_without_effect": "occupied hours do not show in the energy",
    "occupied_hours_beyond_baseline": "{days} days have occupied hours beyond the baseline's",
}


NO_PARTS: Mapping[str, Evaluation] = {}


def as_json(found: Evaluation, parts: Mapping[str, Evaluation] = NO_PARTS) -> dict[str, Any]:
    """The object that `samen savings evaluate --json` prints: see the interfaces.

    `parts`: the same building's open and other hours by themselves, where they are told apart.
    """
    told = {
        "baseline": _baseline(found),
        "reporting": {
            "n_days": int(found.reporting.days.sum()),
            "energy_kwh": float(found.reporting.energy_kwh.sum()),
            "adjusted_baseline_kwh": found.saving.adjusted_kwh,
        },
        "saving": _judged(found.saving, found.verdict) | {"confidence": CONFIDENCE},
        "raw": {"fraction": found.raw_fraction},
        "daily": [
            {"date": on.isoformat(), "energy_kwh": float(used), "adjusted_baseline_kwh": float(adjusted)}
            for on, used, adjusted in zip(
                found.reporting.on, found.reporting.energy_kwh, found.adjusted_kwh, strict=True
            )
        ],
        "interventions": [_effect(one) for one in found.effects],
        "warnings": _doubts(found.warnings),
    }
    if found.occupancy is not None:
        told["occupancy"] = _occupancy(found.occupancy)
    if parts:
        told["parts"] = {name: _judged(one.saving, one.verdict) for name, one in parts.items()}
    return told


def _baseline(found: Evaluation) -> dict[str, Any]:
    return {
        "model": found.fit.model.kind.value,
        "parameters": _parameters(found),
        "n_days": int(found.baseline.days.sum()),
        "cvrmse": found.fit.cvrmse,
        "nmbe": found.fit.nmbe,
        "r2": found.fit.r2,
        "sufficient": found.sufficient,
        "warnings": _doubts(found.baseline_warnings),
    }


def _parameters(found: Evaluation) -> dict[str, float]:
    model = found.fit.model
    named = {
        "base_kwh": model.base_kwh,
        "heating_kwh_per_deg_c": model.heating_kwh_per_deg,
        "heating_below_deg_c": model.heating_below_deg_c,
        "cooling_kwh_per_deg_c": model.cooling_kwh_per_deg,
        "cooling_above_deg_c": model.cooling_above_deg_c,
    }
    kept = {"base": True, "heating": model.kind.heats, "cooling": model.kind.cools}
    terms = zip(found.fit.rows.names, model.extra, strict=True)
    return {name: value for name, value in named.items() if kept[name.partition("_")[0]]} | {
        f"{name}_kwh": value for name, value in terms
    }


def _judged(saving: Saving, verdict: Verdict) -> dict[str, Any]:
    return {
        "kwh": saving.kwh,
        "fraction": saving.fraction,
        "low_fraction": _finite(saving.low_fraction),
        "high_fraction": _finite(saving.high_fraction),
        "verdict": verdict.value,
    }


def _finite(value: float) -> float | None:
    """JSON has no infinity: a band without end is null."""
    return value if math.isfinite(value) else None


def _occupancy(found: Occupancy) -> dict[str, Any]:
    return {
        "saved": _judged(found.saved, found.saved_verdict),
        "away": _judged(found.away, found.away_verdict),
        "kwh_per_hour": found.kwh_per_hour,
        "usual_hours": found.usual_hours,
        "hours": found.hours,
    }


def _effect(one: Effect) -> dict[str, Any]:
    return {
        "name": one.name,
        "date": one.on.isoformat(),
        "kwh": one.kwh,
        "fraction": one.fraction,
        "low_fraction": _finite(one.fraction - one.half_fraction),
        "high_fraction": _finite(one.fraction + one.half_fraction),
        "verdict": one.verdict.value,
        "joint_with": list(one.joint_with),
    }


def _doubts(doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
    return [{"code": one.code, "text": sentence(one), "facts": dict(one.facts)} for one in doubts]


def sentence(one: Doubt) -> str:
    """The doubt in English."""
    return SENTENCES[one.code].format(**one.facts)
