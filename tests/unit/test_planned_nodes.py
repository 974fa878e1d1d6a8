"""Nodes as hardware/pins.toml plans them: each sensor has its driver, and its pins in the board file."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from samen_node.sensing import Sensing
from wiring.files import circuits
from wiring.source import Board, pins_toml, read

CIRCUITS = circuits(read(pins_toml()))
STREAMS = ["occupancy", "climate", "energy", "p1"]


class PlannedBoard:
    """A board by its file: KeyError for what the file does not have. Nothing is attached to it."""

    def __init__(self, board: Board, flash: Path):
        self._file = board.board_file()
        self.flash = str(flash)
        self.clock = self

    def up(self) -> int:
        return 0

    def uart(self, name: str, baud: int, inverted: bool = False) -> "Silent":
        return self._silent("uarts", name)

    def i2c(self, name: str) -> "Silent":
        return self._silent("i2c", name)

    def counter(self, name: str) -> "Silent":
        return self._silent("counters", name)

    def pin(self, name: str) -> Any:
        return lambda: bool(self._silent("pins", name) is None)

    def _silent(self, group: str, name: str) -> "Silent":
        assert self._file[group][name] is not None
        return Silent()


class Silent:
    """A wire on which nothing comes."""

    def read(self, *_: int) -> bytes:
        return b""

    def write(self, *_: object) -> None:
        pass

    def take(self) -> int:
        return 0


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_planned_node_has_a_driver_for_each_of_its_sensors(name: str, tmp_path: Path):
    board, node = CIRCUITS[name].board, CIRCUITS[name].node

    sensing = Sensing(
        {"streams": STREAMS, "sensors": node.sensors}, PlannedBoard(board, tmp_path), defaultdict(int), 1
    )
    sensing.poll(0)

    attached = {sensor["driver"] for sensor in node.sensors} - {"door"}
    assert set(sensing.bad()) == attached
