"""What a solver hands over, and what it may spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award
from samen.domain.allocation.plan import NOTHING_PROVED, Bounds, Stage


@dataclass(frozen=True)
class Draft:
    """Awards that keep every hard rule; held awards among them."""

    method: str
    awards: tuple[Award, ...]
    bounds: Bounds = NOTHING_PROVED
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Budget:
    """How long a solver may work: `seconds` by `clock`, and as much deterministic time.

    The same seed and budget give the same draft wherever deterministic time runs out first; `clock` is there
    for machines that are slower. `is_cancelled` is asked every now and then.
    """

    seconds: float
    clock: Callable[[], float]
    is_cancelled: Callable[[], bool] = lambda: False


# Hears of every better draft at once, so that whoever stops a solver is never left without.
Told = Callable[[Draft], None]
# (board, seed, budget, told): the best draft that was found.
Solver = Callable[[Board, int, Budget, Told], Draft]
