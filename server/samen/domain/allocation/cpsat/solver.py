"""CP-SAT's allocator: the stages in turn, each proved where it can be, else improved part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from samen.domain.allocation.board import Board
from samen.domain.allocation.cpsat.climb import Climb
from samen.domain.allocation.cpsat.course import Course
from samen.domain.allocation.cpsat.fairness import raise_the_others, raise_the_worst_off
from samen.domain.allocation.cpsat.model import Model
from samen.domain.allocation.cpsat.search import Goal
from samen.domain.allocation.cpsat.standing import Kept
from samen.domain.allocation.cpsat.work import Work
from samen.domain.allocation.draft import Budget, Draft, Told
from samen.domain.allocation.greedy import greedy
from samen.domain.allocation.house import House

HOURS, ENERGY, STABILITY = "B hours", "C energy", "D stability"
# The share of the budget that the greedy plan and each stage may have at the most; the last has what is left.
GREEDY, FOR_WORST_OFF, FOR_NEXT, FOR_HOURS, FOR_STABILITY = 0.02, 0.55, 0.05, 0.07, 0.1
# The share of the energy stage in which hours that are worth it may still be given back.
BARGAINING = 0.75


def cpsat(board: Board, seed: int, budget: Budget, told: Told) -> Draft:
    """A Solver: from the greedy plan through the stages, as far as the budget goes."""
    with Work(budget, seed) as work:
        course = Course(board, seed, work, told)
        share = replace(budget, seconds=GREEDY * budget.seconds)
        course.hear(greedy(board, seed, share, course.hear))
        work.spent += share.seconds
        _run(course)
        return course.draft()


def _run(course: Course) -> None:
    """Each stage keeps what those before it reached, within the policy's tolerance."""
    search, tolerance = course.search, course.board.instance.policy.tolerance
    raise_the_worst_off(course, FOR_WORST_OFF)
    raise_the_others(course, FOR_NEXT)
    search.kept = Kept(tuple((1 - tolerance) * level for level in search.standing.levels))
    _gain(course, HOURS, [_hours(course)], course.work.after(FOR_HOURS), course.most_worth)
    search.kept = replace(search.kept, worth=round((1 - tolerance) * search.standing.worth))
    until = course.work.seconds_of(1 - FOR_STABILITY if course.previous else 1)
    _gain(course, ENERGY, [_bargains(course), _warmth(course)], until)
    if course.previous:
        search.kept = replace(search.kept, energy=round((1 + tolerance) * search.standing.energy))
        _gain(course, STABILITY, [_stability(course)], course.work.seconds_of(1))


def _gain(course: Course, name: str, goals: Sequence[Goal], until: float, most: float | None = None) -> None:
    """B, C or D: at once where the season is small, else part by part.

    The last goal is the stage's own; others prepare for it. `most`: what no plan exceeds.
    """
    work, since, (*before, goal) = course.work, course.work.seconds(), goals
    proved = goal.is_reached()
    if course.is_small and not (proved or work.is_over()):
        answer = course.search.whole(goal.wanted, until)
        most, proved = answer.bound, answer.proved
    if not proved:
        for one in before:
            Climb(course.search, one).go(work.spent + BARGAINING * (until - work.spent))
        Climb(course.search, goal).go(until)
        proved = goal.is_reached()
    _fill(course)
    hours, reached = course.measure.hours, goal.reached(course.search.standing)
    course.note(name, abs(hours(reached)), None if most is None else abs(hours(most)), proved, since)


def _fill(course: Course) -> None:
    """Grants what heats nothing more, to the least satisfied first: no stage asks for it, yet it is free."""
    house = House(course.board)
    for name, place in course.search.taken.items():
        if name not in house.taken:
            house.take(place)
    for name in house.refused():
        free = (
            place for place in course.board.places[name] if house.is_free(place) and not house.heat(place)
        )
        if best := min(free, key=lambda place: place.penalty, default=None):
            house.take(best)
    course.search.offer(house.taken)


def _hours(course: Course) -> Goal:
    ways, search, most = course.ways, course.search, course.most_worth
    return Goal(
        Model.worth,
        (ways.wanted, ways.windows, ways.tenants, ways.zone_days),
        lambda standing: standing.worth,
        lambda: most is not None and search.standing.worth + 1 > most,
    )


def _warmth(course: Course) -> Goal:
    ways = course.ways
    every = (ways.emptied, ways.zone_days, ways.windows, ways.tenants, ways.wanted)
    return Goal(Model.energy, every, lambda standing: standing.energy)


def _bargains(course: Course) -> Goal:
    """Warmth, giving hours up only where that saves more than an hour takes now: not many may be given up."""
    search = course.search
    price = round(100 * -search.standing.energy / max(1, search.standing.worth))
    return replace(
        _warmth(course),
        wanted=lambda model: model.bargain(price),
        reached=lambda standing: standing.energy + price / 100 * standing.worth,
        order=lambda standing: search.kept.bargain(standing, price),
    )


def _stability(course: Course) -> Goal:
    ways = course.ways
    return Goal(
        Model.nearness,
        (ways.moved, ways.zone_days, ways.windows, ways.tenants),
        lambda standing: standing.nearness,
    )
