"""Faults that strike simulated nodes while they run."""

from __future__ import annotations

from collections.abc import Sequence

from samen.adapters.access_point import AccessPoint, Air
from samen.adapters.fleet import Fleet
from samen.domain.node_faults import Blow, Fault

_AIR = {Blow.CUT: Air.DOWN, Blow.DEAF: Air.DEAF}


class Blows:
    """Strikes a fleet as planned: its power, and the access points, one for each process, on its way.

    `struck`: how often it did.
    """

    def __init__(self, fleet: Fleet, ways: Sequence[AccessPoint]) -> None:
        self._fleet = fleet
        self._ways = ways
        self.struck = 0
        self._ahead: list[Fault] = []
        self._on: list[tuple[float, Fault]] = []

    def plan(self, faults: Sequence[Fault]) -> None:
        """What is to come, in the order it comes."""
        self._ahead = list(faults)

    def strike(self, now_s: float) -> None:
        """Begin what is due and end what is over, `now_s` seconds after the start."""
        for ends_at, fault in [one for one in self._on if one[0] <= now_s]:
            self._on.remove((ends_at, fault))
            self._end(fault)
        while self._ahead and self._ahead[0].at_s <= now_s:
            fault = self._ahead.pop(0)
            self._on.append((now_s + fault.lasts_s, fault))
            self._begin(fault)

    def end(self) -> None:
        """End whatever lasts; nothing more begins."""
        self._ahead.clear()
        self.strike(float("inf"))

    def _begin(self, fault: Fault) -> None:
        self.struck += 1
        if fault.blow is Blow.POWER:
            self._fleet.cut_power(fault.part)
        else:
            self._ways[fault.part].turn(_AIR[fault.blow])

    def _end(self, fault: Fault) -> None:
        if fault.blow is Blow.POWER:
            self._fleet.restore_power(fault.part)
        elif not any(other.part == fault.part and other.blow in _AIR for _, other in self._on):
            self._ways[fault.part].turn(Air.OPEN)
