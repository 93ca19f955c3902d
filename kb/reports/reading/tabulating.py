"""Cells that come one by one, at places that the file gives, made a table.

A place far from all others costs nothing until it holds a text, and then the limits count.
Must not know formats.
"""

from __future__ import annotations

from kb.errors import FileProblem
from kb.reports.reading.grid import Grid, too_many_rows
from kb.reports.reading.limits import Limits
from kb.reports.sheet import Trait
from kb.text import Text


class Tabulating:
    """One sheet in the making.

    Args:
        limits: rows, columns and characters that it may have.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows: dict[int, dict[int, str]] = {}
        self._formulas: list[tuple[int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._all_hidden = False

    def put(self, row: int, column: int, text: str, *, formula: bool = False) -> None:
        """A cell; one without text is none.

        Raises:
            FileProblem: it lies outside what a file may have.
        """
        if formula:
            self._formulas.append((row, column))
        if not text:
            return
        if not 0 <= row < self._limits.rows:
            raise too_many_rows(self._limits.rows)
        if not 0 <= column < self._limits.columns:
            raise FileProblem(
                "too-many-columns",
                Text(
                    zh=f"工作表超过 {self._limits.columns} 列",
                    en=f"a sheet has more than {self._limits.columns} columns",
                ),
                Text(zh="删去填报表以外的内容", en="remove what is no part of the report"),
            )
        self._rows.setdefault(row, {})[column] = text

    def hide_row(self, row: int) -> None:
        """The row is hidden."""
        self._hidden_rows.add(row)

    def hide_columns(self, first: int, last: int) -> None:
        """Columns are hidden, both ends included."""
        self._hidden_columns.append((first, last))

    def hide_all(self) -> None:
        """The whole sheet is hidden."""
        self._all_hidden = True

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Cells are merged, both corners included."""
        self._merged.append((top, left, bottom, right))

    def grid(self, name: str) -> Grid:
        """The table: as many rows and columns as have texts."""
        height = max(self._rows, default=-1) + 1
        width = max((max(row) for row in self._rows.values()), default=-1) + 1
        rows = tuple(
            tuple(cells.get(column, "") for column in range(width))
            if (cells := self._rows.get(number))
            else ()
            for number in range(height)
        )
        traits: dict[tuple[int, int], set[Trait]] = {}
        for place in self._formulas:
            traits.setdefault(place, set()).add("formula")
        for top, left, bottom, right in self._merged:
            for row in range(max(top, 0), min(bottom + 1, height)):
                for column in range(max(left, 0), min(right + 1, width)):
                    traits.setdefault((row, column), set()).add("merged")
        hidden = range(height) if self._all_hidden else sorted(self._hidden_rows)
        for row in hidden:
            if row in self._rows:
                for column in range(width):
                    traits.setdefault((row, column), set()).add("hidden")
        for first, last in self._hidden_columns:
            for column in range(max(first, 0), min(last + 1, width)):
                for row in self._rows:
                    traits.setdefault((row, column), set()).add("hidden")
        return Grid(name, rows, {place: frozenset(found) for place, found in traits.items()})
