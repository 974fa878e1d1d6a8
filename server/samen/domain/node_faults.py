"""What goes wrong for simulated nodes, drawn from a seed before it begins."""

from __future__ import annotations

import enum
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class Profile(enum.Enum):
    """What is to go wrong."""

    NONE = "none"
    WIFI = "wifi"
    CLOCK = "clock"
    UART = "uart"
    POWER = "power"
    FLASH = "flash"
    ALL = "all"

    def has(self, one: Profile) -> bool:
        """Whether this profile brings what `one` brings."""
        return self in {one, Profile.ALL}


class Blow(enum.Enum):
    """What happens to all nodes of one process at once."""

    CUT = "cut"
    DEAF = "deaf"
    POWER = "power"


@dataclass(frozen=True, order=True)
class Fault:
    """A blow to a part of the fleet, `at_s` seconds after the start, for `lasts_s`."""

    at_s: float
    part: int
    blow: Blow
    lasts_s: float


# Seconds, from and to: how long until the next blow, and how long it lasts.
_PACE = {
    Profile.WIFI: ((2, 30), (2, 12)),
    Profile.POWER: ((4, 45), (1, 4)),
    Profile.FLASH: ((5, 20), (25, 40)),
}
# The last blow is over this long before the end: nodes are then on their way back.
CALM = 0.85
# Half of the nodes have a clock; the others' is set later, or never.
_CLOCK_UNSET_S = (0, 0, 15, 1_000_000_000)
# Spoilt reads of a sensor's wire.
_NOISE = 0.05
# A flash that a cut of half a minute fills.
_SMALL_FLASH = {"outbox_bytes": 2048, "energy_s": 2, "climate_s": 2}
# A simulated node is not waited for as long as one in a cellar.
_IMPATIENT = {"backoff_s": [0.5, 8], "keepalive_s": 10, "timeout_s": 5, "resend_s": 10, "replay_s": 0.5}


def settings(profile: Profile, seed: int, number: int) -> dict[str, Any]:
    """What the profile adds to the configuration of the node with this number."""
    draw = _draw(seed, f"node {number}")
    added: dict[str, Any] = {} if profile is Profile.NONE else dict(_IMPATIENT)
    if profile.has(Profile.CLOCK):
        added["clock_unset_s"] = draw.choice(_CLOCK_UNSET_S)
    if profile.has(Profile.UART):
        added["noise"] = _NOISE
    if profile.has(Profile.FLASH):
        added |= _SMALL_FLASH
    return added


def faults(profile: Profile, parts: int, seconds: float, seed: int) -> list[Fault]:
    """All blows to the parts of a fleet that runs for `seconds`, in the order they fall."""
    return sorted(
        fault
        for kind in _PACE
        if profile.has(kind)
        for part in range(parts)
        for fault in _blows(kind, part, seconds * CALM, seed)
    )


def _blows(kind: Profile, part: int, until_s: float, seed: int) -> Iterator[Fault]:
    draw = _draw(seed, f"{kind.value} {part}")
    between, length = _PACE[kind]
    at = 0.0
    while True:
        at += draw.uniform(*between)
        lasts = draw.uniform(*length)
        if at + lasts > until_s:
            return
        yield Fault(at, part, _blow(kind, draw), lasts)
        at += lasts


def _blow(kind: Profile, draw: random.Random) -> Blow:
    if kind is Profile.POWER:
        return Blow.POWER
    return draw.choice((Blow.CUT, Blow.DEAF)) if kind is Profile.WIFI else Blow.CUT


def _draw(seed: int, subject: str) -> random.Random:
    return random.Random(f"{seed} {subject}")  # noqa: S311 - no secret hangs on it
