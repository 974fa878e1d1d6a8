"""Season rounds: made, opened, closed and given up. Each step asks for the version that the manager saw."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Member,
    Membership,
    NamesShown,
    Round,
    RoundState,
    Site,
    Solve,
    SolveState,
    Space,
)
from samen.domain.access import Role, Viewer
from samen.domain.allocation.instance import Policy
from samen.domain.allocation.season import Season
from samen.domain.rules import Refusal
from samen.services import audit, notices
from samen.services.placing import atoms_of

NO_SUCH = Refusal("no_such_round")
MANAGERS_ONLY = Refusal("managers_only")
CHANGED = Refusal("round_changed")
# Who has a say in what their association asks for.
ASKING = (Role.MEMBER, Role.TENANT_ADMIN, Role.MANAGER)
ROUND_POLICY = Policy()
DRAFTING = (RoundState.CLOSED, RoundState.PREVIEW)
ALIVE = (RoundState.DRAFT, RoundState.OPEN, *DRAFTING)


@dataclass(frozen=True)
class Described:
    """What a manager decides of a round: the columns of `Round`, the spaces by their slugs."""

    name: str
    from_on: date
    until_on: date
    opens_at: datetime
    closes_at: datetime
    spaces: tuple[str, ...]
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    day_start: time = time(8)
    day_end: time = time(22)
    slot_minutes: int = 30
    policy: Policy = ROUND_POLICY
    priority_points: int = 4
    names_shown: NamesShown = NamesShown.NOBODY
    counts_used: bool = False
    most_skipped: int = 3


def find(session: Session, round_id: UUID, viewer: Viewer) -> Round | None:
    """The round of that name; a draft, and what was given up before it opened, is its makers' own."""
    found = session.get(Round, round_id)
    return found if found is not None and _is_shown(found, viewer) else None


def rounds_of(session: Session, site: Site, viewer: Viewer) -> list[Round]:
    """Those of a building that the viewer may see, the latest season first."""
    query = (
        select(Round).where(Round.site_id == site.id).order_by(Round.from_on.desc(), Round.created_at.desc())
    )
    return [one for one in session.scalars(query) if _is_shown(one, viewer)]


def _is_shown(one: Round, viewer: Viewer) -> bool:
    return viewer.oversees or one.state not in {RoundState.DRAFT, RoundState.CANCELLED}


def policy_of(kept: Mapping[str, Any]) -> Policy:
    """A policy as it was stored."""
    return Policy(**{**kept, "priority_weights": tuple(kept["priority_weights"])})


def create(session: Session, site: Site, told: Described, viewer: Viewer, now: datetime) -> Round | Refusal:
    """A draft, which only those who look after the building see."""
    if viewer.role is not Role.MANAGER:
        return MANAGERS_ONLY
    spaces = _checked(session, site, told)
    if isinstance(spaces, Refusal):
        return spaces
    made = Round(site_id=site.id, site=site, created_at=now, **_columns(told), spaces=spaces)
    session.add(made)
    session.flush()
    note(session, made, "round.made", viewer, now, from_on=f"{told.from_on}", until_on=f"{told.until_on}")
    return made


def edit(
    session: Session, round_id: UUID, version: int, told: Described, viewer: Viewer, now: datetime
) -> Round | Refusal:
    """Change a draft. Once it is open, tenants rely on it: `set_policy` and `set_closing` remain."""
    found = turn(session, round_id, version, viewer, (RoundState.DRAFT,))
    if isinstance(found, Refusal):
        return found
    spaces = _checked(session, found.site, told)
    if isinstance(spaces, Refusal):
        return spaces
    for name, value in _columns(told).items():
        setattr(found, name, value)
    found.spaces = spaces
    return changed(session, found, "round.edited", viewer, now)


def set_policy(
    session: Session,
    round_id: UUID,
    version: int,
    policy: Policy,
    names_shown: NamesShown,
    viewer: Viewer,
    now: datetime,
) -> Round | Refusal:
    """Change how it is shared out, as long as it is not final; drafts made before keep theirs."""
    found = turn(session, round_id, version, viewer, ALIVE)
    if isinstance(found, Refusal):
        return found
    found.policy, found.names_shown = asdict(policy), names_shown
    facts = {**asdict(policy), "names_shown": names_shown.value}
    return changed(session, found, "round.policy_set", viewer, now, **facts)


def set_closing(
    session: Session, round_id: UUID, version: int, closes_at: datetime, viewer: Viewer, now: datetime
) -> Round | Refusal:
    """Let tenants file until another instant, which lies ahead."""
    found = turn(session, round_id, version, viewer, (RoundState.OPEN,))
    if isinstance(found, Refusal):
        return found
    if closes_at <= max(now, found.opens_at):
        return Refusal("closing_past", {"nearest": now})
    found.closes_at = closes_at
    return changed(session, found, "round.closing_set", viewer, now, closes_at=closes_at.isoformat())


def open_round(
    session: Session, round_id: UUID, version: int, viewer: Viewer, now: datetime
) -> Round | Refusal:
    """Show it to all, and tell them. Wishes are filed from `opens_at` up to `closes_at`."""
    found = turn(session, round_id, version, viewer, (RoundState.DRAFT,))
    if isinstance(found, Refusal):
        return found
    if found.closes_at <= now:
        return Refusal("closing_past", {"nearest": now})
    found.state = RoundState.OPEN
    told = {"round": found.name, "until": found.closes_at.isoformat(), "url": f"/rounds/{found.id}"}
    notices.tell(session, everybody(session), "round_opened", told, now)
    return changed(session, found, "round.opened", viewer, now)


