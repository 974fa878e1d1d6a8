"""`samen import weather`: outdoor temperatures from a file."""

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

from samen.adapters.csvfile import CsvFault, read_samples
from samen.adapters.db import Database
from samen.adapters.db.models import Site
from samen.cli import BadInput, No
from samen.config import Settings
from samen.domain.temperature_file import TO_DEG_C
from samen.services.weather_import import NoHours, WeatherReport, import_temperatures

SHOWN_REFUSALS = 20
WHY = {
    "impossible": "air is never that warm or cold; is the unit right?",
    "not_over": "this hour is not over yet",
    "differs": "an earlier file said otherwise",
}


@click.command("weather")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--site", "slug", default=None, help="The site's slug, where there are several.")
@click.option("--column", default="value", help="The column to read, where it is not `value`.")
@click.option("--temperature-unit", "unit", type=click.Choice(list(TO_DEG_C)), default="degC")
@click.option("--tz", default=None, help="Zone of times without an offset (default: the site's).")
@click.option("--replace", is_flag=True, help="Let the file's values replace those of an earlier file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_weather(
    file: Path, slug: str | None, column: str, unit: str, tz: str | None, replace: bool, as_json: bool
) -> None:
    """Import outdoor temperatures from a CSV file (`time,value`), all of it or nothing.

    A row is the mean of the interval that starts at `time`; rows every hour, oftener, or daily.
    """
    database = Database(Settings.from_env().database_url)
    try:
        with database.write() as session:
            site = _site(session, slug)
            zone = _zone(tz or site.timezone)
            samples = read_samples(file, zone, column)
            report = import_temperatures(session, site, samples, unit, zone, datetime.now(UTC), replace)
            told = {"site": site.slug, **_told(report)}
    except (CsvFault, NoHours) as fault:
        raise BadInput(f"{file}: {fault}") from fault
    finally:
        database.dispose()
    _tell(told, as_json)


def _site(session: Session, slug: str | None) -> Site:
    sites = session.scalars(select(Site).where(Site.slug == slug) if slug else select(Site)).all()
    if len(sites) != 1:
        raise BadInput(f"--site: no site is called {slug!r}" if slug else "--site: name one of the sites")
    return sites[0]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"--tz: no time zone is called {name!r}") from None


def _told(report: WeatherReport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "empty": report.empty,
        "added": report.added,
        "changed": report.changed,
        "already_known": report.known,
        "gaps": [[gap.start.isoformat(), gap.end.isoformat()] for gap in report.gaps],
        "refused": [asdict(refusal) for refusal in report.refusals],
    }


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, indent=2))
    if told["refused"]:
        for row in told["refused"][:SHOWN_REFUSALS]:
            click.echo(f"line {row['line']}: {row['code']}: {WHY[row['code']]} ({row['detail']})", err=True)
        hint = "; --replace takes the file's" if _only_differ(told) else ""
        raise No(f"{len(told['refused'])} rows are refused, so nothing was imported{hint}")
    if not as_json:
        for start, end in told["gaps"]:
            click.echo(f"gap: {start} to {end}")
        click.echo(
            f"{told['site']}: {told['added']} hours added, {told['changed']} replaced, "
            f"{told['already_known']} known already"
        )


def _only_differ(told: dict[str, Any]) -> bool:
    return {row["code"] for row in told["refused"]} == {"differs"}
