"""What `samen tick` does for the lights beside doors: tell each node how its room is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters import mqtt
from samen.adapters.db import Database
from samen.adapters.message import Publication
from samen.cli.cadence import MetAnew
from samen.config import Broker
from samen.services import next_told

OFTEN = timedelta(seconds=20)


class Doors:
    """Says what changed, and everything to a broker that came back; `links` counts how often it was met."""

    def __init__(self, broker: Broker, clock: Callable[[], datetime], links: Callable[[], int]) -> None:
        self._broker, self._clock, self._met_anew = broker, clock, MetAnew(links)
        self._again_at: datetime | None = None
        self._said: dict[str, bytes] = {}

    def __call__(self, database: Database) -> int:
        """How many nodes were told something new."""
        now = self._clock()
        if self._met_anew():
            self._said.clear()
        elif self._again_at is not None and now < self._again_at:
            return 0
        self._again_at = now + OFTEN
        with database.read() as session:
            told = next_told.messages(session, now)
        return self._say({topic: told[topic] for topic in told if self._said.get(topic) != told[topic]})

    def _say(self, new: dict[str, bytes]) -> int:
        publications = [Publication(topic, payload, qos=1, retain=True) for topic, payload in new.items()]
        if not mqtt.say(self._broker, publications):
            return 0
        self._said |= new
        return len(new)
