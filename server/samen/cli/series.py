"""`samen series`: what a recurrence rule stands for."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from samen.cli import BadInput
from samen.domain.series import FIRST_YEAR, LAST_YEAR, BadRule, Expansion, expand

MOST = 10_000


@click.group
def series() -> None:
    """Series of bookings."""


@series.command("expand")
@click.option("--dtstart", required=True, help="The first start, local: 2027-01-04T09:00.")
@click.option("--tz", required=True, help="The zone of the wall times, such as Europe/Brussels.")
@click.option("--rrule", required=True, help="The rule (RFC 5545), such as FREQ=WEEKLY;COUNT=5.")
@click.option("--limit", type=click.IntRange(1, MOST), default=1000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def expand_rule(dtstart: str, tz: str, rrule: str, limit: int, as_json: bool) -> None:
    """Print each start of a rule with its offset, a line each; times that do not exist go to stderr."""
    zone = _zone(tz)
    starts_local = _local(dtstart, zone)
    try:
        expansion = expand(starts_local, rrule, zone, limit=limit)
    except BadRule as error:
        raise BadInput(f"--rrule: {error}") from error
    if as_json:
        click.echo(json.dumps(_as_json(expansion)))
        return
    for start in expansion.starts:
        click.echo(start.isoformat())
    for wall in expansion.skipped:
        click.echo(f"skipped: {wall.isoformat()} does not exist in {zone.key}", err=True)
    if not expansion.complete:
        click.echo(f"stopped after {limit}: the rule goes on (--limit)", err=True)


def _as_json(expansion: Expansion) -> dict[str, object]:
    return {
        "starts": [start.isoformat() for start in expansion.starts],
        "skipped": [wall.isoformat() for wall in expansion.skipped],
        "complete": expansion.complete,
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"--tz: no time zone is called {name!r}") from None


def _local(text: str, zone: ZoneInfo) -> datetime:
    """A wall time in whole seconds; an instant is read in the zone, a date begins at midnight."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.microsecond:
        raise BadInput(f"--dtstart: {text!r} is not a time like 2027-01-04T09:00")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadInput(f"--dtstart: {text!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return at if at.tzinfo is None else at.astimezone(zone).replace(tzinfo=None)


commands = (series,)
