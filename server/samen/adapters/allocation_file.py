"""Allocation files (JSON): an instance read with each fault at its place, a plan written and read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_dump, post_load, pre_load, validate

from samen.adapters.site_file import flat
from samen.domain.allocation import instance as asked
from samen.domain.allocation import plan as planned
from samen.domain.allocation.board import Board

VERSION = 1
COUNT = validate.Range(min=0)
SOME = validate.Range(min=1)
NAME = validate.Length(min=1, max=200)
# A year of weeks; days of a minute's slots.
MOST_WEEKS, MOST_DAYS, MOST_SLOTS = 53, 7, 1440


class AllocationFileFault(ValueError):
    """The file cannot be used; each line of the message is one fault with its place."""


def read_instance(text: bytes) -> asked.Instance:
    """Raises AllocationFileFault with every fault found."""
    instance: asked.Instance = _load(_Instance(), text)
    wrong = [*_unknown(instance), *_off_the_grid(instance), *_with_itself(instance)]
    if faults := wrong or [*_impossible(instance)]:
        raise AllocationFileFault("\n".join(faults))
    return instance


def write_instance(instance: asked.Instance) -> bytes:
    """In one way only, so that the same instance has the same digest."""
    return _written(_Instance().dump(instance))


def read_plan(text: bytes) -> planned.Plan:
    """Raises AllocationFileFault with every fault found; whether it is right, the verifier says."""
    plan: planned.Plan = _load(_Plan(), text)
    return plan


def write_plan(plan: planned.Plan) -> bytes:
    return _written(_Plan().dump(plan))


def digest(text: bytes) -> str:
    """SHA-256 of a file, byte for byte, in hexadecimal."""
    return sha256(text).hexdigest()


def _written(whole: object) -> bytes:
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def _load(schema: Schema, text: bytes) -> Any:  # noqa: ANN401 (what the schema makes)
    try:
        return schema.load(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except ValidationError as error:
        raise AllocationFileFault("\n".join(flat(error.messages))) from error
    # A file nested thousands deep is no more JSON than one that is cut off.
    except (ValueError, RecursionError) as error:
        raise AllocationFileFault(f"not JSON: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two was meant, nobody could tell."""
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise ValueError(f"{name!r} is given twice")
    return dict(pairs)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _unknown(instance: asked.Instance) -> Iterator[str]:
    """Names that are given twice, or used and not given."""
    spaces = [one.id for one in instance.spaces]
    tenants = [one.id for one in instance.tenants]
    requests = [one.id for one in instance.requests]
    for kind, names in (("spaces", spaces), ("tenants", tenants), ("requests", requests)):
        yield from (f"{kind}: {name} is there twice" for name, times in Counter(names).items() if times > 1)
    given = {"space": frozenset(spaces), "tenant": frozenset(tenants), "request": frozenset(requests)}
    for where, kind, name in _used(instance):
        if name not in given[kind]:
            yield f"{where}: no {kind} {name}"


def _used(instance: asked.Instance) -> Iterator[tuple[str, str, str]]:
    """(where, what kind of thing, its name)."""
    for place, one in enumerate(instance.requests):
        yield f"requests.{place}.tenant", "tenant", one.tenant
        yield from ((f"requests.{place}.spaces", "space", name) for name in sorted(one.spaces or ()))
    for place, closure in enumerate(instance.closures):
        yield f"closures.{place}.space", "space", closure.space
    for place, award in enumerate(instance.held):
        yield f"held.{place}.space", "space", award.space
        yield f"held.{place}.request", "request", award.request
    for place, pair in enumerate(instance.conflicts):
        yield from ((f"conflicts.{place}", "request", name) for name in pair)


def _with_itself(instance: asked.Instance) -> Iterator[str]:
    for place, (one, other) in enumerate(instance.conflicts):
        if one == other:
            yield f"conflicts.{place}: {one} cannot be in conflict with itself"


