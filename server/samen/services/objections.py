"""What tenants say of a preview: objections with their answers, and swaps that both sides agree to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from samen.adapters.db.models import Objection, Round, RoundAward, RoundState, Swap, Wish
from samen.domain.access import Role, Viewer
from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award
from samen.domain.rules import Refusal
from samen.services import audit, notices, round_instance, rounds, wishes
from samen.services.award_dates import skip_what_is_known
from samen.services.awards import why_not

NO_SUCH = Refusal("no_such_objection")
NO_SUCH_SWAP = Refusal("no_such_swap")


def objections_of(session: Session, one: Round, viewer: Viewer) -> Sequence[Objection]:
    """A tenant's own; all of them to those who look after the building. The oldest first."""
    query = select(Objection).join(Objection.wish).where(Wish.round_id == one.id)
    if not viewer.oversees:
        query = query.where(Wish.tenant_id == viewer.tenant_id)
    return session.scalars(query.order_by(Objection.made_at, Objection.id)).all()


def swaps_of(session: Session, one: Round, viewer: Viewer) -> Sequence[Swap]:
    """Those that the viewer's tenant asked for or is asked for; all to those who look after the building."""
    mine, theirs = aliased(Wish), aliased(Wish)
    query = (
        select(Swap)
        .join(mine, mine.id == Swap.wish_id)
        .join(theirs, theirs.id == Swap.other_id)
        .where(mine.round_id == one.id)
    )
    if not viewer.oversees:
        query = query.where(or_(mine.tenant_id == viewer.tenant_id, theirs.tenant_id == viewer.tenant_id))
    return session.scalars(query.order_by(Swap.asked_at, Swap.id)).all()


def object_to(
    session: Session, wish_id: UUID, text: str, viewer: Viewer, now: datetime
) -> Objection | Refusal:
    """Say something against what became of one's wish, as long as the preview asks for it."""
    found = _own_in_preview(session, wish_id, viewer, now)
    if isinstance(found, Refusal):
        return found
    if not text.strip():
        return Refusal("reason_needed")
    one, wish = found
    made = Objection(wish_id=wish.id, member_id=viewer.member_id, text=text.strip(), made_at=now)
    session.add(made)
    session.flush()
    told = {"round": one.name, "url": f"/rounds/{one.id}"}
    notices.tell(session, notices.deciders(session, ()), "objection_made", told, now)
    audit.note(session, viewer.actor, "objection.made", f"wish:{wish.id}", {"round": str(one.id)}, now)
    return made


def answer(
    session: Session, objection_id: UUID, text: str, viewer: Viewer, now: datetime
) -> Objection | Refusal:
    """A manager's answer to an objection; whoever objected is told."""
    if viewer.role is not Role.MANAGER:
        return rounds.MANAGERS_ONLY
    found = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if found is None or found.answered_at is not None:
        return NO_SUCH
    if not text.strip():
        return Refusal("reason_needed")
    found.answer, found.answered_at, found.answered_by_id = text.strip(), now, viewer.member_id
    one = session.get_one(Round, found.wish.round_id)
    told = {"round": one.name, "title": found.wish.title, "url": f"/rounds/{one.id}"}
    notices.tell(session, [found.member_id], "objection_answered", told, now)
    audit.note(session, viewer.actor, "objection.answered", f"wish:{found.wish_id}", {}, now)
    return found


def ask_swap(
    session: Session, wish_id: UUID, other_id: UUID, viewer: Viewer, now: datetime
) -> Swap | Refusal:
    """Offer another tenant to trade places; both must have one, and each must fit into the other's."""
    found = _own_in_preview(session, wish_id, viewer, now)
    if isinstance(found, Refusal):
        return found
    one, wish = found
    other = session.get(Wish, other_id)
    if other is None or other.round_id != one.id or other.id == wish.id:
        return wishes.NO_SUCH
    traded = _traded(session, one, wish, other)
    if isinstance(traded, Refusal):
        return traded
    made = Swap(wish_id=wish.id, other_id=other.id, asked_by_id=viewer.member_id, asked_at=now)
    session.add(made)
    session.flush()
    told = {"round": one.name, "url": f"/rounds/{one.id}"}
    notices.tell(session, [other.member_id], "swap_asked", told, now)
    audit.note(session, viewer.actor, "swap.asked", f"wish:{wish.id}", {"other": str(other.id)}, now)
    return made


