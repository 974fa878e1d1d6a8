"""Booking rules. Each is a small function that gives a refusal or nothing."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval

Fact = str | int | datetime | time
LONGEST = timedelta(hours=24)


class Approval(enum.Enum):
    """Whose bookings of a space wait for a yes: nobody's, those of other tenants than its owner, or all."""

    NONE = "none"
    OTHERS = "others"
    ALWAYS = "always"


@dataclass(frozen=True)
class Refusal:
    """A "no": its code and the facts that word it. `web` says it in the reader's language."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """One occurrence as asked for."""

    during: Interval
    people: int | None = None


@dataclass(frozen=True)
class SpaceRules:
    """What a space allows. `opening` and `closing` are wall times in `zone`."""

    opening: time
    closing: time
    horizon_days: int
    capacity: int
    zone: ZoneInfo


def already_begun(wanted: Wanted, _space: SpaceRules, now: datetime) -> Refusal | None:
    """A booking may begin late, but not after it should have ended."""
    if wanted.during.end <= now:
        return Refusal("already_begun", {"now": now})
    return None


def too_far_ahead(wanted: Wanted, space: SpaceRules, now: datetime) -> Refusal | None:
    """How many days ahead a space may be booked."""
    limit = now + timedelta(days=space.horizon_days)
    return Refusal("too_far_ahead", {"limit": limit}) if wanted.during.end > limit else None


def too_long(wanted: Wanted, _space: SpaceRules, _now: datetime) -> Refusal | None:
    """One occurrence lasts a day at the most."""
    if wanted.during.length > LONGEST:
        return Refusal("too_long", {"hours": int(LONGEST.total_seconds() // 3600)})
    return None


def outside_opening_hours(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """From opening to closing of one local day."""
    start, end = wanted.during.start.astimezone(space.zone), wanted.during.end.astimezone(space.zone)
    same_day = start.date() == end.date()
    if same_day and space.opening <= start.time() and end.time() <= space.closing:
        return None
    return Refusal("outside_opening_hours", {"opening": space.opening, "closing": space.closing})


def too_many_people(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """A space holds only so many."""
    if wanted.people is None or wanted.people <= space.capacity:
        return None
    return Refusal("too_many_people", {"people": wanted.people, "capacity": space.capacity})


Rule = Callable[[Wanted, SpaceRules, datetime], Refusal | None]
RULES: tuple[Rule, ...] = (already_begun, too_far_ahead, too_long, outside_opening_hours, too_many_people)


def refusals(wanted: Wanted, space: SpaceRules, now: datetime) -> list[Refusal]:
    """Every reason why the space's rules say no, in reading order; empty when they say yes."""
    return [refusal for rule in RULES if (refusal := rule(wanted, space, now)) is not None]
