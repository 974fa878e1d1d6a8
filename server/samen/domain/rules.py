"""Booking rules. Each is a small function that gives a refusal or nothing.

A refusal carries the nearest choice that the rule allows: `nearest` is the instant at which a booking could
begin, `limit`, `shortest` and `longest` are what it may reach.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from samen.domain.access import Role
from samen.domain.holidays import holiday_on
from samen.domain.interval import Interval, at_wall, midnight

Plain = str | int | float | date | time | timedelta | enum.Enum
Fact = Plain | tuple[Plain, ...]
Hours = tuple[time, time]
LONGEST = timedelta(hours=24)
# A clock cannot say 24:00: a closing of this is the midnight at which the next day begins.
END_OF_DAY = time.max
# How many days are looked through for one on which a space is open.
DAYS_AHEAD = 60
# A date of a space that gathers requests opens for all at once, when people are awake.
OPENS = time(12)
RANKS = {Role.MEMBER: 0, Role.TENANT_ADMIN: 1, Role.MANAGER: 2}


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


NEVER_OPEN = Refusal("never_open", {"days": DAYS_AHEAD})


@dataclass(frozen=True)
class Booker:
    """In whose name a booking is made, and in which role."""

    tenant_id: int
    role: Role


@dataclass(frozen=True)
class Wanted:
    """One occurrence as asked for. Without `who`, only what holds for everybody is asked.

    `instead_of`: the time that it has now, where it is a change of one that stands.
    """

    during: Interval
    people: int | None = None
    who: Booker | None = None
    instead_of: Interval | None = None


@dataclass(frozen=True)
class Closure:
    """A time in which nothing can be booked, and why."""

    during: Interval
    reason: str


@dataclass(frozen=True)
class Permission:
    """Who may book: a tenant, a role (and those above it), or a role in a tenant; None is any."""

    tenant_id: int | None = None
    role: Role | None = None
    tenant: str = ""


@dataclass(frozen=True)
class SpaceRules:
    """What a space allows. `opening` and `closing` are wall times in `zone`.

    `gather_days`: for so many days before a date can be booked, requests for it are gathered, to be decided
    when it opens; 0 where whoever comes first has it.
    `hours`: weekdays (0 is Monday) on which other hours hold, or none. `permitted`: who may book, where that
    is not everybody.
    """

    opening: time
    closing: time
    horizon_days: int
    capacity: int
    zone: ZoneInfo
    gather_days: int = 0
    hours: Mapping[int, Hours | None] = field(default_factory=dict)
    blackouts: Sequence[Closure] = ()
    closed_on_holidays: bool = False
    notice: timedelta = timedelta(0)
    shortest: timedelta = timedelta(0)
    longest: timedelta = LONGEST
    permitted: Sequence[Permission] = ()
    approval: Approval = Approval.NONE
    owner_id: int | None = None

    def local_date(self, instant: datetime) -> date:
        """The date that the space's clock shows."""
        return instant.astimezone(self.zone).date()

    def usual_hours(self, on: date) -> Hours | None:
        """The hours of that weekday, holiday or not; None when it is closed on it."""
        return self.hours.get(on.weekday(), (self.opening, self.closing))


def opening_of(space: SpaceRules, on: date) -> Interval | None:
    """From opening to closing on a local date; None when it is closed. Blackouts are not looked at."""
    hours = space.usual_hours(on)
    if hours is None or (space.closed_on_holidays and holiday_on(on)):
        return None
    return open_from_to(hours, on, space.zone)


def first_open(space: SpaceRules, after: datetime) -> datetime | None:
    """The first instant from `after` on at which it is open, within the blackouts known and 60 days."""
    start = space.local_date(after)
    for on in (start + timedelta(days=n) for n in range(DAYS_AHEAD)):
        span = opening_of(space, on)
        if span is not None and (at := _past_blackouts(space, max(after, span.start))) < span.end:
            return at
    return None


def needs_approval(approval: Approval, owner_id: int | None, who: Booker) -> bool:
    """Whether a booking waits for a yes: never that of somebody who could give it."""
    owns = who.tenant_id == owner_id
    if who.role is Role.MANAGER or (owns and who.role is Role.TENANT_ADMIN):
        return False
    return approval is Approval.ALWAYS or (approval is Approval.OTHERS and not owns)


def already_begun(wanted: Wanted, _space: SpaceRules, now: datetime) -> Refusal | None:
    """A booking may begin late, but not after it should have ended."""
    return Refusal("already_begun", {"nearest": now}) if wanted.during.end <= now else None


def notice_too_short(wanted: Wanted, space: SpaceRules, now: datetime) -> Refusal | None:
    """How long before it begins a space must be booked; who moves only the end keeps their start."""
    kept = wanted.instead_of is not None and wanted.instead_of.start == wanted.during.start
    earliest = now + space.notice
    if not space.notice or kept or wanted.during.start >= earliest or _runs_the_house(wanted):
        return None
    nearest = first_open(space, _next_minute(earliest)) or earliest
    return Refusal("notice_too_short", {"notice": space.notice, "nearest": nearest})


def too_far_ahead(wanted: Wanted, space: SpaceRules, now: datetime) -> Refusal | None:
    """How many days ahead a space may be booked, and from when on it may be asked for."""
    limit = bookable_until(space.horizon_days, space.zone, now, gathers=space.gather_days > 0)
    if wanted.during.end <= limit or _runs_the_house(wanted):
        return None
    opens = opens_at(space.local_date(wanted.during.start), space.horizon_days, space.zone)
    if space.gather_days and now >= opens - timedelta(days=space.gather_days):
        return Refusal("gathers_requests", {"opens": opens})
    return Refusal("too_far_ahead", {"limit": limit})


