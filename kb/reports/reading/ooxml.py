"""XLSX: cells as they are shown, with formulas, merged and hidden cells told apart.

One pass over each part; ECMA-376 part 1, 18 (SpreadsheetML), the strict variant included.
Must not know headings, nor what any cell means.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb.reports.reading.broken import broken, wrong_type
from kb.reports.reading.grid import Grid
from kb.reports.reading.limits import Limits
from kb.reports.reading.markup import Attributes, walk
from kb.reports.reading.package import Package, external, macros
from kb.reports.reading.shown import BUILT_IN, shown
from kb.reports.reading.tabulating import Tabulating

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class _Book:
    strings: list[str]
    formats: list[str]
    since_1904: bool
    limits: Limits


def grids(package: Package, limits: Limits) -> tuple[Grid, ...]:
    """All sheets of a workbook, hidden ones too.

    Raises:
        FileProblem: it is no workbook, is damaged, has macros or takes values from elsewhere.
    """
    types = package.read("[Content_Types].xml").lower()
    if b"macroenabled" in types or b"vbaproject" in types:
        raise macros()
    if b"externallink" in types:
        raise external()
    top = _relations(package, "")
    main = next((path for kind, path in top.values() if kind == "officeDocument"), None)
    if main is None or main not in package:
        raise broken("XLSX")
    if not main.startswith("xl/") and b"spreadsheetml" not in types:
        raise wrong_type("Word 或 PowerPoint 文件", "a Word or PowerPoint file")
    related = _relations(package, main)
    parts = {kind: path for kind, path in related.values() if path in package}
    named: list[tuple[str, str, bool]] = []
    since_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal since_1904
        if name == "sheet":
            state = attributes.get("state", "visible")
            named.append((attributes.get("name", ""), attributes.get("id", ""), state != "visible"))
        elif name == "workbookPr":
            since_1904 = _true(attributes.get("date1904"))

    walk(package.read(main), start, _ignore, _ignore)
    book = _Book(
        _strings(package.read(parts["sharedStrings"])) if "sharedStrings" in parts else [],
        _formats(package.read(parts["styles"])) if "styles" in parts else [],
        since_1904,
        limits,
    )
    found = []
    for name, identifier, hidden in named:
        kind, path = related.get(identifier, ("", ""))
        if kind == "worksheet":  # charts and dialogues hold no cells
            if path not in package:
                raise broken("XLSX")
            found.append(_sheet(name, package.read(path), book, hidden=hidden))
    return tuple(found)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """By id, the last word of the kind, and the path of the part related to another."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    if path not in package:
        return found

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            inside = target[1:] if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, posixpath.normpath(inside))

    walk(package.read(path), start, _ignore, _ignore)
    return found


def _strings(data: bytes) -> list[str]:
    found: list[str] = []
    pieces: list[str] = []
    inside = spoken = False  # in a text; in how it is spoken, which is no part of it

    def start(name: str, _: Attributes) -> None:
        nonlocal inside, spoken
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            spoken = True
        inside = name == "t" and not spoken

    def end(name: str) -> None:
        nonlocal inside, spoken
        inside = False
        if name == "rPh":
            spoken = False
        elif name == "si":
            found.append(_unescaped("".join(pieces)))

    def text(piece: str) -> None:
        if inside:
            pieces.append(piece)

    walk(data, start, end, text)
    return found


def _formats(data: bytes) -> list[str]:
    """The number format of each cell format."""
    codes: dict[str, str] = {}
    numbers: list[str] = []
    cells = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal cells
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            cells = True
        elif name == "xf" and cells:
            numbers.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        nonlocal cells
        if name == "cellXfs":
            cells = False

    walk(data, start, end, _ignore)
    built_in: Mapping[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    return [codes.get(number, built_in.get(number, "")) for number in numbers]


def _sheet(name: str, data: bytes, book: _Book, *, hidden: bool) -> Grid:
    table = Tabulating(book.limits)
    row = column = -1
    kind = style = ""
    formula = collecting = spoken = False
    pieces: list[str] = []

    def start(element: str, attributes: Attributes) -> None:
        nonlocal row, column, kind, style, formula, collecting, spoken
        if element == "c":
            column += 1
            address = _ADDRESS.fullmatch(attributes.get("r", ""))
            if address is not None:
                column, row = _column(address[1]), int(address[2]) - 1
            kind, style = attributes.get("t", "n"), attributes.get("s", "")
            formula = False
            pieces.clear()
        elif element == "v" or (element == "t" and not spoken):
            collecting = True
        elif element == "f":
            formula = True
        elif element == "rPh":
            spoken = True
        elif element == "row":
            number = attributes.get("r", "")
            row = int(number) - 1 if number.isascii() and number.isdigit() else row + 1
            column = -1
            if _true(attributes.get("hidden")):
                table.hide_row(row)
        elif element == "col" and _true(attributes.get("hidden")):
            first, last = attributes.get("min", "0"), attributes.get("max", "0")
            if first.isdigit() and last.isdigit():
                table.hide_columns(int(first) - 1, int(last) - 1)
        elif element == "mergeCell":
            corners = [_ADDRESS.fullmatch(part) for part in attributes.get("ref", "").split(":")]
            if len(corners) == 2 and corners[0] is not None and corners[1] is not None:
                (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
                table.merge(int(top) - 1, _column(left), int(bottom) - 1, _column(right))

    def end(element: str) -> None:
        nonlocal collecting, spoken
        collecting = False
        if element == "c":
            text = _text("".join(pieces), kind, style, book)
            table.put(row, column, text, formula=formula)
        elif element == "rPh":
            spoken = False

    def text(piece: str) -> None:
        if collecting:
            pieces.append(piece)

    walk(data, start, end, text)
    if hidden:
        table.hide_all()
    return table.grid(name)


def _text(raw: str, kind: str, style: str, book: _Book) -> str:
    """What a cell shows."""
    if kind == "s":
        at = int(raw) if raw.isascii() and raw.isdigit() else -1
        if not 0 <= at < len(book.strings):
            raise broken("XLSX")
        return book.strings[at]
    if kind == "b" and raw:
        return "TRUE" if raw.strip() == "1" else "FALSE"
    if kind == "n" and raw:
        at = int(style) if style.isascii() and style.isdigit() else -1
        code = book.formats[at] if 0 <= at < len(book.formats) else ""
        return shown(raw.strip(), code, since_1904=book.since_1904)
    return _unescaped(raw)


def _unescaped(text: str) -> str:
    """Characters that XML has no place for stand as _x000D_ (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _column(letters: str) -> int:
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - 64
    return number - 1


def _true(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _ignore(*_: object) -> None:
    pass