def answer_swap(
    session: Session, swap_id: UUID, agreed: bool, viewer: Viewer, now: datetime
) -> Swap | Refusal:
    """The other side's yes, by which the places are traded at once, or no."""
    swap = session.get(Swap, swap_id)
    if swap is None:
        return NO_SUCH_SWAP
    found = _own_in_preview(session, swap.other_id, viewer, now)
    if isinstance(found, Refusal):
        return found
    session.refresh(swap)
    if swap.agreed is not None:
        return NO_SUCH_SWAP
    one = found[0]
    if agreed and (refusal := _trade(session, one, swap, now)):
        return refusal
    swap.agreed, swap.answered_at, swap.answered_by_id = agreed, now, viewer.member_id
    told = {"round": one.name, "url": f"/rounds/{one.id}"}
    notices.tell(session, [swap.asked_by_id], "swap_answered", told | {"agreed": agreed}, now)
    if agreed:
        rounds.changed(
            session, one, "swap.agreed", viewer, now, wish=str(swap.wish_id), other=str(swap.other_id)
        )
    return swap


def _own_in_preview(
    session: Session, wish_id: UUID, viewer: Viewer, now: datetime
) -> tuple[Round, Wish] | Refusal:
    """A wish of the viewer's tenant, in a preview that still hears it; the round is held meanwhile."""
    wish = wishes.find(session, wish_id, viewer)
    one = rounds.held(session, wish.round_id) if wish else None
    if wish is None or one is None or wish.withdrawn_at is not None:
        return wishes.NO_SUCH
    if not viewer.may_change(wish.tenant_id, wish.member_id):
        return wishes.NOT_YOURS
    if one.state is not RoundState.PREVIEW:
        return Refusal("round_state", {"state": one.state.value})
    if one.objections_until_at is None or now >= one.objections_until_at:
        return Refusal("objections_over", {"limit": one.objections_until_at or now})
    return one, wish


def _trade(session: Session, one: Round, swap: Swap, now: datetime) -> Refusal | None:
    traded = _traded(session, one, swap.wish, swap.other)
    if isinstance(traded, Refusal):
        return traded
    mine, theirs = (session.get_one(RoundAward, id_) for id_ in (swap.wish_id, swap.other_id))
    mine.space_id, theirs.space_id = theirs.space_id, mine.space_id
    mine.day, theirs.day = theirs.day, mine.day
    mine.start, theirs.start = theirs.start, mine.start
    session.flush()
    session.expire(mine, ["space"])
    session.expire(theirs, ["space"])
    skip_what_is_known(session, one, now)
    return None


def _traded(session: Session, one: Round, wish: Wish, other: Wish) -> tuple[Award, Award] | Refusal:
    """The two awards after the trade, where both can stand beside all the others."""
    rows = session.scalars(select(RoundAward).where(RoundAward.round_id == one.id)).all()
    at = {row.wish_id: row for row in rows}
    if wish.id not in at or other.id not in at:
        return Refusal("swap_needs_two")
    board = Board(round_instance.build(session, one))
    kept = [
        board.place_of(round_instance.award_of(row)) for row in rows if row.wish_id not in {wish.id, other.id}
    ]
    mine = round_instance.award_of(at[other.id])._replace(request=str(wish.id))
    theirs = round_instance.award_of(at[wish.id])._replace(request=str(other.id))
    names = rounds.names_of(one)
    if refusal := why_not(board, mine, kept, names):
        return refusal
    return why_not(board, theirs, [*kept, board.place_of(mine)], names) or (mine, theirs)
