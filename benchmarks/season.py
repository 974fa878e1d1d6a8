"""The rounds that allocation is measured by: a frozen recipe. Same seed and number of wishes, same file.

`season`: 20 spaces in 6 zones, 13 weeks of 6 days from 08:00 to 22:00 in half hours, 12 associations.

* SPACES and ASSOCIATIONS below stand for all seeds: what a space is, how large an association's share is, how
  large its groups are, what they need, when in the week they like to meet, for how long.
* Wishes: each association's share of the number is in proportion to its entitlement, ±30 %.
* When: WEEKDAYS says how liked each day is, PARTS how liked each start in a part of the day. Three wishes in
  ten name one slot and no other; the others have 3 to 6 alternatives beside their first choice: the same hour
  on another day (half of them), or another start in the same part of the day, on the same day or another. A
  quarter of the alternatives are as welcome as the first choice, the others have a penalty of 1, 2 or 3.
* People: around the association's usual number, from 60 % to 150 %. Its special needs: half of the wishes.
  One wish in eight names the only spaces that do: three that fit.
* Weeks: all 13 (3 in 4), every other (1 in 10), or a run of 4 to 9.
* Priority: 1 (60 %), 2 (30 %) or 3 (10 %). Big associations file early: half a day apart in the order of
  their entitlements, each within two days.
* Three classes are closed for a week of works, the gym for a day, the desk on Saturdays; the hall is shut on
  two mornings.
* The cooperative lets a later stage give away 5 % of what an earlier one reached; otherwise its policy is the
  usual one.

`timetable`: five days of nine slots, 18 spaces, 400 requests of one slot, 8,000 pairs that may not meet. A
full solution is drawn first and then hidden: people who attend three to eight requests make the pairs, none
of which meets in that solution. A request can be had in its own slot there and in one of ten others; its
people fill 70 to 100 % of its own space there, and it needs each of that space's features with 70 %.

Run as a program it writes one of them: `season.py [--timetable] [--wishes 400] [--seed 1] > round.json`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from typing import NamedTuple, TypeVar

from samen.adapters.allocation_file import write_instance
from samen.domain.allocation.board import fits
from samen.domain.allocation.instance import Closure, Grid, Instance, Option, Policy, Request, Space, Tenant

T = TypeVar("T")
OPENING = datetime(2027, 1, 5, 10, tzinfo=UTC)
GRID = Grid(weeks=13, days=6, slots_per_day=28, slot_minutes=30, day_start="08:00")
EVERY_WEEK = tuple(range(GRID.weeks))
SATURDAY = 5
# How liked each weekday is for what is not on a Saturday.
WEEKDAYS = (4, 6, 5, 6, 3)
# First and last slot of a part of the day, and how liked each of its starts is (others: a tenth).
MORNING, AFTERNOON, EVENING, WEEKEND = "morning", "afternoon", "evening", "saturday"
PARTS = {
    MORNING: (0, 8, {2: 6, 4: 4}),
    AFTERNOON: (8, 19, {12: 3, 16: 5, 17: 3}),
    EVENING: (18, 28, {20: 4, 21: 4, 22: 6, 23: 3, 24: 5}),
    WEEKEND: (2, 24, {4: 5, 5: 2, 12: 4, 13: 2, 16: 2}),
}


def _space(name: str, zone: str, capacity: int, *features: str) -> Space:
    return Space(name, capacity, frozenset(features), zone)


SPACES = (
    _space("hall", "hall", 200, "stage", "piano", "projector"),
    _space("foyer", "hall", 60, "kitchen"),
    _space("dressing", "hall", 15, "mirrors"),
    _space("gym", "sports", 120, "floor"),
    _space("studio", "sports", 40, "floor", "mirrors"),
    _space("club", "sports", 30, "kitchen"),
    _space("canteen", "ground", 90, "kitchen", "projector"),
    _space("blue", "ground", 35, "projector", "piano"),
    _space("green", "ground", 25, "projector"),
    _space("desk", "ground", 10),
    _space("music-1", "music", 30, "piano"),
    _space("music-2", "music", 12, "piano"),
    _space("music-3", "music", 8, "piano"),
    _space("class-1", "first", 30, "projector"),
    _space("class-2", "first", 24, "projector"),
    _space("class-3", "first", 18),
    _space("council", "first", 14, "projector"),
    _space("attic", "top", 50, "stage", "floor"),
    _space("loft", "top", 20, "floor", "mirrors"),
    _space("workshop", "top", 16, "bench"),
)


class Association(NamedTuple):
    """`people`: its usual group. `when`: how often in the morning, afternoon, evening, on Saturday."""

    name: str
    entitlement: float
    people: int
    needs: tuple[str, ...]
    when: tuple[int, int, int, int]
    slots: tuple[int, ...]


ASSOCIATIONS = (
    Association("languages", 8, 14, ("projector",), (3, 2, 5, 1), (2, 3, 4)),
    Association("sports", 6, 24, ("floor",), (0, 4, 5, 3), (2, 3, 3)),
    Association("music-school", 5, 7, ("piano",), (0, 6, 3, 3), (2, 2, 3)),
    Association("dance", 4, 16, ("mirrors",), (0, 3, 6, 2), (2, 3, 3)),
    Association("theatre", 3, 22, ("stage",), (0, 1, 7, 3), (4, 4, 6)),
    Association("seniors", 3, 18, ("kitchen",), (5, 5, 0, 0), (3, 4, 4)),
    Association("choirs", 2.5, 32, ("piano",), (0, 1, 8, 1), (3, 4, 4)),
    Association("scouts", 2, 28, (), (0, 1, 2, 7), (4, 4, 6)),
    Association("makers", 1.5, 10, ("bench",), (0, 2, 5, 4), (3, 4, 6)),
    Association("neighbours", 1.5, 35, ("kitchen",), (1, 2, 5, 2), (3, 4, 4)),
    Association("chess", 1, 15, (), (0, 1, 7, 2), (4, 5, 6)),
    Association("radio", 1, 7, (), (1, 2, 5, 1), (3, 4, 4)),
)
CLOSURES = (
    Closure("gym", 0, 0, 28, (6,)),
    *(Closure(name, day, 0, 28, (3,)) for name in ("class-1", "class-2", "class-3") for day in range(5)),
    Closure("desk", SATURDAY, 0, 28, EVERY_WEEK),
    *(Closure("hall", day, 0, 8, EVERY_WEEK) for day in (0, 2)),
)


def season(seed: int, wishes: int = 400) -> Instance:
    """A quarter's round."""
    dice = Random(f"season {seed}")
    greed = [one.entitlement * dice.uniform(0.7, 1.3) for one in ASSOCIATIONS]
    requests = [
        _wish(dice, f"{association.name}-{number + 1}", rank, association)
        for rank, association in enumerate(ASSOCIATIONS)
        for number in range(_shares(greed, wishes)[rank])
    ]
    tenants = tuple(Tenant(one.name, one.entitlement) for one in ASSOCIATIONS)
    return Instance(GRID, SPACES, tenants, tuple(requests), CLOSURES, policy=Policy(tolerance=0.05))


