"""What `samen savings evaluate` says to a person."""

from __future__ import annotations

from collections.abc import Mapping

from samen.domain.evaluation import Effect, Evaluation
from samen.domain.evaluation_json import sentence
from samen.domain.savings import Saving, Verdict


def in_sentences(found: Evaluation, parts: Mapping[str, Evaluation]) -> str:
    """A line each: the verdict, the model, what belongs to whom, and every doubt."""
    saving, fit = found.saving, found.fit
    terms = "".join(f" + {one.value}" for one in found.terms)
    quality = f"CV(RMSE) {fit.cvrmse:.1%}, NMBE {fit.nmbe:.1%}, R² {fit.r2:.2f}"
    lines = [
        f"{_band(saving, found.verdict)}, {saving.kwh:,.0f} kWh",
        f"adjusted baseline {saving.adjusted_kwh:,.0f} kWh; uncorrected change {found.raw_fraction:.1%}",
        f"model {fit.model.kind.value}{terms}, {int(found.baseline.days.sum())} days, {quality}",
    ]
    if found.occupancy is not None:
        saved, away = found.occupancy.saved, found.occupancy.away
        lines.append(f"we saved: {_band(saved, found.occupancy.saved_verdict)}, {saved.kwh:,.0f} kWh")
        lines.append(f"we were away: {_band(away, found.occupancy.away_verdict)}, {away.kwh:,.0f} kWh")
    lines += [f"{name} hours: {_band(one.saving, one.verdict)}" for name, one in parts.items()]
    lines += [_effect_in_words(one) for one in found.effects]
    doubts = (*found.baseline_warnings, *found.warnings)
    return "\n".join(lines + [f"note: {sentence(one)}" for one in doubts])


def _band(saving: Saving, verdict: Verdict) -> str:
    return f"{verdict.value}: {saving.fraction:.1%} ({saving.low_fraction:.1%} to {saving.high_fraction:.1%})"


def _effect_in_words(one: Effect) -> str:
    said = f"{one.name}: {one.fraction:.1%} ± {one.half_fraction:.1%}, {one.verdict.value}"
    return f"{said}, together with {', '.join(one.joint_with)}" if one.joint_with else said
