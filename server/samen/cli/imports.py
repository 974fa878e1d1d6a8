"""`samen import`: what other programs kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.csvfile import CsvFault, Sample, read_samples
from samen.adapters.db import Database
from samen.adapters.db.models import Meter, Register, Unit
from samen.cli import BadInput, No
from samen.cli.calendar_import import import_calendar
from samen.cli.tick import catch_up
from samen.cli.weather_import import import_weather
from samen.config import Settings
from samen.domain.imported import Amount, Irregular, intervals
from samen.domain.interval import gaps
from samen.services.imports import ImportReport, import_amounts, import_indexes, register_for

UNITS = {"kWh": (Unit.WH, 1000.0), "Wh": (Unit.WH, 1.0), "m3": (Unit.LITRE, 1000.0)}


@click.group("import")
def imports() -> None:
    """Take in what other programs kept."""


imports.add_command(import_calendar)
imports.add_command(import_weather)


@imports.command
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--meter", required=True, help="The meter's slug.")
@click.option("--unit", type=click.Choice(list(UNITS)), required=True)
@click.option(
    "--kind",
    type=click.Choice(["delta", "index"]),
    required=True,
    help="delta: what was used in the interval that starts at `time`; index: what the register showed.",
)
@click.option("--tz", default=None, help="Zone of times without an offset (default: SAMEN_SITE_TIMEZONE).")
@click.option("--register", "code", default=None, help="The register's code, where the meter has several.")
@click.option("--column", default="value", help="The column to read, where it is not `value`.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def readings(
    file: Path, meter: str, unit: str, kind: str, tz: str | None, code: str | None, column: str, as_json: bool
) -> None:
    """Import a meter's readings from a CSV file (`time,value`), all of it or nothing."""
    settings = Settings.from_env()
    zone = _zone(tz) if tz else settings.timezone
    database = Database(settings.database_url)
    try:
        samples = _samples(file, zone, column)
        with database.write() as session:
            register = _register(session, meter, code, UNITS[unit][0])
            report = _import(session, register, samples, kind, UNITS[unit][1], zone, file)
        if report["added"]:
            catch_up(database)
    finally:
        database.dispose()
    _tell({"meter": meter, **report}, as_json)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"--tz: no time zone is called {name!r}") from None


def _samples(file: Path, zone: ZoneInfo, column: str) -> list[Sample]:
    try:
        samples = read_samples(file, zone, column)
    except CsvFault as fault:
        raise BadInput(f"{file}: {fault}") from fault
    if all(sample.value is None for sample in samples):
        raise BadInput(f"{file}: no values")
    return samples


def _register(session: Session, slug: str, code: str | None, unit: Unit) -> Register:
    meter = session.scalar(select(Meter).where(Meter.slug == slug))
    if meter is None:
        raise BadInput(f"--meter: no meter is called {slug!r}")
    register = register_for(session, meter, code, unit)
    if register is None:
        codes = ", ".join(register.code for register in meter.registers) or "none"
        raise BadInput(f"--register: choose one of {slug}'s registers: {codes}")
    if register.unit is not unit:
        raise BadInput(f"--unit: register {register.code} of {slug} counts {register.unit.value}")
    return register


def _import(
    session: Session,
    register: Register,
    samples: list[Sample],
    kind: str,
    factor: float,
    zone: ZoneInfo,
    file: Path,
) -> dict[str, Any]:
    now = datetime.now(UTC)
    if kind == "index":
        scaled = [Sample(s.line, s.at, None if s.value is None else s.value * factor) for s in samples]
        return _report(import_indexes(session, register, scaled, now), register, samples, [])
    amounts, missing = _amounts(samples, factor, zone, file)
    return _report(import_amounts(session, register, amounts, now), register, samples, missing)


def _amounts(
    samples: list[Sample], factor: float, zone: ZoneInfo, file: Path
) -> tuple[list[Amount], list[list[str]]]:
    """The file's amounts, and from when to when it has none."""
    negative = next((s for s in samples if s.value is not None and s.value < 0), None)
    if negative is not None:
        raise BadInput(f"{file}: line {negative.line}: {negative.value:g} is below zero")
    try:
        spans = intervals([sample.at for sample in samples], zone)
    except Irregular as fault:
        raise BadInput(f"{file}: line {samples[fault.place].line}: {fault}") from fault
    rows = zip(samples, spans, strict=True)
    amounts = [Amount(s.line, span, s.value * factor) for s, span in rows if s.value is not None]
    whole = type(spans[0])(spans[0].start, spans[-1].end)
    missing = gaps(whole, [amount.during for amount in amounts])
    return amounts, [[gap.start.isoformat(), gap.end.isoformat()] for gap in missing]


def _report(
    done: ImportReport, register: Register, samples: list[Sample], missing: list[list[str]]
) -> dict[str, Any]:
    return {
        "register": register.code,
        "rows": len(samples),
        "empty": sum(sample.value is None for sample in samples),
        "added": done.added,
        "already_known": done.known,
        "gaps": missing,
        "refused": [asdict(refusal) for refusal in done.refusals],
    }


def _tell(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report, indent=2))
    refused = report["refused"]
    if refused:
        for row in refused[:20]:
            click.echo(f"line {row['line']}: {row['code']}: {row['detail']}", err=True)
        raise No(f"{len(refused)} rows contradict what is stored; nothing was imported")
    if not as_json:
        for start, end in report["gaps"]:
            click.echo(f"gap: {start} to {end}")
        click.echo(_summary(report))


def _summary(report: dict[str, Any]) -> str:
    if not report["added"]:
        return f"{report['meter']}: nothing changed, all {report['already_known']} rows were known already"
    return f"{report['meter']}: {report['added']} rows added, {report['already_known']} known already"


commands = (imports,)
