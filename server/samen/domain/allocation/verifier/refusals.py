"""Whether each refusal says the truth: its reason, who stands in the way, and what is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .awards import Board
from .files import Object
from .season import Season, Use


def refusals(board: Board, said: list[Object]) -> Iterator[str]:
    """What of some refusals is not so."""
    for number, one in enumerate(said):
        for fault in (*_reason(board, one), *_nearest(board, one)):
            yield f"refusals.{number}.{fault}"


def _reason(board: Board, refusal: Object) -> Iterator[str]:
    """Some of those that stand in the way must be named, and nobody else."""
    name, named = refusal["request"], refusal.get("blocked_by", [])
    opened = [use for use in _places(board.season, name) if not [*board.season.barred(use)]]
    in_the_way = [board.in_the_way(name, use) for use in opened]
    everybody = {other for others in in_the_way for other in others}
    right = _right_reason(board.season, name, opened, everybody)
    if refusal["reason"] != right:
        yield f"reason: {refusal['reason']} is said, {right} is right"
    yield from (f"blocked_by: {other} is not in the way" for other in sorted({*named} - everybody))
    if len(named) > len({*named}):
        yield "blocked_by: a request is there twice"
    if everybody and not named:
        yield f"blocked_by: {min(everybody)} is in the way, and nobody is named"
    if not all(in_the_way) and not _owns_up(board.season, refusal):
        yield "nearest: a place that was asked for is free, and none such is named"


def _right_reason(season: Season, name: str, opened: list[Use], in_the_way: set[str]) -> str:
    if not opened:
        return "closed" if [*_places(season, name)] else "no_space_fits"
    if in_the_way and in_the_way <= season.held.keys():
        return "held"
    return "conflict" if in_the_way and in_the_way <= season.rivals[name] else "taken"


def _places(season: Season, name: str) -> Iterator[Use]:
    """Where it asked to be, in the spaces that fit, closed or not."""
    spaces = [space for space in season.spaces if not [*season.unfit(name, space)]]
    for day, start in season.penalties[name]:
        for space in spaces:
            use = season.use({"request": name, "space": space, "day": day, "start": start})
            if use.end <= season.slots:
                yield use


def _owns_up(season: Season, refusal: Object) -> bool:
    """Whether one of its own options is among what it says is free."""
    own = season.penalties[refusal["request"]]
    return any((place["day"], place["start"]) in own for place in refusal.get("nearest", ()))


def _nearest(board: Board, refusal: Object) -> Iterator[str]:
    """Each is free, and as welcome as it says."""
    name, times, season = refusal["request"], Counter[Use](), board.season
    for number, place in enumerate(refusal.get("nearest", ())):
        use = season.use({**place, "request": name})
        times[use] += 1
        faults = [*season.barred(use), *season.unfit(name, use.space)]
        faults += [f"{other} is in the way" for other in sorted(board.in_the_way(name, use))]
        faults += ["is there twice"] * (times[use] == 2)
        penalty = season.penalties[name].get((use.day, use.start))
        if place.get("penalty") != penalty:
            faults.append(f"a penalty of {place.get('penalty')} is said, {penalty} is right")
        yield from (f"nearest.{number}: {fault}" for fault in faults)
