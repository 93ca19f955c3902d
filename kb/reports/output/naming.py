"""What the resources of the plan that an audit names are called.

Must not know any format.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.plan.graph import PlanGraph
from kb.reports.finding import Audit
from kb.terms import RDFS, SKOS
from kb.text import Text


def names_in(audit: Audit, plan: PlanGraph) -> dict[str, Text]:
    """The names of the targets and other resources in an audit, by IRI."""
    iris = {one.target for one in audit.progress}
    iris |= {clause.iri for finding in audit.findings for clause in finding.plan}
    return names_of(iris, plan)


def names_of(iris: Iterable[str], plan: PlanGraph) -> dict[str, Text]:
    """The names of resources of the plan; what has none is left out."""
    wanted = " ".join(f"<{iri}>" for iri in sorted(iris) if not set(iri) & set('<>"{}|^`\\ '))
    if not wanted:
        return {}
    said: dict[str, dict[str, str]] = {}
    for row in plan.select(
        f"""SELECT ?x ?label (LANG(?label) AS ?lang) WHERE {{
            VALUES ?x {{ {wanted} }} ?x <{SKOS}prefLabel>|<{RDFS}label> ?label
        }} ORDER BY ?x ?label"""
    ):
        said.setdefault(row["x"], {}).setdefault(row.get("lang", ""), row["label"])
    return {
        iri: Text(found.get("zh", any_), found.get("en", any_))
        for iri, found in said.items()
        for any_ in [next(iter(found.values()))]
    }
