"""The booking form: what was typed, whether it can be understood, and what the form offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from samen.adapters.db.models import Space, SpaceKind
from samen.domain.access import Viewer
from samen.domain.alternatives import Alternative, Why
from samen.domain.finding import QUARTER, USUAL
from samen.domain.interval import Interval, at_wall, exists, midnight
from samen.domain.waiting import PASSING
from samen.services.booking import Ask, Instead, Refused
from samen.services.calendar import SpaceDay
from samen.services.placing import DateRefused
from samen.web import i18n
from samen.web.day import View
from samen.web.heat_hint import heat_words
from samen.web.repeat import Repeat, weekday_choices
from samen.web.wording import refusal_text

TEXTS = ("space", "date", "start", "end", "title", "people")
WAY = "way."
LONGEST_TITLE = 120
MOST_PEOPLE = 9999
# How many days the form on a page of its own lets one choose from.
DAYS_OFFERED = 60
# Far from our time, sums of instants overflow.
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Form:
    """The fields as text: `date` in ISO form, times as wall clock, 24:00 for the end of the day.

    `bundle`: what is booked along. `ways`: for a date of a series, by the start that the rule gives it (ISO,
    UTC), the alternative chosen as `slug/date/HH:MM/HH:MM`, or "out". `skip`: leave every clash out.
    """

    space: str = ""
    date: str = ""
    start: str = ""
    end: str = ""
    title: str = ""
    people: str = ""
    repeat: Repeat = field(default_factory=Repeat)
    bundle: tuple[str, ...] = ()
    ways: Mapping[str, str] = field(default_factory=dict)
    skip: bool = False

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> Form:
        """What a browser sent; `take` names an alternative, which wins over room and time."""
        typed = {name: fields.get(name, "").strip() for name in TEXTS}
        ways = {name.removeprefix(WAY): way for name, way in fields.items() if name.startswith(WAY)}
        bundle = tuple(dict.fromkeys(fields.getlist("bundle")))
        form = cls(**typed, repeat=Repeat.sent(fields), bundle=bundle, ways=ways, skip="skip" in fields)
        return form.at_gap(fields.get("take", ""))

    def problems(self) -> dict[str, str]:
        """A sentence for each text field that cannot be understood."""
        errors = {}
        if not self.title:
            errors["title"] = _("Say what it is for.")
        elif len(self.title) > LONGEST_TITLE:
            errors["title"] = _("This is too long for a title.")
        if not _is_count(self.people):
            errors["people"] = _("A number, or nothing.")
        return errors

    def at_gap(self, gap: str) -> Form:
        """With room and time from `slug/date/HH:MM/HH:MM`; unchanged by any other text."""
        parts = gap.split("/")
        if len(parts) != 4:
            return self
        space, on, start, end = parts
        return replace(self, space=space, date=on, start=start, end=end)


def ask_of(form: Form, viewer: Viewer, zone: ZoneInfo) -> Ask | dict[str, str]:
    """What the form asks for, or a sentence for each field that cannot be understood."""
    errors = form.problems() | form.repeat.problems()
    during = during_of(form, zone)
    if isinstance(during, dict):
        return errors | during
    if errors:
        return errors
    return Ask(
        form.space,
        during,
        form.title,
        int(form.people) if form.people else None,
        viewer,
        rrule=form.repeat.rrule(during.start.astimezone(zone).date(), zone),
        skip_conflicts=form.skip,
        bundle=form.bundle,
        instead=ways_of(form, zone),
    )


def ways_of(form: Form, zone: ZoneInfo) -> dict[datetime, Instead | None]:
    """What was chosen for single dates; a choice that cannot be read is as if it was not made."""
    found: dict[datetime, Instead | None] = {}
    for start, way in form.ways.items():
        try:
            at = datetime.fromisoformat(start).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        other = Form().at_gap(way)
        during = during_of(other, zone)
        if way == "out":
            found[at] = None
        elif isinstance(during, Interval):
            found[at] = Instead(other.space, during)
    return found


def _is_count(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_PEOPLE)


def during_of(form: Form, zone: ZoneInfo) -> Interval | dict[str, str]:
    """The form's time, or a sentence for each field that cannot be understood."""
    try:
        on = date.fromisoformat(form.date)
    except ValueError:
        return {"date": _("This is not a day.")}
    if on.year not in YEARS:
        return {"date": _("This is not a day.")}
    ends = {"start": _instant(on, form.start, zone), "end": _instant(on, form.end, zone)}
    errors = {name: _time_problem(getattr(form, name)) for name, at in ends.items() if at is None}
    if errors:
        return errors
    start, end = ends["start"], ends["end"]
    if start is None or end is None or start >= end:
        return {"end": _("It must end after it starts.")}
    return Interval(start, end)


def _instant(on: date, clock: str, zone: ZoneInfo) -> datetime | None:
    """The instant of a wall time; None for what is no time, or none of that day."""
    try:
        if clock == "24:00":
            return midnight(on + timedelta(days=1), zone)
        wall = time.fromisoformat(clock)
        return at_wall(on, wall, zone) if wall.tzinfo is None and exists(on, wall, zone) else None
    except (ValueError, OverflowError):
        return None


def _time_problem(clock: str) -> str:
    """Why a text is no instant of the day."""
    skipped: str = _("That night the clocks skip this time.")
    senseless: str = _("This is not a time.")
    try:
        time.fromisoformat(clock)
    except ValueError:
        return senseless
    return skipped


def missing_said(walls: Sequence[datetime]) -> list[str]:
    """A sentence for each local time of a series that does not exist on its date."""
    return [_("On %(day)s that time does not exist.", day=i18n.day_title(wall.date())) for wall in walls]


