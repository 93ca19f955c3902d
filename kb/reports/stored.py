"""The audit of all that a store has: the same rules, put to the store as queries.

A rule reads all reports at once, so the time grows with the figures and not with the reports.
The store may be a remote one. What is only in a file (cells as written, versions that are no
longer in force) is not in the store: findings name file, row and column.
Must not know how a store works, nor what any rule says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from kb.reports.auditing import Auditor
from kb.reports.finding import SEVERITIES, Finding
from kb.reports.hit import Hit, ends, merged
from kb.reports.sheet import Cell

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
#: Figures whose places are asked for at once.
_AT_ONCE = 500


class Selecting(Protocol):
    """Of a store what is needed here; its limits must fit queries over all reports."""

    def select(self, text: str) -> Sequence[Mapping[str, Term]]:
        """Rows of a SELECT query over the union of all graphs."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a figure stands, and what it is of."""

    file: str
    row: int
    written: str
    indicator: str

    def cell(self, column: str) -> Cell:
        # The address in the file is not in the graph.
        return Cell(self.file, None, self.row, column, "", self.written)


def audit_stored(
    auditor: Auditor, store: Selecting, progress: Callable[[str], None] | None = None
) -> tuple[Finding, ...]:
    """The findings of all reports in a store, in a fixed order.

    Args:
        auditor: of the plan that is in the store.
        store: with the plan and the reports in force.
        progress: called with the name of each rule as it begins.
    """

    def select(query: str) -> Iterator[Mapping[str, str]]:
        for row in store.select(query):
            yield {
                name: value.value for name, value in row.items() if not isinstance(value, ox.Triple)
            }

    hits = list(auditor.hits(select, progress))
    places = _places(select, auditor, {iri for hit in hits for iri in (hit.value, *hit.others)})

    def place(iri: str) -> tuple[int, str, int]:
        found = places[iri]
        return 0, found.file, found.row

    # Other things in the graph have a year and a submission too, and are no figures.
    known = merged((hit for hit in hits if hit.value in places), place)
    findings = (_finding(auditor, hit, places) for hit in known)
    return tuple(sorted(findings, key=_order))


def _finding(auditor: Auditor, hit: Hit, places: Mapping[str, _Place]) -> Finding:
    rule, own, column = hit.rule, places[hit.value], hit.column
    beside = {places[iri].cell(column) for iri in hit.others if iri in places}
    return Finding(
        rule.name,
        rule.severity,
        rule.outcome,
        auditor.messages.fill(rule.message, hit.found),
        auditor.messages.fill(rule.hint, hit.found),
        (own.cell(column), *sorted(beside, key=lambda cell: (cell.file, cell.row))),
        hit.value,
        ends(hit.found, "reported"),
        ends(hit.found, "computed"),
        auditor.clauses(hit, own.indicator or None),
    )


def _places(
    select: Callable[[str], Iterable[Mapping[str, str]]], auditor: Auditor, iris: Iterable[str]
) -> dict[str, _Place]:
    ns = auditor.namespace
    found = {}
    every = sorted(iris)
    for first in range(0, len(every), _AT_ONCE):
        listed = " ".join(f"<{iri}>" for iri in every[first : first + _AT_ONCE])
        for row in select(
            f"""PREFIX : <{ns}> SELECT ?one ?file ?row ?written ?indicator WHERE {{
                VALUES ?one {{ {listed} }}
                ?one :row ?row ; :submission ?report . ?report :fileName ?file
                OPTIONAL {{ ?one :writtenValue ?written }} OPTIONAL {{ ?one :indicator ?indicator }}
            }}"""
        ):
            found[row["one"]] = _Place(
                row["file"], int(row["row"]), row.get("written", ""), row.get("indicator", "")
            )
    return found


def _order(finding: Finding) -> tuple[object, ...]:
    """Severity, file, row, column, rule: as in the audit of a batch."""
    first = finding.cells[0]
    return (
        SEVERITIES.index(finding.severity),
        finding.outcome == "not-evaluable",
        first.file,
        finding.focus,
        first.row,
        first.column,
        finding.rule,
        finding.message.en,
    )
