"""What the lights beside doors are told: when their room is taken, and nothing of by whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Device, OccurrenceStatus, Space
from samen.domain.interval import Interval, local_day
from samen.services.door import held_by
from samen.services.rules import rules_by_space
from samen_node import contract

LEAF = "next"
# A light goes on alone for as long as it was told ahead, and is dark after that.
AHEAD = timedelta(days=7)
MOST = 32


def messages(session: Session, now: datetime) -> dict[str, bytes]:
    """The retained message of each node that hangs in a space, by its topic."""
    devices = session.scalars(
        select(Device)
        .where(Device.revoked_at.is_(None), Device.space_id.is_not(None))
        .options(joinedload(Device.space), joinedload(Device.site))
    ).all()
    spaces = {device.space.id: device.space for device in devices if device.space is not None}
    told = _by_space(session, spaces, now)
    return {
        contract.topic(device.site.slug, device.slug, LEAF): told[device.space_id]
        for device in devices
        if device.space_id is not None
    }


def _by_space(session: Session, spaces: dict[int, Space], now: datetime) -> dict[int, bytes]:
    if not spaces:
        return {}
    ahead = {space.id: Interval(now, _until(space, now)) for space in spaces.values()}
    rules = rules_by_space(
        session, list(spaces.values()), Interval(now, max(one.end for one in ahead.values()))
    )
    return {
        number: _message(
            [
                (one.starts_at, one.ends_at, _state(one.status))
                for one in held_by(session, space, ahead[number])
            ]
            + [
                (closure.during.start, closure.during.end, "blackout")
                for closure in rules[number].blackouts
                if closure.during.overlaps(ahead[number])
            ],
            ahead[number].end,
        )
        for number, space in spaces.items()
    }


def _until(space: Space, now: datetime) -> datetime:
    """The end of a local day, so that the message changes with the bookings and once a day."""
    zone = ZoneInfo(space.site.timezone)
    return local_day((now + AHEAD).astimezone(zone).date(), zone).end


def _state(status: OccurrenceStatus) -> str:
    return "booked" if status is OccurrenceStatus.CONFIRMED else "held"


def _message(taken: Iterable[tuple[datetime, datetime, str]], until: datetime) -> bytes:
    """What begins first; where there is more than fits, no further than that tells."""
    spans = sorted({(int(start.timestamp()), int(end.timestamp()), state) for start, end, state in taken})
    known_until = int(until.timestamp())
    if len(spans) > MOST:
        known_until = min(known_until, spans[MOST][0])
    items: list[dict[str, Any]] = [
        {"start": start, "end": end, "state": state} for start, end, state in spans[:MOST]
    ]
    return contract.encode({"v": contract.VERSION, "items": items, "until": known_until})
