"""How often what `samen tick` calls every few seconds is really done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.adapters.db import Database


class Every:
    """Does its job at the first call, and after that as often as `pause` allows; the other calls do nothing.

    A job that gives None could not begin yet, and is asked again at once.
    """

    def __init__(
        self,
        pause: timedelta,
        clock: Callable[[], datetime],
        job: Callable[[Database, datetime], int | None],
    ) -> None:
        self._pause, self._clock, self._job = pause, clock, job
        self._again_at: datetime | None = None

    def __call__(self, database: Database) -> int:
        """How much was done."""
        now = self._clock()
        if self._again_at is not None and now < self._again_at:
            return 0
        done = self._job(database, now)
        self._again_at = None if done is None else now + self._pause
        return done or 0


class MetAnew:
    """Whether the broker was met since the last call: what it retained may be gone. `links` counts how often
    it was met."""

    def __init__(self, links: Callable[[], int]) -> None:
        self._count, self._links = links, 0

    def __call__(self) -> bool:
        met, self._links = self._links, self._count()
        return met != self._links
