"""What a page shows of an audit, made ready for the template that all pages share.

Must not know the web: what leads where is given to the template by whoever has addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kb.reports.finding import Audit, Ends, Finding
from kb.reports.output.marking import MarkedSheet, marked
from kb.reports.output.wording import (
    COLUMN,
    GRADE,
    KIND,
    KINDS,
    SAID,
    SEVERAL,
    Kind,
    interval,
    kind_of,
)
from kb.reports.sheet import Cell, Sheet
from kb.reports.waiving import places
from kb.text import Text

#: Rows without a finding that a page shows of each table; a template has some dozens.
SHOWN_ROWS = 500


@dataclass(frozen=True)
class View:
    """An audit with all that a page says of it.

    Args:
        audit: to be shown.
        sheets: its tables, with their marks.
        names: of targets and other resources, by IRI.
        changes: by position of a finding: ``new`` or ``persists``, beside an earlier version.
    """

    audit: Audit
    sheets: tuple[MarkedSheet, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)
    changes: Mapping[int, str] = field(default_factory=dict)

    kinds = KIND
    several_kinds = SEVERAL
    grades = GRADE
    t = SAID

    @classmethod
    def of(
        cls,
        audit: Audit,
        sheets: Iterable[Sheet],
        names: Mapping[str, Text],
        changes: Mapping[int, str] | None = None,
    ) -> View:
        """The view of an audit of these sheets."""
        return cls(audit, marked(audit, sheets, SHOWN_ROWS), names, changes or {})

    @property
    def counts(self) -> list[tuple[Kind, int]]:
        """How many findings there are of each kind, the gravest first; none of 0."""
        found = [kind_of(finding) for finding in self.audit.findings]
        return [(kind, found.count(kind)) for kind in KINDS if kind in found]

    @property
    def several(self) -> bool:
        """Whether a cell needs its file or sheet beside it."""
        return len(self.audit.files) > 1 or len(self.sheets) > 1

    @staticmethod
    def kind(finding: Finding) -> Kind:
        """What a finding is shown as."""
        return kind_of(finding)

    @staticmethod
    def interval(ends: Ends | None) -> str:
        """An interval as it is written."""
        return interval(ends)

    @staticmethod
    def column(name: str) -> Text:
        """What a column is called; one that is not ours as it is written."""
        return COLUMN.get(name) or Text(name, name)

    @staticmethod
    def left_out(sheet: MarkedSheet) -> Text:
        """That rows are not shown."""
        said, count = SAID["left-out"], f"{sheet.left_out:,}"
        return Text(said.zh.replace("{n}", count), said.en.replace("{n}", count))

    @staticmethod
    def places(finding: Finding) -> tuple[str, ...]:
        """Where a finding's cells are, as waivers name them."""
        return places(finding)

    def name(self, iri: str) -> Text:
        """What a resource is called; its last part where it has no name."""
        last = iri.rsplit("/", 1)[-1]
        return self.names.get(iri) or Text(last, last)

    def change(self, finding: Finding) -> str:
        """What became of a finding since the version before; empty where there is none."""
        if not self.changes:
            return ""
        return self.changes.get(self._places[id(finding)], "")

    def anchor(self, cell: Cell) -> str:
        """Where a cell stands on the page; empty where it does not."""
        return self._anchors.get((cell.file, cell.sheet, cell.cell), "")

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(finding): place for place, finding in enumerate(self.audit.findings)}

    @cached_property
    def _anchors(self) -> dict[tuple[str, str | None, str], str]:
        return {
            (sheet.file, sheet.sheet, cell.address): f"s{number}-{cell.address}"
            for number, sheet in enumerate(self.sheets, 1)
            for row in (sheet.heading, *sheet.rows)
            for cell in row.cells
        }
