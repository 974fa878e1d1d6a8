"""`samen import calendar`: bookings from another program's calendar file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Space, Tenant
from samen.adapters.ical_in import LARGEST, IcsFault, read_events
from samen.cli import BadInput, No
from samen.config import Settings
from samen.domain.access import Viewer
from samen.services.calendar_import import EventReport, ImportReport, Into, Outcome, import_events, importer
from samen.services.members import tenant_of
from samen.web import i18n
from samen.web.calendar_report import count, report_shown
from samen.web.wording import refusal_text

# So many refused dates are named in a line of text; JSON has them all.
MOST_NAMED = 5


@click.command("calendar")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--space", "slug", required=True, metavar="S", help="The space that the events are booked in.")
@click.option("--tenant", metavar="T", help="For which association (default: the space's own).")
@click.option("--as", "email", metavar="EMAIL", help="In whose name (default: the association's admin).")
@click.option("--skip-refused", is_flag=True, help="Import the others although some events are refused.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_calendar(
    file: Path, slug: str, tenant: str | None, email: str | None, skip_refused: bool, as_json: bool
) -> None:
    """Book what a calendar FILE.ics holds: every event whole, and all of them or none."""
    content = _content(file)
    database = Database(Settings.from_env().database_url)
    try:
        with database.write() as session:
            into = _into(session, slug, tenant, email)
            zone = ZoneInfo(into.space.site.timezone)
            try:
                events = read_events(content, zone)
            except IcsFault as fault:
                raise BadInput(f"{file}: {fault}") from fault
            report = import_events(session, events, into, datetime.now(UTC), skip_refused=skip_refused)
    finally:
        database.dispose()
    with _in_english():
        _tell(report, slug, zone, as_json)
    refused = count(report, Outcome.REFUSED)
    if not report.stored:
        raise No(f"{refused} of {len(report.events)} events are refused; nothing was imported")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"{file}: {(error.strerror or 'cannot be read').lower()}") from None


def _into(session: Session, slug: str, tenant: str | None, email: str | None) -> Into:
    space = session.scalar(select(Space).where(Space.slug == slug))
    if space is None:
        raise BadInput(f"--space: no space is called {slug!r}")
    return Into(space, _viewer(session, space, tenant, email))


def _viewer(session: Session, space: Space, slug: str | None, email: str | None) -> Viewer:
    tenant: Tenant | None = None
    if slug is not None:
        tenant = tenant_of(session, slug)
        if tenant is None:
            raise BadInput(f"--tenant: no tenant is called {slug!r}")
    elif email is None:
        tenant = space.owner
    viewer = importer(session, tenant, email)
    if viewer is None:
        whom = f"{email} may not" if email else "nobody may"
        where = f" for {tenant.slug}" if tenant else ""
        raise BadInput(f"--as: {whom} book{where}; samen user add makes a member")
    return viewer


def _tell(report: ImportReport, space: str, zone: ZoneInfo, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report_shown(report, space, zone), indent=2, ensure_ascii=False))
        return
    for event in report.events:
        click.echo(_line(event, zone))
    if report.stored:
        imported = [event.dates for event in report.events if event.outcome is Outcome.IMPORTED]
        click.echo(f"{space}: {len(imported)} events imported with {sum(imported)} dates")


def _line(event: EventReport, zone: ZoneInfo) -> str:
    said = f"{event.outcome.value}: {event.title or event.uid}"
    if event.outcome is Outcome.REFUSED:
        reasons = " ".join(refusal_text(refusal, zone) for refusal in event.refusals)
        return f"{said}: {reasons}{_when(event.refused_at, zone)}"
    notes = [note for told, note in _notes(event) if told]
    return f"{said} ({'; '.join(notes)})" if notes else said


def _notes(event: EventReport) -> list[tuple[object, str]]:
    missing = ", ".join(at.isoformat(" ", "minutes") for at in event.missing)
    return [
        (event.dates, f"dates: {event.dates}"),
        (event.over, f"over: {event.over}"),
        (event.missing, f"local times that do not exist: {missing}"),
        (event.cut, "it goes on beyond what can be booked today"),
        (event.single, "each date by itself: its rule is in another time zone"),
    ]


def _when(instants: Sequence[datetime], zone: ZoneInfo) -> str:
    named = [at.astimezone(zone).isoformat(" ", "minutes") for at in instants[:MOST_NAMED]]
    more = f" and {len(instants) - MOST_NAMED} more" if len(instants) > MOST_NAMED else ""
    return f" ({', '.join(named)}{more})" if named else ""


@contextmanager
def _in_english() -> Iterator[None]:
    """A terminal reads English; sentences are worded as on the pages."""
    app = Flask("samen")
    i18n.register(app)
    with app.app_context(), force_locale(i18n.REGIONS["en"]):
        yield
