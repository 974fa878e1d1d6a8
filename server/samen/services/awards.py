"""Places given by hand, and a plan shown to everybody before it is final."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    HandAward,
    Round,
    RoundAward,
    RoundState,
    Solve,
    Wish,
)
from samen.domain.access import Viewer
from samen.domain.allocation.board import Board, Place, fits
from samen.domain.allocation.instance import Award
from samen.domain.allocation.verifier import faults
from samen.domain.rules import Refusal
from samen.services import notices, round_instance, rounds, solves
from samen.services.award_dates import skip_what_is_known


def hand_awards(session: Session, one: Round) -> Sequence[HandAward]:
    """What was given by hand in a round."""
    query = select(HandAward).where(HandAward.round_id == one.id)
    return session.scalars(query.order_by(HandAward.at, HandAward.wish_id)).all()


def awards_of(session: Session, one: Round, viewer: Viewer) -> Sequence[RoundAward]:
    """What wishes get by the preview, or got: the viewer's tenant's, or all to who oversees the building."""
    query = select(RoundAward).join(RoundAward.wish).where(RoundAward.round_id == one.id)
    if not viewer.oversees:
        query = query.where(Wish.tenant_id == viewer.tenant_id)
    return session.scalars(query.order_by(RoundAward.day, RoundAward.start, RoundAward.wish_id)).all()


def lock(
    session: Session, round_id: UUID, version: int, award: Award, viewer: Viewer, now: datetime
) -> HandAward | Refusal:
    """Give a wish (its UUID) a place by hand, one it named or not: every run from now on keeps it."""
    one = rounds.turn(session, round_id, version, viewer, rounds.DRAFTING)
    if isinstance(one, Refusal):
        return one
    board = Board(round_instance.build(session, one))
    others = [board.place_of(held) for held in board.instance.held if held.request != award.request]
    if refusal := why_not(board, award, others, rounds.names_of(one)):
        return refusal
    space = next(space for space in one.spaces if space.slug == award.space)
    made = session.merge(
        HandAward(
            wish_id=UUID(award.request),
            round_id=one.id,
            space_id=space.id,
            day=award.day,
            start=award.start,
            by_id=viewer.member_id,
            at=now,
        )
    )
    rounds.changed(session, one, "award.locked", viewer, now, **award._asdict())
    return made


def unlock(
    session: Session, round_id: UUID, version: int, wish_id: UUID, viewer: Viewer, now: datetime
) -> Round | Refusal:
    """Let the solver decide again on a wish that was given its place by hand."""
    one = rounds.turn(session, round_id, version, viewer, rounds.DRAFTING)
    if isinstance(one, Refusal):
        return one
    made = session.get(HandAward, wish_id)
    if made is None or made.round_id != one.id:
        return Refusal("no_such_wish")
    session.delete(made)
    return rounds.changed(session, one, "award.unlocked", viewer, now, request=str(wish_id))


def why_not(board: Board, award: Award, others: Sequence[Place], names: Mapping[str, str]) -> Refusal | None:
    """Why a wish cannot have a place beside others' places; None when it can. `names`: of spaces, by slug."""
    instance = board.instance
    request, space = instance.request_of.get(award.request), instance.space_of.get(award.space)
    if request is None:
        return Refusal("no_such_wish")
    if space is None:
        return Refusal("unknown_space", {"space": award.space})
    on_grid = 0 <= award.day < instance.grid.days and award.start >= 0
    if not on_grid or award.start + request.slots > instance.grid.slots_per_day:
        return Refusal("place_off_grid")
    called = {"space": names[space.id]}
    if not fits(request, space):
        return Refusal("place_does_not_fit", called)
    if board.place_of(award).time & board.closed[space.id]:
        return Refusal("place_closed", called)
    return _beside(board, award, others, called)


def _beside(board: Board, award: Award, others: Sequence[Place], called: Mapping[str, str]) -> Refusal | None:
    time, rivals = board.place_of(award).time, board.instance.rivals[award.request]
    meeting = [one.award for one in others if one.time & time]
    if any(one.space == award.space for one in meeting):
        return Refusal("place_taken", {"space": called["space"]})
    return Refusal("place_conflicts") if any(one.request in rivals for one in meeting) else None


def publish_preview(
    session: Session,
    round_id: UUID,
    version: int,
    solve_id: UUID,
    objections_until_at: datetime,
    viewer: Viewer,
    now: datetime,
) -> Round | Refusal:
    """Show a run's plan to all tenants, who may object or swap until `objections_until_at`."""
    one = rounds.turn(session, round_id, version, viewer, rounds.DRAFTING)
    if isinstance(one, Refusal):
        return one
    solve = session.get(Solve, solve_id)
    if solve is None or solve.round_id != one.id or solve.trial:
        return solves.NO_SUCH
    if solve.state in solves.UNDER_WAY:
        return Refusal("solve_under_way")
    if objections_until_at <= now:
        return Refusal("closing_past", {"nearest": now})
    if refusal := _outdated(session, one, solve):
        return refusal
    _choose(session, one, solve, now)
    skip_what_is_known(session, one, now)
    one.state, one.objections_until_at = RoundState.PREVIEW, objections_until_at
    _tell_all(session, one, now)
    return rounds.changed(
        session, one, "round.preview", viewer, now, solve=str(solve.id), plan=solve.plan_sha256
    )


def withdraw_preview(
    session: Session, round_id: UUID, version: int, viewer: Viewer, now: datetime
) -> Round | Refusal:
    """Take the preview back: the round is drafted again. A new preview may also simply follow on the old."""
    one = rounds.turn(session, round_id, version, viewer, (RoundState.PREVIEW,))
    if isinstance(one, Refusal):
        return one
    one.state = RoundState.CLOSED
    return rounds.changed(session, one, "round.preview_withdrawn", viewer, now)


def _outdated(session: Session, one: Round, solve: Solve) -> Refusal | None:
    """A plan for other wishes or without what was locked since is no preview."""
    plan = solves.plan_of(solve)
    if plan is None:
        return Refusal("no_plan")
    placed = set(plan.awards)
    locked = {
        Award(str(row.wish_id), row.space.slug, row.day, row.start) for row in hand_awards(session, one)
    }
    standing = {str(wish.id) for wish in round_instance.standing(session, one.id)}
    if solve.plan is None or faults(solve.instance, solve.plan):
        return Refusal("plan_wrong")
    if not locked <= placed or not {award.request for award in placed} <= standing:
        return Refusal("plan_outdated")
    return None


def _choose(session: Session, one: Round, solve: Solve, now: datetime) -> None:
    session.execute(update(Solve).where(Solve.round_id == one.id).values(chosen_at=None))
    session.execute(delete(RoundAward).where(RoundAward.round_id == one.id))
    session.refresh(solve)
    solve.chosen_at = now
    plan = solves.plan_of(solve)
    ids = {space.slug: space.id for space in one.spaces}
    for award in plan.awards if plan else ():
        session.add(
            RoundAward(
                wish_id=UUID(award.request),
                round_id=one.id,
                space_id=ids[award.space],
                day=award.day,
                start=award.start,
                skipped=[],
            )
        )
    session.flush()


def _tell_all(session: Session, one: Round, now: datetime) -> None:
    told = {"round": one.name, "url": f"/rounds/{one.id}"}
    if one.objections_until_at is not None:
        told["until"] = one.objections_until_at.isoformat()
    notices.tell(session, rounds.everybody(session), "round_preview", told, now)
