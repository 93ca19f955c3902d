"""The submitter's own workbook back: cells coloured and commented by severity, and the findings.

An XLSX workbook is kept as it is, apart from what could do harm to whoever opens it next: a
formula stays only where it reckons with the workbook's own cells and is shown as text
elsewhere; links lead to the web only; what the library does not know (macros, embedded objects,
connections) is not written again. For other formats a workbook is made from the rows as written.
It can be mended and handed in again. Must not know how anything was found.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kb.reports.finding import Audit, Finding
from kb.reports.output.marking import Marks
from kb.reports.output.wording import KIND, SAID, Kind, interval, kind_of
from kb.reports.sheet import Sheet, Upload
from kb.spreadsheet import written
from kb.text import Text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as WrittenCell
    from openpyxl.worksheet.worksheet import Worksheet

#: Backgrounds by gravity; each finding is named in a comment too, as colour alone tells too few.
_FILL: dict[Kind, str] = {
    "violation": "FFF4B6B0",
    "warning": "FFFFE08A",
    "info": "FFBFE3EC",
    "not-evaluable": "FFE3E3E3",
}
#: Functions that reckon with the cells of the workbook and do nothing else.
_HARMLESS = frozenset(
    {
        "ABS", "AND", "AVERAGE", "COUNT", "COUNTA", "COUNTIF", "IF", "IFERROR", "INT", "MAX",
        "MIN", "MOD", "NOT", "OR", "PRODUCT", "ROUND", "ROUNDDOWN", "ROUNDUP", "SUM", "SUMIF",
        "SUMIFS", "SUMPRODUCT", "TRUNC", "VALUE",
    }
)  # fmt: skip
_LONGEST_FORMULA = 1000
#: Bytes of a workbook once unpacked; of a larger one the rows come back, as this library takes
#: half a second for each MiB.
_LARGEST = 12 * 2**20
_AUTHOR = "plankb"
#: What our part of a comment begins with, so that the next audit can take it away.
_OURS = "—— plankb ——"
#: Of a comment; Excel takes 32,767 characters, and nobody reads as many.
_LONGEST_COMMENT = 4000


def write(audit: Audit, uploads: Sequence[Upload], sheets: Sequence[Sheet]) -> bytes:
    """The workbook of an audit.

    Args:
        audit: of these uploads, and perhaps of others.
        uploads: the files as received. A single XLSX workbook that could be read comes back
            itself; of anything else the rows do.
        sheets: as read from them.
    """
    book = _own(audit, uploads)
    if book is None:
        book, titles = _made(sheets)
    else:
        titles = {(uploads[0].name, title): title for title in book.sheetnames}
    _mark(book, audit, titles, sheets)
    _list(book, audit, titles)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ------------------------------------------------------------------------- the submitter's own


def _own(audit: Audit, uploads: Sequence[Upload]) -> Workbook | None:
    """The workbook that was handed in, made harmless; None where there is no single one."""
    if len(uploads) != 1 or uploads[0].name in audit.unreadable:
        return None
    data = uploads[0].data
    if not _is_workbook(data):
        return None
    import openpyxl

    try:
        # Not keep_vba: what is not understood is left out.
        book = openpyxl.load_workbook(io.BytesIO(data), rich_text=False, keep_links=False)
    except Exception:  # noqa: BLE001 - the reader took it and this library does not: rows will do
        return None
    _disarm(book)
    if not book.worksheets:  # it had only charts
        return None
    return book


def _is_workbook(data: bytes) -> bool:
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError):
        return False
    return sum(part.file_size for part in parts) <= _LARGEST and any(
        part.filename == "xl/workbook.xml" for part in parts
    )


def _disarm(book: Workbook) -> None:
    """Leave nothing in the workbook that acts, or leads anywhere but the web."""
    for name in list(book.defined_names):
        if not _reckons("=" + str(book.defined_names[name].attr_text)):
            del book.defined_names[name]
    for sheet in list(book.worksheets):
        if sheet.title == _NAME and len(book.sheetnames) > 1:
            book.remove(sheet)  # of an audit before: the workbook went back and forth
            continue
        for name in list(sheet.defined_names):
            if not _reckons("=" + str(sheet.defined_names[name].attr_text)):
                del sheet.defined_names[name]
        sheet.data_validations.dataValidation = [
            rule
            for rule in sheet.data_validations.dataValidation
            if _refers(rule.formula1) and _refers(rule.formula2)
        ]
        # Not row by row: one cell at the far end would make billions of them.
        for cell in list(sheet._cells.values()):  # noqa: SLF001 - no public way
            _disarm_cell(cell)


def _disarm_cell(cell: Any) -> None:
    if getattr(cell, "data_type", "") == "f":
        content = getattr(cell.value, "text", cell.value)
        if not isinstance(cell.value, str) or not _reckons(cell.value):
            _as_text(cell, str(content))
    comment = getattr(cell, "comment", None)
    if comment is not None and _OURS in comment.text:
        before = comment.text.partition(_OURS)[0].rstrip()
        cell.comment = None
        if before:
            from openpyxl.comments import Comment

            cell.comment = Comment(before, comment.author)
        from openpyxl.styles import PatternFill

        cell.fill = PatternFill()
    link = getattr(cell, "hyperlink", None)
    if link is not None and link.target and not re.match(r"https?://", link.target, re.I):
        cell.hyperlink = None


def _as_text(cell: WrittenCell, text: str) -> None:
    """Put a text into a cell that stays one, whatever it begins with."""
    cell.value = written(text)[:32_767]
    cell.data_type = "s"
    cell.quotePrefix = True


def _reckons(formula: str) -> bool:
    """Whether a formula does nothing but reckon with the cells of its own workbook.

    >>> _reckons("=SUM(A1:A3)/2"), _reckons('=WEBSERVICE("http://x")'), _reckons("=cmd|'/C x'!A0")
    (True, False, False)
    """
    from openpyxl.formula import Tokenizer
    from openpyxl.formula.tokenizer import Token

    if len(formula) > _LONGEST_FORMULA or "|" in formula or "[" in formula:
        return False
    try:
        tokens = Tokenizer(formula).items
    except Exception:  # noqa: BLE001 - no formula that this library can take apart is kept
        return False
    return all(
        token.value.rstrip("(").upper() in _HARMLESS
        for token in tokens
        if token.type == Token.FUNC and token.subtype == Token.OPEN
    ) and not any(
        token.type == Token.OPERAND and token.subtype == Token.RANGE and "\\" in token.value
        for token in tokens
    )


def _refers(formula: str | None) -> bool:
    """Whether the list or limit of a validation is a constant or reckons."""
    return formula is None or _reckons("=" + str(formula).lstrip("="))


# ------------------------------------------------------------------------- from rows


def _made(sheets: Iterable[Sheet]) -> tuple[Workbook, dict[tuple[str, str | None], str]]:
    """A workbook with the rows as written, each cell at its address, as text."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    titles: dict[tuple[str, str | None], str] = {}
    for number, sheet in enumerate(sheets, 1):
        page = book.create_sheet(_title(sheet.sheet or sheet.file, number))
        titles[sheet.file, sheet.sheet] = page.title
        for column, letter in sheet.columns.items():
            head = page[f"{letter}1"]
            _as_text(head, column)
            head.font = Font(bold=True)
        for row in sheet.rows:
            for cell in row.cells.values():
                if cell.cell and cell.value:
                    _as_text(page[cell.cell], cell.value)
        page.freeze_panes = "A2"
    return book, titles


