"""What a manager may set for a space, and what does not hold together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from samen.domain.access import Role
from samen.domain.release import ReleasePolicy
from samen.domain.rules import Approval, Hours, Refusal

DAY_MIN = 24 * 60
# Least and most of every number, for the form, the API and the site file alike.
LIMITS: Mapping[str, tuple[int, int]] = {
    "capacity": (0, 100_000),
    "horizon_days": (1, 3650),
    "gather_days": (0, 90),
    "notice_min": (0, 365 * DAY_MIN),
    "shortest_min": (1, DAY_MIN),
    "longest_min": (1, DAY_MIN),
    "before_min": (0, DAY_MIN),
    "after_min": (0, DAY_MIN),
    "grace_min": (0, DAY_MIN),
    "tail_min": (0, DAY_MIN),
    "hold_min": (1, 7 * DAY_MIN),
    "weight": (0, 100),
}


@dataclass(frozen=True)
class SpaceSettings:
    """The rules of one space. Lengths are in minutes.

    `hours`: weekdays (0 is Monday) with other hours than the usual ones, or with none. `permitted`: tenants
    and roles that may book, None standing for any; empty where everybody may.
    """

    capacity: int
    opening: time
    closing: time
    hours: Mapping[int, Hours | None]
    closed_on_holidays: bool
    horizon_days: int
    gather_days: int
    notice_min: int
    shortest_min: int
    longest_min: int
    before_min: int
    after_min: int
    approval: Approval
    pending_holds: bool
    owner_id: int | None
    permitted: frozenset[tuple[int | None, Role | None]]
    release: ReleasePolicy
    grace_min: int
    tail_min: int
    hold_min: int
    weight: float


def faults(settings: SpaceSettings) -> dict[str, Refusal]:
    """What is wrong, by the name of the setting; a weekday's hours go by `hours_0` to `hours_6`."""
    return {**_out_of_limits(settings), **_backward_hours(settings), **_no_length_fits(settings)}


def _out_of_limits(settings: SpaceSettings) -> dict[str, Refusal]:
    return {
        name: Refusal("out_of_limits", {"least": least, "most": most})
        for name, (least, most) in LIMITS.items()
        if not least <= getattr(settings, name) <= most
    }


def _backward_hours(settings: SpaceSettings) -> dict[str, Refusal]:
    days = {"closing": (settings.opening, settings.closing)}
    days |= {f"hours_{weekday}": hours for weekday, hours in settings.hours.items() if hours}
    return {name: Refusal("closes_before_opening") for name, (start, end) in days.items() if end <= start}


def _no_length_fits(settings: SpaceSettings) -> dict[str, Refusal]:
    if settings.longest_min >= settings.shortest_min:
        return {}
    return {"longest_min": Refusal("longest_under_shortest")}
