"""What the sensors of a space saw over a stretch of time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Device, OccupancyReading, Space, TimeQuality
from samen.domain.interval import Interval
from samen.domain.presence import SILENCE, Beat, somebody
from samen.domain.release import Seen, seen
from samen.services import placing


def seen_of(session: Session, space: Space, during: Interval) -> Seen:
    """What is known of every instant: of a space made of parts, from the sensors of all of them.

    A device that was revoked, or never spoke, is no sensor. What was said before `during` holds for a while.
    """
    atoms = placing.atoms_of(space)
    sensors = _sensors(session, atoms)
    words: dict[int, list[Beat]] = {device: [] for device in sensors}
    for device, beat in _beats(session, atoms, Interval(during.start - SILENCE, during.end)):
        if device in words:
            words[device].append(beat)
    return seen(list(words.values()), during, watched=set(sensors.values()) == set(atoms))


def _sensors(session: Session, atoms: list[int]) -> dict[int, int]:
    """The space of each device that watches one of them."""
    rows = session.execute(
        select(Device.id, Device.space_id, Device.streams)
        .where(Device.space_id.in_(atoms), Device.revoked_at.is_(None))
        .where(Device.last_seen_at.is_not(None))
        .order_by(Device.id)
    )
    return {device: space or 0 for device, space, streams in rows if "occupancy" in streams}


def _beats(session: Session, atoms: list[int], during: Interval) -> list[tuple[int, Beat]]:
    rows = session.execute(
        select(
            OccupancyReading.device_id, OccupancyReading.at, OccupancyReading.state, OccupancyReading.quality
        )
        .where(OccupancyReading.space_id.in_(atoms))
        .where(OccupancyReading.at >= during.start, OccupancyReading.at <= during.end)
        .order_by(OccupancyReading.at, OccupancyReading.boot, OccupancyReading.seq)
    )
    return [(device, Beat(at.timestamp(), _word(state, quality))) for device, at, state, quality in rows]


def _word(state: str, quality: TimeQuality) -> str:
    """A word that is dated by its arrival may be an old one: it can keep a booking, and not free one."""
    return "unknown" if quality is TimeQuality.RECEIVED and not somebody(state) else state
