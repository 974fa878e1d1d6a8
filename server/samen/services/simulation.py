"""What each tenant would have paid over past bills by another key. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from samen.adapters.db.models import Bill, HoursBasis, MeterKind, SharingKey, Site
from samen.domain.sharing import Doubt, Key
from samen.services.bills import current_bills
from samen.services.sharing_inputs import gather
from samen.services.sharing_keys import key_on, weights_of

# Bills further back say little of the coming years.
MOST_BILLS = 24
Cents = Mapping[str, int]


@dataclass(frozen=True)
class Trial:
    """One bill by either key: cents by slug of tenant. `now` is empty where there is no key at present."""

    bill: Bill
    now: Cents
    then: Cents
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Simulation:
    """Past bills by the present key and by another, newest first."""

    present: SharingKey | None
    trials: tuple[Trial, ...]

    def now(self) -> Cents:
        return _sum(trial.now for trial in self.trials)

    def then(self) -> Cents:
        return _sum(trial.then for trial in self.trials)


def _sum(parts: Iterable[Cents]) -> Cents:
    whole: Counter[str] = Counter()
    for part in parts:
        for tenant, cents in part.items():
            whole[tenant] += cents
    return dict(whole)


def simulate(
    session: Session, site: Site, kind: MeterKind, key: Key, basis: HoursBasis, today: date
) -> Simulation:
    """Share the last bills of that kind by `key`, beside the key of today. Bills with nobody are left out."""
    present = key_on(session, site, kind, today)
    trials = (
        _trial(session, site, bill, key, basis, present)
        for bill in current_bills(session, site, kind)[:MOST_BILLS]
    )
    return Simulation(present, tuple(trial for trial in trials if trial is not None))


def _trial(
    session: Session, site: Site, bill: Bill, key: Key, basis: HoursBasis, present: SharingKey | None
) -> Trial | None:
    inputs = gather(session, site, bill, basis)
    if not inputs.parties:
        return None
    then = inputs.shared(key)
    now: Cents = {}
    if present is not None:
        same = present.hours_basis is basis
        before = inputs if same else gather(session, site, bill, present.hours_basis, inputs)
        now = {one.tenant: one.cents for one in before.shared(weights_of(present)).shares}
    return Trial(bill, now, {one.tenant: one.cents for one in then.shares}, then.doubts)
