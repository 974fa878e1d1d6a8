"""What is shown of a space that was looked for: its day as a strip, why or why not, and how to book it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from samen.adapters.db.models import Site, Space
from samen.domain.interval import Interval
from samen.domain.rules import Refusal
from samen.services import calendar
from samen.services.calendar import SpaceDay
from samen.services.find import Found, FreeNow, Miss
from samen.services.rooms import RoomState
from samen.web import current, i18n
from samen.web.day import View
from samen.web.heat_hint import heat_words
from samen.web.report import is_watched, shown_state
from samen.web.rooms import state_words
from samen.web.space_words import feature_word
from samen.web.wording import refusal_text


@dataclass(frozen=True)
class Wall:
    """A site's local day, on which its spaces' cards hang. `site` is None where there is but one.

    `people`: as typed, to be filled in where one books.
    """

    view: View
    rooms: Mapping[int, SpaceDay]
    site: Site | None = None
    people: str = ""

    @classmethod
    def of(cls, session: Session, site: Site, on: date, *, several: bool, people: str = "") -> Wall:
        """The day `on` as the reader may see it."""
        rooms = calendar.day(session, site, on, current.viewer(), current.now())
        view = View.of(on, ZoneInfo(site.timezone), rooms)
        return cls(view, {room.space.id: room for room in rooms}, site if several else None, people)

    def found(self, one: Found) -> dict[str, Any]:
        """A card of what is free for the whole time."""
        return self._card(one.space, one.during) | {
            "warm": one.energy.cost == 0,
            "heat": heat_words(one.energy),
            "needs_approval": one.needs_approval,
            "until": self.view.clock_end(one.free_until),
            "book": self._way(one.space, one.during),
        }

    def free_now(self, one: FreeNow) -> dict[str, Any]:
        """A card of what is free at this moment, and how it really stands."""
        return self.found(one.found) | _stands(one.state)

    def near(self, one: Miss) -> dict[str, Any]:
        """A card of what cannot be had as asked."""
        ways = [self._way(one.space, during) for during in one.times]
        reasons = reasons_said(one.reasons, self.view.zone)
        return self._card(one.space, one.during) | {"reasons": reasons, "ways": ways}

    def _card(self, space: Space, during: Interval) -> dict[str, Any]:
        return {
            "slug": space.slug,
            "name": space.name,
            "site": self.site.name if self.site else "",
            "capacity": space.capacity,
            "features": [feature_word(feature.feature) for feature in space.features],
            "parts": [part.name for part in space.parts],
            "strip": self._strip(self.rooms[space.id], during),
        }

    def _strip(self, room: SpaceDay, during: Interval) -> dict[str, Any]:
        """The day from the first opening to the last closing, with what is asked for on top."""
        view, now = self.view, current.now()
        past = [Interval(view.during.start, now)] if now > view.during.start else []
        grey = [("is-closed", span) for span in room.closed] + [("is-past", span) for span in past]
        taken = [(f"tint-{one.tint}", one.during) for one in room.bookings]
        spans = [*grey, *taken, ("is-wanted", during)]
        return {
            "hours": view.hours,
            "opens": view.clock(view.during.start),
            "closes": view.clock_end(view.during.end),
            "spans": [
                {"kind": kind, **view.place(span)} for kind, span in spans if span.overlaps(view.during)
            ],
        }

    def _way(self, space: Space, during: Interval) -> dict[str, str]:
        """Where the booking form opens, filled in."""
        on = during.start.astimezone(self.view.zone).date()
        view = View(on, self.view.zone, during)
        start, end, day = view.clock(during.start), view.clock_end(during.end), i18n.day_title(on)
        gap = f"{space.slug}/{on.isoformat()}/{start}/{end}"
        label = f"{start}–{end}"
        return {
            "url": url_for(
                "booking.book",
                gap=gap,
                people=self.people or None,
                site=self.site.slug if self.site else None,
            ),
            "label": label if on == self.view.on else f"{day}, {label}",
            "says": _("Book %(room)s, %(day)s, %(span)s", room=space.name, day=day, span=label),
        }


def reasons_said(reasons: Sequence[Refusal], zone: ZoneInfo) -> list[str]:
    """Why not, in sentences; features by the names that people know."""
    return [refusal_text(_in_words(reason), zone) for reason in reasons]


def _in_words(reason: Refusal) -> Refusal:
    features = reason.facts.get("features")
    if not isinstance(features, tuple):
        return reason
    return Refusal(reason.code, {"features": tuple(feature_word(str(feature)) for feature in features)})


def _stands(state: RoomState) -> dict[str, str]:
    """How the room stands; that nobody measures it is said too."""
    shown = shown_state(state)
    if shown == "free" and not is_watched(state):
        return {"state": "unknown", "state_word": _("not booked, no sensor")}
    return {"state": shown, "state_word": state_words()[shown]}
