"""The `samen` command: exit 0 on success, 1 on a "no", 2 on bad use, with one line that says what."""

from __future__ import annotations

import importlib
import sys

import click

from samen.config import BadSettings

# Each feature's module offers `commands`, a tuple of click commands. They are imported when first needed:
# `samen --help` must not wait for gunicorn.
COMMANDS = {
    "allocate": "allocate",
    "audit": "audit",
    "demo": "demo",
    "device": "devices",
    "doctor": "doctor",
    "import": "imports",
    "ingest": "ingest",
    "migrate": "database",
    "serve": "serve",
    "savings": "savings",
    "series": "series",
    "simulate": "simulate",
    "site": "site",
    "solver": "round_worker",
    "tick": "tick",
    "token": "users",
    "user": "users",
}


class BadInput(click.ClickException):
    """What was given cannot be used: one line on stderr, exit 2."""

    exit_code = 2


class No(click.ClickException):
    """Understood, and the answer is no: one line on stderr, exit 1."""

    exit_code = 1


class _Commands(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"samen.cli.{COMMANDS[name]}")
        commands: tuple[click.Command, ...] = module.commands
        return next(command for command in commands if command.name == name)


@click.command(cls=_Commands)
@click.version_option(package_name="samen")
def samen() -> None:
    """Rooms, sensors and savings for buildings that several associations share."""


def main() -> None:
    """Run the command; settings that cannot be used are bad use too."""
    try:
        samen()
    except BadSettings as error:
        click.echo(f"samen: {error}", err=True)
        sys.exit(2)
    except Exception as error:
        if not _is_of_the_database(error):
            raise
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        click.echo(f"samen: the database cannot be used ({reason}). `samen migrate` sets it up.", err=True)
        sys.exit(1)


def _is_of_the_database(error: Exception) -> bool:
    """Whether it is away, or has other tables than ours. (SQLAlchemy is only there where it was needed.)"""
    errors = sys.modules.get("sqlalchemy.exc")
    return errors is not None and isinstance(error, (errors.OperationalError, errors.ProgrammingError))
