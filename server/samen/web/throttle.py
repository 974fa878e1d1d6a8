"""How often someone may try. Counted in this one process's memory, so a restart forgets."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

# A shared building often has one public address: the limit per address must let a whole meeting sign in.
ATTEMPTS_PER_ADDRESS = RateLimitItemPerMinute(20)
FAILURES_PER_ACCOUNT = RateLimitItemPerMinute(10, 15)
# Nobody guesses 80 bits; a new node asks twice a minute at the most.
CLAIMS_PER_ADDRESS = RateLimitItemPerMinute(30)
INVITATIONS_PER_MEMBER = RateLimitItemPerHour(30)
FEEDS_PER_MEMBER = RateLimitItemPerHour(30)
# A calendar service reads for many people from few addresses.
FEED_READS_PER_ADDRESS = RateLimitItemPerMinute(120)


class Throttle:
    """Counts attempts in moving windows and raises TooManyRequests, with Retry-After, past a limit."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def attempt(self, limit: RateLimitItem, *who: str) -> None:
        """Count an attempt; refuse it when there were too many."""
        if not self._limiter.hit(limit, *who):
            self._refuse(limit, *who)

    def demand_room(self, limit: RateLimitItem, *who: str) -> None:
        """Refuse when there were too many, without counting this one."""
        if not self._limiter.test(limit, *who):
            self._refuse(limit, *who)

    def _refuse(self, limit: RateLimitItem, *who: str) -> None:
        reset_at = self._limiter.get_window_stats(limit, *who).reset_time
        raise TooManyRequests(retry_after=max(1, math.ceil(reset_at - time.time())))
