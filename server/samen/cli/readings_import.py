"""`samen import readings`: a meter's readings from a CSV file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.csvfile import CsvFault, content_of
from samen.adapters.db import Database
from samen.adapters.db.models import Meter
from samen.cli import BadInput, No
from samen.cli.tick import catch_up
from samen.config import Settings
from samen.domain.interval import Interval
from samen.services.reading_files import (
    FORMATS,
    KINDS,
    UNITS,
    BadChoice,
    Choice,
    FileReport,
    RegisterReport,
    take_in,
)

ACTOR = "cli"


@click.command("readings")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--meter", required=True, help="The meter's slug.")
@click.option("--unit", type=click.Choice(list(UNITS)), help="Needed for a file `time,value`.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="delta: what was used in the interval that starts at `time`; index: what the register showed. "
    "Needed for a file `time,value`.",
)
@click.option("--tz", default=None, help="Zone of times without an offset (default: SAMEN_SITE_TIMEZONE).")
@click.option("--register", "code", default=None, help="The register's code, where the meter has several.")
@click.option("--column", default="value", help="The column to read, where it is not `value`.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="auto",
    help="samen: time,value; fluvius: as Belgian grid operators hand them out; auto: by the first line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_readings(
    file: Path,
    meter: str,
    unit: str | None,
    kind: str | None,
    tz: str | None,
    code: str | None,
    column: str,
    form: str,
    as_json: bool,
) -> None:
    """Import a meter's readings from a CSV file, all of it or nothing."""
    settings = Settings.from_env()
    zone = _zone(tz) if tz else settings.timezone
    database = Database(settings.database_url)
    try:
        report = _import(database, file, meter, Choice(form, unit, kind, code, column), zone)
        if report.added:
            catch_up(database)
    finally:
        database.dispose()
    _tell(meter, report, as_json)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"--tz: no time zone is called {name!r}") from None


def _import(database: Database, file: Path, slug: str, choice: Choice, zone: ZoneInfo) -> FileReport:
    try:
        content = content_of(file)
        with database.write() as session:
            return take_in(session, _meter(session, slug), content, choice, zone, ACTOR, datetime.now(UTC))
    except CsvFault as fault:
        raise BadInput(f"{file}: {fault}") from fault
    except BadChoice as fault:
        raise BadInput(f"--{fault.option}: {fault}") from fault


def _meter(session: Session, slug: str) -> Meter:
    meter = session.scalar(select(Meter).where(Meter.slug == slug))
    if meter is None:
        raise BadInput(f"--meter: no meter is called {slug!r}")
    return meter


def _tell(slug: str, report: FileReport, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_json(slug, report), indent=2))
    if report.refusals:
        for row in report.refusals[:20]:
            click.echo(f"line {row.line}: {row.code}: {row.detail}", err=True)
        raise No(f"{len(report.refusals)} rows contradict what is stored; nothing was imported")
    if not as_json:
        for register in report.registers:
            _say(slug, report, register)


def _json(slug: str, report: FileReport) -> dict[str, Any]:
    """Of a file `time,value`, its one register's figures stand beside the file's."""
    told: dict[str, Any] = {"meter": slug, "rows": report.rows, "empty": report.empty}
    registers = [_register(register) for register in report.registers]
    if report.form == "samen":
        return {**told, **registers[0]}
    return {
        **told,
        "format": report.form,
        "estimated": report.estimated,
        "passed_over": dict(report.passed_over),
        "registers": registers,
    }


def _register(register: RegisterReport) -> dict[str, Any]:
    return {
        "register": register.code,
        "added": register.added,
        "already_known": register.known,
        "falls": register.falls,
        "gaps": _gaps(register.gaps),
        "refused": [asdict(refusal) for refusal in register.refusals],
    }


def _gaps(gaps: Sequence[Interval]) -> list[list[str]]:
    return [[gap.start.isoformat(), gap.end.isoformat()] for gap in gaps]


def _say(slug: str, report: FileReport, register: RegisterReport) -> None:
    for start, end in _gaps(register.gaps):
        click.echo(f"gap: {start} to {end}")
    if register.falls:
        click.echo(f"the index falls {register.falls} times: say why on the page of {slug}")
    name = slug if len(report.registers) == 1 else f"{slug} {register.code}"
    if not register.added:
        click.echo(f"{name}: nothing changed, all {register.known} rows were known already")
    else:
        click.echo(f"{name}: {register.added} rows added, {register.known} known already")
