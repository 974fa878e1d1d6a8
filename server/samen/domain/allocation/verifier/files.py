"""Files as they should look: JSON in which every name stands once and every figure is a number."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from reprlib import repr as short
from typing import Any

VERSION = 1

Object = dict[str, Any]


def read(text: bytes) -> Any:  # noqa: ANN401 (whatever the file holds)
    """JSON in which no name is given twice and each number is one."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> Object:
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise ValueError(f"{name!r} is given twice")
    return dict(pairs)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


# Limits keep every figure one that can be added to others.
KINDS: dict[str, Callable[[Any], bool]] = {
    "whole number": lambda value: type(value) is int and abs(value) < 1e300,
    "number": lambda value: type(value) in (int, float) and abs(value) < 1e300,
    "name": lambda value: type(value) is str and value != "",
    "flag": lambda value: type(value) is bool,
}
# A key that ends with ? may be left out, and a kind that ends with ? be null; * is each key there is.
PLACE = {"space": "name", "day": "whole number", "start": "whole number"}
FIGURES = ("min_satisfaction", "mean_satisfaction", "zone_hours", "first_choice_share")
NEAREST = {**PLACE, "penalty?": "number?"}
REFUSAL = {"request": "name", "reason": "name", "blocked_by?": ["name"], "nearest?": [NEAREST]}
TENANT = dict.fromkeys(("asked_hours", "granted_hours", "satisfaction"), "number")
STAGE = {"name": "name", "value": "number", "bound?": "number?", "proved": "flag", "seconds": "number"}
PLAN: Object = {
    "version": "whole number",
    "instance_sha256": "name",
    "seed": "whole number",
    "method": "name",
    "awards": [{"request": "name", **PLACE}],
    "refusals": [REFUSAL],
    "metrics": {"tenants": {"*": TENANT}, "zone_starts": "whole number", **dict.fromkeys(FIGURES, "number")},
    "bounds?": {"min_satisfaction?": "number?", "granted_hours?": "number?"},
    "stages?": [STAGE],
}


def shape(value: Any, wanted: Any, where: str) -> Iterator[str]:  # noqa: ANN401
    """What is missing or of another kind than it should be."""
    if isinstance(wanted, dict):
        yield from _shape_of_object(value, wanted, where)
    elif isinstance(wanted, list):
        if type(value) is not list:
            yield f"{where}: not a list"
            return
        for number, one in enumerate(value):
            yield from shape(one, wanted[0], f"{where}.{number}")
    elif not (value is None and wanted.endswith("?")) and not KINDS[wanted.removesuffix("?")](value):
        yield f"{where}: {short(value)} is no {wanted.removesuffix('?')}"


def _shape_of_object(value: Any, wanted: Object, where: str) -> Iterator[str]:  # noqa: ANN401
    if type(value) is not dict:
        yield f"{where}: not an object"
        return
    for key, kind in wanted.items():
        for name in value if key == "*" else (key.removesuffix("?"),):
            if name in value:
                yield from shape(value[name], kind, f"{where}.{name}")
            elif name == key:
                yield f"{where}.{name}: missing"
