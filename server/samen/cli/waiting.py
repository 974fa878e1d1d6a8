"""What `samen tick` does for those who wait, and telling open pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from samen.adapters import mqtt
from samen.adapters.db import Database
from samen.config import Broker
from samen.services import waiting_sweep


def waiting_job(broker: Broker, clock: Callable[[], datetime]) -> Callable[[Database], int]:
    """End offers that nobody took, decide on rooms asked for, and offer what stands free."""

    def job(database: Database) -> int:
        swept = waiting_sweep.sweep(database, clock())
        mqtt.say(broker, swept.changes)
        return swept.looked

    return job
