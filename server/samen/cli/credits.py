"""What `samen tick` does once a night: settle the credits of the days that are over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters.db import Database
from samen.cli.cadence import Every
from samen.services.credits import is_due, settle


def nightly_settle(clock: Callable[[], datetime]) -> Every:
    """Nobody waits for it at three sharp."""
    return Every(timedelta(minutes=10), clock, _settle)


def _settle(database: Database, now: datetime) -> int:
    """How many entries were added."""
    with database.read() as session:
        if not is_due(session, now):
            return 0
    with database.write() as session:
        return settle(session, now)
