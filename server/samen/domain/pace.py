"""How often somebody may speak: a token bucket each."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime


class Pace:
    """`rate` a second on average and `burst` at once, for each key on its own.

    Keys are few and known (devices); the state is this process's own and starts full.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._left: dict[Hashable, tuple[datetime, float]] = {}

    def allows(self, key: Hashable, now: datetime) -> bool:
        """Whether one more is allowed now; it is counted if so."""
        since, left = self._left.get(key, (now, self.burst))
        passed = max(0.0, (now - since).total_seconds())
        left = min(self.burst, left + passed * self.rate)
        self._left[key] = (now, left - 1 if left >= 1 else left)
        return left >= 1
