"""`samen solver`: plans for season rounds, each computed in a process of its own that can be ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection
from typing import NamedTuple
from uuid import uuid4

import click
import structlog
from sqlalchemy.exc import OperationalError

from samen.adapters.allocation_file import read_instance, write_plan
from samen.adapters.db import Database
from samen.adapters.db.models import Solve
from samen.cli.children import end_with_parent
from samen.cli.stopping import until_told
from samen.config import Settings
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.plan import Plan
from samen.domain.allocation.propose import propose
from samen.services import rounds, solves
from samen.services.solves import Progress
from samen.web.current import utc_now
from samen.web.logs import configure_logs

LOOK_EVERY_S = 1.0
# How long a solver may overrun its budget before it is ended: a machine may be slow, and files take time.
GRACE_S = 30.0
# Pages come first.
NICE = 10
log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


class Task(NamedTuple):
    """What a solver is given: a file with its digest, and what it may do."""

    instance: bytes
    sha256: str
    method: str
    seed: int
    budget_s: float


class Found(NamedTuple):
    """A plan that a solver hands over; `last`: it ends with it."""

    stage: str
    plan: bytes
    last: bool


# Computes a task and sends what it finds.
Solver = Callable[[Task, Connection], None]


def solve(task: Task, out: Connection) -> None:
    """Send every better plan as it is found, and the best again as the last."""

    def tell(plan: Plan, *, last: bool = False) -> None:
        stage = plan.stages[-1].name if plan.stages else plan.method
        out.send(Found(stage, write_plan(plan), last))

    budget = Budget(task.budget_s, time.monotonic)
    tell(propose(read_instance(task.instance), task.sha256, task.method, task.seed, budget, tell), last=True)


def apart(solver: Solver, task: Task, out: Connection) -> None:
    """A solver in its own process: it ends with its worker, and gives way to pages."""
    end_with_parent(signal.SIGKILL)
    worker = multiprocessing.parent_process()
    if worker is not None and worker.pid != os.getppid():
        # It was gone before the kernel was asked.
        return
    os.nice(NICE)
    solver(task, out)


class Worker:
    """Takes up one run after another, and keeps every better plan before it looks for the next."""

    def __init__(self, database: Database, clock: Clock, solver: Solver = solve) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._database, self._clock, self._solver = database, clock, solver

    def work(self, stop: threading.Event) -> bool:
        """Take up the run that waits longest and see it through; whether there was one."""
        with self._database.write() as session:
            solves.fail_stale(session, self._clock())
            taken = solves.claim(session, self.name, self._clock())
        if taken is None:
            return False
        log.info("solve_begins", solve=str(taken.id), method=taken.method)
        _Job(self._database, self._clock, self.name, taken).see_through(self._solver, stop)
        return True


class _Job:
    def __init__(self, database: Database, clock: Clock, worker: str, taken: Solve) -> None:
        self._database, self._clock, self._worker, self._taken = database, clock, worker, taken
        self._begun = time.monotonic()
        self._stage = taken.stage or "begun"

    def see_through(self, solver: Solver, stop: threading.Event) -> None:
        taken, (here, there) = self._taken, multiprocessing.Pipe(duplex=False)
        task = Task(taken.instance, taken.instance_sha256, taken.method, taken.seed, taken.budget_s)
        spawned = multiprocessing.get_context("spawn").Process
        process = spawned(target=apart, args=(solver, task, there), daemon=True)
        process.start()
        there.close()
        try:
            self._end(self._follow(here, stop))
        finally:
            process.kill()
            process.join()
            here.close()

    def _follow(self, found: Connection, stop: threading.Event) -> str | None:
        """Keep what is found until the last; what went wrong, if anything did."""
        while not stop.is_set():
            try:
                newest = _newest(found)
            except EOFError:
                return "solver_died"
            if not self._keep(newest) or (newest is not None and newest.last):
                return None
            if time.monotonic() - self._begun > self._taken.budget_s + GRACE_S:
                return None
        return "stopped"

    def _keep(self, newest: Found | None) -> bool:
        """Into the database; whether to go on."""
        seconds = time.monotonic() - self._begun
        if newest is None:
            told = Progress(self._stage, seconds)
        else:
            self._stage = newest.stage
            told = Progress(newest.stage, seconds, newest.plan)
        with self._database.write() as session:
            return solves.progress(session, self._taken.id, self._worker, told, self._clock())

    def _end(self, fault: str | None) -> None:
        with self._database.write() as session:
            if fault == "stopped":
                solves.give_back(session, self._taken.id, self._worker)
            else:
                solves.finish(session, self._taken.id, self._worker, self._clock(), fault)
        log.info("solve_ends", solve=str(self._taken.id), fault=fault)


def _newest(found: Connection) -> Found | None:
    """What came last within a second, older ones passed over. Raises EOFError when no more can come."""
    newest: Found | None = None
    wait = LOOK_EVERY_S
    while (newest is None or not newest.last) and found.poll(wait):
        newest, wait = found.recv(), 0.0
    return newest


def rounds_job(clock: Clock) -> Callable[[Database], int]:
    """For `tick`: close rounds whose time to file is over, and end the runs of workers that died."""

    def close(database: Database) -> int:
        with database.read() as session:
            if not rounds.is_due(session, clock()) and not solves.is_stale(session, clock()):
                return 0
        with database.write() as session:
            solves.fail_stale(session, clock())
            return rounds.close_due(session, clock())

    return close


@click.command
@click.option("--once", is_flag=True, help="Compute what waits now and leave.")
def solver(once: bool) -> None:
    """Compute the plans that season rounds wait for, one after another, until told to stop."""
    configure_logs()
    stop = threading.Event()
    until_told(stop)
    database = Database(Settings.from_env().database_url)
    worker = Worker(database, utc_now)
    try:
        while not stop.is_set():
            if not _tried(worker, stop):
                if once:
                    break
                stop.wait(LOOK_EVERY_S)
    finally:
        database.dispose()


def _tried(worker: Worker, stop: threading.Event) -> bool:
    """A database that is away is tried again."""
    try:
        return worker.work(stop)
    except OperationalError as error:
        log.warning("database_away", reason=str(error.orig).partition("\n")[0])
        return False


commands = (solver,)
