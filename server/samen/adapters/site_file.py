"""Reading a site file (TOML) into a plan, with each fault at its place."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate

from samen.adapters.region_file import region_slugs
from samen.domain import site_plan
from samen.domain.access import Role
from samen.domain.quota import Basis, Period
from samen.domain.release import ReleasePolicy
from samen.domain.rules import END_OF_DAY, Approval
from samen.domain.space_settings import LIMITS
from samen.domain.zone_settings import LIMITS as ZONE_LIMITS
from samen.domain.zone_settings import Steering

Weekday = enum.IntEnum("Weekday", "mon tue wed thu fri sat sun", start=0)
SLUG = validate.Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", error="small letters, digits and single hyphens only")
NAME = validate.Length(min=1, max=80)
METER_KINDS = ("electricity", "gas", "water", "heat")


class SiteFileFault(ValueError):
    """The file cannot be used; each line of the message is one fault with its place."""


def read_site_file(path: Path) -> site_plan.BuildingPlan:
    """Raises SiteFileFault with every fault found."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        plan: site_plan.BuildingPlan = _Building().load(raw)
    except OSError as error:
        raise SiteFileFault(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteFileFault(f"{path}: {error}") from error
    except ValidationError as error:
        raise SiteFileFault("\n".join(f"{path}: {fault}" for fault in flat(error.messages))) from error
    if faults := site_plan.faults(plan):
        raise SiteFileFault("\n".join(f"{path}: {fault}" for fault in faults))
    return plan


def flat(messages: Any, place: str = "") -> list[str]:  # noqa: ANN401 (marshmallow nests as deep as the file)
    if isinstance(messages, Mapping):
        return [
            line
            for key, inner in messages.items()
            for line in flat(inner, f"{place}.{key}" if place else str(key))
        ]
    return [f"{place}: {message}" for message in messages]


class _Names(fields.List[str]):
    """One name, or a list of them."""

    def __init__(self) -> None:
        super().__init__(fields.String())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[Any]:  # noqa: ANN401
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **more)


