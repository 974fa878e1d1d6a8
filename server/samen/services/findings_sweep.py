"""The nightly look, kept: findings open, are refreshed, fall silent, and are measured once they are done.

Once a local day per site, from three o'clock on. The look itself takes no lock; what it found is kept in one
transaction, by whoever of several workers notes the day first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Finding, Member, Membership, Meter, Site, WasteReview
from samen.adapters.db.upsert import insert_into
from samen.domain.access import Role
from samen.domain.effect import Outcome
from samen.domain.interval import at_wall
from samen.domain.waste import DONE_DAYS, GONE_AFTER, RETIRED_DAYS, SIBLINGS, Kind, State
from samen.services import findings, rollup
from samen.services.findings import STANDING
from samen.services.review import Found, Measured, Review, review

FROM = time(3)
TICK = "worker:tick"
Standing = Mapping[tuple[int, Kind], Finding]


def sweep(database: Database, now: datetime) -> int | None:
    """Look at the sites of which last night is not known yet. How many were looked at by this worker.

    None while buckets are behind the readings, as after an import of years: there is nothing to look at yet.
    """
    with database.read() as session:
        if rollup.is_counting(session, now):
            return None
        waiting = due(session, now)
    kept = 0
    for site_id in waiting:
        with database.read() as session:
            found = review(session, session.get_one(Site, site_id), now)
        with database.write() as session:
            kept += keep(session, found, now)
    return kept


def due(session: Session, now: datetime) -> list[int]:
    """The sites at which it is past three o'clock on a day that was not looked at, or that never were."""
    rows = session.execute(
        select(Site.id, Site.timezone, WasteReview.reviewed_on)
        .outerjoin(WasteReview, WasteReview.site_id == Site.id)
        .order_by(Site.id)
    )
    return [site_id for site_id, zone, last in rows if _is_due(ZoneInfo(zone), last, now)]


def _is_due(zone: ZoneInfo, last: date | None, now: datetime) -> bool:
    if last is None:
        return True
    today = now.astimezone(zone).date()
    return now.astimezone(UTC) >= at_wall(today, FROM, zone) and last < today


def keep(session: Session, found: Review, now: datetime) -> bool:
    """Store what a look found; False where another worker stored that day's before."""
    if not _first(session, found):
        return False
    rows = session.scalars(select(Finding).where(Finding.site_id == found.site_id, Finding.current)).all()
    standing = {(one.meter_id, one.kind): one for one in rows}
    by_id = {one.id: one for one in rows}
    for measured in found.measured:
        _settle(session, by_id.get(measured.finding_id), measured, found.on, now)
    for one in found.found:
        _see(session, standing, found, one, now)
    _end_what_is_gone(session, standing, found, now)
    return True


def _first(session: Session, found: Review) -> bool:
    values = {"site_id": found.site_id, "reviewed_on": found.on, "figures": found.figures}
    stored = insert_into(session, WasteReview).values(**values)
    newer = stored.on_conflict_do_update(
        index_elements=["site_id"],
        set_={"reviewed_on": found.on, "figures": found.figures},
        where=WasteReview.reviewed_on < found.on,
    )
    return session.scalar(newer.returning(WasteReview.site_id)) is not None


def _see(session: Session, standing: Standing, found: Review, one: Found, now: datetime) -> None:
    """The same waste never opens twice: what stands is refreshed, what was settled is quiet for its time."""
    kinds = (one.waste.kind, *SIBLINGS.get(one.waste.kind, ()))
    same = [standing[one.meter_id, kind] for kind in kinds if (one.meter_id, kind) in standing]
    loud = [each for each in same if each.state not in STANDING and _may_speak(each, found.on)]
    if len(loud) == len(same):
        for each in loud:
            findings.move(session, each, each.state, {"current": False})
        _open(session, found.site_id, one, now)
        return
    for each in same:
        if each.state in STANDING:
            _refresh(each, one, now)


def _may_speak(one: Finding, on: date) -> bool:
    return one.quiet_until is not None and on > one.quiet_until


def _refresh(row: Finding, one: Found, now: datetime) -> None:
    row.last_seen_at = now
    if row.kind is one.waste.kind:
        for name, value in _values(one).items():
            setattr(row, name, value)


def _values(one: Found) -> dict[str, object]:
    waste = one.waste
    return {
        "kwh_year": waste.kwh_year,
        "kw": waste.kw,
        "base_kw": waste.base_kw,
        "cents_year": one.cents_year,
        "price_is_estimate": one.price_is_estimate,
        "evidence": waste.evidence,
    }


def _open(session: Session, site_id: int, one: Found, now: datetime) -> None:
    meter = session.get_one(Meter, one.meter_id)
    values = _values(one) | {
        "site_id": site_id,
        "meter_id": meter.id,
        "kind": one.waste.kind,
        "owner_id": _default_owner(session, meter),
        "first_seen_at": now,
        "last_seen_at": now,
    }
    # Whatever turn was missed, the index lets one through.
    added = insert_into(session, Finding).values(**values).on_conflict_do_nothing().returning(Finding.id)
    finding_id = session.scalar(added)
    if finding_id is None:
        return
    row = session.get_one(Finding, finding_id)
    findings.note(session, row, TICK, "opened", now, {"kwh_year": row.kwh_year})
    # A night may find much: of what the figures hand out themselves, the page tells and no mail.
    findings.tell(session, row, "finding_assigned", now, mail=False)


def _default_owner(session: Session, meter: Meter) -> int | None:
    """An admin of the tenant that the space or the meter belongs to; else a manager."""
    tenant_id = meter.space.owner_id if meter.space and meter.space.owner_id else meter.tenant_id
    admin = (Membership.role == Role.TENANT_ADMIN, Membership.tenant_id == tenant_id)
    for wanted in (admin, (Membership.role == Role.MANAGER,)):
        first = (
            select(Member.id)
            .join(Membership, Membership.member_id == Member.id)
            .where(Member.disabled_at.is_(None), *wanted)
            .order_by(Member.id)
            .limit(1)
        )
        if (member_id := session.scalar(first)) is not None:
            return member_id
    return None


def _end_what_is_gone(session: Session, standing: Standing, found: Review, now: datetime) -> None:
    """What was looked for in vain for long enough ended by itself: nobody is credited with it."""
    for key, row in standing.items():
        gone = row.state in STANDING and row.last_seen_at <= now - GONE_AFTER
        if gone and key in found.told:
            values = {"quiet_until": found.on, "done_on": None, "result": None}
            if findings.move(session, row, State.DONE, values):
                findings.note(session, row, TICK, "gone", now, {})


def _settle(session: Session, row: Finding | None, measured: Measured, on: date, now: datetime) -> None:
    """Keep what was measured, unless somebody opened it again or moved its date meanwhile."""
    if row is None or row.state is not State.DONE or row.done_on != measured.done_on:
        return
    to, quiet = State.DONE, measured.done_on + timedelta(days=DONE_DAYS)
    if measured.outcome is Outcome.NO_EFFECT:
        to, quiet = State.RETIRED, on + timedelta(days=RETIRED_DAYS)
    settled = measured.outcome in {Outcome.WORKED, Outcome.NO_EFFECT}
    values = {"result": measured.result} | ({"quiet_until": quiet} if settled else {})
    if not findings.move(session, row, to, values) or not settled:
        return
    session.refresh(row)
    facts = {name: measured.result[name] for name in ("outcome", "kw", "kwh_year", "days")}
    findings.note(session, row, TICK, "measured", now, facts)
    findings.tell(session, row, "finding_measured", now, mail=False)
