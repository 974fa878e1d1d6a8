"""Runs of the solver: asked for, taken up by a worker, followed, stopped. The best found always stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from samen.adapters.allocation_file import digest, read_instance, read_plan, write_instance
from samen.adapters.db.models import Round, RoundState, Solve, SolveState
from samen.domain.access import Role, Viewer
from samen.domain.allocation.instance import Instance, Policy
from samen.domain.allocation.plan import Plan
from samen.domain.allocation.propose import METHODS
from samen.domain.rules import Refusal
from samen.services import audit, round_instance, rounds

NO_SUCH = Refusal("no_such_solve")
LONGEST_S = 3600.0
# A worker that gave no sign of life for so long is gone.
STALE = timedelta(seconds=30)
UNDER_WAY = (SolveState.QUEUED, SolveState.RUNNING)


@dataclass(frozen=True)
class Run:
    """What to run. `trial`: in the sandbox, with `policy` instead of the round's."""

    method: str = "auto"
    seed: int = 1
    budget_s: float = 60.0
    name: str = ""
    trial: bool = False
    policy: Policy | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is: what it is at, for how many seconds, and its best plan where that is new."""

    stage: str
    seconds: float
    plan: bytes | None = None


def find(session: Session, solve_id: UUID, viewer: Viewer) -> Solve | None:
    """A run, to those who look after the building."""
    return session.get(Solve, solve_id) if viewer.oversees else None


def solves_of(session: Session, one: Round, *, trial: bool = False) -> Sequence[Solve]:
    """A round's runs, or its sandbox's, the newest first."""
    query = select(Solve).where(Solve.round_id == one.id, Solve.trial.is_(trial))
    return session.scalars(query.order_by(Solve.queued_at.desc(), Solve.id)).all()


def chosen(session: Session, one: Round) -> Solve | None:
    """The run whose plan is the round's preview."""
    return session.scalar(select(Solve).where(Solve.round_id == one.id, Solve.chosen_at.is_not(None)))


def instance_of(solve: Solve) -> Instance:
    """What the run was asked, as it was then."""
    return read_instance(solve.instance)


def plan_of(solve: Solve) -> Plan | None:
    """The best plan it has; None as long as it has none."""
    return None if solve.plan is None else read_plan(solve.plan)


def queue(session: Session, round_id: UUID, run: Run, viewer: Viewer, now: datetime) -> Solve | Refusal:
    """Ask for a run over the wishes as they stand now. A trial may come before closing."""
    if viewer.role is not Role.MANAGER:
        return rounds.MANAGERS_ONLY
    one = rounds.held(session, round_id)
    if one is None:
        return rounds.NO_SUCH
    states = (RoundState.OPEN, *rounds.DRAFTING) if run.trial else rounds.DRAFTING
    if one.state not in states:
        return Refusal("round_state", {"state": one.state.value})
    if run.method not in METHODS or not 0 < run.budget_s <= LONGEST_S:
        return Refusal("bad_run", {"most": int(LONGEST_S)})
    if not run.trial and _under_way(session, one):
        return Refusal("solve_under_way")
    policy = (run.policy if run.trial else None) or rounds.policy_of(one.policy)
    instance = replace(round_instance.build(session, one), policy=policy)
    if shut := round_instance.held_and_shut(instance):
        return Refusal("locks_closed", {"space": rounds.names_of(one)[shut.space]})
    made = _queued(session, one, run, instance, viewer, now)
    facts = {"method": run.method, "seed": run.seed, "trial": run.trial, "instance": made.instance_sha256}
    audit.note(session, viewer.actor, "solve.queued", f"solve:{made.id}", facts, now)
    return made


def _under_way(session: Session, one: Round) -> bool:
    query = select(Solve.id).where(
        Solve.round_id == one.id, Solve.trial.is_(False), Solve.state.in_(UNDER_WAY)
    )
    return session.scalar(query.limit(1)) is not None


