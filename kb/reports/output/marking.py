"""The tables of a report with the marks that an audit leaves in them.

What a page and a workbook show: every cell as it was written, and which findings it has.
Must not know any format, nor how anything was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.reports.finding import Audit
from kb.reports.output.wording import KINDS, Kind, kind_of
from kb.reports.sheet import Cell, Row, Sheet


@dataclass(frozen=True, slots=True)
class Mark:
    """What an audit says of one place.

    Args:
        kind: of the gravest finding.
        numbers: of the findings, from 1 in the order of the audit.
        first: whether it is the cell to mend first of one of them.
    """

    kind: Kind
    numbers: tuple[int, ...]
    first: bool


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """A cell as it is shown; ``address`` is empty where the sheet lacks its column."""

    column: str
    address: str
    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """A row; its own mark is for findings in columns that the sheet lacks."""

    number: int
    cells: tuple[MarkedCell, ...]
    mark: Mark | None = None

    @property
    def is_marked(self) -> bool:
        """Whether anything was found in it."""
        return self.mark is not None or any(cell.mark is not None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class MarkedSheet:
    """A table of a report.

    Args:
        file, sheet: where it stands.
        columns: letter and column, in the order of the letters.
        heading: of the sheet, as its row 1.
        rows: those shown.
        left_out: rows without a finding that are not among them.
    """

    file: str
    sheet: str | None
    columns: tuple[tuple[str, str], ...]
    heading: MarkedRow
    rows: tuple[MarkedRow, ...]
    left_out: int = 0


class Marks:
    """Which findings each place has."""

    def __init__(self, audit: Audit) -> None:
        self._found: dict[tuple[str, str | None, int, str], dict[int, Kind]] = {}
        self._first: set[tuple[str, str | None, int, str]] = set()
        for number, finding in enumerate(audit.findings, 1):
            for place, cell in enumerate(finding.cells):
                key = _key(cell)
                self._found.setdefault(key, {})[number] = kind_of(finding)
                if place == 0:
                    self._first.add(key)

    def at(self, file: str, sheet: str | None, row: int, columns: Iterable[str]) -> Mark | None:
        """What was found at any of these columns of a row."""
        keys = [(file, sheet, row, column) for column in columns]
        found = {n: kind for key in keys for n, kind in self._found.get(key, {}).items()}
        if not found:
            return None
        gravest = min(found.values(), key=KINDS.index)
        return Mark(gravest, tuple(sorted(found)), any(key in self._first for key in keys))

    def rows(self, file: str, sheet: str | None) -> dict[int, set[str]]:
        """By row of a sheet, the columns in which something was found."""
        found: dict[int, set[str]] = {}
        for at_file, at_sheet, row, column in self._found:
            if (at_file, at_sheet) == (file, sheet):
                found.setdefault(row, set()).add(column)
        return found


def marked(
    audit: Audit, sheets: Iterable[Sheet], most: int | None = None
) -> tuple[MarkedSheet, ...]:
    """The tables with their marks.

    Args:
        audit: of these sheets, and perhaps of others.
        sheets: as read.
        most: rows of a table that are shown where nothing was found in them; those with
            a finding always are. None shows all.
    """
    marks = Marks(audit)
    return tuple(_sheet(sheet, marks, most) for sheet in sheets)


def _sheet(sheet: Sheet, marks: Marks, most: int | None) -> MarkedSheet:
    columns = sorted(sheet.columns.items(), key=lambda item: (len(item[1]), item[1]))
    found = marks.rows(sheet.file, sheet.sheet)
    known = {row.number: row for row in sheet.rows}
    rows: list[MarkedRow] = []
    unmarked = left_out = 0
    # A finding may be about a row that is empty, and so is none of the sheet's.
    for number in sorted({*known, *(number for number in found if number > 1)}):
        row = known.get(number) or Row(number, {})
        if number not in found:
            unmarked += 1
            if most is not None and unmarked > most:
                left_out += 1
                continue
        rows.append(_row(sheet, row, columns, found.get(number, set()), marks))
    names = {
        column: Cell(sheet.file, sheet.sheet, 1, column, f"{letter}1", column)
        for column, letter in columns
    }
    heading = _row(sheet, Row(1, names), columns, found.get(1, set()), marks)
    return MarkedSheet(
        sheet.file,
        sheet.sheet,
        tuple((letter, column) for column, letter in columns),
        heading,
        tuple(rows),
        left_out,
    )


def _row(
    sheet: Sheet, row: Row, columns: list[tuple[str, str]], found: set[str], marks: Marks
) -> MarkedRow:
    cells = []
    for column, letter in columns:
        written = row.cells.get(column)
        mark = marks.at(sheet.file, sheet.sheet, row.number, [column]) if column in found else None
        text = written.value if written is not None else ""
        cells.append(MarkedCell(column, f"{letter}{row.number}", text, mark))
    others = found - {column for column, _ in columns}
    mark = marks.at(sheet.file, sheet.sheet, row.number, sorted(others)) if others else None
    return MarkedRow(row.number, tuple(cells), mark)


def _key(cell: Cell) -> tuple[str, str | None, int, str]:
    return (cell.file, cell.sheet, cell.row, cell.column)
