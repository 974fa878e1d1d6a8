"""What tenants wish for in a round: filed, changed and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import HandAward, Round, RoundAward, RoundState, Wish
from samen.domain.access import Viewer
from samen.domain.allocation.instance import MOST_URGENT, Option
from samen.domain.rules import Refusal
from samen.services import audit, rounds

NO_SUCH = Refusal("no_such_wish")
NOT_YOURS = Refusal("not_your_wish")
MOST_OPTIONS = 50


@dataclass(frozen=True)
class Asked:
    """A wish as it is filed: the columns of `Wish`. Options on the round's grid, the most welcome first."""

    title: str
    people: int
    slots: int
    weeks: tuple[int, ...]
    options: tuple[Option, ...]
    priority: int = 1
    features: frozenset[str] = frozenset()
    spaces: frozenset[str] | None = None
    needs: frozenset[str] = frozenset()


def find(session: Session, wish_id: UUID, viewer: Viewer) -> Wish | None:
    """A wish, to those who may read it: its tenant, and those who look after the building."""
    found = session.get(Wish, wish_id)
    return found if found is not None and viewer.sees_details_of(found.tenant_id) else None


def wishes_of(session: Session, one: Round, viewer: Viewer) -> Sequence[Wish]:
    """Those that stand and that the viewer may read, the first filed first."""
    query = select(Wish).where(Wish.round_id == one.id, Wish.withdrawn_at.is_(None))
    if not viewer.oversees:
        query = query.where(Wish.tenant_id == viewer.tenant_id)
    return session.scalars(query.order_by(Wish.filed_at, Wish.id)).all()


def points_left(session: Session, one: Round, tenant_id: int, ignoring: UUID | None = None) -> int:
    """What a tenant's priorities may still cost: one of 2 costs 1, one of 3 costs 2."""
    query = select(Wish.priority).where(
        Wish.round_id == one.id, Wish.tenant_id == tenant_id, Wish.withdrawn_at.is_(None)
    )
    if ignoring is not None:
        query = query.where(Wish.id != ignoring)
    return one.priority_points - sum(priority - 1 for priority in session.scalars(query))


def file(session: Session, round_id: UUID, asked: Asked, viewer: Viewer, now: datetime) -> Wish | Refusal:
    """Wish for something, in the name of the viewer's tenant."""
    one = rounds.held(session, round_id)
    if one is None or rounds.find(session, round_id, viewer) is None:
        return rounds.NO_SUCH
    if viewer.role not in rounds.ASKING:
        return NOT_YOURS
    if refusal := _not_now(one, now) or _refusal(session, one, asked, viewer.tenant_id):
        return refusal
    wish = Wish(
        round_id=one.id,
        tenant_id=viewer.tenant_id,
        member_id=viewer.member_id,
        filed_at=now,
        **_columns(asked),
    )
    session.add(wish)
    session.flush()
    _note(session, wish, "wish.filed", viewer, now)
    return wish


def edit(session: Session, wish_id: UUID, asked: Asked, viewer: Viewer, now: datetime) -> Wish | Refusal:
    """Wish for something else instead; when it was filed first stays."""
    found = _own(session, wish_id, viewer, now)
    if isinstance(found, Refusal):
        return found
    one, wish = found
    if refusal := _refusal(session, one, asked, wish.tenant_id, wish.id):
        return refusal
    for name, value in _columns(asked).items():
        setattr(wish, name, value)
    session.flush()
    _note(session, wish, "wish.edited", viewer, now)
    return wish


def withdraw(session: Session, wish_id: UUID, viewer: Viewer, now: datetime) -> Wish | Refusal:
    """Take a wish back, its place with it, until the round is final. While it is filed, its points are free
    again.
    """
    found = _theirs(session, wish_id, viewer)
    if isinstance(found, Refusal):
        return found
    one, wish = found
    if refusal := None if one.state in rounds.DRAFTING else _not_now(one, now):
        return refusal
    wish.withdrawn_at = now
    session.execute(delete(HandAward).where(HandAward.wish_id == wish.id))
    session.execute(delete(RoundAward).where(RoundAward.wish_id == wish.id))
    if one.state is RoundState.PREVIEW:
        # What a manager looks at is not what it was.
        one.version += 1
    session.flush()
    _note(session, wish, "wish.withdrawn", viewer, now)
    return wish


