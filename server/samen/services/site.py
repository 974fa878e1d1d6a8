"""Setting a site up from its plan, as often as one likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Device,
    Meter,
    MeterKind,
    Register,
    Site,
    Space,
    SpaceFeature,
    Tenant,
    Unit,
    Zone,
)
from samen.domain.site_plan import BuildingPlan, DevicePlan, MeterPlan, RegisterPlan, SpacePlan

Row = TypeVar("Row", Site, Tenant, Zone, Space, Device, Meter, Register)
Owned = TypeVar("Owned", Space, Device, Meter)


class SlugTaken(ValueError):
    """A name in the plan belongs to another site already."""


def load(session: Session, plan: BuildingPlan, now: datetime) -> Site:
    """Create what is missing and update what differs; what the plan leaves out stays as it is."""
    facts = {"name": plan.site.name, "address": plan.site.address, "timezone": plan.site.timezone}
    site = _put(session, Site, {"slug": plan.site.slug}, facts)
    for tenant in plan.tenants:
        _put(session, Tenant, {"slug": tenant.slug}, _facts(tenant, "name", "tint", "entitlement"))
    for zone in plan.zones:
        _put(session, Zone, {"slug": zone.slug, "site_id": site.id}, {"name": zone.name})
    _load_spaces(session, site, plan.spaces)
    for device in plan.devices:
        _load_device(session, site, device, now)
    _load_meters(session, site, plan.meters)
    return site


def _load_spaces(session: Session, site: Site, plans: Sequence[SpacePlan]) -> None:
    for position, plan in enumerate(plans):
        facts = _facts(plan, "name", "capacity", "area_m2", "opening", "closing", "horizon_days")
        zone_id = _id(session, select(Zone.id).where(Zone.slug == plan.zone, Zone.site_id == site.id))
        space = _owned(session, Space, site, plan.slug, facts | {"position": position, "zone_id": zone_id})
        space.features = [_feature(space, name) for name in sorted(set(plan.features))]
    for plan in plans:
        whole_of = [part.slug for part in plans if plan.slug in part.part_of]
        _of(session, Space, plan.slug).parts = [_of(session, Space, part) for part in whole_of]
    session.flush()
    session.expire_all()


def _feature(space: Space, name: str) -> SpaceFeature:
    kept = next((feature for feature in space.features if feature.feature == name), None)
    return kept or SpaceFeature(feature=name)


def _load_device(session: Session, site: Site, plan: DevicePlan, now: datetime) -> None:
    space_id = _id(session, select(Space.id).where(Space.slug == plan.space))
    facts = {"name": plan.name, "space_id": space_id, "streams": list(plan.streams)}
    _owned(session, Device, site, plan.slug, facts, created_at=now)


def _load_meters(session: Session, site: Site, plans: Iterable[MeterPlan]) -> None:
    for position, plan in enumerate(plans):
        facts = {
            "name": plan.name,
            "kind": MeterKind(plan.kind),
            "position": position,
            "space_id": _id(session, select(Space.id).where(Space.slug == plan.space)),
            "zone_id": _id(session, select(Zone.id).where(Zone.slug == plan.zone, Zone.site_id == site.id)),
            "tenant_id": _id(session, select(Tenant.id).where(Tenant.slug == plan.tenant)),
        }
        meter = _owned(session, Meter, site, plan.slug, facts)
        for register in plan.registers:
            _load_register(session, meter, register)
    for plan in plans:
        _of(session, Meter, plan.slug).main_id = _id(session, select(Meter.id).where(Meter.slug == plan.main))


def _load_register(session: Session, meter: Meter, plan: RegisterPlan) -> None:
    device_id = _id(session, select(Device.id).where(Device.slug == plan.device))
    facts = {"unit": Unit(plan.unit), "device_id": device_id}
    _put(session, Register, {"meter_id": meter.id, "code": plan.code}, facts)


def _owned(
    session: Session,
    kind: type[Owned],
    site: Site,
    slug: str,
    facts: dict[str, Any],
    **first: Any,  # noqa: ANN401
) -> Owned:
    """A row of this site by its slug; raises SlugTaken if another site has it."""
    row = _put(session, kind, {"slug": slug}, facts, site_id=site.id, **first)
    if row.site_id != site.id:
        raise SlugTaken(f"{kind.__tablename__}.{slug}: another site has one of that name")
    return row


def _put(
    session: Session,
    kind: type[Row],
    key: dict[str, Any],
    facts: dict[str, Any],
    **first: Any,  # noqa: ANN401
) -> Row:
    """The row with that key, brought to those facts; `first` is only set on a new one."""
    row = session.scalars(select(kind).filter_by(**key)).first()
    if row is None:
        row = kind(**key, **first)
        session.add(row)
    for name, value in facts.items():
        setattr(row, name, value)
    session.flush()
    return row


def _of(session: Session, kind: type[Owned], slug: str) -> Owned:
    return session.scalars(select(kind).filter_by(slug=slug)).one()


def _id(session: Session, query: Any) -> int | None:  # noqa: ANN401
    found: int | None = session.scalar(query)
    return found


def _facts(plan: object, *names: str) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in names}
