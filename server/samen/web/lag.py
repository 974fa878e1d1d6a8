"""How far ingest is behind: the age of the oldest reading that a node sent and no ack has answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container
from dataclasses import dataclass

# A node that fell silent says nothing of ingest; one that waits for its ack sends again every 30 s.
GONE_AFTER_S = 300.0
# Names on topics are anybody's invention: no more than this are remembered.
MOST_NAMES = 5_000


@dataclass
class _Waiting:
    since: float
    last: float


class Lag:
    """Hears readings and acks go by, and keeps for each node since when it waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}

    def sent(self, device: str) -> None:
        """The node sent a reading."""
        now = self._clock()
        with self._lock:
            if len(self._waiting) < MOST_NAMES or device in self._waiting:
                self._waiting.setdefault(device, _Waiting(now, now)).last = now

    def acked(self, device: str) -> None:
        """Something of the node's was committed."""
        with self._lock:
            self._waiting.pop(device, None)

    def seconds(self, devices: Container[str]) -> float:
        """The longest wait among `devices`, the known ones: a stranger is rightly never answered."""
        now = self._clock()
        with self._lock:
            waits = [
                now - wait.since
                for device, wait in self._waiting.items()
                if device in devices and now - wait.last < GONE_AFTER_S
            ]
        return max(waits, default=0.0)
