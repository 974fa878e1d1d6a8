"""An evaluation as the JSON object that programs rely on, with its doubts in English."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from samen.domain.baseline import Model
from samen.domain.evaluation import Doubt, Effect, Evaluation
from samen.domain.savings import CONFIDENCE

SENTENCES = {
    "baseline_too_short": "the baseline has {days} days; {least} are needed",
    "too_many_days_missing": "{missing} days of the baseline have no energy; {most} may be missing",
    "too_little_temperature": "{share:.0%} of the baseline has a temperature; {least:.0%} is needed",
    "poor_fit": "the model misses by {cvrmse:.0%} of the mean (CV(RMSE)); {most:.0%} is the limit",
    "weather_beyond_baseline": "{days} days lie beyond the baseline's weather ({low:.1f} to {high:.1f} °C)",
    "reporting_days_missing": "{missing} days of the reporting period could not be compared",
    "intervention_outside": "{name} ({date}) comes after the reporting period",
}


def as_json(found: Evaluation) -> dict[str, Any]:
    """The object that `samen savings evaluate --json` prints: see the interfaces."""
    saving = found.saving
    return {
        "baseline": {
            "model": found.fit.model.kind.value,
            "parameters": _parameters(found.fit.model),
            "n_days": len(found.baseline.on),
            "cvrmse": found.fit.cvrmse,
            "nmbe": found.fit.nmbe,
            "r2": found.fit.r2,
            "sufficient": found.sufficient,
            "warnings": _doubts(found.baseline_warnings),
        },
        "reporting": {
            "n_days": len(found.reporting.on),
            "energy_kwh": float(found.reporting.energy_kwh.sum()),
            "adjusted_baseline_kwh": saving.adjusted_kwh,
        },
        "saving": {
            "kwh": saving.kwh,
            "fraction": saving.fraction,
            "low_fraction": saving.low_fraction,
            "high_fraction": saving.high_fraction,
            "confidence": CONFIDENCE,
            "verdict": found.verdict.value,
        },
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


def _parameters(model: Model) -> dict[str, float]:
    named = {
        "base_kwh": model.base_kwh,
        "heating_kwh_per_deg_c": model.heating_kwh_per_deg,
        "heating_below_deg_c": model.heating_below_deg_c,
        "cooling_kwh_per_deg_c": model.cooling_kwh_per_deg,
        "cooling_above_deg_c": model.cooling_above_deg_c,
    }
    kept = {"base": True, "heating": not math.isnan(model.heating_below_deg_c)}
    kept["cooling"] = not math.isnan(model.cooling_above_deg_c)
    return {name: value for name, value in named.items() if kept[name.partition("_")[0]]}


def _effect(one: Effect) -> dict[str, Any]:
    return {
        "name": one.name,
        "date": one.on.isoformat(),
        "kwh": one.kwh,
        "fraction": one.fraction,
        "low_fraction": one.fraction - one.half_fraction,
        "high_fraction": one.fraction + one.half_fraction,
        "verdict": one.verdict.value,
        "joint_with": list(one.joint_with),
    }


def _doubts(doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
    return [{"code": one.code, "text": sentence(one), "facts": dict(one.facts)} for one in doubts]


def sentence(one: Doubt) -> str:
    """The doubt in English."""
    return SENTENCES[one.code].format(**one.facts)
