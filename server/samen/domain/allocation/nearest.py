"""What is free beside a plan and most like what was wanted."""

from __future__ import annotations

from collections.abc import Iterator

from samen.domain.allocation.board import Board
from samen.domain.allocation.instance import Request
from samen.domain.allocation.plan import Nearest
from samen.domain.allocation.standing import Standing, any_bit

MOST = 5
# Somebody who comes on Tuesdays at seven would rather come on Wednesdays at seven than on Tuesdays at four.
MINUTES_OF_A_DAY = 120


def nearest(standing: Standing, request: Request, most: int = MOST) -> tuple[Nearest, ...]:
    """Places that are free, each at another time: its own options by penalty, then the most alike.

    How unlike: the minutes from the nearest of its options, each day between them as MINUTES_OF_A_DAY. Of the
    spaces that are free at a time: one of a zone in use then, then the smallest. Nothing for a request that
    names no time.
    """
    free = standing.free_starts(request)
    anywhere = any_bit(free.values())
    found: list[Nearest] = []
    for ring in _rings(standing.board, request):
        for day, start in _times(standing.board, request, ring & anywhere):
            space = _best_space(standing, request, free, day, start)
            found.append(Nearest(space, day, start, request.penalties.get((day, start))))
        if len(found) >= most:
            break
    return tuple(found[:most])


def _rings(board: Board, request: Request) -> Iterator[int]:
    """Starts of a week as bits, ever less alike: a slot's step costs one, a day's MINUTES_OF_A_DAY."""
    grid = board.instance.grid
    per_day, whole = grid.slots_per_day, (1 << grid.days * grid.slots_per_day) - 1
    first = any_bit(1 << day * per_day for day in range(grid.days))
    last = first << per_day - 1
    a_day = max(1, MINUTES_OF_A_DAY // grid.slot_minutes)
    reached = [any_bit(1 << day * per_day + start for day, start in request.penalties if start < per_day)]
    yield reached[0]
    while reached[-1] not in (0, whole):
        before = reached[-1]
        grown = before | (before & ~last) << 1 | (before & ~first) >> 1
        if len(reached) >= a_day:
            grown |= reached[-a_day] << per_day & whole | reached[-a_day] >> per_day
        reached.append(grown)
        yield grown & ~before


def _times(board: Board, request: Request, starts: int) -> list[tuple[int, int]]:
    """Day and start of each bit, the more welcome first."""
    times = []
    while starts:
        lowest = starts & -starts
        times.append(divmod(lowest.bit_length() - 1, board.instance.grid.slots_per_day))
        starts ^= lowest
    return sorted(times, key=lambda at: (request.penalties.get(at, 0.0), at))


def _best_space(standing: Standing, request: Request, free: dict[str, int], day: int, start: int) -> str:
    at = 1 << day * standing.board.instance.grid.slots_per_day + start
    spaces = standing.board.instance.space_of

    def cost(name: str) -> tuple[bool, int, str]:
        space = spaces[name]
        return not standing.warm_starts(space.zone, request) & at, space.capacity, name

    return min((name for name, starts in free.items() if starts & at), key=cost)