def _shares(weights: Sequence[float], whole: int) -> list[int]:
    """Whole numbers in proportion to the weights, that add up."""
    ends = [round(whole * sum(weights[: place + 1]) / sum(weights)) for place in range(len(weights))]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _wish(dice: Random, name: str, rank: int, association: Association) -> Request:
    slots = dice.choice(association.slots)
    wish = Request(
        name,
        association.name,
        max(2, round(association.people * dice.uniform(0.6, 1.5))),
        frozenset(association.needs if dice.random() < 0.5 else ()),
        slots,
        _weeks(dice),
        _drawn(dice, {1: 6, 2: 3, 3: 1}),
        OPENING + timedelta(minutes=720 * rank + dice.randrange(2880)),
        tuple(_options(dice, association, slots)),
    )
    return _choosy(dice, wish)


def _choosy(dice: Random, wish: Request) -> Request:
    """One in eight names three of the spaces that fit."""
    if dice.random() >= 1 / 8:
        return wish
    fitting = [space.id for space in SPACES if fits(wish, space)]
    named = frozenset(dice.sample(fitting, min(3, len(fitting))))
    return Request(**{**wish.__dict__, "spaces": named})


def _weeks(dice: Random) -> tuple[int, ...]:
    kind = dice.random()
    if kind < 0.75:
        return EVERY_WEEK
    if kind < 0.85:
        return EVERY_WEEK[dice.randrange(2) :: 2]
    length = dice.randint(4, 9)
    first = dice.randint(0, GRID.weeks - length)
    return tuple(range(first, first + length))


