"""What `samen tick` does once a minute: look at the bookings that are due, and tell open pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters import mqtt
from samen.adapters.db import Database
from samen.config import Broker
from samen.services import release

A_MINUTE = timedelta(minutes=1)


class Sweep:
    """Called more often, it does nothing: nobody's meeting hangs on seconds."""

    def __init__(self, broker: Broker, clock: Callable[[], datetime]) -> None:
        self._broker, self._clock = broker, clock
        self._again_at: datetime | None = None

    def __call__(self, database: Database) -> int:
        """How many bookings were looked at."""
        now = self._clock()
        if self._again_at is not None and now < self._again_at:
            return 0
        swept = release.sweep(database, now)
        # What is left of a long queue is not left for a minute.
        self._again_at = None if swept.looked >= release.BATCH else now + A_MINUTE
        mqtt.say(self._broker, swept.changes)
        return swept.looked