def _queued(
    session: Session, one: Round, run: Run, instance: Instance, viewer: Viewer, now: datetime
) -> Solve:
    text = write_instance(instance)
    made = Solve(
        round_id=one.id,
        asked_by_id=viewer.member_id,
        name=run.name,
        trial=run.trial,
        method=run.method,
        seed=run.seed,
        budget_s=run.budget_s,
        policy=asdict(instance.policy),
        instance=text,
        instance_sha256=digest(text),
        queued_at=now,
    )
    session.add(made)
    session.flush()
    return made


def claim(session: Session, worker: str, now: datetime) -> Solve | None:
    """Take up the run that waits longest; of two workers, one gets it."""
    found = session.scalar(
        select(Solve)
        .where(Solve.state == SolveState.QUEUED)
        .order_by(Solve.queued_at, Solve.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .options(undefer(Solve.instance))
    )
    if found is None:
        return None
    found.state, found.worker, found.started_at, found.beat_at = SolveState.RUNNING, worker, now, now
    session.flush()
    return found


def progress(session: Session, solve_id: UUID, worker: str, told: Progress, now: datetime) -> bool:
    """Keep how far a run is, and its best plan; whether it is to go on."""
    found = _running(session, solve_id, worker)
    if found is None:
        return False
    found.stage, found.seconds, found.beat_at = told.stage, told.seconds, now
    if told.plan is not None:
        found.plan, found.plan_sha256 = told.plan, digest(told.plan)
        found.metrics = json.loads(told.plan)["metrics"]
    session.flush()
    return not found.cancel


def finish(session: Session, solve_id: UUID, worker: str, now: datetime, fault: str | None = None) -> None:
    """End a run: done, cancelled where somebody asked for that, failed where it has a fault or no plan."""
    found = _running(session, solve_id, worker)
    if found is None:
        return
    _end(found, _outcome(found, fault), now, fault)
    session.flush()


def cancel(session: Session, solve_id: UUID, viewer: Viewer, now: datetime) -> Solve | Refusal:
    """Stop a run: one that waits at once, one that runs within a second or two. Its plan so far stays."""
    if viewer.role is not Role.MANAGER:
        return rounds.MANAGERS_ONLY
    found = session.get(Solve, solve_id, with_for_update=True, populate_existing=True)
    if found is None:
        return NO_SUCH
    if found.state not in UNDER_WAY:
        return Refusal("solve_over")
    found.cancel = True
    if found.state is SolveState.QUEUED:
        _end(found, SolveState.CANCELLED, now)
    session.flush()
    audit.note(session, viewer.actor, "solve.cancelled", f"solve:{found.id}", {}, now)
    return found


def give_back(session: Session, solve_id: UUID, worker: str) -> None:
    """Let another worker begin it anew; what was found so far stays until it finds another."""
    found = _running(session, solve_id, worker)
    if found is not None:
        found.state, found.worker = SolveState.QUEUED, None
        session.flush()


def is_stale(session: Session, now: datetime) -> bool:
    """Whether a worker died with a run."""
    return session.scalar(_stale(now).limit(1)) is not None


def _stale(now: datetime) -> Select[Solve]:
    return select(Solve).where(Solve.state == SolveState.RUNNING, Solve.beat_at < now - STALE)


def fail_stale(session: Session, now: datetime) -> int:
    """End the runs whose worker died; how many. What they found until then is their plan."""
    stale = session.scalars(_stale(now).with_for_update()).all()
    for one in stale:
        _end(one, SolveState.CANCELLED if one.cancel else SolveState.FAILED, now, "worker_lost")
    session.flush()
    return len(stale)


def _running(session: Session, solve_id: UUID, worker: str) -> Solve | None:
    """The run, as long as it is this worker's."""
    found = session.get(Solve, solve_id, with_for_update=True, populate_existing=True)
    is_its = found is not None and found.state is SolveState.RUNNING and found.worker == worker
    return found if is_its else None


def _outcome(found: Solve, fault: str | None) -> SolveState:
    if found.cancel:
        return SolveState.CANCELLED
    return SolveState.DONE if fault is None and found.plan_sha256 is not None else SolveState.FAILED


def _end(found: Solve, state: SolveState, now: datetime, fault: str | None = None) -> None:
    found.state, found.fault, found.finished_at = state, fault, now
