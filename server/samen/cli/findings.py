"""What `samen tick` does once a night: look for waste on the meters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters.db import Database
from samen.services import findings_sweep

A_WHILE = timedelta(minutes=10)


class NightlyLook:
    """Called more often than every ten minutes, it does nothing: nobody waits for it at three sharp.

    After an import it is waited for: it asks again until that is counted.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._again_at: datetime | None = None

    def __call__(self, database: Database) -> int:
        """How many sites were looked at."""
        now = self._clock()
        if self._again_at is not None and now < self._again_at:
            return 0
        looked = findings_sweep.sweep(database, now)
        self._again_at = None if looked is None else now + A_WHILE
        return looked or 0
