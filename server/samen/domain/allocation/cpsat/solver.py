"""CP-SAT's allocator: the stages in turn, each proved where it can be, else improved part by part."""

from __future__ import annotations

from dataclasses import replace

from samen.domain.allocation.board import Board
from samen.domain.allocation.cpsat.course import Course
from samen.domain.allocation.cpsat.fairness import raise_the_others, raise_the_worst_off
from samen.domain.allocation.cpsat.model import Model
from samen.domain.allocation.cpsat.search import Goal
from samen.domain.allocation.cpsat.standing import Kept
from samen.domain.allocation.cpsat.work import Work
from samen.domain.allocation.draft import Budget, Draft, Told
from samen.domain.allocation.greedy import greedy

HOURS, ENERGY, STABILITY = "B hours", "C energy", "D stability"
# The share of the budget that the greedy plan may have; what is spent at the end of each stage.
GREEDY = 0.02
END_OF_WORST_OFF, END_OF_NEXT, END_OF_HOURS, END_OF_ENERGY = 0.3, 0.35, 0.45, 0.9


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
    search, ways = course.search, course.ways
    tolerance = course.board.instance.policy.tolerance
    raise_the_worst_off(course, END_OF_WORST_OFF)
    raise_the_others(course, END_OF_NEXT)
    search.kept = Kept(tuple((1 - tolerance) * level for level in search.standing.levels))
    anywhere = (ways.wanted, ways.windows, ways.tenants, ways.zone_days)
    most = course.most_worth
    hours = Goal(
        Model.worth,
        anywhere,
        lambda standing: standing.worth,
        lambda: most is not None and search.standing.worth + 1 > most,
    )
    _gain(course, HOURS, hours, END_OF_HOURS, most)
    search.kept = replace(search.kept, worth=round((1 - tolerance) * search.standing.worth))
    warm = (ways.zone_days, ways.windows, ways.tenants)
    is_last = not course.board.instance.previous
    _gain(
        course,
        ENERGY,
        Goal(Model.energy, warm, lambda standing: standing.energy),
        1.0 if is_last else END_OF_ENERGY,
    )
    if not is_last:
        search.kept = replace(search.kept, energy=round((1 + tolerance) * search.standing.energy))
        _gain(course, STABILITY, Goal(Model.nearness, warm, lambda standing: standing.nearness), 1.0)


def _gain(course: Course, name: str, goal: Goal, until: float, most: float | None = None) -> None:
    """B, C or D: at once where the season is small, else part by part. `most`: what no plan exceeds."""
    since, proved = course.work.seconds(), goal.is_reached()
    if course.is_small and not (proved or course.work.is_over()):
        answer = course.search.whole(goal.wanted, course.work.left(until))
        most, proved = answer.bound, answer.proved
    if not proved:
        course.search.improve(goal, until)
    hours, reached = course.measure.hours, goal.reached(course.search.standing)
    bound = None if most is None else abs(hours(most))
    course.note(name, abs(hours(reached)), bound, proved or goal.is_reached(), since)
