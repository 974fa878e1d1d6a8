"""The ledger of credits: settled each night, added to and never changed.

A booking is charged once its day is over. What was charged stays; where nobody knew whether somebody came,
sensors are asked again for some weeks, and what they tell late is a further entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import CREDITS, take_turn
from samen.adapters.db.models import CreditEntry, CreditRules, CreditShare, Tenant
from samen.domain.access import Viewer
from samen.domain.credits import (
    HALVED,
    SHARE,
    Charge,
    Entry,
    Outcome,
    Shares,
    Written,
    corrections,
    halvings,
    next_quarter,
    posted,
    quarter_of,
)
from samen.domain.interval import Interval, at_wall, midnight
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.charges import charges, learn
from samen.services.quota import house_meter

FROM = time(3)
TICK = "worker:tick"
# What a sensor says so many days later still corrects the ledger.
LATE = timedelta(days=28)
USUAL_REFUND_H, LONGEST_REFUND_H = 48, 60 * 24


@dataclass(frozen=True)
class _Lines:
    """What stands in the ledger from a day on, halvings left out: by line its sum, day and last code."""

    seconds: Written
    days: Mapping[tuple[int, str], date]
    codes: Mapping[tuple[int, str], str]

    def charges(self) -> dict[str, Charge]:
        """Those that stand as they are: all but those of which nobody knew."""
        return {
            key: Charge(key, tenant, self.days[tenant, key], -seconds, self.codes[tenant, key])
            for (tenant, key), seconds in self.seconds.items()
            if self.codes[tenant, key] not in {SHARE, Outcome.SILENT.value}
        }


def rules_of(session: Session) -> CreditRules:
    """By what rules the house settles, and up to when it has: to be written to."""
    found = session.get(CreditRules, 1)
    if found is None:
        found = CreditRules(id=1, refunded_h=USUAL_REFUND_H)
        session.add(found)
    return found


def refunded_h(session: Session) -> int:
    """How many hours before its start a booking can be cancelled without being charged."""
    rules = session.get(CreditRules, 1)
    return rules.refunded_h if rules else USUAL_REFUND_H


def change_rules(session: Session, hours: int, viewer: Viewer, now: datetime) -> Refusal | None:
    """Set how many hours ahead a booking can be cancelled for nothing; what was settled stays."""
    if not 0 <= hours <= LONGEST_REFUND_H:
        return Refusal("out_of_limits", {"least": 0, "most": LONGEST_REFUND_H})
    take_turn(session, CREDITS, [0])
    rules = rules_of(session)
    if rules.refunded_h != hours:
        rules.refunded_h = hours
        session.flush()
        audit.note(session, viewer.actor, "rules.changed", "credits", {"refunded_h": hours}, now)
    return None


def balances(session: Session) -> dict[int, int]:
    """Each tenant's credit in seconds: 0 for one that has no entry yet."""
    rows = session.execute(
        select(Tenant.id, func.coalesce(func.sum(CreditEntry.seconds), 0))
        .outerjoin(CreditEntry, CreditEntry.tenant_id == Tenant.id)
        .group_by(Tenant.id)
    )
    return {tenant_id: int(seconds) for tenant_id, seconds in rows}


def is_due(session: Session, now: datetime) -> bool:
    """Whether it is past three o'clock on a local day whose night was not settled."""
    zone = house_meter(session).zone
    today = now.astimezone(zone).date()
    rules = session.get(CreditRules, 1)
    last = rules.settled_until if rules else None
    return last is None or (last < today and now.astimezone(UTC) >= at_wall(today, FROM, zone))


def settle(session: Session, now: datetime, since: date | None = None) -> int:
    """Settle every local day that is over. How many entries were added: none where all was settled.

    The first time from `since` on, or from the beginning of the quarter that runs.
    """
    take_turn(session, CREDITS, [0])
    meter, rules = house_meter(session), rules_of(session)
    today = now.astimezone(meter.zone).date()
    begins = rules.settled_from or since or quarter_of(today)
    unsettled = rules.settled_until or begins
    days = _days(max(begins, unsettled - LATE), today)
    lines: list[Entry] = []
    if days:
        during = Interval(midnight(days[0], meter.zone), midnight(today, meter.zone))
        learn(session, during)
        told = charges(session, during, meter, timedelta(hours=rules.refunded_h))
        lines = _add(session, told, days, unsettled, now)
    rules.settled_from, rules.settled_until = begins, max(unsettled, today)
    lines += _halve(session, quarter_of(today), now)
    if lines:
        facts = {"until": today.isoformat(), "entries": len(lines)}
        audit.note(session, TICK, "credits.settled", "credits", facts, now)
    return len(lines)