class _Clock(fields.Time):
    """A wall time; "24:00" is the end of the day."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> time:  # noqa: ANN401
        if value == "24:00":
            return END_OF_DAY
        return super()._deserialize(value, attr, data, **more)


class _Hours(fields.Tuple):
    """Opening and closing, or "closed"."""

    def __init__(self) -> None:
        super().__init__((_Clock(), _Clock()))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:  # noqa: ANN401
        return None if value == "closed" else super()._deserialize(value, attr, data, **more)


def _whole(setting: str, **more: Any) -> fields.Integer:  # noqa: ANN401
    return fields.Integer(strict=True, validate=validate.Range(*LIMITS[setting]), **more)


class _Plan(Schema):
    plan: type

    @post_load
    def _make(self, loaded: dict[str, Any], **_: object) -> object:
        return self.plan(**{key: tuple(one) if isinstance(one, list) else one for key, one in loaded.items()})


class _Named(_Plan):
    slug = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=NAME)


class _Site(_Named):
    plan = site_plan.SitePlan
    address = fields.String()
    timezone = fields.String(validate=validate.OneOf(available_timezones(), error="no such time zone"))
    latitude = fields.Float(validate=validate.Range(-90, 90))
    longitude = fields.Float(validate=validate.Range(-180, 180))
    region = fields.String(validate=validate.OneOf(region_slugs(), error="no such region"))


class _Quota(_Plan):
    plan = site_plan.QuotaPlan
    period = fields.Enum(Period, by_value=True, required=True)
    hours = fields.Float(required=True, validate=validate.Range(min=0))
    basis = fields.Enum(Basis, by_value=True)


class _Tenant(_Named):
    plan = site_plan.TenantPlan
    quotas = fields.List(fields.Nested(_Quota))
    tint = fields.Integer(strict=True, validate=validate.Range(0, 7))
    entitlement = fields.Float(validate=validate.Range(min=0, min_inclusive=False))


class _Zone(_Named):
    plan = site_plan.ZonePlan
    steering = fields.Enum(Steering, by_value=True)
    comfort_deg_c = fields.Float(validate=validate.Range(*ZONE_LIMITS["comfort_deg_c"]))
    setback_deg_c = fields.Float(validate=validate.Range(*ZONE_LIMITS["setback_deg_c"]))


class _Permission(_Plan):
    plan = site_plan.PermissionPlan
    tenant = fields.String()
    role = fields.Enum(Role, by_value=True)


class _Space(_Named):
    plan = site_plan.SpacePlan
    kind = fields.String(validate=validate.OneOf(["room", "equipment", "person"]))
    zone = fields.String()
    owner = fields.String()
    part_of = _Names()
    capacity = _whole("capacity", required=True)
    area_m2 = fields.Float(required=True, validate=validate.Range(min=0))
    features = fields.List(fields.String(validate=validate.Regexp(r"^[a-z0-9_]+$")))
    opening = _Clock()
    closing = _Clock()
    hours = fields.Dict(fields.Enum(Weekday), _Hours())
    permitted = fields.List(fields.Nested(_Permission))
    closed_on_holidays = fields.Boolean()
    horizon_days = _whole("horizon_days")
    gather_days = _whole("gather_days")
    notice_min = _whole("notice_min")
    shortest_min = _whole("shortest_min")
    longest_min = _whole("longest_min")
    before_min = _whole("before_min")
    after_min = _whole("after_min")
    approval = fields.Enum(Approval, by_value=True)
    pending_holds = fields.Boolean()
    release = fields.Enum(ReleasePolicy, by_value=True)
    grace_min = _whole("grace_min")
    tail_min = _whole("tail_min")
    hold_min = _whole("hold_min")
    weight = fields.Float(validate=validate.Range(*LIMITS["weight"]))


class _Blackout(_Plan):
    plan = site_plan.BlackoutPlan
    start = fields.NaiveDateTime(required=True, data_key="from")
    end = fields.NaiveDateTime(required=True, data_key="until")
    reason = fields.String(required=True, validate=NAME)
    space = fields.String()


class _Peak(_Plan):
    plan = site_plan.PeakPlan
    weekdays = fields.List(fields.Enum(Weekday), required=True, validate=validate.Length(min=1))
    opening = _Clock(required=True)
    closing = _Clock(required=True)
    weight = fields.Float(required=True, validate=validate.Range(min=0))


class _Device(_Named):
    plan = site_plan.DevicePlan
    space = fields.String()
    outdoor = fields.Boolean(truthy={True}, falsy={False})
    streams = fields.List(
        fields.String(validate=validate.OneOf(["occupancy", "energy", "climate", "p1"])), required=True
    )


DIGITS = validate.Range(3, 12)


class _Register(_Plan):
    plan = site_plan.RegisterPlan
    code = fields.String(required=True, validate=validate.Length(1, 32))
    unit = fields.String(validate=validate.OneOf(["Wh", "L"]))
    device = fields.String()
    digits = fields.Integer(strict=True, validate=DIGITS)


class _Meter(_Named):
    plan = site_plan.MeterPlan
    kind = fields.String(required=True, validate=validate.OneOf(METER_KINDS))
    main = fields.String()
    space = fields.String()
    zone = fields.String()
    tenant = fields.String()
    digits = fields.Integer(strict=True, validate=DIGITS)
    registers = fields.List(fields.Nested(_Register))


class _Price(_Plan):
    plan = site_plan.PricePlan
    kind = fields.String(required=True, validate=validate.OneOf(METER_KINDS))
    start = fields.Date(required=True, data_key="from")
    eur_per_kwh = fields.Float(required=True, validate=validate.Range(min=0))


class _Building(_Plan):
    plan = site_plan.BuildingPlan
    site = fields.Nested(_Site, required=True)
    tenants = fields.List(fields.Nested(_Tenant))
    zones = fields.List(fields.Nested(_Zone))
    spaces = fields.List(fields.Nested(_Space))
    blackouts = fields.List(fields.Nested(_Blackout))
    peaks = fields.List(fields.Nested(_Peak))
    devices = fields.List(fields.Nested(_Device))
    meters = fields.List(fields.Nested(_Meter))
    prices = fields.List(fields.Nested(_Price))
