"""Events from other calendar programs: what they say, and which dates here they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from samen.domain.interval import Interval
from samen.domain.rrule import Rule, read_rule
from samen.domain.rules import Refusal
from samen.domain.series import Expansion, cut_before, expand

MOST_DATES = 1000
# What is looked at of a rule: so many starts, past ones among them, and what a rule with an end has left
# after the horizon, but not until the end of days.
MOST_STARTS = 25_000
BEYOND = timedelta(days=30 * 365)


@dataclass(frozen=True)
class Change:
    """What the file says of one date of a series. `during` None: it is cancelled."""

    original_start: datetime
    during: Interval | None
    title: str


@dataclass(frozen=True)
class FileEvent:
    """An event with all that the file says of its dates. `start` carries the zone its rule is read in.

    `whole_days`: it lasts from one local midnight to another, however long that takes. `left_out` and
    the changes name dates by their start in UTC.
    """

    uid: str
    title: str
    start: datetime
    length: timedelta
    whole_days: bool = False
    cancelled: bool = False
    rrule: str | None = None
    left_out: frozenset[datetime] = frozenset()
    added: tuple[Interval, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        assert isinstance(self.start.tzinfo, ZoneInfo)  # noqa: S101  (what the field promises)
        return self.start.tzinfo

    def during(self, start: datetime) -> Interval:
        """The date that starts then, as UTC instants."""
        local = start.astimezone(self.zone)
        end = local + self.length if self.whole_days else start.astimezone(UTC) + self.length
        return Interval(start.astimezone(UTC), end.astimezone(UTC))


@dataclass(frozen=True)
class Titled:
    """A date, and what it is called."""

    during: Interval
    title: str


@dataclass(frozen=True)
class Plan:
    """What an event comes to here.

    `first` with `rrule`: the series; `moved` its dates that have another time, or None for those left out,
    by the start the rule gives. `titles`: dates that are called otherwise. `singles`: dates that only a
    booking of their own can hold. `over`: how many dates are past. `missing`: local times that do not exist.
    `cut`: the rule goes on beyond what can be booked. `dates`: how many are to be booked.
    """

    first: Interval | None = None
    rrule: str | None = None
    moved: Mapping[datetime, Interval | None] = field(default_factory=dict)
    titles: Mapping[datetime, str] = field(default_factory=dict)
    singles: tuple[Titled, ...] = ()
    over: int = 0
    missing: tuple[datetime, ...] = ()
    cut: bool = False
    dates: int = 0


def plan(event: FileEvent, zone: ZoneInfo, now: datetime, horizon: datetime) -> Plan | Refusal:
    """Which dates are to be booked. Raises BadRule.

    A rule without an end is cut at the horizon; one that has an end beyond it is refused. Where the rule
    gives other dates in the building's `zone` than in its own, each date is booked by itself.
    """
    rule = read_rule(event.rrule) if event.rrule else Rule("DAILY", count=1)
    endless = rule.count is None and rule.until is None
    expansion = _expansion(event, horizon if endless else horizon + BEYOND)
    if refusal := _unbookable(event, rule, expansion, horizon):
        return refusal
    named = [(start, one) for start, one in _named(event, expansion) if _fits(one, horizon) or not endless]
    if event.rrule and not all(_fits(one, horizon) for _, one in named):
        return Refusal("too_far_ahead", {"limit": horizon})
    extra = _extra(event, expansion)
    coming = [(start, one) for start, one in named if one is None or one.during.end > now]
    singles = [one for one in extra if one.during.end > now]
    told = Plan(
        over=_count(named) + len(extra) - _count(coming) - len(singles),
        missing=expansion.skipped,
        cut=endless,
    )
    return _placed(event, _trimmed(coming), singles, zone, told)


def _expansion(event: FileEvent, until: datetime) -> Expansion:
    wall = event.start.replace(tzinfo=None)
    return expand(wall, event.rrule, event.zone, limit=MOST_STARTS, until=until)


def _unbookable(event: FileEvent, rule: Rule, expansion: Expansion, horizon: datetime) -> Refusal | None:
    if event.rrule is None and expansion.skipped:
        return Refusal("event_no_such_time", {"time": expansion.skipped[0].isoformat(" ", "minutes")})
    if not expansion.complete or len(event.added) > MOST_DATES:
        return Refusal("too_many_dates", {"most": MOST_DATES})
    if rule.count is not None and len(expansion.starts) < rule.count:
        return Refusal("too_far_ahead", {"limit": horizon})
    return None


def _fits(one: Titled | None, horizon: datetime) -> bool:
    return one is None or one.during.end <= horizon


def _named(event: FileEvent, expansion: Expansion) -> list[tuple[datetime, Titled | None]]:
    """What becomes of each start the rule gives: a date, or nothing."""
    changes = {change.original_start: change for change in event.changes}
    starts = [start.astimezone(UTC) for start in expansion.starts]
    return [(start, _dated(event, start, changes.get(start))) for start in starts]


def _dated(event: FileEvent, start: datetime, change: Change | None) -> Titled | None:
    if change is not None:
        return None if change.during is None else Titled(change.during, change.title)
    return None if start in event.left_out else Titled(event.during(start), event.title)


def _extra(event: FileEvent, expansion: Expansion) -> list[Titled]:
    """Dates that the rule does not give: added ones, a first one outside of it, changes of neither."""
    given = {start.astimezone(UTC) for start in expansion.starts}
    spans = {span.start: span for span in event.added}
    if event.start.replace(tzinfo=None) not in expansion.skipped:
        spans.setdefault(event.start.astimezone(UTC), event.during(event.start))
    found = {start: Titled(span, event.title) for start, span in spans.items() if start not in event.left_out}
    for change in event.changes:
        found.pop(change.original_start, None)
        if change.during is not None:
            found[change.original_start] = Titled(change.during, change.title)
    return [found[start] for start in sorted(found) if start not in given]


def _placed(
    event: FileEvent,
    named: Sequence[tuple[datetime, Titled | None]],
    singles: Sequence[Titled],
    zone: ZoneInfo,
    told: Plan,
) -> Plan | Refusal:
    kept = [(start, one) for start, one in named if one is not None]
    if len(kept) + len(singles) > MOST_DATES:
        return Refusal("too_many_dates", {"most": MOST_DATES})
    told = replace(told, dates=len(kept) + len(singles))
    rrule = _ended(event, named[-1][0]) if event.rrule and len(kept) > 1 else None
    if rrule is None or not _same_here(named, rrule, zone):
        alone = sorted([*(one for _, one in kept), *singles], key=lambda one: one.during)
        return replace(told, singles=tuple(alone))
    usual = {start: Interval(start, start + event.length) for start, _ in named}
    return replace(
        told,
        first=usual[named[0][0]],
        rrule=rrule,
        moved={
            start: one.during if one else None
            for start, one in named
            if one is None or one.during != usual[start]
        },
        titles={start: one.title for start, one in kept if one.title != event.title},
        singles=tuple(singles),
    )


def _same_here(named: Sequence[tuple[datetime, Titled | None]], rrule: str, zone: ZoneInfo) -> bool:
    """Whether the rule, read in the building's zone, gives the very same starts."""
    wall = named[0][0].astimezone(zone).replace(tzinfo=None)
    found = expand(wall, rrule, zone, limit=len(named) + 1)
    return [start.astimezone(UTC) for start in found.starts] == [start for start, _ in named]


def _trimmed(named: Sequence[tuple[datetime, Titled | None]]) -> list[tuple[datetime, Titled | None]]:
    """Without what is left out at either end."""
    kept = [place for place, (_, one) in enumerate(named) if one is not None]
    return list(named[kept[0] : kept[-1] + 1]) if kept else []


def _count(named: Iterable[tuple[datetime, Titled | None]]) -> int:
    return sum(one is not None for _, one in named)


def _ended(event: FileEvent, last: datetime) -> str:
    """The rule, ended with the last date to be booked."""
    assert event.rrule is not None  # noqa: S101  (what the caller asked)
    wall = event.start.replace(tzinfo=None)
    return cut_before(event.rrule, wall, event.zone, last + timedelta(seconds=1))
