"""The figures behind a chart: one table, read on the page and as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from samen.web.table_file import Cell, csv_answer


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

    def file(self, name: str) -> Response:
        """Headed by the columns' keys."""
        return csv_answer(name, [column.key for column in self.columns], self.rows)