def _off_the_grid(instance: asked.Instance) -> Iterator[str]:
    grid = instance.grid

    def off(where: str, day: int, start: int, slots: int, weeks: tuple[int, ...]) -> Iterator[str]:
        if not (0 <= day < grid.days and start >= 0 and start + slots <= grid.slots_per_day):
            yield f"{where}: day {day}, slots {start} to {start + slots} are not on the grid"
        yield from (f"{where}: no week {week}" for week in weeks if not 0 <= week < grid.weeks)

    slots = {one.id: one.slots for one in instance.requests}
    for place, request in enumerate(instance.requests):
        yield from off(f"requests.{place}.weeks", 0, 0, 0, request.weeks)
        for number, option in enumerate(request.options):
            # One that ends after the day's last slot is a wish that no space can grant, and no fault.
            yield from off(f"requests.{place}.options.{number}", option.day, option.start, 0, ())
    for place, one in enumerate(instance.closures):
        yield from off(f"closures.{place}", one.day, one.start, one.slots, one.weeks)
    for place, award in enumerate(instance.held):
        yield from off(f"held.{place}", award.day, award.start, slots.get(award.request, 0), ())


def _impossible(instance: asked.Instance) -> Iterator[str]:
    """Awards that are held and cannot all stand."""
    board, taken = Board(instance), dict.fromkeys(instance.space_of, 0)
    if len(instance.held_of) < len(instance.held):
        yield "held: a request is there twice"
    times = {award.request: board.place_of(award).time for award in instance.held}
    for place, award in enumerate(instance.held):
        bits = times[award.request]
        if bits & board.closed[award.space]:
            yield f"held.{place}: {award.space} is closed then"
        if bits & taken[award.space]:
            yield f"held.{place}: another held award has {award.space} then"
        if any(bits & times.get(rival, 0) for rival in instance.rivals[award.request]):
            yield f"held.{place}: conflicts with another held award"
        taken[award.space] |= bits


class _Part(Schema):
    """`made`: what it is loaded to. Keys that are not known are left alone: a file may say more."""

    made: type

    class Meta:
        unknown = EXCLUDE

    @post_load
    def _make(self, loaded: dict[str, Any], **_: object) -> object:
        return self.made(**{key: tuple(one) if isinstance(one, list) else one for key, one in loaded.items()})


