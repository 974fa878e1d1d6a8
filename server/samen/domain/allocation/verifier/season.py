"""What was asked for, read anew from the instance's file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from .files import Object


class Use(NamedTuple):
    """A space from slot `start` to before `end` on one day of some weeks."""

    space: str
    day: int
    start: int
    end: int
    weeks: frozenset[int]

    def meets(self, other: Use) -> bool:
        """Whether both are in use at one time, wherever."""
        return (
            self.day == other.day
            and self.start < other.end
            and other.start < self.end
            and not self.weeks.isdisjoint(other.weeks)
        )


class Season:
    """An instance by name. Raises what Python raises for an object that is none."""

    def __init__(self, raw: Object) -> None:
        self.weeks, self.days, self.slots = raw["weeks"], raw["days"], raw["slots_per_day"]
        self.slot_hours: float = raw["slot_minutes"] / 60
        self.spaces: dict[str, Object] = {one["id"]: one for one in raw["spaces"]}
        self.tenants: dict[str, Object] = {one["id"]: one for one in raw["tenants"]}
        self.requests: dict[str, Object] = {one["id"]: one for one in raw["requests"]}
        self.penalties = {name: _penalties(one["options"]) for name, one in self.requests.items()}
        self.held = {one["request"]: self.use(one) for one in raw.get("held", ())}
        self.closures: defaultdict[str, list[Use]] = defaultdict(list)
        for one in raw.get("closures", ()):
            self.closures[one["space"]].append(_use(one, one["slots"], one["weeks"]))
        self.rivals: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in raw.get("conflicts", ()):
            self.rivals[one].add(other)
            self.rivals[other].add(one)
        self._binding = raw.get("policy", {}).get("entitlements_bind", False)

    def use(self, award: Object) -> Use:
        """What an award takes."""
        request = self.requests[award["request"]]
        return _use(award, request["slots"], request["weeks"])

    def hours(self, name: str) -> float:
        """What a request takes over all its weeks."""
        request = self.requests[name]
        return float(request["slots"] * len({*request["weeks"]}) * self.slot_hours)

    @cached_property
    def asked_by(self) -> dict[str, list[str]]:
        """The requests of each tenant."""
        asked: dict[str, list[str]] = {name: [] for name in self.tenants}
        for name, one in self.requests.items():
            asked[one["tenant"]].append(name)
        return asked

    @cached_property
    def owed(self) -> dict[str, float]:
        """By tenant, the hours that are full satisfaction."""
        asked = {name: sum(map(self.hours, names)) for name, names in self.asked_by.items()}
        if not self._binding:
            return asked
        entitled = {name: one.get("entitlement", 1.0) for name, one in self.tenants.items()}
        whole = self._open_hours()
        return {
            name: min(hours, whole * entitled[name] / sum(entitled.values())) for name, hours in asked.items()
        }

    def _open_hours(self) -> float:
        """Of all spaces together, closures taken out."""
        closed = sum(end - start for uses in self.closures.values() for start, end in runs(uses))
        return float((len(self.spaces) * self.weeks * self.days * self.slots - closed) * self.slot_hours)

    def unfit(self, name: str, space_id: str) -> Iterator[str]:
        """Why a request cannot be in a space at all."""
        request, space = self.requests[name], self.spaces[space_id]
        if request["people"] > space["capacity"]:
            yield f"{space_id} holds {space['capacity']} people, {name} brings {request['people']}"
        for feature in sorted({*request.get("features", ())} - {*space.get("features", ())}):
            yield f"{space_id} has no {feature}, which {name} needs"
        if request.get("spaces") is not None and space_id not in request["spaces"]:
            yield f"{space_id} is not among the spaces that {name} names"

    def barred(self, use: Use) -> Iterator[str]:
        """Why nobody can be there then."""
        if not (0 <= use.day < self.days and use.start >= 0 and use.end <= self.slots):
            yield f"day {use.day}, slots {use.start} to {use.end} are not on the grid"
        if any(use.meets(closure) for closure in self.closures[use.space]):
            yield f"{use.space} is closed on day {use.day} from slot {use.start}"


def runs(uses: Iterable[Use]) -> Iterator[tuple[int, int]]:
    """From when to when one of them at least is in use without a break; each week's each day by itself."""
    days: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for use in uses:
        for week in use.weeks:
            days[week, use.day].append((use.start, use.end))
    for spans in days.values():
        first, last = min(spans)
        for start, end in sorted(spans):
            if start > last:
                yield first, last
                first = start
            last = max(last, end)
        yield first, last


def _use(place: Object, slots: int, weeks: Iterable[int]) -> Use:
    return Use(place["space"], place["day"], place["start"], place["start"] + slots, frozenset(weeks))


def _penalties(options: Iterable[Object]) -> dict[tuple[int, int], float]:
    """By day and start; of one named twice, the most welcome."""
    found: dict[tuple[int, int], float] = {}
    for one in options:
        at, penalty = (one["day"], one["start"]), one.get("penalty", 0.0)
        found[at] = min(penalty, found.get(at, penalty))
    return found
