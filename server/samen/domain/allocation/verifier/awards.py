"""Whether the awards keep the hard rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from .files import Object
from .season import Season, Use


class Board:
    """Awards by the request they are for: what the plan says, whether it may or not."""

    def __init__(self, season: Season, awards: list[Object]) -> None:
        self.season, self.awards = season, awards
        self.uses: dict[str, Use] = {}
        self._in_space: defaultdict[str, list[str]] = defaultdict(list)
        for one in awards:
            self.uses[one["request"]] = season.use(one)
        for name, use in self.uses.items():
            self._in_space[use.space].append(name)

    def in_the_way(self, name: str, use: Use) -> set[str]:
        """Others that have the space then, or that may not be met and are somewhere then."""
        rivals = self.season.rivals[name] & self.uses.keys()
        others = {*self._in_space[use.space], *rivals} - {name}
        return {other for other in others if self.uses[other].meets(use)}


def unknown(season: Season, plan: Object) -> Iterator[str]:
    """Names in a plan that the instance does not give, and tenants without figures."""
    for where, one in _numbered(plan):
        for name in (one["request"], *one.get("blocked_by", ())):
            if name not in season.requests:
                yield f"{where}: no request {name}"
        for place in (one, *one.get("nearest", ())):
            if "space" in place and place["space"] not in season.spaces:
                yield f"{where}: no space {place['space']}"
    for name in sorted(plan["metrics"]["tenants"].keys() ^ season.tenants.keys()):
        yield f"metrics.tenants: {name} is {'missing' if name in season.tenants else 'not a tenant'}"


def answers(season: Season, plan: Object) -> Iterator[str]:
    """Requests that have no answer, or more than one."""
    times = Counter(one["request"] for _, one in _numbered(plan))
    for name in season.requests:
        if times[name] != 1:
            yield f"request {name}: has {times[name]} answers and not one"


def placed(board: Board) -> Iterator[str]:
    """Awards that are not where they may be."""
    for number, award in enumerate(board.awards):
        use = board.season.use(award)
        reasons = [*board.season.barred(use), *_of_its_own(board.season, award, use)]
        yield from (f"awards.{number}: {reason}" for reason in reasons)
    for name in board.season.held.keys() - board.uses.keys():
        yield f"request {name}: is held and has no award"
    for name, use in board.uses.items():
        for other in board.in_the_way(name, use):
            # Each two once.
            if name < other:
                yield _meeting(name, other, use, board.uses[other])


def _of_its_own(season: Season, award: Object, use: Use) -> Iterator[str]:
    """What speaks against an award, whatever else is awarded. One that is held stays, asked for or not."""
    name = award["request"]
    if name in season.held:
        if use != season.held[name]:
            space, day, start, *_ = season.held[name]
            yield f"{name} is held in {space} on day {day} from slot {start}, and was moved"
        return
    yield from season.unfit(name, use.space)
    if (use.day, use.start) not in season.penalties[name]:
        yield f"{name} did not ask for day {use.day} from slot {use.start}"


def _meeting(name: str, other: str, use: Use, others: Use) -> str:
    why = f"both have {use.space}" if use.space == others.space else "may not meet"
    return f"requests {name} and {other}: {why} on day {use.day} from slot {max(use.start, others.start)}"


def _numbered(plan: Object) -> Iterator[tuple[str, Object]]:
    for key in ("awards", "refusals"):
        yield from ((f"{key}.{number}", one) for number, one in enumerate(plan[key]))
