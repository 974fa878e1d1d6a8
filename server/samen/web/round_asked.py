"""What a round was asked for: hours of each tenant against its share, and where wishes will clash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.adapters.db.models import Tenant
from samen.domain.allocation.board import Board, times
from samen.domain.allocation.instance import Instance, Request
from samen.domain.allocation.measure import entitled
from samen.domain.allocation.season import Season
from samen.web import i18n
from samen.web.charts import level
from samen.web.round_words import clock, hours
from samen.web.space_words import weekday_name

HOUR = 60
# Twice as many wishes as rooms is as dark as it gets.
DARKEST = 2.0


def asked_rows(instance: Instance, tenants: Mapping[str, Tenant]) -> list[dict[str, Any]]:
    """By tenant, who asks for most of its share first; tenants without a wish last."""
    shares = entitled(instance)
    found = []
    for slug, requests in instance.asked_by.items():
        share = instance.hours(shares[slug])
        amount = instance.hours(sum(one.slot_weeks for one in requests))
        found.append(
            (amount / share if share else 0.0, tenants[slug].name, slug, len(requests), amount, share)
        )
    return [
        {
            "slug": slug,
            "name": name,
            "tint": tenants[slug].tint,
            "wishes": ngettext("%(num)d wish", "%(num)d wishes", count) if count else _("nothing yet"),
            "asked": hours(amount),
            "share": hours(share),
            "of_share": i18n.percent(of_share),
            "width": round(100 * min(1.0, of_share)),
            "over": of_share > 1,
        }
        for of_share, name, slug, count, amount, share in sorted(found, key=lambda one: (-one[0], one[1]))
    ]


@dataclass(frozen=True)
class Crowd:
    """How many wishes have a slot as their first choice in its fullest week, and how many rooms there are."""

    wanted: int
    rooms: int

    @property
    def crowding(self) -> float:
        return self.wanted / self.rooms if self.rooms else float(bool(self.wanted)) * DARKEST

    @property
    def clashes(self) -> bool:
        return self.wanted > self.rooms


def crowds(instance: Instance) -> dict[tuple[int, int], Crowd]:
    """By day and slot, the week in which most wishes will not have what they want first."""
    grid, closed = (
        instance.grid,
        Board(Instance(instance.grid, instance.spaces, (), (), instance.closures)).closed,
    )
    wanted = [0] * grid.size
    for request in instance.requests:
        for place in _bits(_first_choice(instance, request)):
            wanted[place] += 1
    found: dict[tuple[int, int], Crowd] = {}
    for place, count in enumerate(wanted):
        at = divmod(place % (grid.days * grid.slots_per_day), grid.slots_per_day)
        crowd = Crowd(count, sum(not bits >> place & 1 for bits in closed.values()))
        if at not in found or _worse(crowd, found[at]):
            found[at] = crowd
    return found


def _worse(one: Crowd, other: Crowd) -> bool:
    return (one.wanted - one.rooms, one.crowding) > (other.wanted - other.rooms, other.crowding)


def _first_choice(instance: Instance, request: Request) -> int:
    options = [
        option for option in request.options if option.start + request.slots <= instance.grid.slots_per_day
    ]
    if not options:
        return 0
    first = min(options, key=lambda one: one.penalty)
    return times(instance.grid, first.day, first.start, request.slots, request.weeks)


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def clash_map(instance: Instance, season: Season) -> dict[str, Any]:
    """A table of weekdays × hours, each cell {words, level: 0–9, clashes, spoken}; and its fullest hours."""
    grid, found = instance.grid, crowds(instance)
    per_row = max(1, HOUR // grid.slot_minutes)
    days = [weekday_name(weekday) for weekday in season.weekdays]
    rows = []
    for start in range(0, grid.slots_per_day, per_row):
        slots = range(start, min(start + per_row, grid.slots_per_day))
        cells = []
        for day in range(grid.days):
            worst = found[day, start]
            for slot in slots:
                worst = found[day, slot] if _worse(found[day, slot], worst) else worst
            cells.append(_cell(worst))
        rows.append({"hour": clock(season, start), "cells": cells})
    return {"days": [{"short": name[:2], "name": name} for name in days], "rows": rows, "says": _says(rows)}


def _cell(crowd: Crowd) -> dict[str, Any]:
    spoken = _("%(wanted)s wished, %(rooms)s rooms", wanted=crowd.wanted, rooms=crowd.rooms)
    return {
        "words": f"{crowd.wanted}/{crowd.rooms}" if crowd.wanted else "",
        "level": level(crowd.crowding, DARKEST) if crowd.rooms or crowd.wanted else "none",
        "clashes": crowd.clashes,
        "spoken": spoken,
    }


def _says(rows: list[dict[str, Any]]) -> str:
    """In a sentence, for those who do not read tables."""
    clashing = sum(cell["clashes"] for row in rows for cell in row["cells"])
    if not clashing:
        return str(_("So far there is a room for every first choice."))
    words: str = ngettext(
        "In %(num)d hour of the week there are more first choices than rooms: not all can be met.",
        "In %(num)d hours of the week there are more first choices than rooms: not all can be met.",
        clashing,
    )
    return words
