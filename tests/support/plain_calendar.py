"""A calendar as plain as can be: what people were told, and nothing else. The referee of the real one."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

# The house: one space with buffers, one that weighs double, two that ask for a yes, of which one holds.
SPACES = ("iris", "canal", "zenne", "zenne-noord", "zenne-zuid", "marolles")
ATOMS = {"zenne": ("zenne-noord", "zenne-zuid")}
BUFFERS = {"iris": (15, 30)}
WEIGHTS = {"zenne": 2.0}
ASKS, HOLDS_NOTHING = {"canal", "marolles"}, {"marolles"}
QUOTA_HOURS = 24.0
OPENS, CLOSES = time(8), time(22)
QUARTER_ENDS = datetime(2026, 12, 31, 23, tzinfo=UTC)
# All of it lies in winter.
AHEAD_OF_UTC = timedelta(hours=1)
ALIVE = {"confirmed", "pending", "held"}


def at_wall(on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, UTC) - AHEAD_OF_UTC


def wall(instant: datetime) -> datetime:
    return instant + AHEAD_OF_UTC


def days_of(rrule: str, first: date) -> list[date]:
    """The days that one of the machine's rules gives; without a rule, the first."""
    count, found, day = int(rrule[-1] if rrule else 1), [], first
    while len(found) < count:
        if _gives(rrule, first, day):
            found.append(day)
        day += timedelta(days=1)
    return found


def _gives(rrule: str, first: date, day: date) -> bool:
    if not rrule:
        return True
    if "BYDAY=TU,TH" in rrule:
        return day.weekday() in (1, 3)
    return "DAILY" in rrule or day.weekday() == first.weekday()


@dataclass(frozen=True)
class Place:
    space: str
    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)

    def within(self, other: "Place") -> bool:
        return self.space == other.space and other.start <= self.start and self.end <= other.end


@dataclass
class PlainSeries:
    """`days`: those that its rule gives; `left`: of these, those that have no date."""

    tenant: int
    space: str
    clock: time
    length: timedelta
    days: list[date]
    left: set[date] = field(default_factory=set)
    repeats: bool = False
    bundle: tuple[str, ...] = ()
    # Where the rule begins, be it a day of its own or not.
    first: date | None = None

    def place(self, day: date) -> Place:
        start = at_wall(day, self.clock)
        return Place(self.space, start, start + self.length)


@dataclass
class PlainDate:
    """`day`: the one that its rule gives it; `moved`: it was changed by itself; `cut`: its tail was given
    back.
    """

    series: object
    day: date
    place: Place
    status: str
    moved: bool = False
    cut: bool = False
    ended_at: datetime | None = None

    @property
    def own(self) -> bool:
        return self.moved or self.cut

    @property
    def alive(self) -> bool:
        return self.status in ALIVE

    @property
    def holds(self) -> bool:
        return self.alive and not (self.status == "pending" and self.place.space in HOLDS_NOTHING)

    def hours_until(self, end: datetime) -> float:
        """What counts against a quota: of what was given back while it ran, until then."""
        if self.status not in {*ALIVE, "cancelled", "released"}:
            return 0.0
        until = min(self.place.end, end, self.ended_at or end)
        return max(0.0, (until - self.place.start) / timedelta(hours=1)) * WEIGHTS.get(self.place.space, 1)


class PlainCalendar:
    """Series and dates by their ids."""

    def __init__(self):
        self.series: dict[object, PlainSeries] = {}
        self.dates: dict[object, PlainDate] = {}

    def claims(self, place, bundle):
        """(indivisible space, from, until) of what a date at this place would keep others out of."""
        for space in (place.space, *bundle):
            before, after = (timedelta(minutes=minutes) for minutes in BUFFERS.get(space, (0, 0)))
            for atom in ATOMS.get(space, (space,)):
                yield atom, place.start - before, place.end + after

    def claimed(self, ignoring=()):
        """All that is kept, by indivisible space."""
        found = defaultdict(set)
        for one, stands in self.dates.items():
            if stands.holds and one not in ignoring:
                for atom, start, end in self.claims(stands.place, self.series[stands.series].bundle):
                    found[atom].add((start, end))
        return dict(found)

    def free(self, place, bundle=(), ignoring=()):
        held = self.claimed(ignoring)
        return not any(
            start < until and since < end
            for atom, start, end in self.claims(place, bundle)
            for since, until in held.get(atom, ())
        )

    def may(self, place, now, bundle=(), ignoring=()):
        """Whether it may be booked: not over, within a day's opening hours, and free."""
        start, end = wall(place.start), wall(place.end)
        in_hours = start.date() == end.date() and start.time() >= OPENS and end.time() <= CLOSES
        return place.end > now and in_hours and self.free(place, bundle, ignoring)

    def hours(self, tenant, ignoring=()):
        return sum(
            stands.hours_until(QUARTER_ENDS)
            for one, stands in self.dates.items()
            if one not in ignoring and self.series[stands.series].tenant == tenant
        )

    def fits(self, tenant, places, ignoring=()):
        """Whether the tenant's quota has room for all of them."""
        wanted = sum(place.hours * WEIGHTS.get(place.space, 1) for place in places)
        return not places or self.hours(tenant, ignoring) + wanted <= QUOTA_HOURS

    def dates_of(self, series):
        """Its dates in the order of the rule, those that have ended among them."""
        found = [(stands.day, one) for one, stands in self.dates.items() if stands.series == series]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def reached(self, one, reach, now):
        """(dates that an edit is meant for, the day from which on a series of their own begins)."""
        found, ordered = self.dates[one], self.dates_of(self.dates[one].series)
        asked = found.day if reach == "following" else self.dates[ordered[0]].day
        coming = [
            other for other in ordered if self.dates[other].day >= asked and self.dates[other].place.end > now
        ]
        if coming == ordered:
            return ordered, None
        pivot = min((self.dates[other].day for other in coming if self.dates[other].alive), default=found.day)
        return [other for other in ordered if self.dates[other].day >= pivot], pivot

    def end(self, ids, status, now):
        for one in ids:
            self.dates[one].status, self.dates[one].ended_at = status, now

    def put(self, one, place):
        """Lead a date to a place: it must be approved anew, unless it only became shorter."""
        stands = self.dates[one]
        kept = stands.status == "confirmed" and place.within(stands.place)
        stands.status = "pending" if place.space in ASKS and not kept else "confirmed"
        stands.cut = stands.cut and place == stands.place
        stands.place = place

    def alone(self, one, series):
        """Give a date a series of its own."""
        stands = self.dates[one]
        before, local = self.series[stands.series], wall(stands.place.start)
        length = stands.place.end - stands.place.start
        self.series[series] = replace(
            before,
            space=stands.place.space,
            clock=local.time(),
            length=length,
            days=[local.date()],
            left=set(),
            repeats=False,
            first=local.date(),
        )
        stands.series, stands.day, stands.moved = series, local.date(), False


