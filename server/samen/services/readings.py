"""Readings, stored exactly once, and what they say of registers and spaces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Boot,
    Device,
    DirtyEnergy,
    DirtyOccupancy,
    IndexReading,
    OccupancyReading,
    Reading,
    Register,
    TimeQuality,
    Unit,
)
from samen.adapters.db.upsert import insert_into
from samen.domain.node import Sync, dated
from samen.domain.telegram import power_w
from samen.services.smart_meter import keep_power

Key = tuple[int, int, int]
# Marks closer together than this are one: their buckets are computed together anyway.
ONE_MARK = timedelta(hours=1)


@dataclass(frozen=True)
class Taken:
    """A reading that arrived: of which device, what it says, and whether by `replay`."""

    device: Device
    body: Mapping[str, Any]
    replayed: bool
    at: datetime
    quality: TimeQuality

    @property
    def key(self) -> Key:
        """(device, boot, seq): what makes it the same reading however often it is sent."""
        return (self.device.id, self.body["boot"], self.body["seq"])


@dataclass
class Stored:
    """The readings that were new, and the facts among them that could not be placed, with a reason."""

    new: list[Taken] = field(default_factory=list)
    unplaced: list[tuple[Taken, str, str]] = field(default_factory=list)


def syncs(session: Session, boots: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Sync]:
    """For (device id, boot) pairs: when each boot first saw the time, where it did."""
    wanted = set(boots)
    if not wanted:
        return {}
    rows = session.scalars(select(Boot).where(tuple_(Boot.device_id, Boot.boot).in_(wanted)))
    return {(row.device_id, row.boot): Sync(row.up, row.utc) for row in rows}


def taken(device: Device, body: Mapping[str, Any], sync: Sync | None, now: datetime, replayed: bool) -> Taken:
    """A decoded reading with its date."""
    at, how = dated(body["ts"], body["up"], sync, now)
    return Taken(device, body, replayed, at, TimeQuality(how))


def store(session: Session, arrived: Sequence[Taken], now: datetime) -> Stored:
    """Insert what is not there yet; only what was new leaves facts and marks behind."""
    stored = Stored(new=_insert(session, arrived, now))
    _place_indexes(session, stored, now)
    _place_occupancy(session, stored, now)
    return stored


def _insert(session: Session, arrived: Sequence[Taken], now: datetime) -> list[Taken]:
    by_key = {reading.key: reading for reading in reversed(arrived)}
    rows = [_row(reading, now) for _, reading in sorted(by_key.items())]
    if not rows:
        return []
    insertion = insert_into(session, Reading).on_conflict_do_nothing()
    inserted = session.execute(insertion.returning(Reading.device_id, Reading.boot, Reading.seq), rows)
    return [by_key[(row[0], row[1], row[2])] for row in inserted]


def _row(reading: Taken, now: datetime) -> dict[str, Any]:
    device_id, boot, seq = reading.key
    return {
        "device_id": device_id,
        "boot": boot,
        "seq": seq,
        "stream": reading.body["stream"],
        "at": reading.at,
        "quality": reading.quality,
        "up": reading.body["up"],
        "received_at": now,
        "body": reading.body["d"],
    }


def _place_indexes(session: Session, stored: Stored, now: datetime) -> None:
    metered = [reading for reading in stored.new if reading.body["stream"] in {"energy", "p1"}]
    registers = _registers(session, {reading.device.id for reading in metered})
    rows: list[dict[str, Any]] = []
    for reading in metered:
        if reading.body["stream"] == "energy":
            rows += _from_pulses(reading, registers, stored)
        else:
            rows += _from_telegram(reading, registers)
            keep_power(session, reading.device.id, reading.body["d"], reading.at, registers)
    if rows:
        session.execute(insert(IndexReading), rows)
    mark_energy(session, ((row["register_id"], row["at"]) for row in rows), now)


def _registers(session: Session, device_ids: set[int]) -> dict[tuple[int, str], Register]:
    rows = session.scalars(select(Register).where(Register.device_id.in_(device_ids))) if device_ids else ()
    return {(row.device_id, row.code): row for row in rows if row.device_id is not None}


def _from_pulses(
    reading: Taken, registers: Mapping[tuple[int, str], Register], stored: Stored
) -> list[dict[str, Any]]:
    said = reading.body["d"]
    register = registers.get((reading.device.id, said["r"]))
    if register is None:
        stored.unplaced.append((reading, "unknown_register", said["r"]))
        return []
    if register.unit is not Unit.WH:
        stored.unplaced.append((reading, "wrong_unit", said["r"]))
        return []
    return [_index_row(reading, register, said.get("gen", 0), float(said["wh"]), said["w"])]


# The base unit of each unit a telegram may carry. Nodes tell whole Wh and dm³: their floats hold 7 digits.
_TELEGRAM = {
    "kWh": (Unit.WH, 1000.0),
    "Wh": (Unit.WH, 1.0),
    "m3": (Unit.LITRE, 1000.0),
    "dm3": (Unit.LITRE, 1.0),
}


def _from_telegram(reading: Taken, registers: Mapping[tuple[int, str], Register]) -> list[dict[str, Any]]:
    """A telegram says far more than a site meters: codes without a register are passed over."""
    rows, said = [], reading.body["d"]
    power = power_w(said, [code for code in said if (reading.device.id, code) in registers])
    for code, (number, unit) in said.items():
        register = registers.get((reading.device.id, code))
        base, factor = _TELEGRAM.get(unit, (None, 0.0))
        if register is not None and register.unit is base and isinstance(number, int | float):
            rows.append(_index_row(reading, register, 0, number * factor, power.get(code)))
    return rows


def _index_row(
    reading: Taken, register: Register, gen: int, index: float, power_w: float | None
) -> dict[str, Any]:
    device_id, boot, seq = reading.key
    return {
        "register_id": register.id,
        "gen": gen,
        "at": reading.at,
        "index": index,
        "power_w": power_w,
        "quality": reading.quality,
        "device_id": device_id,
        "boot": boot,
        "seq": seq,
    }


def _place_occupancy(session: Session, stored: Stored, now: datetime) -> None:
    rows: list[dict[str, Any]] = []
    for reading in stored.new:
        if reading.body["stream"] != "occupancy":
            continue
        if reading.device.space_id is None:
            stored.unplaced.append((reading, "no_space", ""))
        else:
            rows.append(_occupancy_row(reading, reading.device.space_id))
    if rows:
        session.execute(insert(OccupancyReading), rows)
    mark_occupancy(session, ((row["space_id"], row["at"]) for row in rows), now)


def _occupancy_row(reading: Taken, space_id: int) -> dict[str, Any]:
    device_id, boot, seq = reading.key
    return {
        "device_id": device_id,
        "boot": boot,
        "seq": seq,
        "space_id": space_id,
        "at": reading.at,
        "state": reading.body["d"]["state"],
        "confidence": reading.body["d"]["conf"],
        "quality": reading.quality,
    }


def date_boot(session: Session, device: Device, boot: int, sync: Sync, now: datetime) -> bool:
    """Keep a boot's first synchronisation, and date what it sent before; a second one changes nothing.

    Returns whether it was the first.
    """
    row = {"device_id": device.id, "boot": boot, "up": sync.up, "utc": sync.utc}
    first = insert_into(session, Boot).on_conflict_do_nothing().returning(Boot.boot)
    if session.scalar(first, row) is None:
        return False
    _redate(session, device.id, boot, sync, now)
    return True


def _redate(session: Session, device_id: int, boot: int, sync: Sync, now: datetime) -> None:
    undated = session.execute(
        select(Reading.seq, Reading.up, Reading.received_at).where(
            Reading.device_id == device_id, Reading.boot == boot, Reading.quality == TimeQuality.RECEIVED
        )
    )
    new = {seq: dated(None, up, sync, received) for seq, up, received in undated}
    moved = {seq: at for seq, (at, how) in new.items() if how == "dated"}
    if moved:
        _mark_moved(session, device_id, boot, moved, now)
        for kind in (Reading, IndexReading, OccupancyReading):
            _move(session, kind, device_id, boot, moved)


def _move(
    session: Session,
    kind: type[Reading] | type[IndexReading] | type[OccupancyReading],
    device_id: int,
    boot: int,
    moved: Mapping[int, datetime],
) -> None:
    for seq, at in moved.items():
        session.execute(
            update(kind)
            .where(kind.device_id == device_id, kind.boot == boot, kind.seq == seq)
            .values(at=at, quality=TimeQuality.DATED)
            .execution_options(synchronize_session=False)
        )


def _mark_moved(
    session: Session, device_id: int, boot: int, moved: Mapping[int, datetime], now: datetime
) -> None:
    """The buckets they leave change as much as those they come to."""
    indexes = session.execute(
        select(IndexReading.register_id, IndexReading.at, IndexReading.seq).where(
            IndexReading.device_id == device_id, IndexReading.boot == boot
        )
    )
    energy = [(owner, at, moved[seq]) for owner, at, seq in indexes if seq is not None and seq in moved]
    mark_energy(session, [(owner, at) for owner, *both in energy for at in both], now)
    rooms = session.execute(
        select(OccupancyReading.space_id, OccupancyReading.at, OccupancyReading.seq).where(
            OccupancyReading.device_id == device_id, OccupancyReading.boot == boot
        )
    )
    occupancy = [(owner, at, moved[seq]) for owner, at, seq in rooms if seq in moved]
    mark_occupancy(session, [(owner, at) for owner, *both in occupancy for at in both], now)


def mark_energy(session: Session, touched: Iterable[tuple[int, datetime]], now: datetime) -> None:
    """Note that readings of registers (id, instant) changed, for `rollup.roll_up`."""
    spans = _spans(touched)
    session.add_all(
        DirtyEnergy(register_id=owner, starts_at=start, ends_at=end, marked_at=now)
        for owner, start, end in spans
    )


def mark_occupancy(session: Session, touched: Iterable[tuple[int, datetime]], now: datetime) -> None:
    """Note that readings of spaces (id, instant) changed."""
    spans = _spans(touched)
    session.add_all(
        DirtyOccupancy(space_id=owner, starts_at=start, ends_at=end, marked_at=now)
        for owner, start, end in spans
    )


def _spans(touched: Iterable[tuple[int, datetime]]) -> list[tuple[int, datetime, datetime]]:
    by_owner: dict[int, list[datetime]] = defaultdict(list)
    for owner, at in touched:
        by_owner[owner].append(at)
    spans: list[tuple[int, datetime, datetime]] = []
    for owner, instants in by_owner.items():
        for at in sorted(instants):
            if spans and spans[-1][0] == owner and at - spans[-1][2] < ONE_MARK:
                spans[-1] = (owner, spans[-1][1], at)
            else:
                spans.append((owner, at, at))
    return spans
