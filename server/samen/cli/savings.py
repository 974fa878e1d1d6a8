"""`samen savings`: what was saved, judged from files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from samen.adapters.csvfile import CsvFault, read_samples
from samen.cli import BadInput
from samen.domain import evaluation_json
from samen.domain.days import StepFault, energy_by_day, mean_by_day
from samen.domain.evaluation import Effect, Evaluation, Period, TooLittle, evaluate

KWH = {"kWh": 1.0, "Wh": 0.001, "MWh": 1000.0}


@click.group
def savings() -> None:
    """Savings: the adjusted baseline against what was used."""


@savings.command("evaluate")
@click.option(
    "--energy", required=True, type=click.Path(path_type=Path), help="CSV time,value: used per interval."
)
@click.option(
    "--temperature", required=True, type=click.Path(path_type=Path), help="CSV time,value: outdoor means."
)
@click.option("--baseline", required=True, help="Dates A/B, without B.")
@click.option("--reporting", required=True, help="Dates C/D, without D.")
@click.option(
    "--tz", default="Europe/Brussels", show_default=True, help="Whose days, and of times without offset."
)
@click.option("--energy-unit", type=click.Choice(list(KWH)), default="kWh", show_default=True)
@click.option("--temperature-unit", type=click.Choice(["degC", "degF"]), default="degC", show_default=True)
@click.option("--intervention", "interventions", multiple=True, help="NAME=DATE, again and again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate_files(
    energy: Path,
    temperature: Path,
    baseline: str,
    reporting: str,
    tz: str,
    energy_unit: str,
    temperature_unit: str,
    interventions: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say what was saved, how sure that is, and by which measure."""
    zone = _zone(tz)
    energy_kwh = _days(energy, zone, "--energy", energy_by_day)
    deg_c = _days(temperature, zone, "--temperature", mean_by_day)
    energy_kwh = {on: value * KWH[energy_unit] for on, value in energy_kwh.items()}
    if temperature_unit == "degF":
        deg_c = {on: (value - 32) * 5 / 9 for on, value in deg_c.items()}
    before, after = _period(baseline, "--baseline"), _period(reporting, "--reporting")
    if before.end > after.first:
        raise BadInput("--reporting: begins before the baseline ends")
    try:
        found = evaluate(energy_kwh, deg_c, before, after, [_intervention(text) for text in interventions])
    except TooLittle as fault:
        raise BadInput(str(fault)) from fault
    click.echo(json.dumps(evaluation_json.as_json(found)) if as_json else _in_sentences(found))


def _days(path: Path, zone: ZoneInfo, option: str, by_day: Any) -> dict[date, float]:  # noqa: ANN401
    try:
        return dict(by_day([(one.at, one.value) for one in read_samples(path, zone)], zone))
    except (CsvFault, StepFault) as fault:
        raise BadInput(f"{option}: {path}: {fault}") from fault


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"--tz: no time zone is called {name!r}") from None


def _period(text: str, option: str) -> Period:
    first, _, end = text.partition("/")
    period = Period(_date(first, option), _date(end, option))
    if period.first >= period.end:
        raise BadInput(f"{option}: {text!r} ends before it begins")
    return period


def _intervention(text: str) -> tuple[str, date]:
    name, _, on = text.rpartition("=")
    if not name:
        raise BadInput(f"--intervention: {text!r} is not NAME=DATE")
    return name, _date(on, "--intervention")


def _date(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option}: {text!r} is not a date like 2016-01-01") from None


def _in_sentences(found: Evaluation) -> str:
    saving, fit = found.saving, found.fit
    band = f"{saving.low_fraction:.1%} to {saving.high_fraction:.1%}"
    lines = [
        f"{found.verdict.value}: {saving.fraction:.1%} ({band}), {saving.kwh:,.0f} kWh",
        f"adjusted baseline {saving.adjusted_kwh:,.0f} kWh; uncorrected change {found.raw_fraction:.1%}",
        f"model {fit.model.kind.value}, {fit.n} days, CV(RMSE) {fit.cvrmse:.1%}",
    ]
    lines += [_effect_in_words(one) for one in found.effects]
    doubts = (*found.baseline_warnings, *found.warnings)
    return "\n".join(lines + [f"note: {evaluation_json.sentence(one)}" for one in doubts])


def _effect_in_words(one: Effect) -> str:
    said = f"{one.name}: {one.fraction:.1%} ± {one.half_fraction:.1%}, {one.verdict.value}"
    return f"{said}, together with {', '.join(one.joint_with)}" if one.joint_with else said


commands = (savings,)
