"""A site as its people describe it: what a site file says, checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

from samen.domain.access import Role
from samen.domain.quota import Basis, Period
from samen.domain.release import ReleasePolicy
from samen.domain.rules import Approval, Hours
from samen.domain.zone_settings import Steering

OPENING, CLOSING = time(8), time(22)
SHORTEST_MIN, LONGEST_MIN = 5, 1440


@dataclass(frozen=True)
class SitePlan:
    """The building itself; where it lies, in degrees, for its weather."""

    slug: str
    name: str
    address: str = ""
    timezone: str = "Europe/Brussels"
    region: str = "brussels"
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class PricePlan:
    """What a kWh of a kind costs from a day on, all in, by the building's contract."""

    kind: str
    start: date
    eur_per_kwh: float


@dataclass(frozen=True)
class QuotaPlan:
    """Weighted hours that a tenant's members may book together in each period."""

    period: Period
    hours: float
    basis: Basis = Basis.BOOKED


@dataclass(frozen=True)
class TenantPlan:
    """An association; `entitlement` is its share relative to the others'."""

    slug: str
    name: str
    tint: int = 0
    entitlement: float = 1.0
    quotas: tuple[QuotaPlan, ...] = ()


@dataclass(frozen=True)
class ZonePlan:
    """Spaces heated together. What the file leaves out of its heating is None, and stays as it is."""

    slug: str
    name: str
    steering: Steering | None = None
    comfort_deg_c: float | None = None
    setback_deg_c: float | None = None


@dataclass(frozen=True)
class PermissionPlan:
    """Who may book a space: members of a tenant, those in a role, or both at once."""

    tenant: str | None = None
    role: Role | None = None


@dataclass(frozen=True)
class SpacePlan:
    """Something bookable; `part_of` names the wholes that cannot be had without it.

    Rules that the file leaves out are None: a new space starts with the usual ones, and one that is there
    keeps what was set for it. `hours`: weekdays (0 is Monday) with other hours, or with none.
    """

    slug: str
    name: str
    capacity: int
    area_m2: float
    kind: str = "room"
    zone: str | None = None
    owner: str | None = None
    part_of: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    opening: time | None = None
    closing: time | None = None
    hours: Mapping[int, Hours | None] | None = None
    permitted: tuple[PermissionPlan, ...] | None = None
    closed_on_holidays: bool | None = None
    horizon_days: int | None = None
    gather_days: int | None = None
    notice_min: int | None = None
    shortest_min: int | None = None
    longest_min: int | None = None
    before_min: int | None = None
    after_min: int | None = None
    approval: Approval | None = None
    pending_holds: bool | None = None
    release: ReleasePolicy | None = None
    grace_min: int | None = None
    tail_min: int | None = None
    hold_min: int | None = None
    weight: float | None = None


@dataclass(frozen=True)
class BlackoutPlan:
    """A time, by the site's clock, in which a space, or the whole site, cannot be booked."""

    start: datetime
    end: datetime
    reason: str
    space: str | None = None


@dataclass(frozen=True)
class PeakPlan:
    """Local hours that weigh more against a quota, on some weekdays (0 is Monday)."""

    weekdays: tuple[int, ...]
    opening: time
    closing: time
    weight: float


@dataclass(frozen=True)
class DevicePlan:
    """A sensor node and where it hangs: in a space, or outdoors."""

    slug: str
    name: str
    streams: tuple[str, ...]
    space: str | None = None
    outdoor: bool = False


@dataclass(frozen=True)
class RegisterPlan:
    """An index of a meter, the node that reads it, and how many digits it shows before the comma."""

    code: str
    unit: str = "Wh"
    device: str | None = None
    digits: int | None = None


@dataclass(frozen=True)
class MeterPlan:
    """A meter; `main` names the meter above it. `digits` are those of each register that states none."""

    slug: str
    name: str
    kind: str
    main: str | None = None
    space: str | None = None
    zone: str | None = None
    tenant: str | None = None
    digits: int | None = None
    registers: tuple[RegisterPlan, ...] = ()


@dataclass(frozen=True)
class BuildingPlan:
    """A whole site file."""

    site: SitePlan
    tenants: tuple[TenantPlan, ...] = ()
    zones: tuple[ZonePlan, ...] = ()
    spaces: tuple[SpacePlan, ...] = ()
    blackouts: tuple[BlackoutPlan, ...] = ()
    peaks: tuple[PeakPlan, ...] = ()
    devices: tuple[DevicePlan, ...] = ()
    meters: tuple[MeterPlan, ...] = ()
    prices: tuple[PricePlan, ...] = ()


def faults(plan: BuildingPlan) -> list[str]:
    """What does not hold together: double names, names of nothing, parts that contain each other."""
    spaces = {space.slug for space in plan.spaces}
    return [
        *_doubles("spaces", (space.slug for space in plan.spaces)),
        *_doubles("tenants", (tenant.slug for tenant in plan.tenants)),
        *_doubles("zones", (zone.slug for zone in plan.zones)),
        *_doubles("devices", (device.slug for device in plan.devices)),
        *_doubles("meters", (meter.slug for meter in plan.meters)),
        *_space_faults(plan, spaces),
        *_rule_faults(plan, spaces),
        *_unknown("devices", "space", ((one.slug, one.space) for one in plan.devices), spaces),
        *_outdoor_faults(plan),
        *_meter_faults(plan, spaces),
    ]


