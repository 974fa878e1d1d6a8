"""A calendar program of our own: reads a feed by nothing but what stands in it."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

import icalendar
from dateutil.rrule import rrulestr
from dateutil.tz import tzical


@dataclass(frozen=True, order=True)
class Seen:
    """A date as the program shows it."""

    start: datetime
    end: datetime
    title: str
    status: str


def seen_in(feed: bytes) -> list[Seen]:
    """Every date of every event, in order, by the zones that the feed itself describes."""
    calendar = icalendar.Calendar.from_ical(feed)
    zones = _zones(feed.decode())
    by_uid = defaultdict(list)
    for event in calendar.walk("VEVENT"):
        by_uid[str(event["UID"])].append(event)
    return sorted(date for events in by_uid.values() for date in _dates(events, zones))


def standing_in(feed: bytes) -> list[Seen]:
    """As `seen_in`, without what is cancelled."""
    return [date for date in seen_in(feed) if date.status != "CANCELLED"]


def events_in(feed: bytes) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(feed).walk("VEVENT")


def _zones(text):
    blocks = re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE", re.sub(r"\r\n ", "", text), re.DOTALL)
    found = {}
    for block in blocks:
        reader = tzical(StringIO(f"BEGIN:VCALENDAR\r\n{block}\r\nEND:VCALENDAR\r\n"))
        found |= {key: reader.get(key) for key in reader.keys()}  # noqa: SIM118  (not a mapping)
    return found


def _dates(events, zones):
    shown = {}
    for event in events:
        if "RECURRENCE-ID" not in event:
            for start in _starts(event, zones):
                shown[start] = Seen(start, start + _length(event, zones), *_said(event))
    for event in events:
        if "RECURRENCE-ID" in event:
            start = _instant(event["DTSTART"], zones)
            shown[_instant(event["RECURRENCE-ID"], zones)] = Seen(
                start, start + _length(event, zones), *_said(event)
            )
    return shown.values()


def _starts(event, zones):
    first = event["DTSTART"]
    if "RRULE" not in event and "RDATE" not in event:
        return {_instant(first, zones)}
    zone, wall = zones[first.params["TZID"]], first.dt.replace(tzinfo=None)
    walls = set(_ruled(event, wall, zone)) if "RRULE" in event else {wall}
    walls |= _walls(event, "RDATE")
    return {_placed(wall, zone) for wall in walls - _walls(event, "EXDATE")}


def _ruled(event, first, zone):
    rule = event["RRULE"].to_ical().decode()
    until = re.search(r"UNTIL=(\w+)", rule)
    if until:
        # With a DTSTART in local time, UNTIL is in UTC (RFC 5545, 3.3.10).
        last = datetime.strptime(until[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
        rule = rule.replace(until[1], f"{last:%Y%m%dT%H%M%S}")
    return rrulestr(rule, dtstart=first)


def _walls(event, name):
    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    return {one.dt.replace(tzinfo=None) for said in lists for one in said.dts}


def _instant(said, zones):
    if "TZID" not in said.params:
        return said.dt.astimezone(UTC)
    return _placed(said.dt.replace(tzinfo=None), zones[said.params["TZID"]])


def _placed(wall, zone):
    """Of a time that occurs twice, the first (RFC 5545, 3.3.5)."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _length(event, zones) -> timedelta:
    if "DURATION" in event:
        return event["DURATION"].dt
    return _instant(event["DTEND"], zones) - _instant(event["DTSTART"], zones)


def _said(event):
    return str(event["SUMMARY"]), str(event["STATUS"])
