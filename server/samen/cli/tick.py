"""`samen tick`: what is due, again and again."""

from __future__ import annotations

import threading

import click
import structlog
from sqlalchemy.exc import OperationalError

from samen.adapters.db import Database
from samen.cli.ingest import until_told
from samen.config import Settings
from samen.services.rollup import roll_up
from samen.web.logs import configure_logs

EVERY_S = 5.0
log = structlog.get_logger(__name__)


def catch_up(database: Database) -> int:
    """Roll up everything that waits, one register or space a transaction: a booking waits for one at most."""
    total = 0
    while True:
        with database.write() as session:
            done = roll_up(session, limit=1)
        if not done:
            return total
        total += done


def run_tick(database: Database, stop: threading.Event) -> None:
    """Catch up every five seconds until `stop`; a database that is away is tried again."""
    while not stop.is_set():
        try:
            catch_up(database)
        except OperationalError as error:
            log.warning("cannot_roll_up", reason=str(error).partition("\n")[0])
        stop.wait(EVERY_S)


@click.command
@click.option("--once", is_flag=True, help="Do what is due now and leave.")
def tick(once: bool) -> None:
    """Do what is due: roll readings up into quarters, hours and days."""
    configure_logs()
    database = Database(Settings.from_env().database_url)
    try:
        if once:
            click.echo(f"{catch_up(database)} rolled up")
        else:
            stop = threading.Event()
            until_told(stop)
            run_tick(database, stop)
    finally:
        database.dispose()


commands = (tick,)