def _space_faults(plan: BuildingPlan, spaces: set[str]) -> list[str]:
    zones = {zone.slug for zone in plan.zones}
    part_of = {space.slug: space.part_of for space in plan.spaces}
    return [
        *_unknown("spaces", "zone", ((space.slug, space.zone) for space in plan.spaces), zones),
        *_unknown(
            "spaces", "part_of", ((slug, whole) for slug in part_of for whole in part_of[slug]), spaces
        ),
        *(
            f"spaces.{slug}.part_of: it would be a part of itself"
            for slug in part_of
            if _circles(slug, part_of)
        ),
        *(f"spaces.{space.slug}.{fault}" for space in plan.spaces for fault in _length_faults(space)),
    ]


def _length_faults(space: SpacePlan) -> list[str]:
    usual = (space.opening or OPENING, space.closing or CLOSING)
    spans = chain([usual], (hours for hours in (space.hours or {}).values() if hours))
    shortest, longest = space.shortest_min or SHORTEST_MIN, space.longest_min or LONGEST_MIN
    buffers = {"before_min": space.before_min or 0, "after_min": space.after_min or 0}
    return [
        *("closing: must be after opening" for opening, closing in spans if closing <= opening),
        *(f"{name}: must not be more than a day" for name, length in buffers.items() if length > LONGEST_MIN),
        *(["longest_min: must not be less than shortest_min"] if longest < shortest else []),
    ]


def _rule_faults(plan: BuildingPlan, spaces: set[str]) -> list[str]:
    tenants = {tenant.slug for tenant in plan.tenants}
    permitted = ((space.slug, one.tenant) for space in plan.spaces for one in space.permitted or ())
    return [
        *_unknown("spaces", "owner", ((space.slug, space.owner) for space in plan.spaces), tenants),
        *_unknown("spaces", "permitted.tenant", permitted, tenants),
        *_unknown("blackouts", "space", ((one.reason, one.space) for one in plan.blackouts), spaces),
        *(
            f"blackouts.{one.reason}.until: must be after from"
            for one in plan.blackouts
            if one.end <= one.start
        ),
        *(
            f"peaks.{place}.closing: must be after opening"
            for place, one in enumerate(plan.peaks)
            if one.closing <= one.opening
        ),
    ]


def _outdoor_faults(plan: BuildingPlan) -> list[str]:
    site, outdoor = plan.site, [one for one in plan.devices if one.outdoor]
    halves = (site.latitude is None) != (site.longitude is None)
    return [
        *(["site.latitude: stands with longitude, or neither does"] if halves else []),
        *(f"devices.{one.slug}.space: what hangs outdoors is in no space" for one in outdoor if one.space),
        *(
            f"devices.{one.slug}.streams: outdoors, climate is among them"
            for one in outdoor
            if "climate" not in one.streams
        ),
    ]


def _meter_faults(plan: BuildingPlan, spaces: set[str]) -> list[str]:
    above = {meter.slug: (meter.main,) if meter.main else () for meter in plan.meters}
    tenants = {tenant.slug for tenant in plan.tenants}
    zones = {zone.slug for zone in plan.zones}
    devices = {device.slug for device in plan.devices}
    registers = ((meter.slug, one.device) for meter in plan.meters for one in meter.registers)
    return [
        *_unknown("meters", "main", ((meter.slug, meter.main) for meter in plan.meters), set(above)),
        *(f"meters.{slug}.main: it would be below itself" for slug in above if _circles(slug, above)),
        *_unknown("meters", "space", ((meter.slug, meter.space) for meter in plan.meters), spaces),
        *_unknown("meters", "zone", ((meter.slug, meter.zone) for meter in plan.meters), zones),
        *_unknown("meters", "tenant", ((meter.slug, meter.tenant) for meter in plan.meters), tenants),
        *_unknown("meters", "registers.device", registers, devices),
    ]


def _doubles(kind: str, slugs: Iterable[str]) -> list[str]:
    return [f"{kind}.{slug}: stands twice" for slug, count in Counter(slugs).items() if count > 1]


def _unknown(kind: str, key: str, named: Iterable[tuple[str, str | None]], known: set[str]) -> list[str]:
    return [
        f"{kind}.{slug}.{key}: nothing here is called {name!r}"
        for slug, name in named
        if name is not None and name not in known
    ]


def _circles(slug: str, above: Mapping[str, Sequence[str]]) -> bool:
    """Whether going up from it leads back to it."""
    seen: set[str] = set()
    ahead = list(above.get(slug, ()))
    while ahead:
        at = ahead.pop()
        if at not in seen:
            seen.add(at)
            ahead.extend(above.get(at, ()))
    return slug in seen
