"""Which dates a rule gives (RFC 5545, 3.3.10), in wall time.

Written from the RFC's table: within each period of the rule every day is asked whether all parts hold.
Libraries differ on BYWEEKNO across the year's end, BYSETPOS and times that do not exist (ADR 14).
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from samen.domain.interval import at_wall, exists
from samen.domain.rrule import FIRST_YEAR, LAST_YEAR, BadRule, Rule, Weekday, parts_of, read_rule

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "BadRule",
    "Expansion",
    "cut_before",
    "expand",
    "moved_end",
    "read_rule",
    "rest_from",
]

# The calendar repeats after 400 years: a rule that gave nothing in so many of its periods never will again.
CYCLE = {"DAILY": 146_097, "WEEKLY": 20_871, "MONTHLY": 4_800, "YEARLY": 400}
LAST_MINUTE = time(23, 59)
# A rule may give nothing but times that do not exist.
MOST_SKIPPED = 1000


@dataclass(frozen=True)
class Expansion:
    """The starts a rule gives, in order: aware local times. `skipped`: local times that do not exist on
    their date, which RFC 5545 neither shows nor counts. `complete`: whether no limit cut anything off.
    """

    starts: tuple[datetime, ...]
    skipped: tuple[datetime, ...]
    complete: bool


def expand(
    starts_local: datetime,
    rrule: str | None,
    zone: ZoneInfo,
    *,
    limit: int = 1000,
    until: datetime | None = None,
) -> Expansion:
    """The first `limit` starts of the rule from `starts_local` on, up to the instant `until` where given.

    Without a rule, the one start. Of a wall time that occurs twice, the first. Raises BadRule.
    """
    if not FIRST_YEAR <= starts_local.year <= LAST_YEAR:
        raise BadRule(f"a series starts between the years {FIRST_YEAR} and {LAST_YEAR}")
    rule = read_rule(rrule) if rrule is not None else Rule("DAILY", count=1)
    walls = _ended(rule, starts_local.replace(microsecond=0), zone, until)
    starts: list[datetime] = []
    skipped: list[datetime] = []
    most = limit if rule.count is None else min(limit, rule.count)
    while len(starts) < most and len(skipped) < MOST_SKIPPED and (wall := next(walls, None)) is not None:
        if exists(wall.date(), wall.time(), zone):
            starts.append(wall.replace(tzinfo=zone))
        else:
            skipped.append(wall)
    more = len(starts) != rule.count and next(walls, None) is not None
    return Expansion(tuple(starts), tuple(skipped), complete=not more)


def cut_before(rrule: str, starts_local: datetime, zone: ZoneInfo, at: datetime) -> str:
    """The rule with an end: its last start before the instant `at`."""
    rule = read_rule(rrule)
    last = at - timedelta(seconds=1)
    if rule.count is not None:
        before = expand(starts_local, rrule, zone, limit=rule.count, until=last).starts
        last = before[-1] if before else last
    known = rule.last_instant(zone)
    last = last if known is None else min(last, known)
    return _with(rrule, {"UNTIL": f"{last.astimezone(UTC):%Y%m%dT%H%M%SZ}"})


def moved_end(rrule: str, zone: ZoneInfo, by: timedelta, days: int) -> str:
    """The rule with its end moved along with its starts, so that it gives as many: by so much, or where the
    end is that of a day, by so many days.
    """
    last = read_rule(rrule).last_instant(zone)
    if last is None:
        return rrule
    wall = last.astimezone(zone).replace(tzinfo=None)
    wall += timedelta(days=days) if wall.time() >= LAST_MINUTE else by
    return _with(rrule, {"UNTIL": f"{at_wall(wall.date(), wall.time(), zone):%Y%m%dT%H%M%SZ}"})


def rest_from(rrule: str, starts_local: datetime, zone: ZoneInfo, at: datetime) -> str:
    """The rule for what remains from the start `at` on: its count is less by what came before."""
    rule = read_rule(rrule)
    if rule.count is None:
        return _with(rrule, {})
    past = expand(starts_local, rrule, zone, limit=rule.count, until=at - timedelta(seconds=1)).starts
    return _with(rrule, {"COUNT": str(max(rule.count - len(past), 1))})


def _with(rrule: str, end: dict[str, str]) -> str:
    """The rule with another end; with the one it has where none is given."""
    kept = {
        name: value for name, value in parts_of(rrule).items() if not end or name not in {"COUNT", "UNTIL"}
    }
    return ";".join(f"{name}={value}" for name, value in (kept | end).items())


def _ended(rule: Rule, first: datetime, zone: ZoneInfo, until: datetime | None) -> Iterator[datetime]:
    """The rule's wall times up to its own end, and up to `until`."""
    ends = [end for end in (rule.last_instant(zone), until) if end is not None]
    if not ends:
        yield from _walls(rule, first, date(LAST_YEAR, 12, 31))
        return
    for wall in _walls(rule, first, min(ends).astimezone(zone).date()):
        if at_wall(wall.date(), wall.time(), zone) > min(ends):
            return
        yield wall