def _own(session: Session, wish_id: UUID, viewer: Viewer, now: datetime) -> tuple[Round, Wish] | Refusal:
    """A wish that the viewer may change now."""
    found = _theirs(session, wish_id, viewer)
    return found if isinstance(found, Refusal) else _not_now(found[0], now) or found


def _theirs(session: Session, wish_id: UUID, viewer: Viewer) -> tuple[Round, Wish] | Refusal:
    """A wish that the viewer may change at all; the round is held meanwhile."""
    wish = find(session, wish_id, viewer)
    if wish is None:
        return NO_SUCH
    one = rounds.held(session, wish.round_id)
    session.refresh(wish)
    if one is None or wish.withdrawn_at is not None:
        return NO_SUCH
    if not viewer.may_change(wish.tenant_id, wish.member_id):
        return NOT_YOURS
    return one, wish


def _not_now(one: Round, now: datetime) -> Refusal | None:
    if one.state is not RoundState.OPEN:
        return Refusal("round_state", {"state": one.state.value})
    if now < one.opens_at:
        return Refusal("filing_not_begun", {"nearest": one.opens_at})
    return Refusal("filing_over", {"limit": one.closes_at}) if now >= one.closes_at else None


def _refusal(
    session: Session, one: Round, asked: Asked, tenant_id: int, ignoring: UUID | None = None
) -> Refusal | None:
    if refusal := _off_the_grid(one, asked):
        return refusal
    if unknown := (asked.spaces or frozenset()) - {space.slug for space in one.spaces}:
        return Refusal("unknown_space", {"space": min(unknown)})
    left = points_left(session, one, tenant_id, ignoring)
    if asked.priority - 1 > left:
        return Refusal("priority_points", {"left": left, "limit": one.priority_points})
    return None


def _off_the_grid(one: Round, asked: Asked) -> Refusal | None:
    grid = one.season.grid
    if not asked.title.strip() or asked.people < 0 or not 1 <= asked.priority <= MOST_URGENT:
        return Refusal("wish_incomplete")
    if not asked.options or len(asked.options) > MOST_OPTIONS:
        return Refusal("wish_options", {"most": MOST_OPTIONS})
    if not asked.weeks or not set(asked.weeks) <= set(range(grid.weeks)):
        return Refusal("wish_weeks", {"weeks": grid.weeks})
    if any(_is_off(option, asked.slots, grid.days, grid.slots_per_day) for option in asked.options):
        return Refusal("wish_off_grid", {"opening": one.day_start, "closing": one.day_end})
    return None


def _is_off(option: Option, slots: int, days: int, slots_per_day: int) -> bool:
    on_the_day = option.start >= 0 and slots > 0 and option.start + slots <= slots_per_day
    return not (0 <= option.day < days and on_the_day and option.penalty >= 0)


def _columns(asked: Asked) -> dict[str, Any]:
    return {
        "title": asked.title.strip(),
        "people": asked.people,
        "slots": asked.slots,
        "weeks": sorted(set(asked.weeks)),
        "options": [option._asdict() for option in asked.options],
        "priority": asked.priority,
        "features": sorted(asked.features),
        "spaces": None if asked.spaces is None else sorted(asked.spaces),
        "needs": sorted(asked.needs),
    }


def _note(session: Session, wish: Wish, action: str, viewer: Viewer, now: datetime) -> None:
    facts = {"round": str(wish.round_id), "tenant": wish.tenant_id, "priority": wish.priority}
    audit.note(session, viewer.actor, action, f"wish:{wish.id}", facts, now)
