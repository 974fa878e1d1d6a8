"""Reading iCalendar files, whoever wrote them: each event by itself, so that a bad one spoils no other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from samen.domain.calendar_file import Change, FileEvent
from samen.domain.interval import Interval
from samen.domain.rules import Fact, Refusal

LARGEST = 5 * 1024 * 1024
MOST_EVENTS = 2000
DEEPEST = 8
LONGEST_TITLE = 120
# What is read of an event. The rest, and every component inside of it, is not even parsed.
TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "EXDATE", "RDATE", "RECURRENCE-ID")
FIELDS = frozenset({*TIMES, "UID", "SUMMARY", "SEQUENCE", "STATUS"})
ZONE = "X-TZID"
# Dates outside of these are mistakes, and near the ends of what a datetime holds, traps.
YEARS = range(1970, 2200)
DAY = timedelta(days=1)
LONGEST = 400 * DAY


class IcsFault(ValueError):
    """The file is not a calendar; the message says why."""


@dataclass(frozen=True)
class Unreadable:
    """An event that cannot be understood, and why."""

    uid: str
    title: str
    refusal: Refusal


class Said(NamedTuple):
    """A value as the parser gives it, a date, a time, a length or a period, and its parameters."""

    dt: object
    params: Mapping[str, object]


class _Unclear(Exception):
    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, facts)


def read_events(content: bytes, local: ZoneInfo) -> list[FileEvent | Unreadable]:
    """The file's events, in its order. `local`: the zone of times that name none. Raises IcsFault."""
    by_uid: dict[str, list[list[str]]] = {}
    for lines in _events(_lines(content)):
        by_uid.setdefault(_uid(lines), []).append(lines)
    return [event for uid, parts in by_uid.items() for event in _read(uid, parts, local)]


