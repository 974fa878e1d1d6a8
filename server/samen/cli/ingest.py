"""`samen ingest`: what nodes say, into the database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import click
import structlog
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from samen.adapters.db import Database
from samen.adapters.message import Message, Publication
from samen.adapters.mqtt import Unavailable, listen
from samen.cli.stopping import until_told
from samen.config import Settings
from samen.services.ingest import TOPICS, Paces, record
from samen.services.quarantine import Refused, quarantine
from samen.web.logs import configure_logs

log = structlog.get_logger(__name__)


class Intake:
    """Takes in batches, each in a transaction of its own, and says what to publish."""

    def __init__(self, database: Database, paces: Paces | None = None) -> None:
        self._database = database
        self._paces = paces or Paces()

    def __call__(self, messages: Sequence[Message]) -> Sequence[Publication]:
        """Raises Unavailable while the database is away."""
        try:
            return self._take_in(messages)
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise Unavailable(str(error).partition("\n")[0]) from error

    def _take_in(self, messages: Sequence[Message]) -> Sequence[Publication]:
        now = datetime.now(UTC)
        try:
            with self._database.write() as session:
                outcome = record(session, messages, now, self._paces)
        except (DataError, IntegrityError) as error:
            return self._separately(messages, now, error)
        if outcome.quarantined:
            log.warning("quarantined", messages=outcome.quarantined)
        return outcome.publications

    def _separately(
        self, messages: Sequence[Message], now: datetime, error: Exception
    ) -> Sequence[Publication]:
        """One message the database will not have must not take the others with it."""
        if len(messages) > 1:
            half = len(messages) // 2
            return [*self._take_in(messages[:half]), *self._take_in(messages[half:])]
        log.error("unstorable", topic=messages[0].topic, error=str(error))
        with self._database.write() as session:
            quarantine(session, [Refused(messages[0], "unstorable", type(error).__name__)], now)
        return []


def run_ingest(
    settings: Settings, database: Database, stop: threading.Event, worker: int = 0, paces: Paces | None = None
) -> None:
    """Take in what nodes say until `stop`; the batch in hand is finished.

    Worker 0 works alone. Workers 1, 2, … share the messages between them, each under its own number.
    """
    topics = TOPICS if worker == 0 else tuple(f"$share/ingest/{topic}" for topic in TOPICS)
    listen(settings.mqtt, topics, Intake(database, paces), stop, f"samen-ingest-{worker}")


@click.command
@click.option("--worker", type=click.IntRange(0, 99), default=0, help="1, 2, …: share the work with others.")
@click.option("--rate", type=click.FloatRange(0.1, 10_000), default=1.0, help="Readings a second per node.")
@click.option("--burst", type=click.FloatRange(1, 1_000_000), default=60.0, help="Readings at once per node.")
def ingest(worker: int, rate: float, burst: float) -> None:
    """Take in what nodes say until told to stop; then finish what is in hand."""
    stop = threading.Event()
    until_told(stop)
    configure_logs()
    settings = Settings.from_env()
    database = Database(settings.database_url)
    try:
        run_ingest(settings, database, stop, worker, Paces(rate, burst))
    finally:
        database.dispose()


commands = (ingest,)
