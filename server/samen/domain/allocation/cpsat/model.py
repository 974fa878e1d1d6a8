"""A part of a season as a CP-SAT model, every variable of it with its hint."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr, LinearExprT, LiteralT

from samen.domain.allocation.board import Place
from samen.domain.allocation.cpsat.part import Heating, Part
from samen.domain.allocation.cpsat.standing import PARTS, Kept, Measure

# Into how many steps satisfaction is divided where it is a variable.
STEPS = 10_000
# Welfare: how far above the least satisfied each band of satisfaction ends; it weighs RATIO of the one below.
BANDS = (0.0, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 1.0)
RATIO = 0.35


class Model:
    """One Boolean per place. What is expressed here counts those who stay, too."""

    def __init__(self, measure: Measure, part: Part) -> None:
        self.cp = CpModel()
        self.measure, self.part = measure, part
        self._values: list[int] = []
        self.literals = 0
        granted = [part.taken.get(place.award.request) == place for place in part.places]
        self.chosen = [self._boolean(value) for value in granted]
        for numbers in (*part.by_request.values(), *part.overlaps(), *part.rivalries()):
            if len(numbers) > 1:
                self._one_of([self.chosen[number] for number in numbers])

    def hint(self) -> None:
        """The plan as it is, with everything that follows from it."""
        self.cp.proto.solution_hint.vars.extend(range(len(self._values)))
        self.cp.proto.solution_hint.values.extend(self._values)

    def found(self, is_chosen: Callable[[IntVar], bool]) -> dict[str, Place]:
        """The plan that a solution stands for."""
        new = [place for place, one in zip(self.part.places, self.chosen, strict=True) if is_chosen(one)]
        return self.part.staying | {place.award.request: place for place in new}

    # What is wanted

    def worth(self) -> LinearExprT:
        return self._weighed(self.measure.worth)

    def nearness(self) -> LinearExprT:
        return self._weighed(self.measure.nearness)

    def energy(self) -> LinearExprT:
        """Below zero, as in a Standing."""
        staying = self.measure.energy(self.part.staying.values())
        terms: list[tuple[IntVar, int]] = []
        for heating in self.part.heating():
            staying += self._heat(heating, terms)
        return self._sum(terms) + staying

    def bargain(self, price: int) -> LinearExprT:
        """A hundred times the energy, and the worth at its price in hundredths."""
        return LinearExpr.weighted_sum([self.energy(), self.worth()], [100, price])

    def worst(self, rank: int) -> LinearExprT:
        """In STEPS, what all but `rank` tenants reach."""
        satisfied = sorted(self._step(tenant) for tenant in self._granted)
        level = self._number(STEPS, satisfied[rank])
        spared = []
        for tenant, (granted, _) in self._granted.items():
            spare = self._boolean(self._step(tenant) < satisfied[rank])
            per_slot = self._per_slot(tenant)
            enough = self.cp.add(level * per_slot.denominator <= granted * per_slot.numerator)
            if rank:
                enough.only_enforce_if(~spare)
                spared.append(spare)
        self.cp.add(LinearExpr.sum(spared) <= rank)
        return level

    def welfare(self) -> LinearExprT:
        """Of what each tenant is granted, the less the more satisfied it is: nearly leximin.

        Nobody falls below whoever is worst off now.
        """
        lowest = min((self._step(tenant) for tenant in self._granted), default=0) / STEPS
        terms: list[tuple[IntVar, int]] = []
        for tenant, (granted, having) in self._granted.items():
            full = self.measure.owed[tenant]
            ends = [ceil(full * min(1.0, lowest + band)) for band in BANDS]
            pieces = []
            for rank, (start, end) in enumerate(pairwise((0, *ends))):
                pieces.append(self._number(end - start, min(max(having - start, 0), end - start)))
                terms.append((pieces[-1], ceil(1e5 * RATIO ** (rank - len(BANDS)) / full)))
            self.cp.add(LinearExpr.sum(pieces) <= granted)
            self.cp.add(granted >= min(having, ends[0]))
        return self._sum(terms)

    def keep(self, kept: Kept) -> None:
        """What earlier stages reached stays."""
        if kept.levels is not None:
            self._keep_levels(kept.levels)
        if kept.worth is not None:
            self.cp.add(self.worth() >= kept.worth)
        if kept.energy is not None:
            self.cp.add(self.energy() >= kept.energy)

    # How it is said

    @cached_property
    def _granted(self) -> dict[str, tuple[IntVar, int]]:
        """By tenant that asked, its slot-weeks, and how many it has."""
        instance = self.part.board.instance
        staying, having = self.measure.granted(self.part.staying), self.measure.granted(self.part.taken)
        terms: dict[str, list[tuple[IntVar, int]]] = {name: [] for name in self.measure.owed}
        for place, one in zip(self.part.places, self.chosen, strict=True):
            request = instance.request_of[place.award.request]
            terms[request.tenant].append((one, request.slot_weeks))
        found = {}
        for name, mine in terms.items():
            most = sum(one.slot_weeks for one in instance.asked_by[name])
            granted = self._number(most, having[name])
            self.cp.add(granted == self._sum(mine) + staying[name])
            found[name] = granted, having[name]
        return found

    def _keep_levels(self, levels: tuple[float, ...]) -> None:
        """As many tenants at each level, or above, as there were; whichever they are."""
        for rank, level in enumerate(levels):
            if rank and level == levels[rank - 1]:
                continue
            above = []
            for tenant, (granted, having) in self._granted.items():
                least = ceil(level * self.measure.owed[tenant] - 1e-4)
                if not rank:
                    self.cp.add(granted >= least)
                    continue
                one = self._boolean(having >= least)
                self.cp.add(granted >= least).only_enforce_if(one)
                above.append(one)
            if rank:
                self.cp.add(LinearExpr.sum(above) >= len(levels) - rank)

    def _heat(self, heating: Heating, terms: list[tuple[IntVar, int]]) -> int:
        """Adds what heating costs to the terms; what is to be added besides."""
        more = 0
        cost, start = PARTS * heating.weeks, self.measure.start * heating.weeks
        warm: dict[int, IntVar] = {}
        for slot in sorted(heating.users):
            users = heating.users[slot]
            numbers = sorted(frozenset().union(*users))
            warm[slot] = self._boolean(any(self._values[self.chosen[number].index] for number in numbers))
            for together in users:
                self._one_of([*(self.chosen[number] for number in sorted(together)), ~warm[slot]])
            terms.append((warm[slot], -cost))
            more += self._begin(heating, warm, slot, start, terms)
        return more

    def _begin(
        self,
        heating: Heating,
        warm: dict[int, IntVar],
        slot: int,
        start: int,
        terms: list[tuple[IntVar, int]],
    ) -> int:
        """A slot starts unless the one before is warm; it spares the start of one after it that is warm."""
        more = 0
        if slot - 1 in warm:
            before, now = warm[slot - 1], warm[slot]
            begins = self._boolean(self._values[now.index] > self._values[before.index])
            self.cp.add_bool_or(~now, before, begins)
            terms.append((begins, -start))
        elif not (slot and heating.warm >> (slot - 1) & 1):
            terms.append((warm[slot], -start))
        if heating.warm >> (slot + 1) & 1:
            terms.append((warm[slot], start))
        return more

    def _weighed(self, weigh: Callable[[Place], int]) -> LinearExprT:
        staying = sum(map(weigh, self.part.staying.values()))
        terms = [(one, weigh(place)) for place, one in zip(self.part.places, self.chosen, strict=True)]
        return self._sum(terms) + staying

    def _per_slot(self, tenant: str) -> Fraction:
        """STEPS of satisfaction per slot-week."""
        return Fraction(STEPS / self.measure.owed[tenant]).limit_denominator(STEPS)

    def _step(self, tenant: str) -> int:
        return min(STEPS, int(self._granted[tenant][1] * self._per_slot(tenant)))

    def _one_of(self, literals: list[LiteralT]) -> None:
        self.literals += len(literals)
        self.cp.add_at_most_one(literals)

    def _boolean(self, value: bool) -> IntVar:
        self._values.append(int(value))
        return self.cp.new_bool_var("")

    def _number(self, most: int, value: int) -> IntVar:
        self._values.append(value)
        return self.cp.new_int_var(0, most, "")

    @staticmethod
    def _sum(terms: Iterable[tuple[IntVar, int]]) -> LinearExprT:
        variables, factors = [], []
        for variable, factor in terms:
            variables.append(variable)
            factors.append(factor)
        return LinearExpr.weighted_sum(variables, factors)
