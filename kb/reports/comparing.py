"""What became of the findings of an earlier version: fixed, persisting, new.

A finding is the same where its rule and the figure that it is about are: the row's own team,
indicator, year and basis tell, not its place, as rows move. Must not know how anything was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kb.reports.codelists import folded
from kb.reports.finding import Audit, Finding
from kb.reports.sheet import Row, Sheet

_TELLING = ("team", "indicator", "year", "basis")

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The findings of two versions held against each other.

    Args:
        fixed: findings of the earlier version that the later one does not have.
        new, persists: positions of findings in the later version.
    """

    fixed: tuple[Finding, ...] = ()
    new: frozenset[int] = frozenset()
    persists: frozenset[int] = frozenset()

    def as_dict(self) -> dict[int, str]:
        """By position in the later version, what a finding is."""
        return dict.fromkeys(self.persists, "persists") | dict.fromkeys(self.new, "new")


def compare(
    before: Audit, sheets_before: Iterable[Sheet], after: Audit, sheets_after: Iterable[Sheet]
) -> Changes:
    """Hold two audits against each other."""
    rows_before, rows_after = _rows(sheets_before), _rows(sheets_after)
    earlier: defaultdict[_Key, list[Finding]] = defaultdict(list)
    for finding in before.findings:
        earlier[_key(finding, rows_before)].append(finding)
    new, persists = set(), set()
    for place, finding in enumerate(after.findings):
        same = earlier.get(_key(finding, rows_after))
        if same:
            same.pop(0)
            persists.add(place)
        else:
            new.add(place)
    left = {id(finding) for found in earlier.values() for finding in found}
    fixed = tuple(finding for finding in before.findings if id(finding) in left)
    return Changes(fixed, frozenset(new), frozenset(persists))


_Rows = dict[tuple[str | None, int], Row]


def _rows(sheets: Iterable[Sheet]) -> _Rows:
    return {(sheet.sheet, row.number): row for sheet in sheets for row in sheet.rows}


def _key(finding: Finding, rows: _Rows) -> _Key:
    first = finding.cells[0]
    row = rows.get((first.sheet, first.row))
    if row is None:
        return (finding.rule, finding.outcome, first.column, first.row)
    # The cell at fault is left out: what was mended there must not hide what it was about.
    told = tuple(folded(row.text(name)) for name in _TELLING if name != first.column)
    return (finding.rule, finding.outcome, first.column, *told)
