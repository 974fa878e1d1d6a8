"""The newest that is known of each space, and telling the pages that it changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, Register, Site, Space, SpaceState, TimeQuality
from samen.adapters.db.upsert import insert_into
from samen.adapters.message import Publication
from samen.domain.presence import SILENCE
from samen.services.readings import Taken

ROOT = "samen/live"


def show(session: Session, new: Sequence[Taken], now: datetime) -> list[Publication]:
    """Bring space states up to what new readings say.

    A change for each space that looks different now, and for each meter that says what it draws.
    """
    telling = [reading for reading in new if _speaks_of_now(reading)]
    states = _states(session, {reading.device.space_id for reading in telling})
    changed: set[int] = set()
    # Readings of one second are told apart by their number.
    for reading in sorted(telling, key=lambda one: (one.at, one.key)):
        state = states[reading.device.space_id or 0]
        see = _see_occupancy if reading.body["stream"] == "occupancy" else _see_climate
        if see(state, reading):
            changed.add(state.space_id)
    session.flush()
    rooms = _changes(session, (states[space_id] for space_id in sorted(changed)), now)
    return [*rooms, *_meter_changes(session, new)]


def _meter_changes(session: Session, new: Sequence[Taken]) -> list[Publication]:
    """Names each meter of which a register was just heard: who shows it asks `energy.power_now`."""
    heard = {
        (reading.device.id, reading.body["d"]["r"])
        for reading in new
        if reading.body["stream"] == "energy" and not reading.replayed
    }
    if not heard:
        return []
    rows = session.execute(
        select(Site.slug, Meter.slug)
        .join(Meter, Meter.site_id == Site.id)
        .join(Register, Register.meter_id == Meter.id)
        .where(tuple_(Register.device_id, Register.code).in_(heard))
        .distinct()
        .order_by(Meter.slug)
    )
    return [_publication(site, {"v": 1, "meter": meter}) for site, meter in rows]


def _speaks_of_now(reading: Taken) -> bool:
    """Not so a reading of a room nobody named, nor an old one of which nobody knows how old."""
    if reading.device.space_id is None or reading.body["stream"] not in {"occupancy", "climate"}:
        return False
    return not (reading.replayed and reading.quality is TimeQuality.RECEIVED)


def _states(session: Session, space_ids: Iterable[int | None]) -> dict[int, SpaceState]:
    wanted = sorted(space_id for space_id in space_ids if space_id is not None)
    if not wanted:
        return {}
    missing = insert_into(session, SpaceState).on_conflict_do_nothing()
    session.execute(missing, [{"space_id": space_id} for space_id in wanted])
    rows = session.scalars(
        select(SpaceState)
        .where(SpaceState.space_id.in_(wanted))
        .order_by(SpaceState.space_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.space_id: row for row in rows}


def _is_older(reading: Taken, known_at: datetime | None) -> bool:
    if known_at is None:
        return False
    return reading.at <= known_at if reading.replayed else reading.at < known_at


def _see_occupancy(state: SpaceState, reading: Taken) -> bool:
    if _is_older(reading, state.occupancy_at):
        return False
    said = reading.body["d"]
    silent = state.occupancy_at is None or reading.at - state.occupancy_at > SILENCE
    different = said["state"] != state.occupancy
    if different or silent:
        state.since_at = reading.at
    state.occupancy, state.confidence, state.occupancy_at = said["state"], said["conf"], reading.at
    return different or silent


def _see_climate(state: SpaceState, reading: Taken) -> bool:
    if _is_older(reading, state.climate_at):
        return False
    said = reading.body["d"]
    before = (state.deg_c, state.humidity, state.co2_ppm)
    state.deg_c, state.humidity, state.co2_ppm = said.get("t"), said.get("rh"), said.get("co2")
    state.climate_at = reading.at
    return before != (state.deg_c, state.humidity, state.co2_ppm)


def _changes(session: Session, states: Iterable[SpaceState], now: datetime) -> list[Publication]:
    by_id = {state.space_id: state for state in states}
    rows = session.execute(
        select(Space.id, Space.slug, Site.slug).join(Site).where(Space.id.in_(by_id)).order_by(Space.id)
    )
    return [_change(site, space, by_id[space_id], now) for space_id, space, site in rows] if by_id else []


def _change(site: str, space: str, state: SpaceState, now: datetime) -> Publication:
    """Names the space and says little: who shows it asks `rooms.room_states` what it means."""
    told = {
        "v": 1,
        "space": space,
        "occupancy": state.occupancy,
        "at": state.occupancy_at.isoformat() if state.occupancy_at else None,
        "sent": now.isoformat(),
    }
    return _publication(site, told)


def calendar_changed(site: str, space: str, on: date) -> Publication:
    """Names a space, and the local day of it on which a worker changed what is booked."""
    return _publication(site, {"v": 1, "space": space, "on": on.isoformat()})


def _publication(site: str, told: Mapping[str, Any]) -> Publication:
    return Publication(f"{ROOT}/{site}", json.dumps(told, separators=(",", ":")).encode(), qos=0)
