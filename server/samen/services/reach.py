"""Which dates of a booking a member may change, taken hold of until the transaction ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.locks import TENANT, take_turn
from samen.adapters.db.models import Occurrence, Series, Space
from samen.domain.access import Viewer
from samen.domain.editing import Reach
from samen.domain.interval import Interval, hull
from samen.domain.rules import Refusal
from samen.services import placing, waitlist
from samen.services.booking import Refused
from samen.services.placing import ALIVE, Slot

NO_SUCH = Refused((Refusal("no_such_booking"),))


@dataclass(frozen=True)
class Dates:
    """The dates an edit reaches, in order: all that are not over, from the pivot on.

    `pivot` is None where the series has no other dates.
    """

    series: Series
    rows: tuple[Occurrence, ...]
    pivot: datetime | None


def changeable(session: Session, occurrence_id: UUID, viewer: Viewer, now: datetime) -> Occurrence | Refused:
    """The date, once it is this one's turn: whoever changes dates of the same tenant waits, sweeps too."""
    owners = session.execute(
        select(Series.tenant_id, Series.booked_by_id).join(Occurrence).where(Occurrence.id == occurrence_id)
    ).first()
    if owners is None or not viewer.may_change(*owners):
        return NO_SUCH
    take_turn(session, TENANT, [owners.tenant_id])
    series_id = select(Occurrence.series_id).where(Occurrence.id == occurrence_id).scalar_subquery()
    session.scalars(
        select(Occurrence)
        .where(Occurrence.series_id == series_id)
        .order_by(Occurrence.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    occurrence = session.get_one(Occurrence, occurrence_id)
    if occurrence.ends_at <= now:
        return Refused((Refusal("already_over", {"ended": occurrence.ends_at}),))
    return occurrence


def reached(found: Occurrence, reach: Reach, now: datetime) -> Dates:
    """What is over stays as it was: history is never edited."""
    series = found.series
    if reach is Reach.THIS and series.rrule is not None:
        return Dates(series, (found,), None)
    ordered = sorted(series.occurrences, key=lambda one: one.original_start)
    asked = found.original_start if reach is Reach.FOLLOWING else ordered[0].original_start
    coming = [one for one in ordered if one.original_start >= asked and one.ends_at > now]
    if len(coming) == len(ordered):
        return Dates(series, tuple(ordered), None)
    # A living date is always one that the rule gives: what is split off begins with it.
    pivot = min((one.original_start for one in coming if one.status in ALIVE), default=found.original_start)
    return Dates(series, tuple(one for one in ordered if one.original_start >= pivot), pivot)


def offer_back(session: Session, slots: Sequence[Slot], bundle: Sequence[Space], now: datetime) -> None:
    """Offer freed time to those who wait for it: once for each set of spaces, whatever the dates."""
    by_atoms: dict[tuple[int, ...], list[Interval]] = {}
    for slot in slots:
        atoms = tuple(placing.atoms_of(slot.space, *bundle))
        by_atoms.setdefault(atoms, []).append(placing.claimed(slot.space, slot.during))
    for atoms, spans in by_atoms.items():
        waitlist.offer_freed(session, atoms, hull(spans), now)
