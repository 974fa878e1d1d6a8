"""Whether a booked space is used, and what follows when it is not.

Nothing here ever frees a space on a silence: where a sensor's word is missing for a part of the time, nobody
knows, and the booking stays.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from samen.domain.interval import Interval
from samen.domain.presence import SILENCE, Beat, Stay, present_in_whole, stays

# Who comes this much early and stays has come.
EARLY = timedelta(minutes=10)
CHECK_IN_FROM = timedelta(minutes=15)
# A node speaks every 5 minutes: a space is freed only while it does.
LATELY = timedelta(minutes=6)
AGAIN = timedelta(minutes=1)
# A shorter rest is not worth freeing.
SHORTEST_TAIL = timedelta(minutes=30)
MARK = timedelta(minutes=5)
# Nobody came on so many of the last so many dates: does the series still have a use?
GHOST_DATES, GHOST_OF = 3, 4


class ReleasePolicy(enum.Enum):
    """What may free a booked space: nothing, a sensor that saw nobody, or nobody having checked in."""

    NEVER = "never"
    SENSOR = "sensor"
    CHECK_IN = "check_in"


class Presence(enum.Enum):
    """Whether the tenant has shown up."""

    PRESENT = "present"
    WAITING = "waiting"
    WARN = "warn"
    NO_SHOW = "no_show"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Terms:
    """By what a space is freed: `grace` after the start, or once it has stood empty for `tail` (0: never)."""

    policy: ReleasePolicy
    grace: timedelta
    tail: timedelta


@dataclass(frozen=True)
class Booked:
    """A booking that stands. Its grace does not begin before it was made."""

    during: Interval
    made_at: datetime
    checked_in_at: datetime | None = None
    warned_at: datetime | None = None

    @property
    def here_at(self) -> datetime | None:
        """When somebody said last that they are here; not what was said of a time it was moved from."""
        said = self.checked_in_at
        return said if said is not None and said >= self.during.start - CHECK_IN_FROM else None

    @property
    def asked_from(self) -> datetime:
        """From when on somebody should be there."""
        return max(self.during.start, self.made_at)


@dataclass(frozen=True)
class Seen:
    """What sensors say of a stretch of time: stays that follow one another without a gap.

    `watched`: whether every part of the space has a sensor. `heard_at`: when the one that has been silent
    longest spoke last.
    """

    stays: tuple[Stay, ...] = ()
    watched: bool = False
    heard_at: datetime | None = None

    def known(self, during: Interval) -> bool:
        """Whether every instant is covered by a word of every sensor, or by one that saw somebody."""
        return self.watched and not any(
            stay.present is None and _touches(stay, during) for stay in self.stays
        )

    def heard_lately(self, now: datetime) -> bool:
        """Whether every sensor still speaks."""
        return self.watched and self.heard_at is not None and now - self.heard_at <= LATELY


class Step(enum.Enum):
    """What the sweep does with a booking."""

    WAIT = "wait"
    WARN = "warn"
    FREE = "free"
    SHORTEN = "shorten"
    TELL_SILENT = "tell_silent"
    FINISH = "finish"


@dataclass(frozen=True)
class Next:
    """A step, and when to look again; SHORTEN ends the booking at `ends_at`, FINISH knows whether it was
    `used`.
    """

    step: Step
    look_at: datetime | None = None
    ends_at: datetime | None = None
    used: bool | None = None


def seen(sensors: Sequence[Sequence[Beat]], during: Interval, *, watched: bool) -> Seen:
    """What the sensors' words, each sensor's in order, say of every instant of `during`."""
    told = [_told(beats, during) for beats in sensors]
    if not told:
        return Seen()
    edges = sorted({edge for spans in told for stay in spans for edge in (stay.start, stay.end)})
    places = [0] * len(told)
    found: list[Stay] = []
    for start, end in pairwise(edges):
        for n, spans in enumerate(told):
            while spans[places[n]].end <= start:
                places[n] += 1
        present = present_in_whole([spans[place].present for spans, place in zip(told, places, strict=True)])
        found.append(Stay(start, end, present))
    newest = [max((beat.at for beat in beats), default=0.0) for beats in sensors]
    return Seen(_runs(found), watched, datetime.fromtimestamp(min(newest), UTC))


def _told(beats: Sequence[Beat], during: Interval) -> list[Stay]:
    """One sensor's word on every instant of `during`."""
    start, end = during.start.timestamp(), during.end.timestamp()
    # A word of nothing, long before and at the end: what lies between is then a stay in any case.
    edges = [Beat(start - 2 * SILENCE.total_seconds(), ""), *beats, Beat(end, "")]
    clipped = (Stay(max(one.start, start), min(one.end, end), one.present) for one in stays(edges))
    return [one for one in clipped if one.start < one.end]


def _runs(spans: Iterable[Stay]) -> tuple[Stay, ...]:
    """Neighbours that say the same, as one."""
    found: list[Stay] = []
    for span in spans:
        if found and found[-1].present is span.present:
            found[-1] = Stay(found[-1].start, span.end, span.present)
        else:
            found.append(span)
    return tuple(found)


def verdict(booked: Booked, seen: Seen, terms: Terms, now: datetime) -> Presence:
    """Whether somebody has come, at an instant of the booking; NO_SHOW only of who was warned in time."""
    if booked.here_at is not None or somebody_came(booked.during, seen, terms.grace, now):
        return Presence.PRESENT
    if terms.policy is ReleasePolicy.SENSOR and not seen.known(_so_far(booked.during, now)):
        return Presence.UNKNOWN
    if now < booked.asked_from + terms.grace / 2:
        return Presence.WAITING
    if booked.warned_at is None:
        return Presence.WARN
    sure = terms.policy is not ReleasePolicy.SENSOR or seen.heard_lately(now)
    return Presence.NO_SHOW if sure and now >= frees_at(booked, terms) else Presence.WAITING


