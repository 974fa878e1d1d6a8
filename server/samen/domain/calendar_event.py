"""Bookings as calendar programs know them: an event per series, and one for every date that differs."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval, at_wall
from samen.domain.series import cut_before, expand, read_rule


class Standing(enum.Enum):
    """An event's STATUS."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Date:
    """One date of a series as it stands. `here`: whether the calendar at hand shows it.

    `changed_at`: when it ended, where it did.
    """

    original_start: datetime
    during: Interval
    standing: Standing
    sequence: int
    title: str
    place: str
    changed_at: datetime | None = None
    here: bool = True


@dataclass(frozen=True)
class Kept:
    """A series as it is kept, with all of its dates. `here`: whether it belongs to the calendar at hand,
    and is not only there with a date that was moved to it.
    """

    uid: str
    zone: ZoneInfo
    starts_local: datetime
    length: timedelta
    rrule: str | None
    title: str
    place: str
    tenant: str
    sequence: int
    made_at: datetime
    dates: tuple[Date, ...]
    here: bool = True


@dataclass(frozen=True)
class Event:
    """What becomes a VEVENT.

    `original_start`: the date of the series that this one stands for. `last`: the last start the rule gives.
    `left_out`: wall times that it gives and that are not booked, those that do not exist on their date among
    them. `added`: starts of dates that it does not give.
    """

    uid: str
    zone: ZoneInfo
    during: Interval
    standing: Standing
    sequence: int
    title: str
    place: str
    tenant: str
    changed_at: datetime
    original_start: datetime | None = None
    rrule: str | None = None
    last: datetime | None = None
    left_out: tuple[datetime, ...] = ()
    added: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class _Given:
    """The starts a rule gives up to the last one that is booked, and the wall times it gives in vain."""

    starts: tuple[datetime, ...]
    missing: tuple[datetime, ...] = ()


def events_of(kept: Kept) -> list[Event]:
    """The series' events: none where no date is here; a date moved here from elsewhere comes alone."""
    shown = [one for one in kept.dates if one.here]
    if kept.rrule is None and len(kept.dates) == 1:
        return [_event(kept, one, None) for one in shown]
    given = _given(kept, shown) if kept.here and shown else _Given(())
    if not given.starts:
        return [_event(kept, one, one.original_start) for one in shown]
    whole = _whole(kept, shown, given)
    differing = [one for one in shown if _differs(one, kept, whole, given)]
    return [whole, *(_event(kept, one, one.original_start) for one in differing)]


def date_event(kept: Kept, original_start: datetime) -> Event:
    """One of the series' dates by itself."""
    recurs = kept.rrule is not None or len(kept.dates) > 1
    one = next(one for one in kept.dates if one.original_start == original_start)
    return _event(kept, one, original_start if recurs else None)


def bare_event(kept: Kept) -> Event:
    """The series by its name and first date, whatever has become of its dates."""
    start = at_wall(kept.starts_local.date(), kept.starts_local.time(), kept.zone)
    return Event(
        uid=kept.uid,
        zone=kept.zone,
        during=Interval(start, start + kept.length),
        standing=Standing.CANCELLED,
        sequence=kept.sequence,
        title=kept.title,
        place=kept.place,
        tenant=kept.tenant,
        changed_at=kept.made_at,
    )


def _given(kept: Kept, shown: Sequence[Date]) -> _Given:
    booked = {one.original_start for one in shown}
    if kept.rrule is None:
        return _Given((min(booked),))
    expansion = expand(kept.starts_local, kept.rrule, kept.zone, until=max(booked))
    starts = [start.astimezone(UTC) for start in expansion.starts]
    last = max((start for start in starts if start in booked), default=None)
    if last is None:
        return _Given(())
    wall = _wall(last, kept.zone)
    return _Given(
        tuple(start for start in starts if start <= last),
        tuple(missing for missing in expansion.skipped if missing < wall),
    )


def _whole(kept: Kept, shown: Sequence[Date], given: _Given) -> Event:
    dates = {one.original_start: one for one in shown}
    standings = {dates[start].standing for start in given.starts if start in dates}
    outside = [one for one in shown if one.original_start not in given.starts]
    unbooked = [_wall(start, kept.zone) for start in given.starts if start not in dates]
    changes = [one.changed_at for one in shown if one.changed_at is not None]
    return Event(
        uid=kept.uid,
        zone=kept.zone,
        during=Interval(given.starts[0], given.starts[0] + kept.length),
        # A series stands while any of its dates does; the others say that they differ.
        standing=next(standing for standing in Standing if standing in standings),
        sequence=kept.sequence,
        title=kept.title,
        place=kept.place,
        tenant=kept.tenant,
        changed_at=max([kept.made_at, *changes]),
        rrule=None if kept.rrule is None else _ended(kept, kept.rrule, given),
        last=given.starts[-1],
        left_out=tuple(sorted([*unbooked, *given.missing])),
        added=tuple(one.original_start for one in outside if one.standing is not Standing.CANCELLED),
    )


def _differs(one: Date, kept: Kept, whole: Event, given: _Given) -> bool:
    """Whether a program that follows the rule would show this date otherwise than it stands."""
    as_given = Interval(one.original_start, one.original_start + kept.length)
    if one.original_start not in given.starts or _clock_changes(as_given, kept.zone):
        return True
    said = (whole.standing, kept.title, kept.place, as_given)
    return (one.standing, one.title, one.place, one.during) != said


def _clock_changes(during: Interval, zone: ZoneInfo) -> bool:
    """Programs differ in when such a date ends, so it is told by itself."""
    return during.start.astimezone(zone).utcoffset() != during.end.astimezone(zone).utcoffset()


def _event(kept: Kept, one: Date, original_start: datetime | None) -> Event:
    return Event(
        uid=kept.uid,
        zone=kept.zone,
        during=one.during,
        standing=one.standing,
        sequence=one.sequence,
        title=one.title,
        place=one.place,
        tenant=kept.tenant,
        changed_at=one.changed_at or kept.made_at,
        original_start=original_start,
    )


def _ended(kept: Kept, rrule: str, given: _Given) -> str:
    """The rule with an end that every reader finds where we do.

    A count stays where it is plain. Else the last date is named, in UTC (RFC 5545, 3.3.10): programs differ
    in whether a local time that does not exist counts, and a booked series may end before its rule.
    """
    if read_rule(rrule).count == len(given.starts) and not given.missing:
        return rrule
    return cut_before(rrule, kept.starts_local, kept.zone, given.starts[-1] + timedelta(seconds=1))


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
