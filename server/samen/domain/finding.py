"""What suits best of what is free, and for how long it stays free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from samen.domain.interval import Interval, gaps
from samen.domain.rules import Refusal, SpaceRules, Wanted, opening_of, refusals

QUARTER = timedelta(minutes=15)
USUAL = timedelta(hours=1)
# Reasons that no other time takes away.
LASTING = frozenset(
    {"lacks_features", "not_for_your_tenant", "not_for_your_role", "too_many_people", "too_short", "too_long"}
)


@dataclass(frozen=True)
class EnergyHint:
    """What a booking would take in heat. `warm`: the space's zone is heated at that time anyway.

    `kwh`: to warm the zone up from what it will have cooled down to, as it is shown, so that what looks alike
    counts alike; None for a space that belongs to no zone. `about`: by its area, where no meter told.
    """

    warm: bool
    kwh: float | None = None
    about: bool = False

    @property
    def cost(self) -> float:
        """Comparable among spaces; the least is the best, and what nobody knows comes last."""
        unknown = 0.0 if self.warm else inf
        return unknown if self.kwh is None else self.kwh


def preference(energy: EnergyHint, capacity: int, position: int) -> tuple[float, int, int]:
    """Sorts what is free: least extra energy, then the smallest that will do, then the house's order."""
    return energy.cost, capacity, position


def lacks(needed: Collection[str], features: Collection[str]) -> Refusal | None:
    """What was asked for and the space does not have."""
    missing = sorted(set(needed) - set(features))
    return Refusal("lacks_features", {"features": tuple(missing)}) if missing else None


def free_stretch(at: datetime, rules: SpaceRules, busy: Sequence[Interval]) -> Interval | None:
    """The time around an instant for which a space is open and nothing holds it, within one local day.

    None when it is closed or held then. `busy`: what holds it, made longer by its own buffers.
    """
    hours = opening_of(rules, rules.local_date(at))
    held = (*busy, *(closure.during for closure in rules.blackouts))
    return next((gap for gap in gaps(hours, held) if gap.contains(at)), None) if hours else None


def right_now(
    wanted: Wanted, rules: SpaceRules, busy: Sequence[Interval]
) -> tuple[Interval, datetime] | None:
    """What could be booked at the start of `wanted`, and until when the space stays free.

    It begins with the quarter of an hour that runs, and lasts as long as `wanted` where the rules and what
    follows let it; None where they allow nothing, or where less than a quarter is left.
    """
    now = wanted.during.start
    stretch = free_stretch(now, rules, busy)
    if stretch is None or stretch.end - now < QUARTER:
        return None
    start = max(stretch.start, quarter_of(now))
    length = min(max(wanted.during.length, rules.shortest), rules.longest)
    during = Interval(start, min(start + length, stretch.end))
    allowed = not refusals(Wanted(during, wanted.people, wanted.who), rules, now)
    return (during, stretch.end) if allowed else None


def quarter_of(at: datetime) -> datetime:
    """The start of the quarter of an hour that runs then."""
    return at - (at - at.replace(minute=0, second=0, microsecond=0)) % QUARTER
