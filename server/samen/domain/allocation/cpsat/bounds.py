"""What no plan can exceed, by linear programs: as if a wish could be granted in parts."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from ortools.linear_solver.python.model_builder import LinearExpr, Solver, SolveStatus
from ortools.linear_solver.python.model_builder import Model as Program

from samen.domain.allocation.cpsat.part import Part
from samen.domain.allocation.cpsat.standing import Measure
from samen.domain.allocation.cpsat.work import Work

# Seconds that 100,000 literals may take each time; ten times as many, a hundred times as long.
SECONDS = 0.4
# The share of the budget that one program may have at the most.
SHARE = 0.04
# Room for the solver's rounding.
ROUNDING = 1e-6


class Linear:
    """The whole season as a linear program, with held awards as they are.

    Each question is answered by None where there is not the time.
    """

    def __init__(self, measure: Measure, part: Part, work: Work) -> None:
        self._measure, self._part, self._work = measure, part, work
        self._program = Program()  # type: ignore[no-untyped-call]
        self._variables = [self._program.new_num_var(0, 1, None) for _ in part.places]
        sets = [*part.by_request.values(), *part.overlaps(), *part.rivalries()]
        for numbers in sets:
            self._limit(dict.fromkeys(numbers, 1.0), -inf, 1)
        self._seconds = min(SECONDS * (sum(map(len, sets)) / 1e5) ** 2, work.after(SHARE) - work.spent)

    def satisfaction(self) -> float | None:
        """Of the least satisfied tenant."""
        least = len(self._variables)
        self._variables.append(self._program.new_num_var(0, 1, None))
        staying = self._measure.granted(self._part.staying)
        for tenant, granted in self._slot_weeks().items():
            self._limit({**granted, least: -self._measure.owed[tenant]}, -staying[tenant], inf)
        return self._most({least: 1.0})

    def slot_weeks(self) -> float | None:
        """Granted to all."""
        every = {number: one for granted in self._slot_weeks().values() for number, one in granted.items()}
        return self._most(every, sum(self._measure.granted(self._part.staying).values()))

    def worth(self) -> float | None:
        """As a Standing's."""
        weigh = self._measure.worth
        every = {number: float(weigh(place)) for number, place in enumerate(self._part.places)}
        return self._most(every, sum(map(weigh, self._part.staying.values())))

    def _slot_weeks(self) -> dict[str, dict[int, float]]:
        """By tenant that asked, what each of its places would grant."""
        found: dict[str, dict[int, float]] = {name: {} for name in self._measure.owed}
        for number, place in enumerate(self._part.places):
            request = self._part.board.instance.request_of[place.award.request]
            found[request.tenant][number] = float(request.slot_weeks)
        return found

    def _limit(self, terms: Mapping[int, float], low: float, high: float) -> None:
        self._program.add_linear_constraint(self._sum(terms), low, high)

    def _most(self, wanted: Mapping[int, float], more: int = 0) -> float | None:
        solver = Solver("GLOP")
        solver.set_solver_specific_parameters(f"max_deterministic_time: {self._seconds}")
        self._program.maximize(self._sum(wanted))
        status = self._work.find(lambda: solver.solve(self._program), self._seconds, solver.stop_search)
        return float(solver.objective_value) + more + ROUNDING if status == SolveStatus.OPTIMAL else None

    def _sum(self, terms: Mapping[int, float]) -> LinearExpr | float:
        variables = [self._variables[number] for number in terms]
        # A sum of nothing is a number.
        expression: LinearExpr | float = LinearExpr.weighted_sum(variables, list(terms.values()))
        return expression


def attainable(measure: Measure, satisfaction: float) -> float:
    """What the least satisfied tenant can have at most, for wishes are granted whole."""
    return max(
        (_whole(measure, name, satisfaction) / full for name, full in measure.owed.items()), default=1.0
    )


def _whole(measure: Measure, tenant: str, satisfaction: float) -> float:
    """The most slot-weeks its wishes can come to, up to a satisfaction."""
    full = measure.owed[tenant]
    sums = 1
    for request in measure.board.instance.asked_by[tenant]:
        sums |= sums << request.slot_weeks
    # Where shares bind, the wish that reaches the whole of it may exceed it.
    up_to = int(satisfaction * full + ROUNDING) if satisfaction < 1 else sums.bit_length()
    return min(full, (sums & ((2 << up_to) - 1)).bit_length() - 1)
