"""`samen migrate`."""

from __future__ import annotations

import click

from samen.adapters.db.schema import upgrade
from samen.config import Settings


@click.command
def migrate() -> None:
    """Bring the database to this version's tables."""
    upgrade(Settings.from_env().database_url)
    click.echo("The database is up to date.")


commands = (migrate,)
