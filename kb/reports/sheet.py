"""What was handed in, cell by cell, as it was written.

The same for a workbook, a text file or JSON. Must not know what any column means.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: The columns of a report, in the order of the template (``../docs/guide``, "Report files").
Column = Literal["reporter", "team", "indicator", "year", "value", "unit", "basis", "note"]
COLUMNS: tuple[Column, ...] = (
    "reporter", "team", "indicator", "year", "value", "unit", "basis", "note",
)  # fmt: skip

#: What is odd about a cell in its workbook, beyond what is written in it.
Trait = Literal["formula", "merged", "hidden"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was received.

    Args:
        name: as the sender called it; shown, and its ending tells the format where the bytes
            do not. Never a path to open.
        data: the bytes, exactly.
    """

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Fingerprint of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell of a report.

    Args:
        file: name of the file.
        sheet: name of the sheet; None where the format has none.
        row: from 1, with the heading as row 1.
        column: what the column is called in :data:`COLUMNS`, or the heading as written.
        cell: address such as ``E7``: the column's letter as it stands in this file.
        value: as written, spaces at its ends included; empty for an empty cell.
    """

    file: str
    sheet: str | None
    row: int
    column: str
    cell: str
    value: str

    def as_dict(self) -> dict[str, object]:
        """The form in the JSON of an audit."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "cell": self.cell,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a report: a cell for each column that the sheet has.

    Args:
        number: from 1, with the heading as row 1.
        cells: by column; a column that the sheet lacks has none.
        traits: by column, what the workbook does to the cell.
    """

    number: int
    cells: Mapping[str, Cell]
    traits: Mapping[str, frozenset[Trait]] = field(default_factory=dict)

    def text(self, column: str) -> str:
        """What is written in a column, without spaces at its ends; empty where nothing is."""
        cell = self.cells.get(column)
        return cell.value.strip() if cell is not None else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report as a table of cells.

    Args:
        file: name of the file.
        sha256: of its bytes.
        sheet: name of the sheet; None where the format has none.
        columns: by column, its letter (``E``).
        rows: those that are not empty, in their order.
    """

    file: str
    sha256: str
    sheet: str | None
    columns: Mapping[str, str]
    rows: tuple[Row, ...]

    def cell(self, row: Row, column: str) -> Cell:
        """The cell of a row in a column: an empty one where the sheet has no such column."""
        found = row.cells.get(column)
        if found is not None:
            return found
        letter = self.columns.get(column, "")
        address = f"{letter}{row.number}" if letter else ""
        return Cell(self.file, self.sheet, row.number, column, address, "")
