"""Stage A: the worst-off tenant's satisfaction raised as far as it goes, then the next one's, and so on."""

from __future__ import annotations

from samen.domain.allocation.cpsat.bounds import attainable
from samen.domain.allocation.cpsat.climb import Climb
from samen.domain.allocation.cpsat.course import Course
from samen.domain.allocation.cpsat.model import STEPS, Model
from samen.domain.allocation.cpsat.search import Goal
from samen.domain.allocation.cpsat.standing import Kept

WORST_OFF, NEXT = "A worst-off", "A next"
EXACT = 1e-6


def raise_the_worst_off(course: Course, share: float) -> None:
    """Within a share of the budget: first to find a plan, then to prove that there is none better."""
    since, until, goal = course.work.seconds(), course.work.after(share), _fairness(course)
    if not course.work.is_over():
        course.find_bounds()
    if not course.is_small:
        Climb(course.search, goal).go(until if course.is_large else course.work.after(share / 6))
    if not (_is_worst_proved(course) or course.is_large):
        prove(course, 0, until)
    if not _is_worst_proved(course):
        Climb(course.search, goal).go(until)
    bound = course.bounds.min_satisfaction
    course.note(WORST_OFF, _level(course, 0), bound, _is_worst_proved(course), since)


def raise_the_others(course: Course, share: float) -> None:
    """One rank after the other; proved where each of them is, up to those that got all they are owed."""
    since, until = course.work.seconds(), course.work.after(share)
    levels, rank, proved = len(course.measure.owed), 1, _is_worst_proved(course)
    while proved and rank < levels and _level(course, rank) < 1:
        proved = not course.is_large and prove(course, rank, until)
        rank += 1
    if not proved:
        Climb(course.search, _fairness(course)).go(until)
    if levels > 1:
        course.note(NEXT, _level(course, 1), None, proved, since)


def prove(course: Course, rank: int, until: float) -> bool:
    """Raises one rank as far as it goes while those below stay; whether that was proved."""
    if course.work.is_over() or course.work.spent >= until:
        return False
    levels = course.search.standing.levels
    below = Kept((*levels[:rank], *(0.0 for _ in levels[rank:])))
    answer = course.search.whole(lambda model: model.worst(rank), until, below)
    if not rank:
        # The last step may be filled in part.
        up_to = attainable(course.measure, min(1.0, (answer.bound + 1) / STEPS))
        _tighten(course, _level(course, 0) if answer.proved else up_to)
    return answer.proved


def _tighten(course: Course, bound: float) -> None:
    """The tighter of what is known and what was found."""
    known = course.bounds.min_satisfaction
    course.bounds = course.bounds._replace(min_satisfaction=bound if known is None else min(known, bound))


def _is_worst_proved(course: Course) -> bool:
    bound = course.bounds.min_satisfaction
    return _level(course, 0) >= min(1.0, 1.0 if bound is None else bound) - EXACT


def _level(course: Course, rank: int) -> float:
    levels = course.search.standing.levels
    return levels[rank] if rank < len(levels) else 1.0


def _fairness(course: Course) -> Goal:
    ways = course.ways
    return Goal(
        Model.welfare,
        (ways.wanted, ways.windows, ways.tenants, ways.zone_days),
        lambda standing: standing.levels[0],
        lambda: min(course.search.standing.levels, default=1.0) == 1.0,
    )