@dataclass(frozen=True)
class Redrawn:
    """What an edit of many dates must come to.

    `rows`: whom it is meant for; `pivot`: from which day on they are a series of their own. `placed`: where
    plain dates belong; `moving`: those of them that are elsewhere; `blocked`: those that cannot go and stay.
    `dropped`: plain dates outside the new rule; `detached`: those outside it that were changed by themselves.
    `added`: dates it newly gives; `closed`: those that cannot be had.
    """

    rows: list
    pivot: date | None
    series: PlainSeries
    turned: timedelta
    placed: dict
    moving: dict
    blocked: set
    dropped: set
    detached: set
    added: dict
    closed: set
    fits: bool

    @property
    def is_nothing(self) -> bool:
        return not (self.turned or self.moving or self.dropped or self.added)


def redrawn(calendar, one, reach, now, *, to=None, rrule=None):
    """Work out an edit: `to`: the place that the date at hand is asked to have; `rrule`: the new rule."""
    dates, (rows, pivot) = calendar.dates, calendar.reached(one, reach, now)
    turned = timedelta(days=(wall(to.start).date() - dates[one].day).days if to else 0)
    old = calendar.series[dates[one].series]
    new = _described(old, pivot, turned, to, rrule)
    living = {row for row in rows if dates[row].alive}
    given = {row for row in living if dates[row].day + turned in new.days}
    # What stands alone is no exception from anything: it goes where it is told, and as long as it is.
    alone = not (old.repeats or new.repeats)
    plain = {row for row in living if alone or not dates[row].own}
    placed = {row: new.place(dates[row].day + turned) for row in given & plain}
    if alone:
        placed = {row: to or dates[row].place for row in placed}
    moving = {row: place for row, place in placed.items() if place != dates[row].place}
    dropped = plain - given
    blocked = _blocked(calendar, moving, dropped, new.bundle, now)
    leaving = {*dropped, *moving} - blocked
    known = {dates[row].day + turned for row in rows}
    wanted = {day: new.place(day) for day in new.days if day not in known and day not in new.left}
    added = {day: place for day, place in wanted.items() if calendar.may(place, now, new.bundle, leaving)}
    closed = wanted.keys() - added.keys()
    new.left |= closed
    kept = [*added.values(), *(place for row, place in moving.items() if row not in blocked)]
    fits = calendar.fits(new.tenant, kept, leaving)
    detached = living - given - plain
    return Redrawn(rows, pivot, new, turned, placed, moving, blocked, dropped, detached, added, closed, fits)


def _described(old, pivot, turned, to, rrule):
    """The series as the edit would have it, from the pivot on."""
    begins, later = pivot or old.first, [day for day in old.days if pivot is None or day >= pivot]
    days = [day + turned for day in later] if rrule is None else days_of(rrule, begins)
    left = {day + turned for day in old.left} & set(days)
    repeats = old.repeats if rrule is None else bool(rrule)
    new = replace(old, days=days, left=left, first=begins + turned, repeats=repeats)
    return replace(new, space=to.space, clock=wall(to.start).time(), length=to.end - to.start) if to else new


def _blocked(calendar, moving, dropped, bundle, now):
    """Who cannot move stays, and so may be in another's way."""
    blocked = set()
    while True:
        leaving = {*dropped, *moving} - blocked
        more = {
            row
            for row, place in moving.items()
            if row not in blocked and not calendar.may(place, now, bundle, leaving)
        }
        if not more:
            return blocked
        blocked |= more
