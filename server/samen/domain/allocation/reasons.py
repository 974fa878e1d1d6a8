"""Why a wish got nothing, and what it could have instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Award, Request
from samen.domain.allocation.nearest import nearest
from samen.domain.allocation.plan import Refused
from samen.domain.allocation.standing import Standing

MOST_NAMED = 12


def refusals(board: Board, awards: Iterable[Award]) -> tuple[Refused, ...]:
    """Of each request without an award, in their order; the reasons are those of docs/allocation.md.

    Of what blocks a request at most MOST_NAMED are named: those in the way of its most welcome options first,
    then those in the way of most of its places. Where nothing blocks one of its places, as when somebody
    took an award away by hand, `nearest` begins with that place.
    """
    standing = Standing(board, awards)
    waiting = [one for one in board.instance.requests if one.id not in standing.place_of]
    return tuple(refusal(standing, request) for request in waiting)


def refusal(standing: Standing, request: Request) -> Refused:
    """Why the awards that stand leave nothing for one that has none."""
    blocking = in_its_way(standing, request)
    reason = _reason(standing.board, request, blocking)
    return Refused(request.id, reason, tuple(blocking[:MOST_NAMED]), nearest(standing, request))


def in_its_way(standing: Standing, request: Request) -> list[str]:
    """All requests whose awards stand in the way of any of its places, the most important first."""
    times: Counter[str] = Counter()
    welcome: dict[str, float] = {}
    for place in sorted(standing.board.places[request.id], key=lambda one: one.penalty):
        for name in standing.in_the_way(place):
            times[name] += 1
            welcome.setdefault(name, place.penalty)
    return sorted(times, key=lambda name: (welcome[name], -times[name], name))


def _reason(board: Board, request: Request, blocking: Sequence[str]) -> str:
    if not board.places[request.id]:
        return "closed" if _could_be(board, request) else "no_space_fits"
    names = set(blocking)
    if names and names <= board.instance.held_of.keys():
        return "held"
    return "conflict" if names and names <= board.instance.rivals[request.id] else "taken"


def _could_be(board: Board, request: Request) -> bool:
    """Whether a space would do at one of its times, were nothing closed."""
    over_by = board.instance.grid.slots_per_day - request.slots
    return any(start <= over_by for _, start in request.penalties) and bool(board.fitting(request))
