"""Whether a booked space is used, and what follows when it is not."""

from __future__ import annotations

import enum


class ReleasePolicy(enum.Enum):
    """What may free a booked space: nothing, a sensor that saw nobody, or nobody having checked in."""

    NEVER = "never"
    SENSOR = "sensor"
    CHECK_IN = "check_in"
