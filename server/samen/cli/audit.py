"""`samen audit verify`."""

from __future__ import annotations

import json

import click

from samen.adapters.db import Database
from samen.cli import No
from samen.config import Settings
from samen.services.audit import Verdict
from samen.services.audit import verify as verify_chain


@click.group
def audit() -> None:
    """The chain of who did what."""


@audit.command
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(as_json: bool) -> None:
    """Recompute every digest; exit 1 at the first entry that was changed, moved or follows a removed one.

    Entries cut off the end leave no trace: compare the head with one that you noted before.
    """
    with Database(Settings.from_env().database_url).read() as session:
        verdict = verify_chain(session)
    if as_json:
        click.echo(json.dumps(_told(verdict)))
    if verdict.broken is not None:
        deed = verdict.broken.deed
        raise No(f"entry {verdict.broken.id} ({deed.action} {deed.subject}, {deed.at.isoformat()}) is broken")
    if not as_json:
        click.echo(f"{verdict.entries} entries, unbroken. Head: {verdict.head}")


def _told(verdict: Verdict) -> dict[str, object]:
    broken = verdict.broken.id if verdict.broken else None
    return {"entries": verdict.entries, "head": verdict.head, "first_broken": broken}


commands = (audit,)
