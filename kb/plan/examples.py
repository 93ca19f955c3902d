"""The competency questions as examples that run, and the prefixes to write queries with.

SHACL's ``sh:SPARQLExecutable`` and ``sh:declare``, as the query editors of SIB read them from an
endpoint's data. Must not know which service they are for.
"""

from __future__ import annotations

import pyoxigraph as ox

from kb import terms
from kb.plan import knowledge
from kb.store import reading

_SCHEMA = "https://schema.org/"


def examples_graph(base: str) -> ox.NamedNode:
    """The named graph of the examples and prefixes."""
    return ox.NamedNode(f"{base}graph/examples")


def triples(place: str, base: str) -> list[ox.Triple]:
    """The examples and prefixes.

    Args:
        place: IRI that theirs begin with, and that of their endpoint; ends with ``/``.
        base: base IRI in force.
    """
    said: list[ox.Triple] = []

    def say(subject: str, predicate: str, *values: ox.NamedNode | ox.Literal) -> None:
        node, name = ox.NamedNode(subject), ox.NamedNode(predicate)
        said.extend(ox.Triple(node, name, value) for value in values)

    def sh(local: str) -> ox.NamedNode:
        return ox.NamedNode(terms.SH + local)

    a, all_of_them = terms.RDF + "type", place + "sparql/examples"
    prefixes = all_of_them + "#prefixes"
    say(prefixes, a, ox.NamedNode(terms.OWL + "Ontology"))
    for prefix, namespace in terms.prefixes(base).items():
        declared = f"{all_of_them}#prefix-{prefix}"
        any_uri = ox.NamedNode(terms.XSD + "anyURI")
        say(prefixes, terms.SH + "declare", ox.NamedNode(declared))
        say(declared, a, sh("PrefixDeclaration"))
        say(declared, terms.SH + "prefix", ox.Literal(prefix))
        say(declared, terms.SH + "namespace", ox.Literal(namespace, datatype=any_uri))
    for file in knowledge.query_files("competency", base):
        example = f"{all_of_them}#{file.name}"
        form, purpose = reading.read(file.text).form, file.bilingual("purpose")
        say(example, a, sh("SPARQLExecutable"), sh(f"SPARQL{form.capitalize()}Executable"))
        zh, en = ox.Literal(purpose.zh, language="zh"), ox.Literal(purpose.en, language="en")
        say(example, terms.RDFS + "comment", zh, en)
        say(example, terms.SH + form, ox.Literal(_without_header(file.text)))
        say(example, terms.SH + "prefixes", ox.NamedNode(prefixes))
        say(example, _SCHEMA + "target", ox.NamedNode(place + "sparql"))
        if user := file.header.get("user"):
            say(example, _SCHEMA + "keywords", ox.Literal(user))
    return said


def quads(base: str) -> list[ox.Quad]:
    """The same in their graph."""
    graph = examples_graph(base)
    return [
        ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples(base, base)
    ]


def _without_header(text: str) -> str:
    """The query without the comment lines at its head, which the purpose says already."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if not line.startswith("#")), 0)
    return "\n".join(lines[first:]).strip() + "\n"