def close(session: Session, round_id: UUID, version: int, viewer: Viewer, now: datetime) -> Round | Refusal:
    """End the filing, before its time if need be."""
    found = turn(session, round_id, version, viewer, (RoundState.OPEN,))
    if isinstance(found, Refusal):
        return found
    if now > found.opens_at:
        found.closes_at = min(found.closes_at, now)
    found.state = RoundState.CLOSED
    return changed(session, found, "round.closed", viewer, now)


def is_due(session: Session, now: datetime) -> bool:
    """Whether a round's time to file is over."""
    return session.scalar(_due(now).limit(1)) is not None


def _due(now: datetime) -> Select[Round]:
    return select(Round).where(Round.state == RoundState.OPEN, Round.closes_at <= now)


def close_due(session: Session, now: datetime) -> int:
    """Close every round whose time to file is over; how many."""
    due = session.scalars(_due(now).with_for_update()).all()
    for one in due:
        one.state = RoundState.CLOSED
        one.version += 1
        told = {"round": one.name, "url": f"/rounds/{one.id}"}
        notices.tell(session, notices.deciders(session, ()), "round_closed", told, now)
        audit.note(session, "samen", "round.closed", f"round:{one.id}", {"version": one.version}, now)
    return len(due)


def cancel(session: Session, round_id: UUID, version: int, viewer: Viewer, now: datetime) -> Round | Refusal:
    """Give it up, with its runs; what is final stays."""
    found = turn(session, round_id, version, viewer, ALIVE)
    if isinstance(found, Refusal):
        return found
    found.state = RoundState.CANCELLED
    runs = update(Solve).where(Solve.round_id == found.id)
    session.execute(runs.where(Solve.state == SolveState.RUNNING).values(cancel=True))
    queued = runs.where(Solve.state == SolveState.QUEUED)
    session.execute(queued.values(state=SolveState.CANCELLED, finished_at=now))
    return changed(session, found, "round.cancelled", viewer, now)


def turn(
    session: Session, round_id: UUID, version: int, viewer: Viewer, states: Collection[RoundState]
) -> Round | Refusal:
    """The round, for its manager to change: nobody else does until the transaction ends.

    Of two managers who saw the same version, the second is refused.
    """
    if viewer.role is not Role.MANAGER:
        return MANAGERS_ONLY
    found = held(session, round_id)
    if found is None:
        return NO_SUCH
    if found.version != version:
        return CHANGED
    if found.state not in states:
        return Refusal("round_state", {"state": found.state.value})
    return found


def held(session: Session, round_id: UUID) -> Round | None:
    """The round as it is now; whoever else wants to change it waits for this transaction."""
    query = select(Round).where(Round.id == round_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def changed(
    session: Session, one: Round, action: str, viewer: Viewer, now: datetime, **facts: object
) -> Round:
    """Another version of it; the deed is on record, as the last step of its transaction."""
    one.version += 1
    session.flush()
    note(session, one, action, viewer, now, **facts)
    return one


def note(session: Session, one: Round, action: str, viewer: Viewer, now: datetime, **facts: object) -> None:
    """Put a deed on record, as the last step of its transaction."""
    audit.note(session, viewer.actor, action, f"round:{one.id}", {"version": one.version, **facts}, now)


def names_of(one: Round) -> dict[str, str]:
    """How the round's spaces are called, by their slugs."""
    return {space.slug: space.name for space in one.spaces}


def everybody(session: Session) -> list[int]:
    """Every member who can sign in and whose association may ask for something."""
    query = select(Membership.member_id).join(Member).where(Membership.role.in_(ASKING))
    return list(session.scalars(query.where(Member.disabled_at.is_(None)).distinct()))


def _columns(told: Described) -> dict[str, Any]:
    plain = {name: getattr(told, name) for name in told.__dataclass_fields__ if name != "spaces"}
    return plain | {"weekdays": list(told.weekdays), "policy": asdict(told.policy)}


def _checked(session: Session, site: Site, told: Described) -> list[Space] | Refusal:
    """The round's spaces, where nothing is wrong with what was told."""
    zone = ZoneInfo(site.timezone)
    season = Season(
        told.from_on, told.until_on, told.weekdays, told.day_start, told.day_end, told.slot_minutes, zone
    )
    for fault in season.faults():
        return Refusal(f"bad_season_{fault}")
    if told.opens_at >= told.closes_at:
        return Refusal("closing_past", {"nearest": told.opens_at})
    return _spaces(session, site, told.spaces)


def _spaces(session: Session, site: Site, slugs: Sequence[str]) -> list[Space] | Refusal:
    query = select(Space).where(Space.site_id == site.id, Space.slug.in_(slugs)).order_by(Space.position)
    spaces = list(session.scalars(query))
    if unknown := sorted(set(slugs) - {space.slug for space in spaces}):
        return Refusal("unknown_space", {"space": unknown[0]})
    if not spaces:
        return Refusal("no_spaces")
    taken: dict[int, Space] = {}
    for space in spaces:
        for atom in atoms_of(space):
            if atom in taken:
                return Refusal("overlapping_spaces", {"space": space.name, "other": taken[atom].name})
            taken[atom] = space
    return spaces
