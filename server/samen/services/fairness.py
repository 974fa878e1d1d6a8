"""How a quarter was shared: what each tenant asked for, was granted and used, and its credit, as figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    CreditDispute,
    CreditEntry,
    CreditRules,
    Occurrence,
    OccurrenceStatus,
    Space,
    SpaceKind,
    Tenant,
    Waiting,
    WaitState,
)
from samen.domain.credits import last_quarter, next_quarter, quarter_of
from samen.domain.interval import Interval, midnight
from samen.services.measured_use import MeasuredUse, measured_use
from samen.services.quota import house_meter

HOUR = timedelta(hours=1)
NEVER_GRANTED = (OccurrenceStatus.DECLINED, OccurrenceStatus.PENDING)
Line = tuple[CreditEntry, CreditDispute | None]


@dataclass(frozen=True)
class Standing:
    """A tenant's quarter, in hours in rooms that are over. `share`: of the building, by entitlement.

    `asked`: what was granted, declined, left without an answer, or waited for in vain. `credit_s`: in
    seconds, at the end of the quarter, or now; `earned_s`: what was earned or spent within it.
    """

    tenant: Tenant
    share: float
    asked: float
    use: MeasuredUse
    credit_s: int
    earned_s: int


def quarters(session: Session, now: datetime) -> list[date]:
    """First days of the quarters that were settled, the newest first; the one that runs in any case."""
    today = now.astimezone(house_meter(session).zone).date()
    rules = session.get(CreditRules, 1)
    first = quarter_of(rules.settled_from) if rules and rules.settled_from else quarter_of(today)
    found = [quarter_of(today)]
    while found[-1] > first:
        found.append(last_quarter(found[-1]))
    return found


def standings(session: Session, quarter: date, now: datetime) -> list[Standing]:
    """Every tenant's, by name, for the quarter that begins then."""
    zone = house_meter(session).zone
    during = Interval(midnight(quarter, zone), midnight(next_quarter(quarter), zone))
    use, in_vain = measured_use(session, during, now), _in_vain(session, during, now)
    credit, earned = _credit(session, quarter)
    tenants = session.scalars(select(Tenant).order_by(Tenant.name)).all()
    whole = sum(tenant.entitlement for tenant in tenants)
    return [
        Standing(
            tenant,
            tenant.entitlement / whole,
            (granted := use.get(tenant.id, MeasuredUse())).booked + in_vain[tenant.id],
            granted,
            credit[tenant.id],
            earned[tenant.id],
        )
        for tenant in tenants
    ]


def lines(session: Session, tenant_id: int, quarter: date) -> list[Line]:
    """The tenant's entries about days of the quarter, with what was said against them; the newest first."""
    rows = session.execute(
        select(CreditEntry, CreditDispute)
        .outerjoin(CreditDispute, CreditDispute.entry_id == CreditEntry.id)
        .where(CreditEntry.tenant_id == tenant_id)
        .where(CreditEntry.on_date >= quarter, CreditEntry.on_date < next_quarter(quarter))
        .order_by(CreditEntry.on_date.desc(), CreditEntry.id.desc())
    )
    return [(entry, dispute) for entry, dispute in rows]


def _in_vain(session: Session, during: Interval, now: datetime) -> defaultdict[int, float]:
    """Hours that were asked for and never granted, by tenant."""
    hours: defaultdict[int, float] = defaultdict(float)
    refused = select(Occurrence.tenant_id, Occurrence.starts_at, Occurrence.ends_at).where(
        Occurrence.status.in_(NEVER_GRANTED), *_over(Occurrence, during, now)
    )
    waited = select(Waiting.tenant_id, Waiting.starts_at, Waiting.ends_at).where(
        Waiting.state == WaitState.WAITING, *_over(Waiting, during, now)
    )
    for tenant_id, start, end in [*session.execute(refused), *session.execute(waited)]:
        hours[tenant_id] += (end - start) / HOUR
    return hours


def _over(
    asked: type[Occurrence] | type[Waiting], during: Interval, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    rooms = select(Space.id).where(Space.kind == SpaceKind.ROOM)
    return (
        asked.space_id.in_(rooms),
        asked.starts_at >= during.start,
        asked.starts_at < during.end,
        asked.ends_at <= now,
    )


def _credit(session: Session, quarter: date) -> tuple[defaultdict[int, int], defaultdict[int, int]]:
    """At the end of the quarter, and of that what belongs to it; by tenant, in seconds."""
    credit: defaultdict[int, int] = defaultdict(int)
    earned: defaultdict[int, int] = defaultdict(int)
    rows = session.execute(
        select(CreditEntry.tenant_id, CreditEntry.on_date, func.sum(CreditEntry.seconds))
        .where(CreditEntry.on_date < next_quarter(quarter))
        .group_by(CreditEntry.tenant_id, CreditEntry.on_date)
    )
    for tenant_id, on, seconds in rows:
        credit[tenant_id] += int(seconds)
        earned[tenant_id] += int(seconds) if on >= quarter else 0
    return credit, earned
