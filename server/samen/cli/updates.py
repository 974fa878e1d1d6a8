"""What `samen tick` does for updates: say what nodes shall run, and again to a broker that came back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters import mqtt
from samen.adapters.db import Database
from samen.cli.cadence import MetAnew
from samen.config import Broker
from samen.services import updates

AN_HOUR = timedelta(hours=1)


class Wishes:
    """Says each wish once it is new or has changed, all of them to a broker that was away, and all once an
    hour: whoever clears an older one from the broker may come too late.

    `links` counts how often the broker was met.
    """

    def __init__(self, broker: Broker, clock: Callable[[], datetime], links: Callable[[], int]) -> None:
        self._broker, self._clock, self._met_anew = broker, clock, MetAnew(links)
        self._anew_at = clock()
        self._said: dict[str, bytes] = {}

    def __call__(self, database: Database) -> int:
        """How many wishes were published."""
        now = self._clock()
        if self._met_anew() or now >= self._anew_at:
            self._said.clear()
            self._anew_at = now + AN_HOUR
        with database.read() as session:
            wishes = updates.desired(session)
        due = [wish for wish in wishes if self._said.get(wish.topic) != wish.payload]
        if not mqtt.say(self._broker, due):
            return 0
        # What has come to its end is forgotten: it is said anew should it be asked for again.
        self._said = {wish.topic: wish.payload for wish in wishes}
        return len(due)
