"""Reading a site file (TOML) into a plan, with each fault at its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate

from samen.domain import site_plan

SLUG = validate.Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", error="small letters, digits and single hyphens only")
NAME = validate.Length(min=1, max=80)


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
        raise SiteFileFault("\n".join(f"{path}: {fault}" for fault in _flat(error.messages))) from error
    if faults := site_plan.faults(plan):
        raise SiteFileFault("\n".join(f"{path}: {fault}" for fault in faults))
    return plan


def _flat(messages: Any, place: str = "") -> list[str]:  # noqa: ANN401 (marshmallow nests as deep as the file)
    if isinstance(messages, Mapping):
        return [
            line
            for key, inner in messages.items()
            for line in _flat(inner, f"{place}.{key}" if place else str(key))
        ]
    return [f"{place}: {message}" for message in messages]


class _Names(fields.List[str]):
    """One name, or a list of them."""

    def __init__(self) -> None:
        super().__init__(fields.String())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[Any]:  # noqa: ANN401
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **more)


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


class _Tenant(_Named):
    plan = site_plan.TenantPlan
    tint = fields.Integer(strict=True, validate=validate.Range(0, 7))
    entitlement = fields.Float(validate=validate.Range(min=0, min_inclusive=False))


class _Zone(_Named):
    plan = site_plan.ZonePlan


class _Space(_Named):
    plan = site_plan.SpacePlan
    zone = fields.String()
    part_of = _Names()
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100_000))
    area_m2 = fields.Float(required=True, validate=validate.Range(min=0))
    features = fields.List(fields.String(validate=validate.Regexp(r"^[a-z0-9_]+$")))
    opening = fields.Time()
    closing = fields.Time()
    horizon_days = fields.Integer(strict=True, validate=validate.Range(1, 3650))


class _Device(_Named):
    plan = site_plan.DevicePlan
    space = fields.String()
    streams = fields.List(
        fields.String(validate=validate.OneOf(["occupancy", "energy", "climate", "p1"])), required=True
    )


class _Register(_Plan):
    plan = site_plan.RegisterPlan
    code = fields.String(required=True, validate=validate.Length(1, 32))
    unit = fields.String(validate=validate.OneOf(["Wh", "L"]))
    device = fields.String()


class _Meter(_Named):
    plan = site_plan.MeterPlan
    kind = fields.String(required=True, validate=validate.OneOf(["electricity", "gas", "water", "heat"]))
    main = fields.String()
    space = fields.String()
    zone = fields.String()
    tenant = fields.String()
    registers = fields.List(fields.Nested(_Register))


class _Building(_Plan):
    plan = site_plan.BuildingPlan
    site = fields.Nested(_Site, required=True)
    tenants = fields.List(fields.Nested(_Tenant))
    zones = fields.List(fields.Nested(_Zone))
    spaces = fields.List(fields.Nested(_Space))
    devices = fields.List(fields.Nested(_Device))
    meters = fields.List(fields.Nested(_Meter))
