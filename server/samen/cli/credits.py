"""What `samen tick` does once a night: settle the credits of the days that are over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters.db import Database
from samen.services.credits import is_due, settle

A_WHILE = timedelta(minutes=10)


class NightlySettle:
    """Called more often than every ten minutes, it does nothing: nobody waits for it at three sharp."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._again_at: datetime | None = None

    def __call__(self, database: Database) -> int:
        """How many entries were added."""
        now = self._clock()
        if self._again_at is not None and now < self._again_at:
            return 0
        self._again_at = now + A_WHILE
        with database.read() as session:
            if not is_due(session, now):
                return 0
        with database.write() as session:
            return settle(session, now)
