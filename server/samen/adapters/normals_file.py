"""Published normal degree-days: a TOML file in samen/normals, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from samen.domain.degree_days import Form

FILE = Path(__file__).parents[1] / "normals" / "uccle.toml"


@dataclass(frozen=True)
class NormalYear:
    """Degree-days of each month of a normal year, January first, and where and when it is the normal."""

    station: str
    period: str
    months: tuple[float, ...]


@cache
def normal_year(form: Form) -> NormalYear | None:
    """The normal year in that form; None where none is published."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = raw.get(form.value)
    return NormalYear(raw["station"], raw["period"], tuple(map(float, found["months"]))) if found else None
