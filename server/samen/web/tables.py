"""The figures behind a chart: one table, read on the page and as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

Cell = str | float | date | datetime | None
# What a spreadsheet still tells apart; more would be noise of adding up.
DIGITS = 6


@dataclass(frozen=True)
class Column:
    """`key` heads it in a file, its unit last (`energy_kwh`); `title` on the page, where `show` words it."""

    key: str
    title: str
    show: Callable[[Any], str] = str


@dataclass(frozen=True)
class Table:
    """A chart's figures: `name` is the file's, `caption` says what they are."""

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    @property
    def heads(self) -> list[str]:
        return [column.title for column in self.columns]

    @property
    def shown(self) -> list[list[str]]:
        return [
            [column.show(cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows
        ]

    def csv(self) -> str:
        """RFC 4180: a header of keys, decimal points, ISO times with their offset, nothing where unknown."""
        text = StringIO()
        writer = csv.writer(text)
        writer.writerow([column.key for column in self.columns])
        writer.writerows([[_plain(cell) for cell in row] for row in self.rows])
        return text.getvalue()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.{DIGITS}f}".rstrip("0").rstrip(".")
    # A sheet would compute what begins like a formula.
    return f"'{cell}" if str(cell)[:1] in {"=", "+", "-", "@"} else str(cell)
