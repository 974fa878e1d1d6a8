"""What `samen tick` does for heating: publish each zone's plan, and measure how zones warm up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from samen.adapters import mqtt
from samen.adapters.db import Database
from samen.adapters.message import Publication
from samen.cli.cadence import Every, MetAnew
from samen.config import Broker
from samen.services import steering_told, warm_ups
from samen.services.steering_told import Telling

A_MINUTE, A_QUARTER, AN_HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)


class Plans:
    """Once a minute: says what changed, everything once an hour, and everything to a broker that came back.

    `links` counts how often the broker was met.
    """

    def __init__(self, broker: Broker, clock: Callable[[], datetime], links: Callable[[], int]) -> None:
        self._broker, self._clock, self._met_anew = broker, clock, MetAnew(links)
        self._again_at: datetime | None = None
        self._said: dict[str, tuple[dict[str, Any], datetime]] = {}

    def __call__(self, database: Database) -> int:
        """How many plans were published."""
        now = self._clock()
        if self._met_anew():
            self._said.clear()
        elif self._again_at is not None and now < self._again_at:
            return 0
        self._again_at = now + A_MINUTE
        return self._say(steering_told.sweep(database, now), now)

    def _say(self, tellings: Sequence[Telling], now: datetime) -> int:
        due = [one for one in tellings if self._is_due(one, now)]
        if not mqtt.say(self._broker, [publication for one in due for publication in _both(one, now)]):
            return 0
        self._said |= {one.topic: (one.body, now) for one in due}
        return len(due)

    def _is_due(self, telling: Telling, now: datetime) -> bool:
        said = self._said.get(telling.topic)
        return said is None or said[0] != telling.body or now - said[1] >= AN_HOUR


def _both(telling: Telling, now: datetime) -> list[Publication]:
    return [telling.publication(now), *([telling.discovery] if telling.discovery else [])]


def warm_ups_job(clock: Callable[[], datetime]) -> Every:
    """Keeps the warm-ups that came to an end."""
    return Every(A_QUARTER, clock, warm_ups.measure)
