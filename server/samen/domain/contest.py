"""Who gets a time that several asked for before it could be booked: by credit, where it is equal by lot.

Credits are compared as they are shown, to a tenth of an hour. Whoever gets something has so much less credit
for what is decided next. Lots are drawn from a seed that is told: anyone can draw them again.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from samen.domain.credits import HOUR_S, Shares, parts

TENTH_S = HOUR_S // 10


class Rule(enum.Enum):
    """By which a request was decided. `OWN`: another request of the same tenant got the time."""

    UNCONTESTED = "uncontested"
    CREDIT = "credit"
    LOTTERY = "lottery"
    OWN = "own"


@dataclass(frozen=True)
class Asked:
    """A request, in the order in which they came. `meets`: the others of which only one can be had.

    `seconds`: what it would take of the tenant's credit.
    """

    id: int
    tenant: int
    seconds: int
    meets: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Decision:
    """`credit`: of the tenant when it was decided; `other`: the best of those who asked for the same, or of
    who got it. In seconds. `rivals`: how many other requests stood in the way, where there were any.
    """

    asked: Asked
    granted: bool
    rule: Rule
    credit: int
    other: int | None = None
    rivals: int = 0


def lot(seed: str, tenant: str) -> str:
    """A tenant's lot, by its slug: the smallest wins."""
    return sha256(f"{seed}:{tenant}".encode()).hexdigest()


def decide(
    asked: Sequence[Asked],
    credit: Mapping[int, int],
    shares: Shares,
    lots: Mapping[int, str],
    grant: Callable[[Asked], bool],
) -> list[Decision]:
    """Go from the most credit to the least. `grant` gives the time, or says that it cannot be had any more.

    What cannot be had is left undecided: nobody of those who asked has it.
    """
    hand = _Hand(asked, dict(credit), shares, lots)
    while (best := hand.best()) is not None:
        del hand.left[best.id]
        if grant(best):
            hand.give(best)
    return hand.decided


class _Hand:
    """What is still to be decided, and what has been."""

    def __init__(
        self, asked: Sequence[Asked], credit: dict[int, int], shares: Shares, lots: Mapping[int, str]
    ) -> None:
        self.left = {one.id: one for one in asked}
        self.order = {one.id: place for place, one in enumerate(asked)}
        self.credit, self.shares, self.lots = credit, shares, lots
        self.decided: list[Decision] = []

    def best(self) -> Asked | None:
        """What nobody else wants first, then the most credit, then the lot; of one tenant what came first."""
        return min(
            self.left.values(),
            key=lambda one: (
                bool(self._rivals(one)),
                -self._tenths(one),
                self.lots[one.tenant],
                self.order[one.id],
            ),
            default=None,
        )

    def give(self, winner: Asked) -> None:
        """Note who got it and who did not, and what it takes of the winner's credit."""
        rivals = self._rivals(winner)
        best = max((self._credit(one) for one in rivals), default=None)
        rule = self._rule(winner, rivals)
        self.decided.append(Decision(winner, True, rule, self._credit(winner), best, len(rivals)))
        for loser in [self.left[id_] for id_ in winner.meets if id_ in self.left]:
            del self.left[loser.id]
            own = loser.tenant == winner.tenant
            lost_by = Rule.OWN if own else self._rule(winner, [loser])
            self.decided.append(
                Decision(loser, False, lost_by, self._credit(loser), self._credit(winner), len(rivals))
            )
        if rivals:
            self._take(winner)

    def _rivals(self, one: Asked) -> list[Asked]:
        met = (self.left[id_] for id_ in one.meets if id_ in self.left)
        return [other for other in met if other.tenant != one.tenant]

    def _rule(self, winner: Asked, rivals: Sequence[Asked]) -> Rule:
        if not rivals:
            return Rule.UNCONTESTED
        most = max(self._tenths(one) for one in rivals)
        return Rule.LOTTERY if most == self._tenths(winner) else Rule.CREDIT

    def _take(self, winner: Asked) -> None:
        for tenant, seconds in parts(winner.seconds, self.shares).items():
            self.credit[tenant] = self.credit.get(tenant, 0) + seconds
        self.credit[winner.tenant] -= winner.seconds

    def _credit(self, one: Asked) -> int:
        return self.credit.get(one.tenant, 0)

    def _tenths(self, one: Asked) -> int:
        return round(self._credit(one) / TENTH_S)
