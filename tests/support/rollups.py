"""Buckets written as they are computed, for those who read them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import EnergyRollup, Meter, OccupancyRollup, Register, Space, Step

LENGTH = {Step.QUARTER: timedelta(minutes=15), Step.HOUR: timedelta(hours=1)}


def used(
    session: Session,
    meter: str,
    step: Step,
    start: datetime,
    amounts: Iterable[float],
    estimated: float = 0.0,
    length: timedelta | None = None,
) -> None:
    """Buckets one after the other, in kWh or m³, each wholly known; `estimated` of each only by spreading."""
    register = session.scalars(select(Register.id).join(Meter).where(Meter.slug == meter)).one()
    length = length or LENGTH[step]
    seconds = length / timedelta(seconds=1)
    rows = [
        {
            "register_id": register,
            "step": step,
            "starts_at": start + length * place,
            "amount": amount * 1000,
            "known_s": seconds,
            "estimated_s": estimated * seconds,
        }
        for place, amount in enumerate(amounts)
    ]
    session.execute(insert(EnergyRollup), rows)


def occupied(session: Session, space: str, step: Step, start: datetime, minutes: Iterable[float]) -> None:
    """Buckets one after the other, each with so many minutes in which somebody was there."""
    space_id = session.scalars(select(Space.id).where(Space.slug == space)).one()
    whole = LENGTH[step] / timedelta(minutes=1)
    rows = [
        {
            "space_id": space_id,
            "step": step,
            "starts_at": start + LENGTH[step] * place,
            "occupied_s": there * 60,
            "empty_s": (whole - there) * 60,
            "unknown_s": 0,
        }
        for place, there in enumerate(minutes)
    ]
    session.execute(insert(OccupancyRollup), rows)
