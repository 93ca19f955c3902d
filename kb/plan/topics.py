"""Which topics a clause is about: those whose words stand in its labels.

A classification by the editors' thesaurus (``ontology/schemes/topic*.ttl``), so it belongs to
the editorial graph. It is made here and not by a rule in SPARQL, which knows no stems. Must not
know how a question is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from kb.normalise import keys, stem, units
from kb.plan.loading import graph_iri
from kb.terms import RDF, SKOS

#: What leads from a clause to a clause that it is a part of, step by step; and what leads to
#: things whose names say what it is about. What a whole mentions, only a part of it may be about.
WHOLES = ("inMeasure", "parentMeasure")
NAMED = ("mentions", "mechanismKind", "indicator")

_SHOWING = (SKOS + "prefLabel", SKOS + "altLabel")


def classify(quads: Iterable[ox.Quad], base: str, plan: str) -> list[ox.Quad]:
    """The topics of a plan's clauses, and of what the clauses belong to or mention.

    Args:
        quads: of the plan and the vocabulary.
        base: base IRI in force.
        plan: the plan's code, which names the graph.

    Returns:
        Quads with the property ``topic`` in the plan's editorial graph, sorted.
    """
    ns = base + "ns#"
    labels: dict[str, list[str]] = {}
    topics: set[str] = set()
    clauses: set[str] = set()
    links: dict[str, set[str]] = {}
    context = {ns + name for name in (*WHOLES, *NAMED)}
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        subject, predicate = quad.subject.value, quad.predicate.value
        if predicate in _SHOWING and isinstance(quad.object, ox.Literal):
            labels.setdefault(subject, []).append(quad.object.value)
        elif isinstance(quad.object, ox.NamedNode):
            if predicate == RDF + "type" and quad.object.value == ns + "Topic":
                topics.add(subject)
            elif predicate == ns + "evidence":
                clauses.add(subject)
            elif predicate in context:
                links.setdefault(subject, set()).add(quad.object.value)
    tree = _tree(labels, topics)
    graph = graph_iri(base, plan, "editorial")
    concerned = clauses | {near for clause in clauses for near in links.get(clause, ())}
    found = {
        ox.Quad(ox.NamedNode(iri), ox.NamedNode(ns + "topic"), ox.NamedNode(topic), graph)
        for iri in concerned - topics
        for label in labels.get(iri, ())
        for topic in _shown(label, tree)
    }
    return sorted(found, key=str)


def _tree(labels: dict[str, list[str]], topics: set[str]) -> dict[str, Any]:
    """Topics by the stems of their labels, as a tree; the leaves are under the key ``""``."""
    tree: dict[str, Any] = {}
    for topic in topics:
        for label in labels.get(topic, ()):
            node = tree
            for key in keys(label):
                node = node.setdefault(stem(key), {})
            node.setdefault("", []).append(topic)
    return tree


def _shown(label: str, tree: dict[str, Any]) -> Iterator[str]:
    row = [unit.stem for unit in units(label)]
    for place in range(len(row)):
        node: dict[str, Any] | None = tree
        for key in row[place:]:
            node = node.get(key) if node else None
            if node is None:
                break
            yield from node.get("", ())
