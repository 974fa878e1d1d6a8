"""Solvers that find a plan and then go wrong, and a worker to be killed with one at work."""

import os
import threading
import time
from datetime import UTC, datetime

from samen.adapters.allocation_file import read_instance, write_plan
from samen.adapters.db import Database
from samen.cli import round_worker
from samen.cli.round_worker import Found
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.propose import propose


def never_ends(task, out):
    """Finds a plan, and looks for a better one for ever."""
    _tell_one(task, out)
    threading.Event().wait()


def dies(task, out):
    """Finds a plan, and ends in the middle of the next."""
    _tell_one(task, out)
    os._exit(1)


def _tell_one(task, out):
    budget = Budget(task.budget_s, time.monotonic)
    plan = propose(read_instance(task.instance), task.sha256, "greedy", task.seed, budget)
    # By its stage it says who it is.
    out.send(Found(str(os.getpid()), write_plan(plan), last=False))


def work(url, hoards):
    """A worker in a process of its own. `hoards`: the control, which stores only what came last."""
    if hoards:
        keep = round_worker._Job._keep
        round_worker._Job._keep = lambda job, found: keep(job, found if found and found.last else None)
    worker = round_worker.Worker(Database(url), lambda: datetime.now(UTC), never_ends)
    worker.work(threading.Event())
