"""Findings as CSV (RFC 4180) in UTF-8 with the mark that spreadsheets look for.

One line for each finding and each of its cells, in the order of the audit; the finding's number
tells which lines belong together. No cell can start a formula. Must not know how anything was
found.
"""

from __future__ import annotations

import csv
import io

from kb.reports.finding import Audit, Ends, Finding
from kb.reports.output.wording import number
from kb.reports.sheet import Cell
from kb.spreadsheet import safe

COLUMNS = (
    "finding", "rule", "severity", "outcome", "file", "sheet", "row", "column", "cell", "value",
    "message_zh", "message_en", "hint_zh", "hint_en", "reported_low", "reported_high",
    "computed_low", "computed_high", "plan", "quotes",
)  # fmt: skip


def write(audit: Audit) -> bytes:
    """The findings of an audit; of files that could not be read, why."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(COLUMNS)
    for place, finding in enumerate(audit.findings, 1):
        for cell in finding.cells:
            lines.writerow(_line(place, finding, cell))
    for file, why in audit.unreadable.items():
        # Not a finding of any rule: it has no number.
        empty = [""] * len(COLUMNS)
        empty[1:5] = ["unreadable", "violation", "", safe(file)]
        empty[10:12] = [safe(why.zh), safe(why.en)]
        lines.writerow(empty)
    return ("\ufeff" + written.getvalue()).encode("utf-8", "replace")


def _line(place: int, finding: Finding, cell: Cell) -> list[str]:
    quotes = [quote.quote for clause in finding.plan for quote in clause.evidence]
    return [
        str(place),
        *map(safe, (finding.rule, finding.severity, finding.outcome, cell.file, cell.sheet or "")),
        str(cell.row),
        *map(safe, (cell.column, cell.cell, cell.value)),
        *map(safe, (finding.message.zh, finding.message.en, finding.hint.zh, finding.hint.en)),
        *_ends(finding.reported),
        *_ends(finding.computed),
        safe(" ".join(clause.iri for clause in finding.plan)),
        safe(" ¦ ".join(quotes)),
    ]


def _ends(ends: Ends | None) -> tuple[str, str]:
    """Numbers as they are: a minus before one is no formula."""
    low, high = ends or (None, None)
    return ("" if low is None else number(low), "" if high is None else number(high))
