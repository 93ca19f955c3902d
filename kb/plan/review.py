"""The plan's self-audit and gap analysis: what its own arithmetic says, what it leaves out.

Each finding is a query of ``queries/review`` with a sentence in its header that the row's
values fill. Must not know any particular finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kb.plan import knowledge
from kb.plan.evidence import Span
from kb.plan.graph import PlanGraph
from kb.plan.why import Explainer
from kb.text import Text


@dataclass(frozen=True)
class Finding:
    """One row of a review query.

    Attributes:
        values: the row by variable, as text.
        text: the row as a sentence in both languages, with the sum worked out.
        spans: clauses that the resources in the row stand on.
    """

    values: dict[str, str]
    text: Text
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Review:
    """One review query with what it found.

    Attributes:
        name: the query's name.
        label: what it looks at.
        explanation: how it looks, and what to make of it.
        findings: its rows.
        query: the SPARQL text, which can be run and changed.
        part: ``arithmetic``, ``gaps`` or ``anomalies``.
    """

    name: str
    label: Text
    explanation: Text
    findings: tuple[Finding, ...]
    query: str
    part: str = "arithmetic"

    def as_dict(self) -> dict[str, object]:
        """The form in JSON."""
        return {
            "name": self.name,
            "label": self.label.as_dict(),
            "explanation": self.explanation.as_dict(),
            "findings": [
                {
                    "text": finding.text.as_dict(),
                    "values": finding.values,
                    "evidence": [span.as_dict() for span in finding.spans],
                }
                for finding in self.findings
            ],
        }


def review(graph: PlanGraph) -> Iterator[Review]:
    """Run all review queries on a plan graph; see :func:`reviews`."""
    return reviews(graph.base, graph.select, Explainer(graph).cited)


def reviews(
    base: str,
    select: Callable[[str], list[dict[str, str]]],
    cited: Callable[[list[str]], tuple[Span, ...]],
) -> Iterator[Review]:
    """Run all review queries.

    Resources in a row are IRIs (several separated by spaces, where a query aggregates
    them); their labels fill the sentence and their clauses are the finding's evidence.

    Args:
        base: base IRI in force.
        select: runs a SELECT over the union of all graphs; terms as their text.
        cited: the clauses that resources stand on.

    Raises:
        FileProblem: a query lacks part of its header.
    """
    labels = _labels(select)
    for file in knowledge.query_files("review", base):
        sentence = file.bilingual("finding")
        findings = []
        for row in select(file.text):
            iris = [
                word for value in row.values() if value.startswith(base) for word in value.split()
            ]
            findings.append(
                Finding(
                    row,
                    Text(
                        zh=fill(sentence.zh, row, labels["zh"], "、"),
                        en=fill(sentence.en, row, labels["en"], "; "),
                    ),
                    cited(iris),
                )
            )
        yield Review(
            file.name,
            file.bilingual("label"),
            file.bilingual("explanation"),
            tuple(findings),
            file.text,
            file.header.get("part", "arithmetic"),
        )


def _labels(select: Callable[[str], list[dict[str, str]]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"zh": {}, "en": {}}
    for row in select(
        """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?s ?label (LANG(?label) AS ?language) {
            ?s skos:prefLabel|rdfs:label ?label }"""
    ):
        if row.get("language") in found:
            found[row["language"]][row["s"]] = row["label"]
    return found


def fill(template: str, row: Mapping[str, str], labels: Mapping[str, str], between: str) -> str:
    """A sentence filled with the values of a row; resources by their labels.

    Args:
        template: with names of variables in braces.
        row: values as text, IRIs separated by spaces.
        labels: of resources, in the sentence's language.
        between: what stands between the names of several resources.
    """

    def value(match: re.Match[str]) -> str:
        text = row.get(match[1], "—")
        names = [labels.get(word) for word in text.split()]
        return between.join(name for name in names if name) if names and all(names) else text

    return re.sub(r"\{(\w+)\}", value, template)