def _lines(content: bytes) -> list[str]:
    if len(content) > LARGEST:
        raise IcsFault(f"larger than {LARGEST // 1024 // 1024} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IcsFault(f"not UTF-8 text: byte {error.start}") from None
    if "\0" in text:
        raise IcsFault("not text: it holds a NUL character")
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return re.split(r"\r?\n|\r", unfolded)


def _events(lines: Iterable[str]) -> list[list[str]]:
    """The lines of each VEVENT that lies directly in a VCALENDAR, without what is nested in it."""
    open_: list[str] = []
    found: list[list[str]] = []
    calendars = 0
    for line in lines:
        word, _, name = (part.strip().upper() for part in line.partition(":"))
        if word == "BEGIN":
            open_.append(name)
            calendars += name == "VCALENDAR"
            found += [[]] if open_ == ["VCALENDAR", "VEVENT"] else []
        elif word == "END":
            _close(open_, name)
        elif open_ == ["VCALENDAR", "VEVENT"] and re.split("[;:]", word)[0] in FIELDS:
            found[-1].append(line)
        if len(open_) > DEEPEST or len(found) > MOST_EVENTS:
            raise IcsFault(f"more than {MOST_EVENTS} events" if len(open_) <= DEEPEST else "nested too deep")
    if open_:
        raise IcsFault(f"it breaks off within {open_[-1][:40]}")
    if not calendars:
        raise IcsFault("there is no VCALENDAR in it")
    return found


def _close(open_: list[str], name: str) -> None:
    if not open_ or open_[-1] != name:
        raise IcsFault(f"END:{name[:40]} without its BEGIN")
    open_.pop()


def _uid(lines: Sequence[str]) -> str:
    """The event's UID; for one without, which old programs wrote, what it says."""
    said = _said(lines, "UID")
    return said or hashlib.sha256("\n".join(lines).encode()).hexdigest() + "@file"


def _said(lines: Iterable[str], name: str) -> str:
    """A text property's plain value, even where the event as a whole cannot be read."""
    for line in lines:
        head, _, value = line.partition(":")
        if head.partition(";")[0].strip().upper() == name:
            return value.strip()
    return ""


def _read(uid: str, parts: Sequence[list[str]], local: ZoneInfo) -> list[FileEvent | Unreadable]:
    title = _said(parts[0], "SUMMARY")[:LONGEST_TITLE]
    try:
        components = [_component(lines) for lines in parts]
        wholes = [one for one in components if "RECURRENCE-ID" not in one]
        singles = [one for one in components if "RECURRENCE-ID" in one]
        if wholes:
            return [_whole(uid, _newest(wholes), singles, local)]
        return [_alone(uid, one, local) for one in singles]
    except _Unclear as unclear:
        return [Unreadable(uid, title, unclear.refusal)]


def _component(lines: Sequence[str]) -> icalendar.Event:
    # Zones are ours to look up: the parser would open whatever file a TZID names.
    ours = [re.sub("(?i);TZID=", f";{ZONE}=", line) for line in lines]
    text = "\r\n".join(["BEGIN:VEVENT", *ours, "END:VEVENT", ""])
    try:
        event = icalendar.Event.from_ical(text)
    # What the parser raises on malformed values beyond the ValueError it promises.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise _Unclear("event_unreadable", field=type(error).__name__) from error
    assert isinstance(event, icalendar.Event)  # noqa: S101  (it begins with BEGIN:VEVENT)
    for name, _ in event.errors:
        if name is None or name in TIMES:
            raise _Unclear("event_unreadable", field=name or "VEVENT")
    return event


def _newest(events: Sequence[icalendar.Event]) -> icalendar.Event:
    """Of several versions of one thing, the one with the highest SEQUENCE."""
    return max(events, key=_sequence)


def _sequence(event: icalendar.Event) -> int:
    found = event.get("SEQUENCE", 0)
    return found if isinstance(found, int) else 0


def _whole(
    uid: str, event: icalendar.Event, singles: Sequence[icalendar.Event], local: ZoneInfo
) -> FileEvent:
    start, whole_days = _start(event, local)
    versions: dict[datetime, list[icalendar.Event]] = {}
    for one in singles:
        versions.setdefault(_original(one, start), []).append(one)
    title = _title(event)
    return FileEvent(
        uid=uid,
        title=title,
        start=start,
        length=_length(event, start, whole_days=whole_days),
        whole_days=whole_days,
        cancelled=_cancelled(event),
        rrule=_rule(event),
        left_out=frozenset(_left_out(event, start)),
        added=tuple(_added(event, start, whole_days=whole_days)),
        changes=tuple(_change(at, _newest(same), title, local) for at, same in versions.items()),
    )


def _alone(uid: str, event: icalendar.Event, local: ZoneInfo) -> FileEvent:
    """A single date of a series that the file does not hold."""
    start, whole_days = _start(event, local)
    return FileEvent(
        uid=f"{uid}/{_original(event, start):%Y%m%dT%H%M%SZ}",
        title=_title(event),
        start=start,
        length=_length(event, start, whole_days=whole_days),
        whole_days=whole_days,
        cancelled=_cancelled(event),
    )


def _change(original: datetime, event: icalendar.Event, title: str, local: ZoneInfo) -> Change:
    if _cancelled(event):
        return Change(original, None, title)
    start, whole_days = _start(event, local)
    alone = FileEvent("", "", start, _length(event, start, whole_days=whole_days), whole_days)
    return Change(original, alone.during(start), _title(event) or title)


def _start(event: icalendar.Event, local: ZoneInfo) -> tuple[datetime, bool]:
    """The first start with its zone, and whether it is a day rather than a time."""
    found = _only(event, "DTSTART")
    if found is None:
        raise _Unclear("event_unreadable", field="DTSTART")
    return _aware(found, local), not isinstance(found.dt, datetime)


def _original(event: icalendar.Event, first: datetime) -> datetime:
    found = _only(event, "RECURRENCE-ID")
    if found is None or found.params.get("RANGE"):
        raise _Unclear("event_range")
    return _named(found, first)


def _named(said: Said, first: datetime) -> datetime:
    """The instant by which a date of a series is named; a mere date means the time the series has."""
    at = _aware(said, _zone_of(first))
    if not isinstance(said.dt, datetime):
        at = datetime.combine(at.date(), first.time(), _zone_of(first))
    return at.astimezone(UTC)


def _length(event: icalendar.Event, start: datetime, *, whole_days: bool) -> timedelta:
    """How long it lasts: in wall time for whole days, else as time passes."""
    end, duration = _only(event, "DTEND"), _only(event, "DURATION")
    length = DAY if whole_days else timedelta(0)
    if end is not None:
        until = _aware(end, _zone_of(start))
        length = _wall(until) - _wall(start) if whole_days else until.astimezone(UTC) - start.astimezone(UTC)
    elif duration is not None and isinstance(duration.dt, timedelta):
        length = duration.dt
    if not timedelta(0) < length < LONGEST:
        raise _Unclear("event_no_end")
    return length


def _wall(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _rule(event: icalendar.Event) -> str | None:
    found = event.get("RRULE")
    if isinstance(found, list) or "EXRULE" in event:
        raise _Unclear("event_rules")
    return None if found is None else str(found.to_ical().decode()).upper()


def _left_out(event: icalendar.Event, first: datetime) -> Iterable[datetime]:
    return (_named(one, first) for one in _all(event, "EXDATE"))


def _added(event: icalendar.Event, first: datetime, *, whole_days: bool) -> Iterable[Interval]:
    length = _length(event, first, whole_days=whole_days)
    return (_added_date(one, first, length) for one in _all(event, "RDATE"))


def _added_date(one: Said, first: datetime, length: timedelta) -> Interval:
    """A start like the first, or a period: a start with an end or a length of its own."""
    start, end = one.dt if isinstance(one.dt, tuple) else (one.dt, length)
    begins = _named(Said(start, one.params), first)
    ends = begins + end if isinstance(end, timedelta) else _named(Said(end, one.params), first)
    if not begins < ends < begins + LONGEST:
        raise _Unclear("event_no_end")
    return Interval(begins, ends)


def _aware(said: Said, local: ZoneInfo) -> datetime:
    """A moment with its zone: UTC, the one it names, or `local`. Of a day, the local midnight."""
    at = said.dt
    if not isinstance(at, date) or at.year not in YEARS:
        raise _Unclear("event_unreadable", field=str(at)[:40])
    if not isinstance(at, datetime):
        return datetime.combine(at, time(0), local)
    if at.tzinfo is not None:
        return at.astimezone(ZoneInfo("UTC"))
    name = said.params.get(ZONE)
    return at.replace(tzinfo=_zone(str(name)) if name else local)


def _zone(name: str) -> ZoneInfo:
    """An IANA zone by its name, by Windows' name for it, or with a vendor's path before it."""
    plain = name.strip().strip('"')
    ends = plain.split("/")
    for wanted in (plain, WINDOWS_TO_OLSON.get(plain, ""), "/".join(ends[-2:]), "/".join(ends[-3:])):
        try:
            return ZoneInfo(wanted)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise _Unclear("event_unknown_zone", zone=plain[:80])


def _zone_of(moment: datetime) -> ZoneInfo:
    assert isinstance(moment.tzinfo, ZoneInfo)  # noqa: S101  (`_aware` gives no other)
    return moment.tzinfo


def _only(event: icalendar.Event, name: str) -> Said | None:
    found = event.get(name)
    if isinstance(found, list):
        raise _Unclear("event_unreadable", field=name)
    return None if found is None else Said(found.dt, found.params)


def _all(event: icalendar.Event, name: str) -> list[Said]:
    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    return [Said(one.dt, said.params) for said in lists for one in said.dts]


def _title(event: icalendar.Event) -> str:
    said = event.get("SUMMARY", "")
    text = said[0] if isinstance(said, list) else said
    return " ".join(str(text).split())[:LONGEST_TITLE]


def _cancelled(event: icalendar.Event) -> bool:
    return str(event.get("STATUS", "")).strip().upper() == "CANCELLED"
