"""What the rules of spaces say over a stretch of time, loaded for `domain.rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Blackout, Space, SpaceHours, SpacePermission, Tenant
from samen.adapters.db.models.site import space_parts
from samen.domain.interval import Interval
from samen.domain.rules import Closure, Hours, Permission, SpaceRules

# A "no" names the next open time: blackouts that follow closely on one another are known to it.
BEYOND = timedelta(days=60)


def rules_of(session: Session, space: Space, during: Interval) -> SpaceRules:
    """The space's rules, with the blackouts that touch `during`; for many dates, their hull."""
    return rules_by_space(session, [space], during)[space.id]


def rules_by_space(session: Session, spaces: Sequence[Space], during: Interval) -> dict[int, SpaceRules]:
    """The rules of many spaces by id, in the same three or four questions to the database as for one."""
    ids = {space.id for space in spaces}
    hours, permissions = _hours(session, ids), _permissions(session, ids)
    blackouts = _blackouts(session, spaces, during)
    return {
        space.id: _rules(space, hours[space.id], permissions[space.id], blackouts[space.id])
        for space in spaces
    }


def _rules(
    space: Space,
    hours: Mapping[int, Hours | None],
    permitted: Sequence[Permission],
    blackouts: Sequence[Closure],
) -> SpaceRules:
    return SpaceRules(
        opening=space.opening,
        closing=space.closing,
        horizon_days=space.horizon_days,
        capacity=space.capacity,
        zone=ZoneInfo(space.site.timezone),
        gather_days=space.gather_days,
        hours=hours,
        blackouts=blackouts,
        closed_on_holidays=space.closed_on_holidays,
        notice=timedelta(minutes=space.notice_min),
        shortest=timedelta(minutes=space.shortest_min),
        longest=timedelta(minutes=space.longest_min),
        permitted=permitted,
        approval=space.approval,
        owner_id=space.owner_id,
    )


def _hours(session: Session, ids: Iterable[int]) -> defaultdict[int, dict[int, Hours | None]]:
    found: defaultdict[int, dict[int, Hours | None]] = defaultdict(dict)
    query = select(SpaceHours.space_id, SpaceHours.weekday, SpaceHours.opening, SpaceHours.closing)
    for space, weekday, opening, closing in session.execute(query.where(SpaceHours.space_id.in_(ids))):
        found[space][weekday] = (opening, closing) if opening and closing else None
    return found


def _permissions(session: Session, ids: Iterable[int]) -> defaultdict[int, list[Permission]]:
    found: defaultdict[int, list[Permission]] = defaultdict(list)
    query = (
        select(SpacePermission.space_id, SpacePermission.tenant_id, SpacePermission.role, Tenant.name)
        .outerjoin(Tenant, Tenant.id == SpacePermission.tenant_id)
        .where(SpacePermission.space_id.in_(ids))
        .order_by(SpacePermission.id)
    )
    for space, tenant_id, role, tenant in session.execute(query):
        found[space].append(Permission(tenant_id, role, tenant or ""))
    return found


def _blackouts(
    session: Session, spaces: Sequence[Space], during: Interval
) -> defaultdict[int, list[Closure]]:
    """Those of the space, of its whole site, and of every space that it shares a part with."""
    found: defaultdict[int, list[Closure]] = defaultdict(list)
    rows = session.scalars(
        select(Blackout)
        .where(Blackout.site_id.in_({space.site_id for space in spaces}))
        .where(Blackout.starts_at < during.end + BEYOND, Blackout.ends_at > during.start)
        .order_by(Blackout.starts_at)
    ).all()
    parts = _parts(session) if rows else {}
    for row in rows:
        closure = Closure(Interval(row.starts_at, row.ends_at), row.reason)
        closed = None if row.space_id is None else _atoms(row.space_id, parts)
        for space in spaces:
            here = space.site_id == row.site_id
            if here and (closed is None or closed & _atoms(space.id, parts)):
                found[space.id].append(closure)
    return found


def _parts(session: Session) -> Mapping[int, Sequence[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for whole, part in session.execute(select(space_parts.c.whole_id, space_parts.c.part_id)):
        found[whole].append(part)
    return found


def _atoms(space_id: int, parts: Mapping[int, Sequence[int]]) -> set[int]:
    """The indivisible spaces that it is made of: itself, or its parts'."""
    if not parts.get(space_id):
        return {space_id}
    return {atom for part in parts[space_id] for atom in _atoms(part, parts)}
