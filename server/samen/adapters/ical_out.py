"""Writing iCalendar (RFC 5545, 5546, 7986)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from icalendar import vCalAddress, vRecur

from samen.domain.calendar_event import Event, Standing

PRODID = "-//Samen//Samen//EN"
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Invitee:
    """Whom an invitation is for, and who sends it: addresses and names."""

    email: str
    name: str
    organizer_email: str
    organizer_name: str


def feed(name: str, zone: ZoneInfo, events: Sequence[Event], address: Callable[[Event], str]) -> bytes:
    """A calendar to subscribe to. `address`: of the page where an event is seen."""
    calendar = _calendar(events)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("NAME", name)
    calendar.add("X-WR-TIMEZONE", zone.key)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for event in events:
        written = _event(event, event.changed_at)
        written.add("URL", address(event))
        calendar.add_component(written)
    return bytes(calendar.to_ical())


def scheduling(method: str, events: Sequence[Event], invitee: Invitee, at: datetime) -> bytes:
    """A calendar object for a mail: REQUEST or CANCEL. `at`: when it was made."""
    calendar = _calendar(events)
    calendar.add("METHOD", method)
    for event in events:
        written = _event(event, at)
        _address(written, invitee, event.standing)
        calendar.add_component(written)
    return bytes(calendar.to_ical())


def _calendar(events: Sequence[Event]) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    for zone in sorted({event.zone.key for event in events}):
        calendar.add_component(_timezone(zone, [event for event in events if event.zone.key == zone]))
    return calendar


def _timezone(zone: str, events: Iterable[Event]) -> icalendar.Timezone:
    """The zone's changes over the years that the events span, with one to spare on either side."""
    years = {at.year for event in events for at in _instants(event)}
    first, last = date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1)
    return icalendar.Timezone.from_tzid(zone, first_date=first, last_date=last)


def _instants(event: Event) -> list[datetime]:
    return [event.during.start, event.during.end, event.last or event.during.end, *event.added]


def _event(event: Event, stamped_at: datetime) -> icalendar.Event:
    written = icalendar.Event()
    written.add("UID", event.uid)
    written.add("DTSTAMP", stamped_at.astimezone(UTC))
    written.add("LAST-MODIFIED", event.changed_at.astimezone(UTC))
    written.add("SEQUENCE", event.sequence)
    written.add("STATUS", event.standing.value)
    written.add("SUMMARY", event.title)
    written.add("LOCATION", event.place)
    written.add("CATEGORIES", [event.tenant])
    written.add("CLASS", "PRIVATE")
    written.add("TRANSP", "TRANSPARENT" if event.standing is Standing.CANCELLED else "OPAQUE")
    _add_times(written, event)
    return written


def _add_times(written: icalendar.Event, event: Event) -> None:
    zone = event.zone
    written.add("DTSTART", _moment(event.during.start, zone))
    if event.rrule is None and not event.added:
        written.add("DTEND", _moment(event.during.end, zone))
    else:
        # Elapsed time: the same on a night on which the clock changes.
        written.add("DURATION", event.during.length)
    if event.original_start is not None:
        written.add("RECURRENCE-ID", _moment(event.original_start, zone))
    if event.rrule is not None:
        written.add("RRULE", vRecur.from_ical(event.rrule))
    if event.left_out:
        written.add("EXDATE", [wall.replace(tzinfo=zone) for wall in event.left_out])
    for at in event.added:
        written.add("RDATE", _moment(at, zone))


def _moment(instant: datetime, zone: ZoneInfo) -> datetime:
    """In wall time; in UTC where the wall time occurs twice and the second is meant (RFC 5545, 3.3.5)."""
    local = instant.astimezone(zone)
    return instant.astimezone(UTC) if local.fold else local


def _address(written: icalendar.Event, invitee: Invitee, standing: Standing) -> None:
    organizer = vCalAddress(f"mailto:{invitee.organizer_email}")
    organizer.params["CN"] = invitee.organizer_name
    written.add("ORGANIZER", organizer)
    attendee = vCalAddress(f"mailto:{invitee.email}")
    attendee.params["CN"] = invitee.name
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    # Who booked has said yes by booking; what waits for somebody else's yes is tentative.
    attendee.params["PARTSTAT"] = "TENTATIVE" if standing is Standing.TENTATIVE else "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    written.add("ATTENDEE", attendee)
