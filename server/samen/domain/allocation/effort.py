"""What is spent of a budget, counted so that it comes to the same on every machine."""

from __future__ import annotations

from samen.domain.allocation.draft import Budget

# Places that are looked at in a second of deterministic time: a fifth of what an ordinary machine does, so
# that it is this count that ends the work, and the plan is the same every time.
LOOKS_PER_SECOND = 200_000


class Effort:
    """What has been spent of a budget: `looks` at places."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._until = budget.clock() + budget.seconds
        self.looks = 0

    def is_spent(self, share: float = 1.0) -> bool:
        """Whether that share of the whole has gone."""
        return (
            self.looks >= share * self._budget.seconds * LOOKS_PER_SECOND
            or self._budget.clock() >= self._until
            or self._budget.is_cancelled()
        )