class _Names(fields.List[str]):
    """A set of names, written in their order."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401
        super().__init__(fields.String(), **more)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> list[Any] | None:  # noqa: ANN401
        return super()._serialize(None if value is None else sorted(value), attr, obj, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:  # noqa: ANN401
        return frozenset(super()._deserialize(value, attr, data, **more))


class _Weeks(fields.List[int]):
    """Each once, in order."""

    def __init__(self) -> None:
        super().__init__(_whole(), required=True, validate=validate.Length(min=1))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:  # noqa: ANN401
        return tuple(sorted(set(super()._deserialize(value, attr, data, **more))))


def _whole(*checks: Any, **more: Any) -> fields.Integer:  # noqa: ANN401
    return fields.Integer(strict=True, validate=checks or None, **more)


def _id() -> fields.String:
    return fields.String(required=True, validate=NAME)


def _share(**more: Any) -> fields.Float:  # noqa: ANN401
    return fields.Float(validate=NOT_NEGATIVE, **more)


NOT_NEGATIVE = validate.Range(min=0)


class _Option(_Part):
    made = asked.Option
    day = _whole(required=True)
    start = _whole(required=True)
    penalty = _share()


class _Space(_Part):
    made = asked.Space
    id = _id()
    capacity = _whole(COUNT, required=True)
    features = _Names(load_default=frozenset())
    zone = _id()


class _Tenant(_Part):
    made = asked.Tenant
    id = _id()
    entitlement = fields.Float(validate=validate.Range(min=0, min_inclusive=False))
    credit = fields.Float()


class _Request(_Part):
    made = asked.Request
    id = _id()
    tenant = _id()
    people = _whole(COUNT, required=True)
    features = _Names(load_default=frozenset())
    slots = _whole(SOME, required=True)
    weeks = _Weeks()
    priority = _whole(validate.Range(1, asked.MOST_URGENT), load_default=1)
    filed_at = fields.AwareDateTime(required=True)
    options = fields.List(fields.Nested(_Option), required=True)
    spaces = _Names(allow_none=True, load_default=None)


class _Award(_Part):
    made = asked.Award
    request = _id()
    space = _id()
    day = _whole(required=True)
    start = _whole(required=True)


class _Closure(_Part):
    made = asked.Closure
    space = _id()
    day = _whole(required=True)
    start = _whole(required=True)
    slots = _whole(SOME, required=True)
    weeks = _Weeks()


class _Policy(_Part):
    made = asked.Policy
    entitlements_bind = fields.Boolean(truthy={True}, falsy={False})
    tolerance = fields.Float(validate=validate.Range(0, 1))
    priority_weights = fields.Tuple((_share(), _share(), _share()))
    penalty_weight = _share()
    start_hours = _share()


class _Instance(Schema):
    class Meta:
        unknown = EXCLUDE

    version = _whole(validate.Equal(VERSION), required=True)
    weeks = _whole(validate.Range(1, MOST_WEEKS), required=True)
    days = _whole(validate.Range(1, MOST_DAYS), required=True)
    slots_per_day = _whole(validate.Range(1, MOST_SLOTS), required=True)
    slot_minutes = _whole(validate.Range(1, 1440), required=True)
    day_start = fields.String(required=True, validate=validate.Regexp(r"^\d\d:\d\d$"))
    spaces = fields.List(fields.Nested(_Space), required=True, validate=validate.Length(min=1))
    tenants = fields.List(fields.Nested(_Tenant), required=True)
    requests = fields.List(fields.Nested(_Request), required=True)
    closures = fields.List(fields.Nested(_Closure), load_default=())
    held = fields.List(fields.Nested(_Award), load_default=())
    previous = fields.List(fields.Nested(_Award), load_default=())
    conflicts = fields.List(fields.Tuple((_id(), _id())), load_default=())
    policy = fields.Nested(_Policy, load_default=asked.Policy())

    @post_load
    def _make(self, loaded: dict[str, Any], **_: object) -> asked.Instance:
        grid = asked.Grid(*(loaded.pop(name) for name in asked.Grid._fields))
        del loaded["version"]
        lists = {key: tuple(one) for key, one in loaded.items() if key != "policy"}
        return asked.Instance(grid=grid, policy=loaded["policy"], **lists)

    @post_dump(pass_original=True)
    def _grid_first(self, dumped: dict[str, Any], instance: asked.Instance, **_: object) -> dict[str, Any]:
        return {"version": VERSION, **instance.grid._asdict(), **dumped}


class _Nearest(_Part):
    made = planned.Nearest
    space = _id()
    day = _whole(required=True)
    start = _whole(required=True)
    penalty = fields.Float(allow_none=True, load_default=None)


class _Refused(_Part):
    made = planned.Refused
    request = _id()
    reason = _id()
    blocked_by = fields.List(fields.String())
    nearest = fields.List(fields.Nested(_Nearest))


class _TenantMetrics(_Part):
    made = planned.TenantMetrics
    asked_hours = fields.Float(required=True)
    granted_hours = fields.Float(required=True)
    satisfaction = fields.Float(required=True)


class _Metrics(_Part):
    made = planned.Metrics
    tenants = fields.Dict(fields.String(), fields.Nested(_TenantMetrics), required=True)
    min_satisfaction = fields.Float(required=True)
    mean_satisfaction = fields.Float(required=True)
    zone_hours = fields.Float(required=True)
    zone_starts = _whole(required=True)
    first_choice_share = fields.Float(required=True)


class _Bounds(_Part):
    made = planned.Bounds
    min_satisfaction = fields.Float(allow_none=True, load_default=None)
    granted_hours = fields.Float(allow_none=True, load_default=None)


class _Stage(_Part):
    made = planned.Stage
    name = _id()
    value = fields.Float(required=True)
    bound = fields.Float(allow_none=True, load_default=None)
    proved = fields.Boolean(required=True)
    seconds = fields.Float(required=True)


class _Plan(_Part):
    made = planned.Plan
    instance_sha256 = _id()
    seed = _whole(required=True)
    method = _id()
    awards = fields.List(fields.Nested(_Award), required=True)
    refusals = fields.List(fields.Nested(_Refused), required=True)
    metrics = fields.Nested(_Metrics, required=True)
    bounds = fields.Nested(_Bounds, load_default=planned.Bounds())
    stages = fields.List(fields.Nested(_Stage), load_default=())

    @pre_load
    def _of_this_version(self, raw: Any, **_: object) -> Any:  # noqa: ANN401 (whatever the file holds)
        if isinstance(raw, Mapping) and raw.get("version") != VERSION:
            raise ValidationError(f"{VERSION} is the one that is read", "version")
        return raw

    @post_dump
    def _say_version(self, dumped: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"version": VERSION, **dumped}