def bookable_until(horizon_days: int, zone: ZoneInfo, now: datetime, *, gathers: bool) -> datetime:
    """By when a booking must end. Where requests are gathered, dates open whole, at noon."""
    if not gathers:
        return now + timedelta(days=horizon_days)
    today = now.astimezone(zone).date()
    opened = today if now >= at_wall(today, OPENS, zone) else today - timedelta(days=1)
    return midnight(opened + timedelta(days=horizon_days + 1), zone)


def opens_at(on: date, horizon_days: int, zone: ZoneInfo) -> datetime:
    """The instant at which a date of a space that gathers requests can be booked."""
    return at_wall(on - timedelta(days=horizon_days), OPENS, zone)


def too_short(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """How long a booking is at least."""
    return (
        Refusal("too_short", {"shortest": space.shortest}) if wanted.during.length < space.shortest else None
    )


def too_long(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """How long a booking is at most."""
    return Refusal("too_long", {"longest": space.longest}) if wanted.during.length > space.longest else None


def outside_opening_hours(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """From opening to closing of one local day; past midnight never."""
    on = space.local_date(wanted.during.start)
    hours = space.usual_hours(on)
    span = hours and open_from_to(hours, on, space.zone)
    if hours is None or span is None:
        nearest = first_open(space, wanted.during.start)
        return Refusal("closed_that_day", {"date": on, "nearest": nearest}) if nearest else NEVER_OPEN
    if span.start <= wanted.during.start and wanted.during.end <= span.end:
        return None
    nearest = max(span.start, min(wanted.during.start, span.end - wanted.during.length))
    return Refusal("outside_opening_hours", {"opening": hours[0], "closing": hours[1], "nearest": nearest})


def closed_on_holiday(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """Public holidays, where the space keeps them."""
    on = space.local_date(wanted.during.start)
    holiday = holiday_on(on)
    if holiday is None or not space.closed_on_holidays:
        return None
    nearest = first_open(space, wanted.during.start)
    return Refusal("closed_on_holiday", {"holiday": holiday, "nearest": nearest}) if nearest else NEVER_OPEN


def blacked_out(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """A time that somebody closed the space for, itself or with the whole site."""
    reasons = [closure.reason for closure in space.blackouts if closure.during.overlaps(wanted.during)]
    if not reasons:
        return None
    nearest = first_open(space, wanted.during.start)
    return Refusal("blacked_out", {"reason": reasons[0], "nearest": nearest}) if nearest else NEVER_OPEN


def too_many_people(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """A space holds only so many."""
    if wanted.people is None or wanted.people <= space.capacity:
        return None
    return Refusal("too_many_people", {"people": wanted.people, "capacity": space.capacity})


def not_for_your_tenant(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """A space that some associations keep to themselves."""
    if wanted.who is None or not space.permitted or _runs_the_house(wanted) or _of_tenant(space, wanted.who):
        return None
    tenants = sorted({one.tenant for one in space.permitted})
    return Refusal("not_for_your_tenant", {"tenants": tuple(tenants)})


def not_for_your_role(wanted: Wanted, space: SpaceRules, _now: datetime) -> Refusal | None:
    """A space that only some of an association may book."""
    if wanted.who is None or _runs_the_house(wanted):
        return None
    roles = {one.role for one in _of_tenant(space, wanted.who)}
    if not roles or None in roles or any(_reaches(wanted.who.role, role) for role in roles):
        return None
    needed = sorted((role for role in roles if role is not None), key=lambda role: RANKS.get(role, 0))
    return Refusal("not_for_your_role", {"roles": tuple(needed)})


Rule = Callable[[Wanted, SpaceRules, datetime], Refusal | None]
RULES: tuple[Rule, ...] = (
    not_for_your_tenant,
    not_for_your_role,
    already_begun,
    notice_too_short,
    too_far_ahead,
    too_short,
    too_long,
    closed_on_holiday,
    outside_opening_hours,
    blacked_out,
    too_many_people,
)


def refusals(wanted: Wanted, space: SpaceRules, now: datetime) -> list[Refusal]:
    """Every reason why the space's rules say no, in reading order; empty when they say yes."""
    return [refusal for rule in RULES if (refusal := rule(wanted, space, now)) is not None]


def _runs_the_house(wanted: Wanted) -> bool:
    """A manager is not held to notice, horizon and who may book: those order the queue, not the building."""
    return wanted.who is not None and wanted.who.role is Role.MANAGER


def _of_tenant(space: SpaceRules, who: Booker) -> list[Permission]:
    return [one for one in space.permitted if one.tenant_id in {None, who.tenant_id}]


def _reaches(role: Role, needed: Role | None) -> bool:
    return needed is None or (role in RANKS and RANKS[role] >= RANKS.get(needed, 0))


def open_from_to(hours: Hours, on: date, zone: ZoneInfo) -> Interval | None:
    """The hours as instants; None when a clock change leaves nothing of them."""
    opening, closing = hours
    start = at_wall(on, opening, zone)
    end = midnight(on + timedelta(days=1), zone) if closing == END_OF_DAY else at_wall(on, closing, zone)
    return Interval(start, end) if start < end else None


def _past_blackouts(space: SpaceRules, at: datetime) -> datetime:
    for closure in sorted(space.blackouts, key=lambda closure: closure.during):
        if closure.during.contains(at):
            at = closure.during.end
    return at


def _next_minute(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return at if at == whole else whole + timedelta(minutes=1)
