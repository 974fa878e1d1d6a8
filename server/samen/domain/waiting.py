"""Waiting for a space that is taken: what is offered of freed time, and for how long it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from samen.domain.interval import Interval
from samen.domain.presence import RoomNow
from samen.domain.rules import Refusal

# What is left of a wish that has begun is offered only if it is worth going there.
SHORTEST_REST = timedelta(minutes=15)
# However soon it starts, somebody must be able to say yes.
SHORTEST_HOLD = timedelta(minutes=5)
# How long the owner of an empty room has to say that they are coming.
ANSWER_WITHIN = timedelta(minutes=10)
# Reasons that go away, so that waiting has a point.
PASSING = frozenset({"taken", "gathers_requests", "being_decided"})


def what_is_left(
    wanted: Interval, busy: Iterable[Interval], buffers: tuple[timedelta, timedelta], now: datetime
) -> Interval | None:
    """What can be offered of a wanted time, buffers before and after it included; None: nothing.

    `busy` is what holds the space. Before its start a wish is offered whole; of one that has begun the rest,
    from when nothing stands in its way any more.
    """
    before, after = buffers
    held = [span for span in busy if span.end > wanted.start - before and span.start < wanted.end + after]
    if now <= wanted.start:
        return None if held else wanted
    start = max([now, *(span.end + before for span in held if span.end > now - before)])
    return Interval(start, wanted.end) if wanted.end - start >= SHORTEST_REST else None


def hold_until(now: datetime, hold: timedelta, start: datetime) -> datetime:
    """Until when an offer is kept: not beyond the start of what is offered, but long enough for an answer."""
    return max(now + SHORTEST_HOLD, min(now + hold, start))


def still_refused(reasons: Sequence[Refusal]) -> list[Refusal]:
    """The reasons that stand against an offer. Notice does not: whoever waits asked long before."""
    return [reason for reason in reasons if reason.code != "notice_too_short"]


def opens_of(reasons: Iterable[Refusal]) -> datetime | None:
    """When it can be booked, and those who ask for it before are answered; None where it can be already."""
    told = (reason.facts["opens"] for reason in reasons if reason.code == "gathers_requests")
    return next((opens for opens in told if isinstance(opens, datetime)), None)


def may_be_asked_for(booked: Interval, room: RoomNow, now: datetime) -> Refusal | None:
    """Why a running booking of somebody else cannot be asked for, if it cannot."""
    if not booked.contains(now):
        return Refusal("not_running_now")
    if booked.end - now < ANSWER_WITHIN + SHORTEST_REST:
        return Refusal("too_little_left", {"ends": booked.end})
    return None if room is RoomNow.BOOKED_EMPTY else Refusal("not_known_empty")


def changes_hands(booked: Interval, room: RoomNow, answered: bool, now: datetime) -> bool:
    """Whether the rest of a booking goes to who asked: only of a room known to be empty, never on silence."""
    worth_it = booked.start <= now and booked.end - now >= SHORTEST_REST
    return worth_it and not answered and room is RoomNow.BOOKED_EMPTY
