"""What managers set: the rules of a space, its closed times, and busy hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import (
    Blackout,
    Claim,
    Occurrence,
    Peak,
    Series,
    Site,
    Space,
    SpaceHours,
    SpacePermission,
    Tenant,
)
from samen.domain.access import Role, Viewer
from samen.domain.interval import Interval
from samen.domain.rules import Hours, Refusal
from samen.domain.space_settings import SpaceSettings, faults
from samen.services import audit

# Columns of the space that are set as they are; the others are rows of their own.
PLAIN = tuple(one.name for one in fields(SpaceSettings) if one.name not in {"hours", "permitted"})


def settings_of(space: Space) -> SpaceSettings:
    """The space's rules as they stand."""
    plain = {name: getattr(space, name) for name in PLAIN}
    return SpaceSettings(**plain, hours=_hours_of(space), permitted=_permitted(space))


def change(
    session: Session, space: Space, settings: SpaceSettings, viewer: Viewer, now: datetime
) -> dict[str, Refusal]:
    """Set them, and note what differs; or say by name what is wrong, and set nothing."""
    wrong = faults(settings)
    if settings.owner_id is not None and session.get(Tenant, settings.owner_id) is None:
        wrong["owner_id"] = Refusal("no_such_tenant")
    before = settings_of(space)
    if wrong or settings == before:
        return wrong
    for name in PLAIN:
        setattr(space, name, getattr(settings, name))
    put_hours(space, settings.hours)
    put_permissions(space, settings.permitted)
    session.flush()
    audit.note(
        session, viewer.actor, "rules.changed", f"space:{space.slug}", _differing(before, settings), now
    )
    return {}


def put_hours(space: Space, hours: Mapping[int, Hours | None]) -> None:
    """Make these the weekdays with other hours."""
    kept = {row.weekday: row for row in space.hours if row.weekday in hours}
    space.hours = [kept.get(weekday) or SpaceHours(weekday=weekday) for weekday in sorted(hours)]
    for row in space.hours:
        row.opening, row.closing = hours[row.weekday] or (None, None)


def put_permissions(space: Space, wanted: Collection[tuple[int | None, Role | None]]) -> None:
    """Make these the ones who may book."""
    kept = {(row.tenant_id, row.role): row for row in space.permissions}
    space.permissions = [
        kept.get((tenant_id, role)) or SpacePermission(tenant_id=tenant_id, role=role)
        for tenant_id, role in sorted(wanted, key=str)
    ]


def change_door(session: Session, space: Space, viewer: Viewer, now: datetime) -> None:
    """Give the space's door another address: what hangs there now stops working."""
    space.door_version += 1
    facts = {"door_version": space.door_version}
    audit.note(session, viewer.actor, "rules.changed", f"space:{space.slug}", facts, now)


def blackouts(session: Session, site: Site, since: datetime) -> Sequence[Blackout]:
    """Closed times of the site and its spaces that are not over, in order of time."""
    query = select(Blackout).where(Blackout.site_id == site.id, Blackout.ends_at > since)
    return session.scalars(query.options(joinedload(Blackout.space)).order_by(Blackout.starts_at)).all()