def _options(dice: Random, association: Association, slots: int) -> Iterator[Option]:
    part = _drawn(dice, dict(zip(PARTS, association.when, strict=True)))
    first = (_day(dice, part), _start(dice, part, slots))
    yield Option(*first)
    if dice.random() < 0.3:
        return
    named, more = {first}, dice.randint(3, 6)
    while len(named) <= more:
        other = _alternative(dice, part, first, slots)
        if other not in named:
            named.add(other)
            yield Option(*other, penalty=_drawn(dice, {0.0: 1, 1.0: 1, 2.0: 1, 3.0: 1}))


def _alternative(dice: Random, part: str, first: tuple[int, int], slots: int) -> tuple[int, int]:
    """Another day at the same hour, or another start in the same part of the day."""
    if part != WEEKEND and dice.random() < 0.5:
        return _day(dice, part), first[1]
    return (first[0] if dice.random() < 0.5 else _day(dice, part)), _start(dice, part, slots)


def _day(dice: Random, part: str) -> int:
    return SATURDAY if part == WEEKEND else _drawn(dice, dict(enumerate(WEEKDAYS)))


def _start(dice: Random, part: str, slots: int) -> int:
    first, last, liked = PARTS[part]
    return _drawn(dice, {start: liked.get(start, 0.5) for start in range(first, last - slots + 1)})


def _drawn(dice: Random, weights: dict[T, float]) -> T:
    return dice.choices(list(weights), list(weights.values()))[0]


def timetable(seed: int) -> Instance:
    """A week of pure timetabling shape, that can be placed completely."""
    dice = Random(f"timetable {seed}")
    grid = Grid(weeks=1, days=5, slots_per_day=9, slot_minutes=60, day_start="08:00")
    spaces = tuple(_classroom(dice, number) for number in range(18))
    hidden = dice.sample([(slot, space) for slot in range(45) for space in spaces], 400)
    requests = tuple(_lesson(dice, number, *place) for number, place in enumerate(hidden))
    tenants = tuple(Tenant(f"school-{number}") for number in range(8))
    slot_of = {request.id: slot for request, (slot, _) in zip(requests, hidden, strict=True)}
    return Instance(grid, spaces, tenants, requests, conflicts=_pairs(dice, slot_of))


def _classroom(dice: Random, number: int) -> Space:
    features = frozenset(name for name in ("projector", "piano", "bench", "sink") if dice.random() < 0.4)
    return Space(
        f"room-{number + 1}", dice.choice((20, 25, 30, 40, 60, 100)), features, f"wing-{number // 3}"
    )


def _lesson(dice: Random, number: int, slot: int, space: Space) -> Request:
    others = [other for other in range(45) if other == slot or dice.random() < 0.1]
    return Request(
        f"lesson-{number + 1}",
        f"school-{dice.randrange(8)}",
        round(space.capacity * dice.uniform(0.7, 1)),
        frozenset(name for name in sorted(space.features) if dice.random() < 0.7),
        1,
        (0,),
        1,
        OPENING + timedelta(minutes=dice.randrange(2880)),
        tuple(Option(*divmod(other, 9)) for other in others),
    )


def _pairs(dice: Random, slot_of: dict[str, int], number: int = 8000) -> tuple[tuple[str, str], ...]:
    """Of people who attend three to eight requests each, none two at a time in the hidden solution."""
    names, pairs = list(slot_of), dict[tuple[str, str], None]()
    while len(pairs) < number:
        attended: list[str] = []
        for name in dice.sample(names, dice.randint(3, 8)):
            if slot_of[name] not in [slot_of[other] for other in attended]:
                attended.append(name)
        pairs |= dict.fromkeys(combinations(sorted(attended), 2))
    return tuple(pairs)[:number]


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a round as an allocation file.")
    parser.add_argument("--timetable", action="store_true", help="a week of lessons instead of a season")
    parser.add_argument("--wishes", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    drawn = timetable(asked.seed) if asked.timetable else season(asked.seed, asked.wishes)
    sys.stdout.buffer.write(write_instance(drawn))


if __name__ == "__main__":
    main()
