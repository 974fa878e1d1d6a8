"""A plan for an instance: by the solver that is there, complete with reasons and figures."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Budget, Draft, Solver
from samen.domain.allocation.greedy import greedy
from samen.domain.allocation.instance import Instance
from samen.domain.allocation.measure import metrics
from samen.domain.allocation.plan import Plan
from samen.domain.allocation.reasons import refusals

METHODS = ("auto", "greedy", "cpsat")


def propose(
    instance: Instance,
    sha256: str,
    method: str,
    seed: int,
    budget: Budget,
    told: Callable[[Plan], None] = lambda _: None,
) -> Plan:
    """The best plan found within the budget; `told` hears of every better one on the way.

    `sha256` is that of the instance's file, `method` one of METHODS: auto is CP-SAT where its package
    (the extra `allocation`) is there, greedy elsewhere. Raises ImportError for cpsat where it is not,
    ValueError for another method.
    """
    solve, board = _solver(method), Board(instance)

    def plan(draft: Draft) -> Plan:
        return complete(board, sha256, seed, draft)

    return plan(solve(board, seed, budget, lambda draft: told(plan(draft))))


def complete(board: Board, sha256: str, seed: int, draft: Draft) -> Plan:
    """A draft with the reason of each refusal, and with its figures."""
    return Plan(
        sha256,
        seed,
        draft.method,
        draft.awards,
        refusals(board, draft.awards),
        metrics(board, draft.awards),
        draft.bounds,
        draft.stages,
    )


def _solver(method: str) -> Solver:
    """ortools is an extra, and slow to import: only where it is wanted."""
    if method not in METHODS:
        raise ValueError(method)
    if method == "greedy":
        return greedy
    try:
        solver: Solver = import_module("samen.domain.allocation.cpsat.solver").cpsat
    except ImportError:
        if method == "cpsat":
            raise
        return greedy
    return solver