def close(
    session: Session,
    site: Site,
    space: Space | None,
    during: Interval,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Blackout:
    """Close a space, or the whole site, for a time. What is booked in it stays: `booked_in` tells."""
    blackout = Blackout(
        site_id=site.id, space=space, starts_at=during.start, ends_at=during.end, reason=reason
    )
    session.add(blackout)
    session.flush()
    facts = {"closed": reason, "from": during.start.isoformat(), "until": during.end.isoformat()}
    audit.note(session, viewer.actor, "rules.changed", _subject(site, space), facts, now)
    return blackout


def reopen(session: Session, blackout: Blackout, viewer: Viewer, now: datetime) -> None:
    """Take a closed time back."""
    site = session.get_one(Site, blackout.site_id)
    facts = {"reopened": blackout.reason, "from": blackout.starts_at.isoformat()}
    subject = _subject(site, blackout.space)
    session.delete(blackout)
    audit.note(session, viewer.actor, "rules.changed", subject, facts, now)


def booked_in(session: Session, blackouts: Iterable[Blackout]) -> dict[int, list[Occurrence]]:
    """Bookings that stand in closed times, by the closed time's id."""
    return {one.id: _booked(session, one) for one in blackouts}


def peaks(session: Session, site: Site) -> Sequence[Peak]:
    """The site's busy hours."""
    return session.scalars(
        select(Peak).where(Peak.site_id == site.id).order_by(Peak.weekdays.desc(), Peak.opening)
    ).all()


def add_peak(
    session: Session,
    site: Site,
    weekdays: int,
    hours: Hours,
    weight: float,
    viewer: Viewer,
    now: datetime,
) -> Peak:
    """Let hours on some weekdays (bit 0 is Monday) weigh `weight` times as much."""
    peak = Peak(site_id=site.id, weekdays=weekdays, opening=hours[0], closing=hours[1], weight=weight)
    session.add(peak)
    session.flush()
    _note_peak(session, site, peak, "peak", viewer, now)
    return peak


def remove_peak(session: Session, peak: Peak, viewer: Viewer, now: datetime) -> None:
    """Let those hours weigh as any other."""
    _note_peak(session, session.get_one(Site, peak.site_id), peak, "no_peak", viewer, now)
    session.delete(peak)


def _note_peak(session: Session, site: Site, peak: Peak, deed: str, viewer: Viewer, now: datetime) -> None:
    facts = {
        deed: peak.weight,
        "weekdays": peak.weekdays,
        "opening": peak.opening.isoformat(),
        "closing": peak.closing.isoformat(),
    }
    audit.note(session, viewer.actor, "rules.changed", _subject(site, None), facts, now)


def _subject(site: Site, space: Space | None) -> str:
    return f"space:{space.slug}" if space else f"site:{site.slug}"


def _booked(session: Session, blackout: Blackout) -> list[Occurrence]:
    query = (
        select(Occurrence)
        .join(Claim, Claim.occurrence_id == Occurrence.id)
        .where(Claim.active, Occurrence.starts_at < blackout.ends_at, Occurrence.ends_at > blackout.starts_at)
        .where(Claim.starts_at < blackout.ends_at, Claim.ends_at > blackout.starts_at)
        .options(joinedload(Occurrence.series).joinedload(Series.tenant), joinedload(Occurrence.space))
        .order_by(Occurrence.starts_at)
    )
    if blackout.space is not None:
        query = query.where(Claim.space_id.in_([atom.id for atom in blackout.space.atoms()]))
    else:
        query = query.join(Space, Space.id == Claim.space_id).where(Space.site_id == blackout.site_id)
    return list(session.scalars(query).unique())


def _hours_of(space: Space) -> dict[int, Hours | None]:
    return {
        row.weekday: (row.opening, row.closing) if row.opening and row.closing else None
        for row in space.hours
    }


def _permitted(space: Space) -> frozenset[tuple[int | None, Role | None]]:
    return frozenset((row.tenant_id, row.role) for row in space.permissions)


def _differing(before: SpaceSettings, after: SpaceSettings) -> dict[str, Any]:
    """The settings that are not what they were."""
    names = (one.name for one in fields(after))
    return {
        name: _told(getattr(after, name)) for name in names if getattr(before, name) != getattr(after, name)
    }


def _told(value: Any) -> Any:  # noqa: ANN401
    """A setting as the audit chain keeps it: JSON."""
    if isinstance(value, Mapping):
        return {str(key): _told(one) for key, one in value.items()}
    if isinstance(value, frozenset | tuple):
        return [_told(one) for one in (sorted(value, key=str) if isinstance(value, frozenset) else value)]
    if isinstance(value, time):
        return value.isoformat()
    return getattr(value, "value", value)
