"""Requests gathered before a date could be booked: once it opens, they are decided by credit.

What nobody else asked for is granted. Until all are decided nobody else can book that time, however late this
runs. Whoever gets nothing stays in line, and is told by which rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Invite, Occurrence, OccurrenceStatus, Tenant, Waiting, WaitState
from samen.domain.contest import Asked, Decision, Rule, decide, lot
from samen.domain.credits import HOUR_S
from samen.domain.interval import hull
from samen.domain.quota import Basis, Spent
from samen.domain.rules import Wanted, refusals
from samen.domain.waiting import still_refused
from samen.services import audit, booking, notices, placing, quota, standing, waitlist
from samen.services.credits import TICK, balances
from samen.services.placing import UNDECIDED, Slot
from samen.services.waitlist import booker_of, facts_of, wanted_by

# Of what could not be had any more: taken, closed, or beyond the tenant's hours by now.
GONE: Mapping[str, Any] = {"granted": False, "rule": None}


def due(session: Session, now: datetime) -> Sequence[Waiting]:
    """What is open and not decided yet, in the order in which it was asked for."""
    query = select(Waiting).where(UNDECIDED, Waiting.opens_at <= now)
    in_order = query.order_by(Waiting.created_at, Waiting.id)
    return session.scalars(in_order.execution_options(populate_existing=True)).all()


def settle(session: Session, now: datetime) -> list[Waiting]:
    """Decide all that is due, each tenant's turn and each space's taken first: of two at once one does."""
    waiting = due(session, now)
    if not waiting:
        return []
    take_turn(session, TENANT, {one.tenant_id for one in waiting})
    placing.wait_for(session, [_slot(one) for one in waiting])
    known = {one.id for one in waiting}
    waiting = [one for one in due(session, now) if one.id in known]
    table = _Table(session, {one.id: one for one in waiting}, audit.head(session), now)
    table.decide()
    return list(waiting)


def _slot(one: Waiting) -> Slot:
    return Slot(one.starts_at, one.space, wanted_by(one))


@dataclass
class _Table:
    """The requests on the table. `seed`: of the lots, the newest entry of the record, which nobody chose."""

    session: Session
    waiting: dict[int, Waiting]
    seed: str
    now: datetime
    granted: dict[int, Occurrence] = field(default_factory=dict)

    def decide(self) -> None:
        tenants = self.session.scalars(select(Tenant).order_by(Tenant.id)).all()
        decisions = decide(
            self._asked(),
            balances(self.session),
            {tenant.id: tenant.entitlement for tenant in tenants},
            {tenant.id: lot(self.seed, tenant.slug) for tenant in tenants},
            self._grant,
        )
        told = {decision.asked.id: self._told(decision) for decision in decisions}
        for id_, one in self.waiting.items():
            one.decision = told.get(id_, dict(GONE))
            self._tell(one)
        if self.waiting:
            self._note(decisions)

    def _asked(self) -> list[Asked]:
        meter = quota.house_meter(self.session)
        claims = {
            id_: (set(placing.atoms_of(one.space)), placing.claimed(one.space, wanted_by(one)))
            for id_, one in self.waiting.items()
        }
        found = []
        for id_, one in self.waiting.items():
            atoms, during = claims[id_]
            meets = frozenset(
                other
                for other, (others, span) in claims.items()
                if other != id_ and atoms & others and span.overlaps(during)
            )
            spent = Spent(wanted_by(one), one.space.weight)
            hours = meter.hours([spent], Basis.BOOKED, spent.during)
            found.append(Asked(id_, one.tenant_id, round(hours * HOUR_S), meets))
        return found

    def _grant(self, asked: Asked) -> bool:
        """Book it, if its rules and its tenant's hours still let it and nothing else came in its way."""
        session, one, now = self.session, self.waiting[asked.id], self.now
        who, during, space = booker_of(session, one), wanted_by(one), one.space
        if who is None:
            return False
        picture = placing.look(session, [space], hull([during]))
        reasons = still_refused(refusals(Wanted(during, one.people, who), picture.rules[space.id], now))
        if reasons or picture.busy([space], placing.claimed(space, during)):
            return False
        if quota.over(session, one.tenant_id, [(during, space.weight)], now):
            return False
        if not waitlist.turn(session, one, WaitState.WAITING, WaitState.TAKEN):
            return False
        status, holds = booking.status_of(space, who)
        stored = waitlist.store(session, one, during, status, now)
        if not holds:
            standing.hold(session, [stored], active=False)
        one.offer_id = stored
        session.flush()
        self.granted[asked.id] = session.get_one(Occurrence, stored)
        return True

    def _told(self, decision: Decision) -> dict[str, Any]:
        return {
            "granted": decision.granted,
            "rule": decision.rule.value,
            "credit": decision.credit,
            "other": decision.other,
            "rivals": decision.rivals,
            "seed": self.seed if decision.rule is Rule.LOTTERY else None,
        }

    def _tell(self, one: Waiting) -> None:
        got = self.granted.get(one.id)
        confirmed = got is not None and got.status is OccurrenceStatus.CONFIRMED
        facts = {**facts_of(one, wanted_by(one)), "decision": one.decision}
        notices.tell(
            self.session,
            [one.member_id],
            "contest_lost" if got is None else "contest_won",
            facts if got is None else facts | {"url": f"/series/{got.series_id}"},
            self.now,
            invite=Invite.REQUEST if confirmed else None,
            series_id=got.series_id if got is not None and confirmed else None,
        )
        if got is not None and not confirmed:
            told = booking.facts_of(got.series, [got]) | {"url": "/requests"}
            deciders = notices.deciders(self.session, {got.space_id})
            notices.tell(self.session, deciders, "request_waits", told, self.now)

    def _note(self, decisions: Iterable[Decision]) -> None:
        facts = {
            "seed": self.seed,
            "requests": [
                {
                    "request": one.asked.id,
                    "tenant": one.asked.tenant,
                    "granted": one.granted,
                    "rule": one.rule.value,
                    "credit": one.credit,
                }
                for one in decisions
            ],
        }
        audit.note(self.session, TICK, "contest.decided", "waitlist", facts, self.now)
