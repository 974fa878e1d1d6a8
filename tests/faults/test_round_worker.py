"""Whatever ends a run of the solver, the last valid plan stands."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from faults import solvers
from samen.adapters.db.models import Solve, SolveState
from samen.cli import round_worker
from samen.cli.round_worker import Worker
from samen.domain.allocation.verifier import faults
from samen.services import awards, solves
from samen.services.solves import Run
from support.ports import eventually
from support.rounds import CLOSED, House


class Night(House):
    """A round that is closed, with one run that waits."""

    def __init__(self, database):
        super().__init__(database)
        self.round = self.open()
        self.file(self.round)
        self.round = self.closed(self.round)
        run = Run("greedy", budget_s=60)
        self.run = self.do(solves.queue, self.round.id, run, self.manager, CLOSED).id

    def work(self, solver=round_worker.solve, stop=None):
        worker = Worker(self.database, lambda: datetime.now(UTC), solver)
        return worker.work(stop or threading.Event())

    @property
    def solve(self):
        return self.do(lambda session: session.get_one(Solve, self.run))

    def is_valid(self):
        """Whether there is a plan, and the verifier finds nothing wrong with it."""
        with self.database.read() as session:
            solve = session.get_one(Solve, self.run)
            return solve.plan is not None and faults(solve.instance, solve.plan) == []


@pytest.fixture
def night(sqlite_database, monkeypatch):
    monkeypatch.setattr(round_worker, "LOOK_EVERY_S", 0.05)
    return Night(sqlite_database)


def test_a_run_is_taken_up_once_and_done(night):
    worked = [night.work(), night.work()]

    assert worked == [True, False]
    assert night.solve.state is SolveState.DONE
    assert night.solve.metrics["min_satisfaction"] == 1.0
    assert night.is_valid()


def test_a_solver_that_dies_leaves_its_last_plan(night):
    night.work(solvers.dies)

    assert (night.solve.state, night.solve.fault) == (SolveState.FAILED, "solver_died")
    assert night.is_valid()


def test_a_run_that_is_cancelled_ends_at_once_and_keeps_its_plan(night):
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(night.work, solvers.never_ends)
        eventually(lambda: night.solve.plan_sha256)
        night.do(solves.cancel, night.run, night.manager, CLOSED)
        working.result(20)

    assert night.solve.state is SolveState.CANCELLED
    assert night.is_valid()


def test_a_worker_that_is_stopped_gives_its_run_back(night):
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(night.work, solvers.never_ends, stop)
        eventually(lambda: night.solve.plan_sha256)
        stop.set()
        working.result(20)

    assert (night.solve.state, night.solve.worker) == (SolveState.QUEUED, None)


def killed(night, *, hoards):
    """A worker ended by kill -9 in the middle of a run, once its solver had found a plan."""
    spawn = multiprocessing.get_context("spawn")
    worker = spawn.Process(target=solvers.work, args=(night.database.url, hoards))
    worker.start()
    begun = (lambda: night.solve.seconds) if hoards else (lambda: night.solve.plan_sha256)
    eventually(begun, within=30)
    worker.kill()
    worker.join()
    night.do(solves.fail_stale, datetime.now(UTC) + solves.STALE + timedelta(seconds=1))


def runs(pid):
    """Whether the process is more than an entry that nobody took away."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_worker_killed_in_the_middle_leaves_a_plan_that_can_be_shown(night):
    killed(night, hoards=False)

    assert (night.solve.state, night.solve.fault) == (SolveState.FAILED, "worker_lost")
    assert night.is_valid()
    eventually(lambda: not runs(night.solve.stage))
    until = CLOSED + timedelta(days=7)
    shown = night.do(
        awards.publish_preview, night.round.id, night.round.version, night.run, until, night.manager, CLOSED
    )
    assert shown.state.value == "preview"


def test_the_same_catches_a_worker_that_stores_only_the_end(night):
    killed(night, hoards=True)

    assert not night.is_valid()
