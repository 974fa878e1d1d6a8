"""What a manager may set for a heating zone, and what does not hold together."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from samen.domain.rules import Refusal


class Steering(enum.Enum):
    """Whether a zone follows its bookings: never, always, or every other week by lot, to measure it."""

    OFF = "off"
    ON = "on"
    ALTERNATE = "alternate"


class Vent(enum.Enum):
    """How much air: none, what keeps a room fresh while nobody is there, or as for people."""

    OFF = "off"
    LOW = "low"
    ON = "on"


# Least and most of every number, for the form, the site file and the database alike.
LIMITS: Mapping[str, tuple[float, float]] = {
    "comfort_deg_c": (10, 26),
    "setback_deg_c": (5, 24),
    "frost_deg_c": (5, 12),
    "hysteresis_k": (0.2, 2),
    "vent_before_min": (0, 240),
    "vent_after_min": (0, 240),
    "coast_min": (0, 120),
}


@dataclass(frozen=True)
class ZoneSettings:
    """How one zone is heated and aired.

    `comfort_deg_c` while it is booked, `setback_deg_c` otherwise, never below `frost_deg_c`. Within
    `hysteresis_k` of comfort a zone counts as warm. `earliest`: no warming up before this local time of the
    day of a booking. `coast_min`: how long before the end heating may stop, where the zone keeps warm that
    long. `idle_vent`: ventilation while nothing is booked.
    """

    steering: Steering = Steering.OFF
    comfort_deg_c: float = 20.0
    setback_deg_c: float = 16.0
    frost_deg_c: float = 7.0
    hysteresis_k: float = 0.5
    earliest: time = time(0)
    vent_before_min: int = 15
    vent_after_min: int = 15
    idle_vent: Vent = Vent.LOW
    coast_min: int = 0
    heats_on_holidays: bool = True

    @property
    def warm_deg_c(self) -> float:
        """From here on it is warm enough."""
        return self.comfort_deg_c - self.hysteresis_k


def faults(settings: ZoneSettings) -> dict[str, Refusal]:
    """What is wrong, by the name of the setting."""
    found = {
        name: Refusal("out_of_limits", {"least": least, "most": most})
        for name, (least, most) in LIMITS.items()
        if not least <= getattr(settings, name) <= most
    }
    if not found and settings.setback_deg_c > settings.comfort_deg_c:
        found["setback_deg_c"] = Refusal("setback_above_comfort")
    if not found and settings.frost_deg_c > settings.setback_deg_c:
        found["frost_deg_c"] = Refusal("frost_above_setback")
    return found
