"""ODS: cells as they are shown, with formulas, merged and hidden cells told apart.

One pass over content.xml; OASIS OpenDocument 1.3 part 3, 9 (tables). Must not know headings,
nor what any cell means.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from kb.reports.reading.broken import broken, wrong_type
from kb.reports.reading.grid import Grid, too_many_rows
from kb.reports.reading.limits import Limits
from kb.reports.reading.markup import Attributes, walk
from kb.reports.reading.package import Package, encrypted, external, macros
from kb.reports.reading.shown import shown
from kb.reports.reading.tabulating import Tabulating

_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?%?|[+-]?[0-9]+(?:\.[0-9]+)?%?")


def grids(package: Package, limits: Limits) -> tuple[Grid, ...]:
    """All sheets, hidden ones too.

    Raises:
        FileProblem: it is no spreadsheet, is damaged or encrypted, has macros or takes values
            from elsewhere.
    """
    if package.read("mimetype").strip() != _SPREADSHEET:
        raise wrong_type("其他类型的 OpenDocument 文件", "another kind of OpenDocument file")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read(
        "META-INF/manifest.xml"
    ):
        raise encrypted()
    if "content.xml" not in package:
        raise broken("ODS")
    reader = _Reader(limits)
    walk(package.read("content.xml"), reader.start, reader.end, reader.text)
    return tuple(reader.found)


class _Reader:
    """The state of one pass."""

    def __init__(self, limits: Limits) -> None:
        self.found: list[Grid] = []
        self._limits = limits
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._table: Tabulating | None = None
        self._depth = 0  # of tables within tables, which are none of ours
        self._name = ""
        self._row = self._column = self._drawn = 0
        self._rows = 1
        self._cell: Attributes | None = None
        self._pieces: list[str] = []
        self._paragraphs = 0
        self._collecting = 0
        self._aside = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "annotation":  # a comment beside the cell is no part of it
            self._aside += 1
        if self._aside:
            return
        if name == "style":
            self._style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name in ("table-source", "dde-source"):
            raise external()
        elif name == "script" and "language" in attributes:
            raise macros()
        elif name == "table":
            self._depth += 1
            if self._depth == 1:
                self._open(attributes)
        elif self._table is not None and self._depth == 1:
            self._within(self._table, name, attributes)

    def _open(self, attributes: Attributes) -> None:
        self._table = Tabulating(self._limits)
        self._name = attributes.get("name", "")
        self._row = self._drawn = 0
        if attributes.get("style-name") in self._hidden_styles:
            self._table.hide_all()

    def _within(self, table: Tabulating, name: str, attributes: Attributes) -> None:
        if name == "table-column":
            repeated = _times(attributes, "number-columns-repeated")
            if attributes.get("visibility") in ("collapse", "filter"):
                table.hide_columns(self._drawn, self._drawn + repeated - 1)
            self._drawn += repeated
        elif name == "table-row":
            self._column = 0
            self._rows = _times(attributes, "number-rows-repeated")
            if attributes.get("visibility") in ("collapse", "filter"):
                for row in range(self._row, self._row + min(self._rows, self._limits.rows)):
                    table.hide_row(row)
        elif name in ("table-cell", "covered-table-cell"):
            self._cell = attributes
            self._pieces.clear()
            self._paragraphs = 0
        elif self._cell is not None and name in ("p", "h"):
            if self._paragraphs:
                self._pieces.append("\n")
            self._paragraphs += 1
            self._collecting += 1
        elif self._collecting and name == "s":
            self._pieces.append(" " * min(_times(attributes, "c"), 100))
        elif self._collecting and name in ("tab", "line-break"):
            self._pieces.append("\t" if name == "tab" else "\n")

    def end(self, name: str) -> None:
        if name == "annotation":
            self._aside -= 1
        if self._aside:
            return
        if name == "table":
            self._depth -= 1
            if self._depth == 0 and self._table is not None:
                self.found.append(self._table.grid(self._name))
                self._table = None
        elif self._table is None or self._depth != 1:
            return
        elif name in ("p", "h") and self._collecting:
            self._collecting -= 1
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._put(self._table, self._cell)
            self._cell = None
        elif name == "table-row":
            self._row += self._rows

    def text(self, piece: str) -> None:
        if self._collecting and not self._aside:
            self._pieces.append(piece)

    def _put(self, table: Tabulating, cell: Attributes) -> None:
        repeated = _times(cell, "number-columns-repeated")
        text = _text("".join(self._pieces), cell)
        formula = "formula" in cell
        if text or formula:
            if self._row + self._rows > self._limits.rows:
                raise too_many_rows(self._limits.rows)
            for row in range(self._row, self._row + self._rows):
                for column in range(
                    self._column, self._column + min(repeated, self._limits.columns + 1)
                ):
                    table.put(row, column, text, formula=formula)
        down = _times(cell, "number-rows-spanned")
        across = _times(cell, "number-columns-spanned")
        if down > 1 or across > 1:
            table.merge(self._row, self._column, self._row + down - 1, self._column + across - 1)
        self._column += repeated


def _text(seen: str, cell: Attributes) -> str:
    """What a cell shows; a number that is shown in some other way is given as it is."""
    if cell.get("value-type") not in ("float", "percentage", "currency"):
        return seen or cell.get("string-value", "")
    value = cell.get("value", "")
    if _NUMBER.fullmatch(seen.strip()) and _same(seen.strip(), value):
        return seen
    return shown(value, "0.##########%" if cell["value-type"] == "percentage" else "")


def _same(seen: str, value: str) -> bool:
    """Whether a number is what the cell holds, rounded: 1.234 is not 1234 written elsewhere."""
    percent = seen.endswith("%")
    digits = seen.rstrip("%").replace(",", "")
    try:
        held = Decimal(value) * (100 if percent else 1)
        return abs(Decimal(digits) - held) <= Decimal(1).scaleb(
            -len(digits.partition(".")[2])
        ) * Decimal("0.51")
    except InvalidOperation:
        return False


def _times(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 9 else 1
