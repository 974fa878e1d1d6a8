"""Calendar objects that go along with mails (RFC 5546)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from samen.adapters.db.models import Invite, Mail, Occurrence, Series
from samen.adapters.ical_out import Invitee, scheduling
from samen.domain.calendar_event import Event, Kept, Standing, bare_event, date_event, events_of
from samen.services.feeds import Reader, kept, viewers_of


def calendar_object(session: Session, mail: Mail, sender: str = "samen@localhost") -> bytes:
    """The mail's series, or its one date, as it stands now: a REQUEST, or a CANCEL of it.

    `sender`: the address in whose name the building invites. Raises ValueError for a mail without a series.
    """
    if mail.invite is None or mail.series_id is None:
        raise ValueError("this mail invites to nothing")
    one = session.get_one(Occurrence, mail.occurrence_id) if mail.occurrence_id else None
    # A date that left its series' rule has become a series of its own since.
    series = one.series if one else session.get_one(Series, mail.series_id)
    seen = kept(series, Reader(viewers_of(mail.member), str))
    events = _events(mail, seen, one)
    invitee = Invitee(mail.member.email, mail.member.name, sender, series.space.site.name)
    return scheduling(mail.invite.value.upper(), events, invitee, mail.created_at)


def _events(mail: Mail, seen: Kept, one: Occurrence | None) -> list[Event]:
    if mail.invite is Invite.REQUEST:
        return [date_event(seen, one.original_start)] if one else _standing(seen)
    ended = [date_event(seen, one.original_start)] if one else _ended(seen)
    return [replace(event, standing=Standing.CANCELLED) for event in ended]


def _standing(seen: Kept) -> list[Event]:
    """The series with the dates that stand: what ended is left out, for a REQUEST holds nothing cancelled."""
    dates = tuple(one for one in seen.dates if one.standing is not Standing.CANCELLED)
    return events_of(replace(seen, dates=dates)) or [bare_event(seen)]


def _ended(seen: Kept) -> list[Event]:
    """The dates that ended, by their names; by the UID alone, which stands for all, when none is left."""
    ended = [one for one in seen.dates if one.standing is Standing.CANCELLED]
    if len(ended) in {0, len(seen.dates)}:
        return [bare_event(seen)]
    return [date_event(seen, one.original_start) for one in ended]