def first_free(rooms: Sequence[SpaceDay], view: View, now: datetime) -> Form:
    """A form for the day's first free hour, which the reader then changes."""
    for room in rooms:
        for gap in room.free:
            start = max(gap.start, next_quarter(now))
            if start < gap.end:
                return Form(
                    room.space.slug,
                    view.on.isoformat(),
                    view.clock(start),
                    view.clock_end(min(start + USUAL, gap.end)),
                )
    return Form(date=view.on.isoformat())


def next_quarter(now: datetime) -> datetime:
    """The next quarter of an hour, or the instant itself if it is one."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour - (hour - now) // QUARTER * QUARTER


def form_context(form: Form, spaces: Sequence[Space], today: date, *, in_dialog: bool) -> dict[str, Any]:
    """What partials/booking_form.html shows, but for errors, refusals and alternatives."""
    dates = None if in_dialog else dates_offered(form.date, today)
    rooms, extras = _apart(spaces)
    return {
        "form": form,
        "options": {
            "spaces": _rooms(rooms + extras),
            "extras": _rooms(extras),
            "weekdays": weekday_choices(form.repeat.days),
            "dates": dates,
            **times_offered(form, spaces),
        },
        "date_label": _day_label(form.date),
        "in_dialog": in_dialog,
    }


def alternative_shown(other: Alternative, spaces: Sequence[Space], zone: ZoneInfo) -> dict[str, str]:
    """A space and a time that one tap books."""
    on = other.during.start.astimezone(zone).date()
    view = View(on, zone, other.during)
    start, end = view.clock(other.during.start), view.clock_end(other.during.end)
    return {
        "space": other.space,
        "date": on.isoformat(),
        "start": start,
        "end": end,
        "space_name": next(space.name for space in spaces if space.slug == other.space),
        "label": f"{start}–{end}",
        "day_label": i18n.day_title(on),
        "because": _because(other),
    }


def _because(other: Alternative) -> str:
    """Why it is offered, and what heat it would take."""
    reasons: dict[Why, str] = {
        Why.SAME_TIME: _("the same time"),
        Why.SAME_SPACE: _("the same room"),
    }
    return ", ".join(words for words in (reasons[other.why], heat_words(other.energy)) if words)


def _apart(spaces: Sequence[Space]) -> tuple[list[Space], list[Space]]:
    """Rooms, and what may be booked along with one."""
    rooms = [space for space in spaces if space.kind is SpaceKind.ROOM]
    return rooms, [space for space in spaces if space.kind is not SpaceKind.ROOM]


def refused_shown(
    refused: Refused | None, form: Form, spaces: Sequence[Space], zone: ZoneInfo
) -> dict[str, Any]:
    """What the form says of a no: its reasons and ways out, date by date where it is a series."""
    if refused is None:
        return {"refusals": [], "alternatives": [], "dates": [], "waits": False, "gathers": False}
    codes = {reason.code for reason in refused.refusals}
    by_date = form.repeat.how != "once" or len(refused.dates) > 1
    return {
        "refusals": [refusal_text(reason, zone) for reason in refused.refusals],
        "alternatives": [alternative_shown(other, spaces, zone) for other in refused.alternatives],
        "dates": [_date_shown(one, form, spaces, zone) for one in refused.dates] if by_date else [],
        "waits": codes <= PASSING and not by_date,
        "gathers": "gathers_requests" in codes,
    }


def _date_shown(refused: DateRefused, form: Form, spaces: Sequence[Space], zone: ZoneInfo) -> dict[str, Any]:
    """A clashing date of a series, with the ways out that one may choose from."""
    start = refused.original_start.astimezone(UTC).isoformat()
    view = View(refused.during.start.astimezone(zone).date(), zone, refused.during)
    ways = [alternative_shown(other, spaces, zone) for other in refused.alternatives]
    return {
        "name": WAY + start,
        "day_label": i18n.day_title(view.on),
        "time_label": f"{view.clock(refused.during.start)}–{view.clock_end(refused.during.end)}",
        "reasons": [refusal_text(reason, zone) for reason in refused.refusals],
        "ways": ways,
        "chosen": form.ways.get(start, ""),
    }


def _rooms(spaces: Sequence[Space]) -> list[dict[str, Any]]:
    return [{"slug": space.slug, "name": space.name, "capacity": space.capacity} for space in spaces]


def times_offered(form: Form, spaces: Sequence[Space]) -> dict[str, list[str]]:
    """Quarter hours from the first opening to the last closing, and whatever was chosen beside them."""
    first = min((space.opening for space in spaces), default=time(8))
    last = max((space.closing for space in spaces), default=time(18))
    quarters = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60 + 1, 15)]
    low, high = first.strftime("%H:%M"), last.strftime("%H:%M")
    high = "24:00" if last >= time(23, 59) else high
    starts = [clock for clock in quarters if low <= clock < high]
    ends = [clock for clock in quarters if low < clock <= high]
    return {"starts": _with(starts, form.start), "ends": _with(ends, form.end)}


def _with(clocks: list[str], chosen: str) -> list[str]:
    return clocks if chosen in clocks or not chosen else sorted([*clocks, chosen])


def dates_offered(chosen: str, today: date) -> list[dict[str, str]]:
    """The days to choose from, and the one chosen."""
    days = [today + timedelta(days=count) for count in range(DAYS_OFFERED)]
    offered = {day.isoformat(): i18n.day_title(day) for day in days}
    offered.setdefault(chosen, _day_label(chosen))
    return [{"iso": iso, "label": label} for iso, label in sorted(offered.items())]


def _day_label(iso: str) -> str:
    try:
        return i18n.day_title(date.fromisoformat(iso))
    except ValueError:
        return iso
