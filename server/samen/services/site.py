"""Setting a site up from its plan, as often as one likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Blackout,
    Device,
    Meter,
    MeterKind,
    Peak,
    Price,
    Quota,
    Register,
    Site,
    Space,
    SpaceFeature,
    SpaceKind,
    Tenant,
    Unit,
    Zone,
)
from samen.domain.site_plan import (
    CLOSING,
    OPENING,
    BlackoutPlan,
    BuildingPlan,
    DevicePlan,
    MeterPlan,
    PeakPlan,
    RegisterPlan,
    SpacePlan,
    TenantPlan,
    ZonePlan,
)
from samen.domain.zone_settings import faults
from samen.services.space_settings import PLAIN, put_hours, put_permissions
from samen.services.steering import put_settings, settings_of

Row = TypeVar("Row", Site, Tenant, Quota, Zone, Space, Blackout, Peak, Device, Meter, Register, Price)
Owned = TypeVar("Owned", Space, Device, Meter)


class SlugTaken(ValueError):
    """A name in the plan belongs to another site already."""


class SettingsClash(ValueError):
    """What the plan states does not hold together with what was set."""


def load(session: Session, plan: BuildingPlan, now: datetime) -> Site:
    """Create what is missing and update what differs; what the plan leaves out stays as it is."""
    facts = _facts(plan.site, "name", "address", "timezone", "region", "latitude", "longitude")
    site = _put(session, Site, {"slug": plan.site.slug}, facts)
    for tenant in plan.tenants:
        _load_tenant(session, tenant)
    for zone in plan.zones:
        _load_zone(session, site, zone)
    _load_spaces(session, site, plan.spaces)
    for blackout in plan.blackouts:
        _load_blackout(session, site, blackout)
    for peak in plan.peaks:
        _load_peak(session, site, peak)
    for device in plan.devices:
        _load_device(session, site, device, now)
    _load_meters(session, site, plan.meters)
    for price in plan.prices:
        key = {"site_id": site.id, "kind": MeterKind(price.kind), "starts_on": price.start}
        _put(session, Price, key, _facts(price, "eur_per_kwh"))
    return site


def _load_zone(session: Session, site: Site, plan: ZonePlan) -> None:
    zone = _put(session, Zone, {"slug": plan.slug, "site_id": site.id}, {"name": plan.name})
    named = _facts(plan, "steering", "comfort_deg_c", "setback_deg_c")
    stated = {name: value for name, value in named.items() if value is not None}
    if not stated:
        return
    settings = replace(settings_of(session, zone), **stated)
    if wrong := faults(settings):
        said = ", ".join(f"{name}: {refusal.code}" for name, refusal in wrong.items())
        raise SettingsClash(f"zones.{plan.slug}.{said}")
    put_settings(session, zone, settings)


def _load_tenant(session: Session, plan: TenantPlan) -> None:
    tenant = _put(session, Tenant, {"slug": plan.slug}, _facts(plan, "name", "tint", "entitlement"))
    for quota in plan.quotas:
        key = {"tenant_id": tenant.id, "period": quota.period}
        _put(session, Quota, key, {"hours": quota.hours, "basis": quota.basis})


def _load_spaces(session: Session, site: Site, plans: Sequence[SpacePlan]) -> None:
    for position, plan in enumerate(plans):
        _load_space(session, site, plan, position)
    for plan in plans:
        whole_of = [part.slug for part in plans if plan.slug in part.part_of]
        _of(session, Space, plan.slug).parts = [_of(session, Space, part) for part in whole_of]
    session.flush()
    session.expire_all()


def _load_space(session: Session, site: Site, plan: SpacePlan, position: int) -> None:
    facts = _facts(plan, "name", "area_m2") | {
        "position": position,
        "kind": SpaceKind(plan.kind),
        "zone_id": _id(session, select(Zone.id).where(Zone.slug == plan.zone, Zone.site_id == site.id)),
    }
    rules = {name: getattr(plan, name, None) for name in PLAIN}
    stated = {name: rule for name, rule in rules.items() if rule is not None}
    usual = {"opening": OPENING, "closing": CLOSING}
    space = _owned(session, Space, site, plan.slug, facts | stated, **usual)
    space.features = [_feature(space, name) for name in sorted(set(plan.features))]
    if plan.owner is not None:
        space.owner_id = _tenant(session, plan.owner)
    if plan.hours is not None:
        put_hours(space, {int(weekday): hours for weekday, hours in plan.hours.items()})
    if plan.permitted is not None:
        put_permissions(space, {(_tenant(session, one.tenant), one.role) for one in plan.permitted})


def _feature(space: Space, name: str) -> SpaceFeature:
    kept = next((feature for feature in space.features if feature.feature == name), None)
    return kept or SpaceFeature(feature=name)


def _load_blackout(session: Session, site: Site, plan: BlackoutPlan) -> None:
    zone = ZoneInfo(site.timezone)
    key = {
        "site_id": site.id,
        "space_id": _id(session, select(Space.id).where(Space.slug == plan.space)),
        "starts_at": plan.start.replace(tzinfo=zone).astimezone(UTC),
        "ends_at": plan.end.replace(tzinfo=zone).astimezone(UTC),
    }
    _put(session, Blackout, key, {"reason": plan.reason})


def _load_peak(session: Session, site: Site, plan: PeakPlan) -> None:
    weekdays = sum(1 << weekday for weekday in set(plan.weekdays))
    key = {"site_id": site.id, "weekdays": weekdays} | _facts(plan, "opening", "closing")
    _put(session, Peak, key, {"weight": plan.weight})


def _load_device(session: Session, site: Site, plan: DevicePlan, now: datetime) -> None:
    space_id = _id(session, select(Space.id).where(Space.slug == plan.space))
    facts = _facts(plan, "name", "outdoor") | {"space_id": space_id, "streams": list(plan.streams)}
    _owned(session, Device, site, plan.slug, facts, created_at=now)


def _load_meters(session: Session, site: Site, plans: Iterable[MeterPlan]) -> None:
    for position, plan in enumerate(plans):
        facts = {
            "name": plan.name,
            "kind": MeterKind(plan.kind),
            "position": position,
            "space_id": _id(session, select(Space.id).where(Space.slug == plan.space)),
            "zone_id": _id(session, select(Zone.id).where(Zone.slug == plan.zone, Zone.site_id == site.id)),
            "tenant_id": _tenant(session, plan.tenant),
        }
        meter = _owned(session, Meter, site, plan.slug, facts)
        for register in plan.registers:
            _load_register(session, meter, register, register.digits or plan.digits)
    for plan in plans:
        _of(session, Meter, plan.slug).main_id = _id(session, select(Meter.id).where(Meter.slug == plan.main))


def _load_register(session: Session, meter: Meter, plan: RegisterPlan, digits: int | None) -> None:
    device_id = _id(session, select(Device.id).where(Device.slug == plan.device))
    facts: dict[str, Any] = {"unit": Unit(plan.unit), "device_id": device_id}
    if digits is not None:
        facts["digits"] = digits
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


def _tenant(session: Session, slug: str | None) -> int | None:
    return _id(session, select(Tenant.id).where(Tenant.slug == slug))


def _id(session: Session, query: Any) -> int | None:  # noqa: ANN401
    found: int | None = session.scalar(query)
    return found


def _facts(plan: object, *names: str) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in names}
