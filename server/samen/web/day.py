"""The day page: a local day of every room, measured in minutes from the top of the view."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from samen.adapters.db.models import OccurrenceStatus
from samen.domain.finding import quarter_of
from samen.domain.interval import Interval, at_wall, local_day
from samen.services.calendar import SHORTEST_GAP, Booking, SpaceDay
from samen.web import i18n

HOUR = timedelta(hours=1)
# What can be given another time: not what is only kept for somebody.
STANDING = (OccurrenceStatus.CONFIRMED, OccurrenceStatus.PENDING)
# What a page shows of a building without a single room, or with none that is open.
OFFICE_HOURS = (time(8), time(18))


def read_date(text: str) -> date:
    """A date in ISO form. Raises NotFound for any other text, and far from our time."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if not 2000 <= on.year < 2100:
        raise NotFound
    return on


@dataclass(frozen=True)
class View:
    """The part of a local day that is shown, in whole hours, and the offsets of instants within it."""

    on: date
    zone: ZoneInfo
    during: Interval

    @classmethod
    def of(cls, on: date, zone: ZoneInfo, rooms: Sequence[SpaceDay]) -> View:
        """From the first opening to the last closing, and to whatever lies outside of both."""
        hours = [room.open_during for room in rooms if room.open_during] or [_office_hours(on, zone)]
        bookings = [booking.during for room in rooms for booking in room.bookings]
        day, spans = local_day(on, zone), hours + bookings
        first = max(min(span.start for span in spans), day.start)
        last = min(max(span.end for span in spans), day.end)
        start = day.start + (first - day.start) // HOUR * HOUR
        return cls(on, zone, Interval(start, start - (start - last) // HOUR * HOUR))

    @property
    def hours(self) -> int:
        """Elapsed hours: a whole day has 23 to 25."""
        return self.during.length // HOUR

    def offset(self, at: datetime) -> int:
        """Minutes from the top, kept within the view."""
        kept = min(max(at, self.during.start), self.during.end)
        return int((kept - self.during.start).total_seconds() // 60)

    def place(self, span: Interval) -> dict[str, int]:
        """Offset and length in minutes of what the view shows of a span."""
        start = self.offset(span.start)
        return {"offset": start, "length": self.offset(span.end) - start}

    def clock(self, at: datetime) -> str:
        """Wall time on this day."""
        return i18n.clock(at, self.zone)

    def clock_end(self, at: datetime) -> str:
        """As `clock`, for the end of a span: the midnight that ends the day is 24:00."""
        return "24:00" if at == local_day(self.on, self.zone).end else self.clock(at)


def _office_hours(on: date, zone: ZoneInfo) -> Interval:
    opening, closing = OFFICE_HOURS
    return Interval(at_wall(on, opening, zone), at_wall(on, closing, zone))


def version(rooms: Sequence[SpaceDay]) -> str:
    """Changes whenever a booking of the day does; an open page compares it with its own."""
    known = [
        (room.space.slug, str(booking.id), booking.during, booking.status.value, booking.title)
        for room in rooms
        for booking in room.bookings
    ]
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


def day_shown(view: View, now: datetime) -> dict[str, Any]:
    """The page's `day`."""
    hours = [view.during.start + HOUR * count for count in range(view.hours + 1)]
    is_today = view.on == now.astimezone(view.zone).date()
    return {
        "iso": view.on.isoformat(),
        "title": i18n.day_title(view.on),
        "is_today": is_today,
        "hours": view.hours,
        "hour_labels": [{"offset": view.offset(hour), "label": view.clock_end(hour)} for hour in hours],
        "now": view.offset(now) if view.during.contains(now) else None,
        "starts_at": int(view.during.start.timestamp()),
        "previous": (view.on - timedelta(days=7)).isoformat(),
        "next": (view.on + timedelta(days=7)).isoformat(),
        "timezone": view.zone.key,
    }


def week_shown(on: date, today: date, load: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    """The seven days of the week around `on`, each with its rooms' load per hour from 0 to 10."""
    monday = on - timedelta(days=on.weekday())
    days = [monday + timedelta(days=count) for count in range(7)]
    return [
        {
            "iso": day.isoformat(),
            "weekday": i18n.weekday(day),
            "number": str(day.day),
            "detail": i18n.month_title(day),
            "current": day == on,
            "is_today": day == today,
            "load": [round(share * 10) for share in shares],
        }
        for day, shares in zip(days, load, strict=True)
    ]


def room_shown(room: SpaceDay, view: View, now: datetime, may_book: bool) -> dict[str, Any]:
    """One of the page's `rooms`, but for how it stands now."""
    gaps = [from_now(gap, now) for gap in room.free] if may_book else []
    return {
        "slug": room.space.slug,
        "name": room.space.name,
        "capacity": room.space.capacity,
        "closed": _closed(room, view),
        "past": _past(view, now),
        "gaps": [_gap(room, gap, view) for gap in gaps if gap.length >= SHORTEST_GAP],
        "bookings": [_booking(booking, view, now) for booking in room.bookings],
    }


def _closed(room: SpaceDay, view: View) -> list[dict[str, int]]:
    return [view.place(span) for span in room.closed if span.overlaps(view.during)]


def _past(view: View, now: datetime) -> dict[str, int] | None:
    end = min(now, view.during.end)
    return view.place(Interval(view.during.start, end)) if end > view.during.start else None


def from_now(gap: Interval, now: datetime) -> Interval:
    """What is left of a gap: it begins no earlier than this quarter of an hour, and never after its end."""
    return Interval(max(gap.start, quarter_of(now)), gap.end)


def _gap(room: SpaceDay, gap: Interval, view: View) -> dict[str, Any]:
    start, end = view.clock(gap.start), view.clock_end(gap.end)
    return {
        **view.place(gap),
        "start": start,
        "end": end,
        "value": f"{room.space.slug}/{view.on.isoformat()}/{start}/{end}",
        # Holds what is written on the button: who speaks to the computer says what they see.
        "label": _("%(room)s %(span)s, free: book", room=room.space.name, span=f"{start}–{end}"),
    }


def _booking(booking: Booking, view: View, now: datetime) -> dict[str, Any]:
    during = booking.during
    return {
        **view.place(during),
        "id": booking.id,
        "start": view.clock(during.start),
        "end": view.clock_end(during.end),
        "title": booking.title or booking.tenant_name,
        "tenant": booking.tenant_name,
        "tint": booking.tint,
        "mine": booking.mine,
        "series": booking.series_id,
        "space": booking.space,
        "movable": booking.may_change and booking.status in STANDING and during.end > now,
        "pending": booking.status is OccurrenceStatus.PENDING,
        "starts_at": int(during.start.timestamp()),
        "ends_at": int(during.end.timestamp()),
    }
