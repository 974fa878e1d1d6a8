"""The register of interventions: what was done to use less, when, and for how much."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from samen.adapters.db.locks import INTERVENTIONS, take_turn
from samen.adapters.db.models import Intervention, InterventionPicture, Meter, Site
from samen.domain.access import Viewer
from samen.domain.interval import Interval
from samen.domain.interventions import Described, changed, effective_on, faults
from samen.domain.picture import Picture
from samen.domain.rules import Refusal
from samen.services import audit

# Works are planned ahead, but nobody plans them ten years ahead.
FARTHEST = timedelta(days=3653)
PLAIN = ("name", "kind", "starts_on", "done_on", "cost_cents", "subsidy_cents", "note")


@dataclass(frozen=True)
class Pin:
    """Where a chart marks an intervention: the first local day on which it can have saved something."""

    on: date
    name: str


def register(session: Session, site: Site) -> Sequence[Intervention]:
    """The site's interventions, in order of their beginning."""
    return session.scalars(
        select(Intervention)
        .where(Intervention.site_id == site.id)
        .order_by(Intervention.starts_on, Intervention.id)
        .options(selectinload(Intervention.meters), joinedload(Intervention.told_by))
    ).all()


def of_meter(session: Session, meter: Meter) -> list[Intervention]:
    """Those that touch a meter: all of its carrier's, and those that name it or a meter below it."""
    parents = {row.id: row.main_id for row in session.execute(select(Meter.id, Meter.main_id))}
    return [
        one
        for one in register(session, meter.site)
        if meter.kind.value in one.carriers or any(_within(sub.id, meter.id, parents) for sub in one.meters)
    ]


def _within(meter_id: int | None, above: int, parents: dict[int, int | None]) -> bool:
    while meter_id is not None and meter_id != above:
        meter_id = parents.get(meter_id)
    return meter_id == above


def pins(session: Session, site: Site, during: Interval) -> list[Pin]:
    """The interventions to mark on a chart of this span."""
    zone = ZoneInfo(site.timezone)
    first, last = (at.astimezone(zone).date() for at in (during.start, during.end))
    found = [Pin(effective_on(one.starts_on, one.done_on), one.name) for one in register(session, site)]
    return sorted(
        (pin for pin in found if first <= pin.on < max(last, first + timedelta(days=1))), key=_in_time
    )


def _in_time(pin: Pin) -> tuple[date, str]:
    return pin.on, pin.name


def described(one: Intervention) -> Described:
    """The intervention as somebody would describe it."""
    plain = {name: getattr(one, name) for name in PLAIN}
    return Described(
        **plain, carriers=frozenset(one.carriers), meters=frozenset(meter.slug for meter in one.meters)
    )


def add(
    session: Session, site: Site, wanted: Described, viewer: Viewer, now: datetime
) -> Intervention | dict[str, Refusal]:
    """Enter an intervention; or say by field what is wrong, and enter nothing."""
    take_turn(session, INTERVENTIONS, [site.id])
    wrong = _wrong(session, site, wanted, None, now)
    if wrong:
        return wrong
    one = Intervention(site_id=site.id, told_by_id=viewer.member_id, told_at=now)
    _put(session, site, one, wanted)
    session.add(one)
    session.flush()
    audit.note(session, viewer.actor, "intervention.added", _subject(one), _told(wanted), now)
    return one


def change(
    session: Session, one: Intervention, wanted: Described, viewer: Viewer, now: datetime
) -> dict[str, Refusal]:
    """Say it differently; what was said before stays on record. Or say by field what is wrong."""
    site = session.get_one(Site, one.site_id)
    take_turn(session, INTERVENTIONS, [site.id])
    before = described(one)
    wrong = _wrong(session, site, wanted, one.id, now)
    if wrong or wanted == before:
        return wrong
    _put(session, site, one, wanted)
    session.flush()
    differs = changed(_told(before), _told(wanted))
    audit.note(session, viewer.actor, "intervention.changed", _subject(one), differs, now)
    return {}


def remove(session: Session, one: Intervention, viewer: Viewer, now: datetime) -> None:
    """Take it off the register, with its picture; the record keeps what it said."""
    facts, subject = _told(described(one)), _subject(one)
    session.delete(one)
    session.flush()
    audit.note(session, viewer.actor, "intervention.removed", subject, facts, now)


def put_picture(session: Session, one: Intervention, image: Picture, viewer: Viewer, now: datetime) -> None:
    """Give it this picture, in place of the one it has."""
    take_turn(session, INTERVENTIONS, [one.site_id])
    sha256 = hashlib.sha256(image.content).hexdigest()
    kept = session.get(InterventionPicture, one.id) or InterventionPicture(intervention_id=one.id)
    kept.content, kept.content_type, kept.sha256 = image.content, image.content_type, sha256
    kept.width, kept.height = image.width, image.height
    session.add(kept)
    session.flush()
    audit.note(session, viewer.actor, "intervention.pictured", _subject(one), {"sha256": sha256}, now)


def remove_picture(session: Session, one: Intervention, viewer: Viewer, now: datetime) -> None:
    """Take its picture away, if it has one."""
    kept = session.get(InterventionPicture, one.id)
    if kept is not None:
        session.delete(kept)
        session.flush()
        audit.note(session, viewer.actor, "intervention.picture_removed", _subject(one), {}, now)


def pictures(session: Session, site: Site) -> dict[int, InterventionPicture]:
    """Which interventions have a picture, and of what size; the content itself is loaded when asked for."""
    found = session.scalars(
        select(InterventionPicture)
        .join(Intervention, Intervention.id == InterventionPicture.intervention_id)
        .where(Intervention.site_id == site.id)
    )
    return {one.intervention_id: one for one in found}


def _wrong(
    session: Session, site: Site, wanted: Described, own_id: int | None, now: datetime
) -> dict[str, Refusal]:
    today = now.astimezone(ZoneInfo(site.timezone)).date()
    wrong = faults(wanted, today + FARTHEST)
    same_name = select(Intervention.id).where(
        Intervention.site_id == site.id, Intervention.name == wanted.name
    )
    if session.scalar(same_name) not in {None, own_id}:
        wrong["name"] = Refusal("intervention_name_taken")
    return wrong


def _put(session: Session, site: Site, one: Intervention, wanted: Described) -> None:
    for name in PLAIN:
        setattr(one, name, getattr(wanted, name))
    one.carriers = sorted(wanted.carriers)
    named = select(Meter).where(Meter.site_id == site.id, Meter.slug.in_(wanted.meters))
    one.meters = list(session.scalars(named))


def _subject(one: Intervention) -> str:
    return f"intervention:{one.id}"


def _told(wanted: Described) -> dict[str, Any]:
    """As the audit chain keeps it: JSON."""
    return {
        "name": wanted.name,
        "kind": wanted.kind.value,
        "carriers": sorted(wanted.carriers),
        "meters": sorted(wanted.meters),
        "starts_on": wanted.starts_on.isoformat(),
        "done_on": wanted.done_on.isoformat() if wanted.done_on else None,
        "cost_cents": wanted.cost_cents,
        "subsidy_cents": wanted.subsidy_cents,
        "note": wanted.note,
    }
