"""Models solved within a budget: deterministic time counted, the clock and the wish to stop watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from math import inf
from queue import SimpleQueue
from types import TracebackType
from typing import NamedTuple, TypeVar

from ortools.sat.python.cp_model import (
    FEASIBLE,
    INFEASIBLE,
    OPTIMAL,
    CpSolver,
    CpSolverSolutionCallback,
)

from samen.domain.allocation.board import Place
from samen.domain.allocation.cpsat.model import Model
from samen.domain.allocation.draft import Budget

T = TypeVar("T")
# How many models are solved at a time; the same everywhere, for a plan must not depend on the machine.
AT_A_TIME = 2
# How often it is asked whether to stop, in seconds.
LOOK = 0.1
# What a unit of CP-SAT's deterministic time and a literal of a model take, in seconds of a quiet core.
UNIT_SECONDS = 1.3
LITERAL_SECONDS = 4e-6


class Answer(NamedTuple):
    """`taken`: None where nothing was found. `bound`: of the objective. `units`: deterministic time."""

    taken: dict[str, Place] | None
    bound: float
    proved: bool
    units: float


class _Heard(CpSolverSolutionCallback):
    def __init__(self, model: Model, queue: SimpleQueue[dict[str, Place]]) -> None:
        super().__init__()
        self._model, self._queue = model, queue

    def on_solution_callback(self) -> None:
        self._queue.put(self._model.found(self.boolean_value))


class Work:
    """`left`: seconds by deterministic time."""

    def __init__(self, budget: Budget, seed: int) -> None:
        self._budget, self._seed = budget, seed
        self._began = budget.clock()
        self.spent = 0.0
        self._threads = ThreadPoolExecutor(AT_A_TIME)

    def __enter__(self) -> Work:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, one: BaseException | None, at: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    def is_over(self) -> bool:
        return self.spent >= self._budget.seconds or self._must_stop()

    def seconds(self) -> float:
        """Since the beginning, by the clock."""
        return self._budget.clock() - self._began

    def after(self, share: float) -> float:
        """What will have been spent when another share of the budget is, in seconds."""
        return min(self._budget.seconds, self.spent + share * self._budget.seconds)

    def seconds_of(self, share: float) -> float:
        return share * self._budget.seconds

    def find(self, find: Callable[[], T], seconds: float, stop: Callable[[], None]) -> T:
        """What another solver finds, which takes so many seconds; stopped when it must."""
        future = self._threads.submit(find)
        self.spent += seconds
        while wait([future], LOOK).not_done:
            if self._must_stop():
                stop()
        return future.result()

    def solve(
        self,
        models: Sequence[Model],
        most: float,
        heard: Callable[[dict[str, Place]], object] | None = None,
    ) -> list[Answer]:
        """At the same time, `most` seconds each; `heard` of every solution on the way."""
        queue: SimpleQueue[dict[str, Place]] = SimpleQueue()
        solvers = [self._solver(most) for _ in models]
        futures = [
            self._threads.submit(_solve, solver, model, _Heard(model, queue) if heard else None)
            for solver, model in zip(solvers, models, strict=True)
        ]
        self._watch(solvers, futures, queue, heard)
        answers = [future.result() for future in futures]
        self.spent += max(UNIT_SECONDS * answer.units for answer in answers)
        self.spent += sum(LITERAL_SECONDS * model.literals for model in models)
        return answers

    def _watch(
        self,
        solvers: Sequence[CpSolver],
        futures: Sequence[Future[Answer]],
        queue: SimpleQueue[dict[str, Place]],
        heard: Callable[[dict[str, Place]], object] | None,
    ) -> None:
        waiting = True
        while waiting:
            waiting = bool(wait(futures, LOOK).not_done)
            while heard and not queue.empty():
                heard(queue.get())
            if waiting and self._must_stop():
                for solver in solvers:
                    solver.stop_search()

    def _must_stop(self) -> bool:
        return self._budget.is_cancelled() or self.seconds() >= self._budget.seconds

    def _solver(self, most: float) -> CpSolver:
        solver = CpSolver()
        solver.parameters.num_workers = 1
        # Without all constraints in its linear relaxation, heating takes ten times as long.
        solver.parameters.linearization_level = 2
        # Ctrl-C is for whoever called: CP-SAT would let nobody else hear it, even when it is done.
        solver.parameters.catch_sigint_signal = False
        solver.parameters.random_seed = self._seed % 2**31
        solver.parameters.max_deterministic_time = most / UNIT_SECONDS
        return solver


def _solve(solver: CpSolver, model: Model, heard: _Heard | None) -> Answer:
    status = solver.solve(model.cp, heard)
    has_found = status in (OPTIMAL, FEASIBLE)
    return Answer(
        model.found(solver.boolean_value) if has_found else None,
        solver.best_objective_bound if has_found else inf,
        status in (OPTIMAL, INFEASIBLE),
        solver.deterministic_time,
    )
