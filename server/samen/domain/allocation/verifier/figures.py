"""Whether the figures are those of the awards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import isclose

from .awards import Board
from .files import Object
from .season import Use, runs

# What the same sum may differ by when it is added in another order.
TOLERANCE = 1e-6
# Of the stages, by their letter; of the others less is.
MORE_IS_BETTER = "ABD"


def metrics(board: Board, said: Object) -> Iterator[str]:
    """Figures that come out otherwise when they are counted again."""
    tenants = _tenants(board)
    for name, figures in tenants.items():
        yield from _compared(f"metrics.tenants.{name}", said["tenants"][name], figures)
    yield from _compared("metrics", said, {**_overall(board, tenants), **_heated(board)})


def bounds(board: Board, said: Object) -> Iterator[str]:
    """Bounds that are broken by the plan itself: what was reached can be reached.

    Where shares bind, a tenant may get more than it is owed; bounds are of satisfaction up to 1.
    """
    tenants = _tenants(board)
    reached = {
        "min_satisfaction": min(1.0, _overall(board, tenants)["min_satisfaction"]),
        "granted_hours": sum(one["granted_hours"] for one in tenants.values()),
    }
    for name, value in reached.items():
        bound = said.get(name)
        if bound is not None and bound < value and not _same(bound, value):
            yield f"bounds.{name}: {bound} is not the most, {value:.6f} is reached"


def stages(said: list[Object]) -> Iterator[str]:
    """Stages that are beyond their own bound, or say they are proved, and are not by what they say."""
    for number, stage in enumerate(said):
        value, bound = stage["value"], stage.get("bound")
        is_met = bound is not None and _same(value, bound)
        if stage["proved"] and not is_met:
            yield f"stages.{number}: a bound of {bound} does not prove {value}"
        if bound is not None and not is_met and (bound < value) == (stage["name"][0] in MORE_IS_BETTER):
            yield f"stages.{number}: {value} is beyond the bound of {bound}"
        if stage["seconds"] < 0:
            yield f"stages.{number}.seconds: {stage['seconds']} is less than nothing"
    for name, times in Counter(stage["name"] for stage in said).items():
        if times > 1:
            yield f"stages: {name} is there {times} times"


def _compared(where: str, said: Object, counted: dict[str, float]) -> Iterator[str]:
    for name, value in counted.items():
        if not _same(said[name], value):
            yield f"{where}.{name}: {said[name]} is said, {value:.6f} is right"


def _same(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _tenants(board: Board) -> dict[str, dict[str, float]]:
    season, found = board.season, {}
    for tenant, asked in season.asked_by.items():
        granted = sum(season.hours(name) for name in asked if name in board.uses)
        owed = season.owed[tenant]
        found[tenant] = {
            "asked_hours": sum(map(season.hours, asked)),
            "granted_hours": granted,
            "satisfaction": granted / owed if owed else 1.0,
        }
    return found


def _overall(board: Board, tenants: dict[str, dict[str, float]]) -> dict[str, float]:
    """Satisfaction counts of those who asked for something, first choices of all requests."""
    season = board.season
    asking = [tenants[name]["satisfaction"] for name, asked in season.asked_by.items() if asked]
    happy = sum(_is_first_choice(board, name) for name in board.uses)
    return {
        "min_satisfaction": min(asking, default=1.0),
        "mean_satisfaction": sum(asking) / len(asking) if asking else 1.0,
        "first_choice_share": happy / len(season.requests) if season.requests else 1.0,
    }


def _is_first_choice(board: Board, name: str) -> bool:
    penalties, use = board.season.penalties[name], board.uses[name]
    return penalties.get((use.day, use.start), 0.0) <= min(penalties.values(), default=0.0)


def _heated(board: Board) -> dict[str, float]:
    zones: defaultdict[str, list[Use]] = defaultdict(list)
    for use in board.uses.values():
        zones[board.season.spaces[use.space]["zone"]].append(use)
    found = [end - start for uses in zones.values() for start, end in runs(uses)]
    return {"zone_hours": sum(found) * board.season.slot_hours, "zone_starts": float(len(found))}