def frees_at(booked: Booked, terms: Terms) -> datetime:
    """Until when an empty space is kept: half of the grace is left after a warning, however late it came."""
    due = booked.asked_from + terms.grace
    return due if booked.warned_at is None else max(due, booked.warned_at + terms.grace / 2)


def somebody_came(during: Interval, seen: Seen, grace: timedelta, now: datetime) -> bool:
    """Whether somebody was seen who came for this booking.

    Who was there long before it, and left before its grace was over, is whoever had the space before.
    """
    start, late = during.start.timestamp(), min(now, during.start + grace, during.end).timestamp()
    early = start - EARLY.total_seconds()
    return any(
        (run.start >= early or run.end >= late) for run in seen.stays if run.present and _touches(run, during)
    )


def tail(booked: Booked, seen: Seen, terms: Terms, now: datetime) -> datetime | None:
    """The end that a booking gets whose people have left; None: it keeps its own."""
    if not _ends_early(terms, seen) or not seen.heard_lately(now):
        return None
    ends_at = next_mark(now)
    long_enough = now - _empty_since(booked, seen, now) >= terms.tail
    came = somebody_came(booked.during, seen, terms.grace, now)
    return ends_at if came and long_enough and booked.during.end - ends_at >= SHORTEST_TAIL else None


def outcome(booked: Booked, seen: Seen, terms: Terms) -> bool | None:
    """Whether a booking that is over was used; None where nobody knows."""
    end = booked.during.end
    if booked.here_at is not None or somebody_came(booked.during, seen, terms.grace, end):
        return True
    # Who was not asked to check in cannot be held to it.
    asked = terms.policy is ReleasePolicy.CHECK_IN and booked.warned_at is not None
    return False if asked or seen.known(booked.during) else None


def ghost(outcomes: Sequence[bool | None], n: int = GHOST_DATES, m: int = GHOST_OF) -> bool:
    """Whether nobody came on `n` of the last `m` dates, the newest last."""
    return sum(one is False for one in outcomes[-m:]) >= n


def next_step(booked: Booked, seen: Seen, terms: Terms, now: datetime) -> Next:
    """What to do with a booking that stands, and when to look at it again."""
    during = booked.during
    if now >= during.end:
        return Next(Step.FINISH, used=outcome(booked, seen, terms))
    if now < during.start:
        return Next(Step.WAIT, during.start)
    if terms.policy is ReleasePolicy.NEVER or (terms.policy is ReleasePolicy.SENSOR and not seen.watched):
        return Next(Step.WAIT, during.end)
    if (ends_at := tail(booked, seen, terms, now)) is not None:
        return Next(Step.SHORTEN, ends_at, ends_at)
    found = _by_presence(verdict(booked, seen, terms, now), booked, seen, terms, now)
    return found if found.look_at is None else Next(found.step, min(found.look_at, during.end))


def _by_presence(presence: Presence, booked: Booked, seen: Seen, terms: Terms, now: datetime) -> Next:
    over = booked.asked_from + terms.grace
    if presence is Presence.NO_SHOW:
        return Next(Step.FREE)
    if presence is Presence.WARN:
        return Next(Step.WARN, max(over, now + terms.grace / 2, now + AGAIN))
    if presence is Presence.UNKNOWN:
        return Next(Step.WAIT, over) if now < over else Next(Step.TELL_SILENT, booked.during.end)
    if presence is Presence.WAITING:
        half = booked.asked_from + terms.grace / 2
        return Next(Step.WAIT, half if now < half else max(frees_at(booked, terms), now + AGAIN))
    # Until the grace is over, it may still turn out that they were those who had the space before.
    unsure = booked.here_at is None and now < over
    return Next(Step.WAIT, over if unsure else look_at_tail(booked, seen, terms, now))


def look_at_tail(booked: Booked, seen: Seen, terms: Terms, now: datetime) -> datetime:
    """When its people can have been gone for long enough at the earliest; its end where that is too late."""
    at = max(_empty_since(booked, seen, now) + terms.tail, now + AGAIN)
    worth_it = booked.during.end - next_mark(at) >= SHORTEST_TAIL
    return at if _ends_early(terms, seen) and worth_it else booked.during.end


def check_in_from(during: Interval) -> datetime:
    """From when on somebody can say that they are here."""
    return during.start - CHECK_IN_FROM


def next_mark(at: datetime) -> datetime:
    """The next full five minutes."""
    behind = (at - datetime(2000, 1, 1, tzinfo=UTC)) % MARK
    return at + (MARK - behind if behind else timedelta(0))


def _ends_early(terms: Terms, seen: Seen) -> bool:
    return bool(terms.tail) and terms.policy is not ReleasePolicy.NEVER and seen.watched


def _empty_since(booked: Booked, seen: Seen, now: datetime) -> datetime:
    """Since when nobody is known to be there, nor has said that they are; `now` where that is not known."""
    last = seen.stays[-1] if seen.stays else None
    if last is None or last.present is not False or last.end < now.timestamp():
        return now
    since = max(datetime.fromtimestamp(last.start, UTC), booked.during.start)
    return since if booked.here_at is None else max(since, booked.here_at)


def _so_far(during: Interval, now: datetime) -> Interval:
    """The part of the booking that has passed, an instant at least."""
    return Interval(during.start, max(min(now, during.end), during.start + timedelta(microseconds=1)))


def _touches(stay: Stay, during: Interval) -> bool:
    return stay.start < during.end.timestamp() and stay.end > during.start.timestamp()
