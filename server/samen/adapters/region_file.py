"""Regions and their dated figures: TOML files in samen/regions, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samen.domain.prices import Carrier, Dated, GridTerm, Region

FOLDER = Path(__file__).parents[1] / "regions"
# What every other file builds on is not a region to choose.
BASE = "belgium"


def region_slugs() -> list[str]:
    """The regions that a site may name."""
    return sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != BASE)


@cache
def read_region(slug: str) -> Region:
    """A region's figures, on top of those of the file that it builds on."""
    raw = _raw(slug)
    carriers = {kind: _carrier(found) for kind, found in raw.items() if isinstance(found, Mapping)}
    return Region(slug, raw["name"], carriers)


def _raw(slug: str) -> dict[str, Any]:
    own = tomllib.loads((FOLDER / f"{slug}.toml").read_text(encoding="utf-8"))
    below = _raw(own["based_on"]) if "based_on" in own else {}
    carriers = {
        kind: {**below.get(kind, {}), **own.get(kind, {})}
        for kind in (*below, *own)
        if isinstance(below.get(kind, own.get(kind)), Mapping)
    }
    return {**below, **own, **carriers}


def _carrier(raw: Mapping[str, Any]) -> Carrier:
    return Carrier(
        _dated(raw.get("prices", ()), "eur_per_kwh"),
        _dated(raw.get("co2", ()), "kg_per_kwh"),
        _dated(raw.get("calorific", ()), "kwh_per_m3"),
        tuple(GridTerm(term.pop("from"), **term) for term in map(dict, raw.get("grid", ()))),
    )


def _dated(entries: Iterable[Mapping[str, Any]], figure: str) -> Dated:
    return Dated(tuple((entry["from"], float(entry[figure])) for entry in entries))