def _walls(rule: Rule, first: datetime, last: date) -> Iterator[datetime]:
    """Wall times from `first` on, period by period; ends after `last`, or where none can follow."""
    rule, times = _filled(rule, first), _times(rule, first)
    in_vain = 0
    for days in _periods(rule, first.date(), last):
        walls = [datetime.combine(day, at) for day in days if _matches(rule, day) for at in times]
        chosen = _at_positions(walls, rule.positions)
        yield from (wall for wall in chosen if wall >= first)
        in_vain = 0 if chosen else in_vain + 1
        if in_vain == CYCLE[rule.freq]:
            return


def _filled(rule: Rule, first: datetime) -> Rule:
    """What the rule leaves open is taken from the first date."""
    if rule.freq == "WEEKLY" and not rule.weekdays:
        return replace(rule, weekdays=(_weekday(first),))
    if rule.freq == "MONTHLY" and not (rule.month_days or rule.weekdays):
        return replace(rule, month_days=(first.day,))
    if rule.freq != "YEARLY" or rule.year_days or rule.month_days or rule.weekdays:
        return rule
    if rule.weeks:
        return replace(rule, weekdays=(_weekday(first),))
    return replace(rule, months=rule.months or (first.month,), month_days=(first.day,))


def _weekday(first: datetime) -> Weekday:
    return Weekday(0, first.weekday())


def _times(rule: Rule, first: datetime) -> list[time]:
    # Without leap seconds, 60 means 59 (RFC 5545, 3.3.12).
    seconds = sorted({min(second, 59) for second in rule.seconds or (first.second,)})
    return [
        time(hour, minute, second)
        for hour in rule.hours or (first.hour,)
        for minute in rule.minutes or (first.minute,)
        for second in seconds
    ]


def _periods(rule: Rule, first: date, last: date) -> Iterator[list[date]]:
    """The days of each period in which the rule may give dates: the one of `first`, then every nth."""
    begin, step = _PERIODS[rule.freq]
    start = begin(first, rule.week_start)
    while start <= last and start.year <= LAST_YEAR:
        end = step(start, 1)
        yield [start + timedelta(days=n) for n in range((end - start).days)]
        start = step(start, rule.interval)


def _months_on(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    return date(min(start.year + years, LAST_YEAR + 1), month + 1, 1)


def _days_on(start: date, days: int) -> date:
    room = (date(LAST_YEAR + 1, 1, 31) - start).days
    return start + timedelta(days=min(days, room))


_PERIODS: dict[str, tuple[Callable[[date, int], date], Callable[[date, int], date]]] = {
    "DAILY": (lambda first, _: first, _days_on),
    "WEEKLY": (
        lambda first, week_start: first - timedelta(days=(first.weekday() - week_start) % 7),
        lambda start, weeks: _days_on(start, 7 * weeks),
    ),
    "MONTHLY": (lambda first, _: first.replace(day=1), _months_on),
    "YEARLY": (lambda first, _: date(first.year, 1, 1), lambda start, years: _months_on(start, 12 * years)),
}


def _matches(rule: Rule, day: date) -> bool:
    """Whether every part of the rule holds on the day: parts that expand and parts that limit, alike."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.weekdays and not any(_is_weekday(rule, day, one) for one in rule.weekdays):
        return False
    if rule.month_days and not _among(rule.month_days, day.day, _length_of_month(day)):
        return False
    if rule.year_days and not _among(rule.year_days, _day_of_year(day), _length_of_year(day.year)):
        return False
    return not rule.weeks or _among(rule.weeks, *_week(day, rule.week_start))


def _among(wanted: tuple[int, ...], place: int, of: int) -> bool:
    """Whether a place is named, from the front or from the back."""
    return place in wanted or place - of - 1 in wanted


def _is_weekday(rule: Rule, day: date, wanted: Weekday) -> bool:
    if day.weekday() != wanted.day:
        return False
    if wanted.nth == 0:
        return True
    in_month = rule.freq == "MONTHLY" or bool(rule.months)
    place = day.day if in_month else _day_of_year(day)
    length = _length_of_month(day) if in_month else _length_of_year(day.year)
    nth = (place - 1) // 7 + 1
    return wanted.nth in (nth, -((length - place) // 7 + 1))


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _length_of_year(year: int) -> int:
    return 366 if isleap(year) else 365


def _length_of_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _week(day: date, week_start: int) -> tuple[int, int]:
    """The number of the day's week, and how many its year has: week 1 has four days of the year at least."""
    year = next(
        year for year in (day.year + 1, day.year, day.year - 1) if day >= _first_week(year, week_start)
    )
    begins, ends = _first_week(year, week_start), _first_week(year + 1, week_start)
    return (day - begins).days // 7 + 1, (ends - begins).days // 7


@lru_cache(maxsize=64)
def _first_week(year: int, week_start: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - week_start) % 7)


def _at_positions(walls: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    if not positions:
        return walls
    return [wall for place, wall in enumerate(walls, 1) if _among(positions, place, len(walls))]
