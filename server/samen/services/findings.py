"""Findings: waste that has a verb, an owner, a state and, later, a measured result.

The nightly look (`services.review`) opens, refreshes and ends them; people take, do, dismiss and assign them.
Every change of state is conditional on the state it was found in, so that of several one wins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import SQLColumnExpression, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from samen.adapters.db.models import Finding, Member, Meter, Site
from samen.domain.access import Role, Viewer
from samen.domain.effect import Outcome, Track, track
from samen.domain.rules import Refusal
from samen.domain.waste import QUIET_DAYS, STEPS, UNMEASURED_DAYS, Kind, State
from samen.services import audit, notices

NO_SUCH = Refusal("no_such_finding")
LONGEST_REASON = 300
# What stands today was not ended longer ago; and what was used around then must be measured.
LONGEST_DONE = timedelta(days=366)
STANDING = (State.OPEN, State.TAKEN)


@dataclass(frozen=True)
class Wish:
    """What somebody makes of a finding: `reason` for leaving it, `done_on` when it was done."""

    to: State
    reason: str = ""
    done_on: date | None = None


def may_read(viewer: Viewer, one: Finding) -> bool:
    """Who looks after the building, and who owns it."""
    return viewer.role in {Role.MANAGER, Role.AUDITOR} or one.owner_id == viewer.member_id


def may_act(viewer: Viewer, one: Finding) -> bool:
    """A manager, and its owner."""
    return viewer.role is Role.MANAGER or (
        viewer.role is not Role.AUDITOR and one.owner_id == viewer.member_id
    )


def listed(
    session: Session,
    site: Site,
    viewer: Viewer,
    states: Collection[State] = tuple(State),
    *,
    own: bool = False,
    most: int | None = None,
) -> Sequence[Finding]:
    """What stands of a site that the viewer may read, or only theirs: what costs most a year first."""
    query = (
        select(Finding)
        .where(*_shown(site, viewer, states, own=own))
        .order_by(
            Finding.cents_year.is_(None), Finding.cents_year.desc(), Finding.kwh_year.desc(), Finding.id
        )
        .limit(most)
        .options(joinedload(Finding.meter).joinedload(Meter.space), joinedload(Finding.owner))
    )
    return session.scalars(query).all()


def count(session: Session, site: Site, viewer: Viewer, states: Collection[State]) -> int:
    """How many of these the viewer may read."""
    shown = _shown(site, viewer, states, own=False)
    return session.scalar(select(func.count()).select_from(Finding).where(*shown)) or 0


def _shown(
    site: Site, viewer: Viewer, states: Collection[State], *, own: bool
) -> list[SQLColumnExpression[bool]]:
    found = [Finding.site_id == site.id, Finding.current, Finding.state.in_(tuple(states))]
    if own or viewer.role not in {Role.MANAGER, Role.AUDITOR}:
        found.append(Finding.owner_id == viewer.member_id)
    return found


def tracks(session: Session, site_id: int) -> dict[Kind, Track]:
    """How advice of each kind fared in this building, of all that was ever measured."""
    past: dict[Kind, list[tuple[Outcome, float]]] = {}
    rows = session.execute(
        select(Finding.kind, Finding.result).where(Finding.site_id == site_id, Finding.done_on.is_not(None))
    )
    for kind, result in rows:
        if result and "outcome" in result:
            past.setdefault(kind, []).append((Outcome(result["outcome"]), float(result["kwh_year"])))
    return {kind: track(outcomes) for kind, outcomes in past.items()}


def readable(session: Session, finding_id: int, viewer: Viewer) -> Finding | None:
    """The finding, if the viewer may read it."""
    one = session.get(Finding, finding_id)
    return one if one is not None and may_read(viewer, one) else None


def change(session: Session, finding_id: int, wish: Wish, viewer: Viewer, now: datetime) -> Finding | Refusal:
    """Take a finding, say that it is done, leave it for a reason, or open it again."""
    one = session.get(Finding, finding_id)
    if one is None or not one.current or not may_act(viewer, one):
        return NO_SUCH
    today = now.astimezone(ZoneInfo(one.meter.site.timezone)).date()
    if (no := _why_not(one, wish, today)) is not None:
        return no
    values = _values(wish, viewer, today)
    if not move(session, one, wish.to, values):
        return Refusal("finding_moved_on")
    told = {name: str(values[name]) for name in ("reason", "done_on") if values[name]}
    note(session, one, viewer.actor, wish.to.value, now, told)
    session.refresh(one)
    return one


def _values(wish: Wish, viewer: Viewer, today: date) -> dict[str, Any]:
    """What changes along with the state; who takes it on owns it."""
    values: dict[str, Any] = {"done_on": None, "reason": None, "quiet_until": None, "result": None}
    if wish.to is State.DISMISSED:
        values["reason"] = wish.reason.strip()[:LONGEST_REASON]
        values["quiet_until"] = today + timedelta(days=QUIET_DAYS)
    elif wish.to is State.DONE:
        values["done_on"] = wish.done_on or today
        values["quiet_until"] = values["done_on"] + timedelta(days=UNMEASURED_DAYS)
    elif wish.to is State.TAKEN:
        values["owner_id"] = viewer.member_id
    return values


def is_settled(one: Finding) -> bool:
    """Whether the figures have said whether it worked."""
    return (one.result or {}).get("outcome") in {Outcome.WORKED.value, Outcome.NO_EFFECT.value}


def _why_not(one: Finding, wish: Wish, today: date) -> Refusal | None:
    if wish.to not in STEPS[one.state] or is_settled(one):
        return Refusal("finding_moved_on")
    if wish.to is State.DISMISSED and not wish.reason.strip():
        return Refusal("reason_needed")
    if wish.done_on is not None and wish.done_on > today:
        return Refusal("done_in_the_future", {"today": today})
    if wish.done_on is not None and wish.done_on < today - LONGEST_DONE:
        return Refusal("out_of_limits", {"least": today - LONGEST_DONE, "most": today})
    return None


def move(session: Session, one: Finding, to: State, values: Mapping[str, Any]) -> bool:
    """Change its state if it stands as it was read. One worker wins."""
    same = (Finding.id == one.id, Finding.state == one.state, Finding.current)
    moved = update(Finding).where(*same).values(state=to, **values)
    return session.scalar(moved.returning(Finding.id)) is not None


def note(
    session: Session, one: Finding, actor: str, deed: str, now: datetime, facts: Mapping[str, Any]
) -> None:
    """Put a change of state on record."""
    about = {"meter": one.meter.slug, "kind": one.kind.value}
    audit.note(session, actor, f"finding.{deed}", str(one.id), about | dict(facts), now)


def assign(
    session: Session, finding_id: int, member_id: int, viewer: Viewer, now: datetime
) -> Finding | Refusal:
    """Give it to a member, who is told. Managers do."""
    one, member = session.get(Finding, finding_id), session.get(Member, member_id)
    if one is None or not one.current or viewer.role is not Role.MANAGER:
        return NO_SUCH
    if member is None or member.disabled_at is not None:
        return Refusal("no_such_member")
    if one.owner_id == member.id:
        return one
    one.owner_id = member.id
    session.flush()
    note(session, one, viewer.actor, "assigned", now, {"owner": f"member:{member.id}"})
    if member.id != viewer.member_id:
        tell(session, one, "finding_assigned", now)
    session.refresh(one)
    return one


def tell(session: Session, one: Finding, code: str, now: datetime, *, mail: bool = True) -> None:
    """Tell its owner. Worded when read: the facts are what the verb needs."""
    if one.owner_id is None:
        return
    facts = {
        "space": place_of(one.meter),
        "finding": {"kind": one.kind.value, **verb_facts(one)},
        "url": "/findings",
    }
    notices.tell(session, [one.owner_id], code, facts, now, mail=mail)


def evidence_for(one: Finding, viewer: Viewer) -> dict[str, Any]:
    """The figures it stands on; what ran on others' meters, and who had booked, is for who oversees."""
    of_others = () if viewer.oversees else ("parts", "booked")
    return {name: fact for name, fact in one.evidence.items() if name not in of_others}


def verb_facts(one: Finding) -> dict[str, Any]:
    """What its verb needs: names, and hours and parts of the evidence."""
    parts = one.evidence.get("parts") or [[None, None]]
    return {
        "meter": one.meter.name,
        "place": place_of(one.meter),
        "main": one.meter.main_id is None,
        "closing": one.evidence.get("closing"),
        "part": parts[0][0],
        "at": one.evidence.get("at"),
    }


def place_of(meter: Meter) -> str:
    """Where to go: the meter's space, else what the meter is called."""
    return meter.space.name if meter.space else meter.name


def candidates(session: Session) -> Sequence[Member]:
    """Who may be given a finding: everybody with an account, by name."""
    return session.scalars(
        select(Member)
        .where(Member.disabled_at.is_(None), Member.memberships.any())
        .order_by(Member.name, Member.id)
        .options(selectinload(Member.memberships))
    ).all()