def _title(name: str, number: int) -> str:
    """A name as sheets may have it (Excel: 31 characters, some signs are not allowed)."""
    kept = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", written(name)).strip()[:24]
    return f"{number} {kept}" if kept else str(number)


# ------------------------------------------------------------------------- marks


def _mark(
    book: Workbook,
    audit: Audit,
    titles: dict[tuple[str, str | None], str],
    sheets: Sequence[Sheet],
) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    fills = {kind: PatternFill("solid", fgColor=colour) for kind, colour in _FILL.items()}
    marks = Marks(audit)
    for sheet in sheets:
        title = titles.get((sheet.file, sheet.sheet))
        if title is None:
            continue
        page = book[title]
        for row, columns in sorted(marks.rows(sheet.file, sheet.sheet).items()):
            by_address: dict[str, list[str]] = {}
            for column in sorted(columns):
                letter = sheet.columns.get(column, "A")  # no such column: at the row's beginning
                by_address.setdefault(f"{letter}{row}", []).append(column)
            for address, at in by_address.items():
                mark = marks.at(sheet.file, sheet.sheet, row, at)
                assert mark is not None, "the marks of a row are at its columns"
                cell = _top_left(page, address)
                cell.fill = fills[mark.kind]
                before = cell.comment.text + "\n\n" if cell.comment else ""
                told = "\n\n".join(
                    _told(place, audit.findings[place - 1]) for place in mark.numbers
                )
                text = f"{before}{_OURS}\n{told}"
                comment = Comment(written(text)[:_LONGEST_COMMENT], _AUTHOR)
                comment.width, comment.height = 420, min(90 + 14 * len(told) // 30, 400)
                cell.comment = comment


def _top_left(page: Worksheet, address: str) -> Any:
    """The cell that shows at an address: of merged ones the first."""
    for merged in page.merged_cells.ranges:
        if address in merged:
            return page.cell(merged.min_row, merged.min_col)
    return page[address]


def _told(place: int, finding: Finding) -> str:
    kind = KIND[kind_of(finding)]
    lines = [
        f"[{place}] {kind.zh} {kind.en}: {finding.rule}",
        finding.message.zh,
        finding.message.en,
        finding.hint.zh,
        finding.hint.en,
    ]
    return "\n".join(line for line in lines if line)


# ------------------------------------------------------------------------- the list of findings

_COLUMNS: tuple[tuple[Text, int], ...] = (
    (SAID["number"], 8), (SAID["severity"], 14), (SAID["rule"], 22), (SAID["file"], 24),
    (SAID["sheet"], 16), (SAID["cell"], 10), (SAID["written"], 16), (SAID["message"], 60),
    (SAID["hint"], 44), (SAID["reported"], 18), (SAID["computed"], 18), (SAID["plan"], 40),
)  # fmt: skip
_NAME = "审核发现 findings"


def _list(book: Workbook, audit: Audit, titles: dict[tuple[str, str | None], str]) -> None:
    """A sheet with all findings, one line for each of their cells."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    page = book.create_sheet(_NAME)
    page.append([])
    _as_text(page["A1"], f"{SAID['rules'].zh} {SAID['rules'].en}: {audit.rules}")
    for place, (title, width) in enumerate(_COLUMNS, 1):
        head = page.cell(2, place)
        _as_text(head, f"{title.zh} {title.en}")
        head.font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = width
    wrapped = Alignment(wrap_text=True, vertical="top")
    line = 3
    for number, finding in enumerate(audit.findings, 1):
        kind = kind_of(finding)
        for cell in finding.cells:
            quotes = " ¦ ".join(q.quote for clause in finding.plan for q in clause.evidence)
            texts = [
                "", f"{KIND[kind].zh} {KIND[kind].en}", finding.rule, cell.file, cell.sheet or "",
                cell.cell, cell.value, f"{finding.message.zh}\n{finding.message.en}",
                f"{finding.hint.zh}\n{finding.hint.en}", interval(finding.reported),
                interval(finding.computed), quotes,
            ]  # fmt: skip
            page.cell(line, 1, number)
            for place, text in enumerate(texts, 1):
                at = page.cell(line, place)
                if text:
                    _as_text(at, text)
                at.alignment = wrapped
            page.cell(line, 2).fill = PatternFill("solid", fgColor=_FILL[kind])
            own = titles.get((cell.file, cell.sheet))
            if own and cell.cell:
                quoted = own.replace("'", "''")
                at = page.cell(line, 6)
                at.hyperlink = Hyperlink(at.coordinate, location=f"'{quoted}'!{cell.cell}")
            line += 1
    for file, why in audit.unreadable.items():
        _as_text(page.cell(line, 4), file)
        _as_text(page.cell(line, 8), f"{why.zh}\n{why.en}")
        line += 1
    page.freeze_panes = "A3"
    if line > 3:
        page.auto_filter.ref = f"A2:{get_column_letter(len(_COLUMNS))}{line - 1}"
