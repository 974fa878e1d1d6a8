"""Keeping what smart meters tell of power: the running quarter, and the peaks of months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from samen.adapters.db.models import Meter, MeterKind, QuarterDemand, Register, ToldPeak
from samen.adapters.db.upsert import insert_into
from samen.domain.telegram import Peak, peaks, quarter_w


def keep_power(
    session: Session,
    device_id: int,
    values: Mapping[str, list[Any]],
    at: datetime,
    registers: Mapping[tuple[int, str], Register],
) -> None:
    """From a telegram of that device at that time; late ones change nothing that is newer."""
    meter = _meter(device_id, registers)
    if meter is None:
        return
    w = quarter_w(values)
    if w is not None:
        _keep_quarter(session, meter, w, at)
    for peak in peaks(values, at, ZoneInfo(meter.site.timezone)):
        _keep_peak(session, meter, peak)


def _meter(device_id: int, registers: Mapping[tuple[int, str], Register]) -> Meter | None:
    """The meter whose use the device reads in telegrams."""
    for (owner, code), register in sorted(registers.items(), key=lambda item: item[0]):
        of_use = code.rpartition(":")[2].startswith("1.8.")
        if owner == device_id and of_use and register.meter.kind is MeterKind.ELECTRICITY:
            return register.meter
    return None


def _keep_quarter(session: Session, meter: Meter, w: float, at: datetime) -> None:
    insertion = insert_into(session, QuarterDemand).values(meter_id=meter.id, w=w, at=at)
    newer = {"w": insertion.excluded.w, "at": insertion.excluded.at}
    session.execute(
        insertion.on_conflict_do_update(
            index_elements=["meter_id"], set_=newer, where=insertion.excluded.at > QuarterDemand.at
        )
    )


def _keep_peak(session: Session, meter: Meter, peak: Peak) -> None:
    """A month's peak only grows: the highest word counts, in whatever order they come."""
    row = {"meter_id": meter.id, "month_on": peak.month_on, "w": peak.w, "at": peak.at}
    insertion = insert_into(session, ToldPeak).values(**row)
    told = insertion.excluded
    better = or_(told.w > ToldPeak.w, and_(told.w == ToldPeak.w, ToldPeak.at.is_(None), told.at.is_not(None)))
    session.execute(
        insertion.on_conflict_do_update(
            index_elements=["meter_id", "month_on"], set_={"w": told.w, "at": told.at}, where=better
        )
    )