def charge(session: Session, one: Charge, now: datetime) -> None:
    """Charge, or give back, on a day that was settled. Holds the ledger's turn until the transaction ends."""
    take_turn(session, CREDITS, [0])
    _add(session, [one], [one.on], one.on, now)
    _halve(session, quarter_of(now.astimezone(house_meter(session).zone).date()), now)


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]


def _add(
    session: Session, told: Iterable[Charge], days: Sequence[date], unsettled: date, now: datetime
) -> list[Entry]:
    """Write what is missing so that the ledger says what was told of some days, and what stood before."""
    stands = _lines(session, days[0], days[-1])
    known = stands.charges()
    wanted = [*known.values(), *(one for one in told if one.key not in known)]
    lines = corrections(posted(wanted, _shares(session, days, unsettled)), stands.seconds)
    _write(session, lines, now)
    return lines


def _lines(session: Session, first: date, last: date) -> _Lines:
    rows = session.execute(
        select(
            CreditEntry.tenant_id, CreditEntry.key, CreditEntry.on_date, CreditEntry.seconds, CreditEntry.code
        )
        .where(CreditEntry.on_date >= first, CreditEntry.on_date <= last, CreditEntry.code != HALVED)
        .order_by(CreditEntry.id)
    )
    seconds: defaultdict[tuple[int, str], int] = defaultdict(int)
    days: dict[tuple[int, str], date] = {}
    codes: dict[tuple[int, str], str] = {}
    for tenant_id, key, on, more, code in rows:
        line = (tenant_id, key)
        seconds[line] += more
        days[line], codes[line] = on, code
    return _Lines(dict(seconds), days, codes)


def _shares(session: Session, days: Sequence[date], unsettled: date) -> dict[date, Shares]:
    """Entitlements of each day: as they were when its quarter was first settled, or its tenant came."""
    quarters = sorted({quarter_of(day) for day in days})
    kept = session.scalars(
        select(CreditShare).where(
            CreditShare.from_on >= quarters[0], CreditShare.from_on < next_quarter(quarters[-1])
        )
    ).all()
    known = {(quarter_of(one.from_on), one.tenant_id): one for one in kept}
    settled = {quarter for quarter, _ in known}
    for tenant in session.scalars(select(Tenant).order_by(Tenant.id)).all():
        for quarter in quarters:
            if (quarter, tenant.id) not in known:
                from_on = max(quarter, unsettled) if quarter in settled else quarter
                one = CreditShare(from_on=from_on, tenant_id=tenant.id, entitlement=tenant.entitlement)
                session.add(one)
                known[quarter, tenant.id] = one
    session.flush()
    return {day: _shares_on(day, known.values()) for day in days}


def _shares_on(day: date, known: Iterable[CreditShare]) -> Shares:
    return {
        one.tenant_id: one.entitlement
        for one in known
        if one.from_on <= day < next_quarter(quarter_of(one.from_on))
    }


def _halve(session: Session, until: date, now: datetime) -> list[Entry]:
    """Begin each quarter with half; late entries of quarters before are halved by further entries too."""
    line = (CreditEntry.tenant_id, CreditEntry.on_date, CreditEntry.code)
    rows = session.execute(select(*line, func.sum(CreditEntry.seconds)).group_by(*line))
    earned: defaultdict[date, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    written: dict[tuple[int, str], int] = {}
    for tenant_id, on, code, seconds in rows:
        if code == HALVED:
            written[tenant_id, f"{HALVED}:{on}"] = int(seconds)
        else:
            earned[quarter_of(on)][tenant_id] += int(seconds)
    lines = corrections(halvings(earned, until), written)
    _write(session, lines, now)
    return lines


def _write(session: Session, lines: Sequence[Entry], now: datetime) -> None:
    rows = [
        {
            "tenant_id": one.tenant,
            "on_date": one.on,
            "key": one.key,
            "seconds": one.seconds,
            "code": one.code,
            "facts": dict(one.facts),
            "corrects": one.corrects,
            "made_at": now,
        }
        for one in lines
    ]
    if rows:
        session.execute(insert(CreditEntry), rows)
