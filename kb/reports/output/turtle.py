"""An audit as a standard ``sh:ValidationReport`` (SHACL 3.6), in Turtle.

What SHACL has no word for stands beside it: rule and outcome in the words of the graph, and in
words that only an audit needs, which the file itself explains, the cells, the two intervals, the
plan's clause, the targets' assessments. Every node has an IRI made from what was audited, so the
same audit is the same text. Must not know how anything was found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal

import pyoxigraph as ox

from kb import terms
from kb.reports.finding import Assessment, Audit, Finding
from kb.reports.output.wording import number
from kb.reports.sheet import Cell
from kb.terms import PROV, RDF, RDFS, SH, XSD
from kb.text import Text

_SEVERITY = {"violation": "Violation", "warning": "Warning", "info": "Info"}
_TYPE = ox.NamedNode(RDF + "type")

#: The words that only an audit needs, below ``audit#``.
_WORDS = {
    "consistent": Text("没有规则被违反", "no violation is violated, whatever else was found"),
    "ruleVersion": Text("所用规则的版本", "version of the rules that were used"),
    "unreadable": Text("文件为何无法读取", "why a file could not be read as a report"),
    "reportedLow": Text(
        "所填数值可代表的下限", "least value that the written figure can stand for"
    ),
    "reportedHigh": Text(
        "所填数值可代表的上限", "largest value that the written figure can stand for"
    ),
    "computedLow": Text("规则容许的下限", "least value that the rule allows there"),
    "computedHigh": Text("规则容许的上限", "largest value that the rule allows there"),
    "clause": Text("规划中与之相关的陈述", "what the plan says to it"),
    "cell": Text("相关单元格", "a cell that contributes; the one to mend first has position 1"),
    "sheet": Text("工作表", "name of the sheet"),
    "column": Text("列", "the column, by its heading"),
    "address": Text("单元格地址", "address of a cell, such as E7"),
    "grade": Text(
        "对目标的评估", "how a target stands: met, on-track, behind, missed, cannot-assess"
    ),
}


def write(audit: Audit, base: str, plan: str) -> bytes:
    """The report of an audit.

    Args:
        audit: to be written.
        base: base IRI in force.
        plan: code of the plan.
    """
    writer = _Writer(audit, base, plan)
    body = ox.serialize(writer.report(), format=ox.RdfFormat.TURTLE, prefixes=_prefixes(base, plan))
    assert body is not None
    return body


def _prefixes(base: str, plan: str) -> dict[str, str]:
    wanted = ("", "id", "sh", "xsd", "prov", "rdfs")
    found = {name: iri for name, iri in terms.prefixes(base, plan).items() if name in wanted}
    return {**found, "audit": base + "audit#", "shape": base + "shape/"}


class _Writer:
    def __init__(self, audit: Audit, base: str, plan: str) -> None:
        self._audit = audit
        self._ns = base + "ns#"
        self._words = base + "audit#"
        self._shapes = base + "shape/report-"
        files = " ".join(file.sha256 for file in audit.files)
        told = f"{audit.rules}\n{files}\n{len(audit.findings)}"
        digest = hashlib.sha256(told.encode()).hexdigest()[:16]
        self._iri = f"{base}id/{plan}/audit/{digest}"

    def report(self) -> Iterator[ox.Triple]:
        audit, report = self._audit, ox.NamedNode(self._iri)
        yield ox.Triple(report, _TYPE, _sh("ValidationReport"))
        # SHACL 3.6.1.1: true if and only if there is no result at all, of whatever severity.
        yield ox.Triple(report, _sh("conforms"), _boolean(not audit.findings))
        # What the contract calls conforms: no violation is violated.
        yield ox.Triple(report, self._word("consistent"), _boolean(audit.conforms))
        yield ox.Triple(report, self._word("ruleVersion"), ox.Literal(audit.rules))
        for place in range(1, len(audit.files) + 1):
            entity = ox.NamedNode(f"{self._iri}/file/{place}")
            yield ox.Triple(report, ox.NamedNode(PROV + "used"), entity)
        for place in range(1, len(audit.findings) + 1):
            yield ox.Triple(report, _sh("result"), ox.NamedNode(f"{self._iri}/result/{place}"))
        for place, file in enumerate(audit.files, 1):
            entity = ox.NamedNode(f"{self._iri}/file/{place}")
            yield ox.Triple(entity, self._own("fileName"), _literal(file.name))
            yield ox.Triple(entity, self._own("sha256"), ox.Literal(file.sha256))
            for said in _both(audit.unreadable.get(file.name)):
                yield ox.Triple(entity, self._word("unreadable"), said)
        for place, finding in enumerate(audit.findings, 1):
            result = ox.NamedNode(f"{self._iri}/result/{place}")
            yield from self._result(result, finding)
        for place, assessment in enumerate(audit.progress, 1):
            node = ox.NamedNode(f"{self._iri}/assessment/{place}")
            yield from self._assessment(node, assessment)
        for name, meaning in _WORDS.items():
            for said in _both(meaning):
                yield ox.Triple(self._word(name), ox.NamedNode(RDFS + "comment"), said)

    def _result(self, result: ox.NamedNode, finding: Finding) -> Iterator[ox.Triple]:
        rule = ox.NamedNode(self._shapes + finding.rule)
        yield ox.Triple(result, _TYPE, _sh("ValidationResult"))
        if finding.focus:
            yield ox.Triple(result, _sh("focusNode"), ox.NamedNode(finding.focus))
            yield ox.Triple(result, _sh("value"), ox.NamedNode(finding.focus))
        else:
            yield ox.Triple(result, _sh("focusNode"), ox.NamedNode(self._iri))
        yield ox.Triple(result, _sh("resultSeverity"), _sh(_SEVERITY[finding.severity]))
        yield ox.Triple(result, _sh("sourceShape"), rule)
        yield ox.Triple(result, _sh("sourceConstraintComponent"), _sh("SPARQLConstraintComponent"))
        for said in _both(finding.message):
            yield ox.Triple(result, _sh("resultMessage"), said)
        yield ox.Triple(result, self._own("ruleName"), ox.Literal(finding.rule))
        yield ox.Triple(result, self._own("outcome"), ox.Literal(finding.outcome))
        for said in _both(finding.hint):
            yield ox.Triple(result, self._own("hint"), said)
        for name, ends in (("reported", finding.reported), ("computed", finding.computed)):
            for side, end in zip(("Low", "High"), ends or (None, None), strict=True):
                if end is not None:
                    yield ox.Triple(result, self._word(name + side), _decimal(end))
        for clause in finding.plan:
            yield ox.Triple(result, self._word("clause"), ox.NamedNode(clause.iri))
        for place, cell in enumerate(finding.cells, 1):
            node = ox.NamedNode(f"{result.value}/cell/{place}")
            yield ox.Triple(result, self._word("cell"), node)
            yield from self._cell(node, cell, place)

    def _cell(self, node: ox.NamedNode, cell: Cell, place: int) -> Iterator[ox.Triple]:
        texts = {
            self._own("fileName"): cell.file,
            self._word("sheet"): cell.sheet,
            self._word("column"): cell.column,
            self._word("address"): cell.cell,
            self._own("writtenValue"): cell.value,
        }
        for predicate, text in texts.items():
            if text:
                yield ox.Triple(node, predicate, _literal(text))
        for name, count in (("row", cell.row), ("position", place)):
            integer = ox.Literal(str(count), datatype=ox.NamedNode(XSD + "integer"))
            yield ox.Triple(node, self._own(name), integer)

    def _assessment(self, node: ox.NamedNode, found: Assessment) -> Iterator[ox.Triple]:
        yield ox.Triple(node, _TYPE, self._own("Assessment"))
        yield ox.Triple(node, self._own("target"), ox.NamedNode(found.target))
        if found.year is not None:
            year = ox.Literal(str(found.year), datatype=ox.NamedNode(XSD + "integer"))
            yield ox.Triple(node, self._own("year"), year)
        yield ox.Triple(node, self._word("grade"), ox.Literal(found.grade))
        for said in _both(found.reason):
            yield ox.Triple(node, self._own("reason"), said)
        for iri in found.used:
            yield ox.Triple(node, ox.NamedNode(PROV + "used"), ox.NamedNode(iri))

    def _word(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(self._words + name)

    def _own(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(self._ns + name)


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


def _boolean(value: bool) -> ox.Literal:  # noqa: FBT001 - a value, not a switch
    return ox.Literal("true" if value else "false", datatype=ox.NamedNode(XSD + "boolean"))


def _decimal(value: Decimal) -> ox.Literal:
    return ox.Literal(number(value), datatype=ox.NamedNode(XSD + "decimal"))


def _literal(text: str) -> ox.Literal:
    """A lone surrogate, which a file's name may have, is no Unicode text."""
    return ox.Literal(text.encode("utf-8", "replace").decode())


def _both(text: Text | None) -> Iterator[ox.Literal]:
    if text is not None:
        yield ox.Literal(text.zh, language="zh")
        yield ox.Literal(text.en, language="en")
