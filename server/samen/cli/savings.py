"""`samen savings`: what was saved, judged from files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from samen.adapters.csvfile import CsvFault, read_samples
from samen.cli import BadInput
from samen.cli.savings_words import in_sentences
from samen.domain.days import StepFault, Timed, are_bills, bills, energy_by_day, mean_by_day, parts_by_day
from samen.domain.evaluation import Evaluation, Period, TooLittle, evaluate, evaluate_bills
from samen.domain.evaluation_json import as_json

KWH = {"kWh": 1.0, "Wh": 0.001, "MWh": 1000.0}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPEN = re.compile(r"(?P<first>[a-z]{3})(-(?P<last>[a-z]{3}))?=(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")

Opening = dict[int, tuple[time, time]]


@click.group
def savings() -> None:
    """Savings: the adjusted baseline against what was used."""


@savings.command("evaluate")
@click.option(
    "--energy",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV time,value: used per interval, hourly or daily; or from each bill to the next row.",
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
@click.option(
    "--occupied-hours",
    type=click.Path(path_type=Path),
    help="CSV time,value: hours with people per interval.",
)
@click.option("--open", "opening", multiple=True, help="mon-fri=08:00-18:00: open hours told apart.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object.")
def evaluate_files(
    energy: Path,
    temperature: Path,
    baseline: str,
    reporting: str,
    tz: str,
    energy_unit: str,
    temperature_unit: str,
    interventions: tuple[str, ...],
    occupied_hours: Path | None,
    opening: tuple[str, ...],
    *,
    as_object: bool,
) -> None:
    """Say what was saved, how sure that is, and by which measure."""
    zone = _zone(tz)
    used = [
        (at, None if value is None else value * KWH[energy_unit])
        for at, value in _values(energy, zone, "--energy")
    ]
    deg_c = _days(temperature, zone, "--temperature", mean_by_day)
    if temperature_unit == "degF":
        deg_c = {on: (value - 32) * 5 / 9 for on, value in deg_c.items()}
    periods = _periods(baseline, reporting)
    named = [_intervention(text) for text in interventions]
    hours = occupied_hours and _days(occupied_hours, zone, "--occupied-hours", energy_by_day)
    try:
        found, parts = _judge(used, zone, deg_c, periods, named, hours or None, _opening(opening))
    except StepFault as fault:
        raise BadInput(f"--energy: {energy}: {fault}") from fault
    except TooLittle as fault:
        raise BadInput(str(fault)) from fault
    click.echo(json.dumps(as_json(found, parts)) if as_object else in_sentences(found, parts))


def _judge(
    used: Sequence[Timed],
    zone: ZoneInfo,
    deg_c: dict[date, float],
    periods: tuple[Period, Period],
    named: Sequence[tuple[str, date]],
    hours: dict[date, float] | None,
    opening: Opening,
) -> tuple[Evaluation, dict[str, Evaluation]]:
    """The whole, and its open and other hours by themselves where they are told apart."""
    if are_bills(used):
        if hours or opening:
            raise StepFault("occupied and open hours need hourly or daily rows, not bills")
        return evaluate_bills(bills(used, zone), deg_c, *periods, named), {}
    whole = evaluate(energy_by_day(used, zone), deg_c, *periods, named, occupied_hours=hours)
    if not opening:
        return whole, {}
    parts = parts_by_day(used, zone, partial(_is_open, opening))
    return whole, {
        name: evaluate(part, deg_c, *periods) for name, part in zip(("open", "other"), parts, strict=True)
    }


def _values(path: Path, zone: ZoneInfo, option: str) -> list[Timed]:
    try:
        return [(one.at, one.value) for one in read_samples(path, zone)]
    except CsvFault as fault:
        raise BadInput(f"{option}: {path}: {fault}") from fault


def _days(
    path: Path, zone: ZoneInfo, option: str, by_day: Callable[..., dict[date, float]]
) -> dict[date, float]:
    try:
        return by_day(_values(path, zone, option), zone)
    except StepFault as fault:
        raise BadInput(f"{option}: {path}: {fault}") from fault


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"--tz: no time zone is called {name!r}") from None


def _periods(baseline: str, reporting: str) -> tuple[Period, Period]:
    before, after = _period(baseline, "--baseline"), _period(reporting, "--reporting")
    if before.end > after.first:
        raise BadInput("--reporting: begins before the baseline ends")
    return before, after


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


def _opening(texts: Sequence[str]) -> Opening:
    """From and until which wall time each weekday is open."""
    found: Opening = {}
    for text in texts:
        match = OPEN.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            first, last = (WEEKDAYS.index(match[name] or match["first"]) for name in ("first", "last"))
            span = time.fromisoformat(match["start"]), time.fromisoformat(match["end"])
        except ValueError:
            raise BadInput(f"--open: {text!r} is not like mon-fri=08:00-18:00") from None
        found |= dict.fromkeys(range(first, last + 1), span)
    return found


def _is_open(opening: Opening, at: datetime) -> bool:
    start, end = opening.get(at.weekday(), (time.max, time.max))
    return start <= at.time() < end


commands = (savings,)
