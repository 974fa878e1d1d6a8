"""Every file that pins.toml decides, as text by path."""

from __future__ import annotations

import json
from pathlib import Path

from wiring.bill import bill_of_materials
from wiring.circuit import Circuit, lay
from wiring.drawing import wireviz
from wiring.source import HARDWARE, Board, Plan
from wiring.table import wiring_tables

ROOT = HARDWARE.parent
BOARDS = ROOT / "firmware" / "boards"
DRAWINGS = HARDWARE / "drawings"
NETLISTS = HARDWARE / "netlists"
PICTURES = HARDWARE / "pictures"


def circuits(plan: Plan) -> dict[str, Circuit]:
    """Each node on each board, by the name its files bear."""
    return {
        f"{node.name}-{board.name}": lay(board, node)
        for node in plan.nodes.values()
        for board in plan.boards.values()
    }


def written(plan: Plan) -> dict[Path, str]:
    """All that `make wiring` writes."""
    texts = {BOARDS / f"{board.name}.json": _board_file(board) for board in plan.boards.values()}
    texts |= {DRAWINGS / f"{name}.yml": wireviz(circuit) for name, circuit in circuits(plan).items()}
    texts[HARDWARE / "wiring.md"] = wiring_tables(plan)
    texts[HARDWARE / "bill-of-materials.md"] = bill_of_materials(plan)
    return texts


def stale(plan: Plan) -> list[Path]:
    """Files in the folders written to that pins.toml knows nothing of."""
    texts = written(plan)
    there = [*BOARDS.glob("*"), *DRAWINGS.glob("*")]
    return sorted(path for path in there if path not in texts)


def _board_file(board: Board) -> str:
    """Compact enough for a board's flash, and a line a group for whoever reads it."""
    groups = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in board.board_file().items()]
    return "{\n" + ",\n".join(groups) + "\n}\n"
